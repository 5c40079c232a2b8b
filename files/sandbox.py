"""The inspection in a process of its own, so that what breaks a decoder breaks nothing else."""

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from django.conf import settings

from files.inspection.kinds import Unfit

if TYPE_CHECKING:
    from files.inspection.inspect import Inspected

LONGEST_SECONDS = 75
ENDED_BY_LIMIT = (-signal.SIGXCPU, -signal.SIGKILL)


class OutOfTime(Exception):
    """The machine was too busy: what an inspection may cost is limited in processor time."""


def inspect(content: bytes) -> "Inspected":
    """What `content` is, with pictures of its pages. Raises Unfit and OutOfTime."""
    # Brings the decoder of pictures, which only the process that looks at files has to hold in memory.
    from files.inspection import wire

    try:
        done = subprocess.run(
            [sys.executable, "-m", "files.inspection"],
            input=content,
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=LONGEST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise OutOfTime from None
    if done.returncode in ENDED_BY_LIMIT:
        raise Unfit("too_complex")
    if done.returncode != 0:
        raise Unfit("broken")
    try:
        return wire.read(done.stdout)
    except (ValueError, KeyError, TypeError):
        raise Unfit("broken") from None
