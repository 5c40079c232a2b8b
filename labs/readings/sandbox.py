"""The reading of pictures in a process of its own, bounded in memory and time, without settings or keys."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from labs.pictures import wire
from labs.refusals import REFUSALS, UnreadableReportError

LONGEST_SECONDS = 60


class OutOfTime(Exception):
    """The machine was too busy: what a reading may cost is limited in processor time."""


@dataclass(frozen=True, slots=True)
class ReadPages:
    """`report` is that of `labs.report.Report.as_dict`, `cutouts` belong to its findings in their order."""

    report: Mapping[str, Any]
    cutouts: Sequence[str]


def read(pages: Sequence[bytes], form: str) -> ReadPages:
    """What stands on the pages, each a picture. Raises UnreadableReportError and OutOfTime."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "labs.pictures"],
            input=wire.written(pages, form),
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONDONTWRITEBYTECODE": "1",
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
            },
            timeout=LONGEST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise OutOfTime from None
    if done.returncode != 0:
        raise UnreadableReportError("took_too_long")
    return _answer(done.stdout)


def _answer(written: bytes) -> ReadPages:
    try:
        answer = json.loads(written)
        if (code := answer.get("unreadable")) in REFUSALS:
            raise UnreadableReportError(code, answer["params"])
        return ReadPages(answer["report"], answer["cutouts"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableReportError("took_too_long") from None
