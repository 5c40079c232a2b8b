"""Each worker imports all tests; of what nobody has compiled yet, each compiles a part for the others."""

import importlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from config.embedded import ROOT


def load_share(config: pytest.Config) -> None:
    """Import this worker's share of the tests before all of them are collected.

    In one order, the workers would compile every file at the same time, each by itself.
    """
    worker: dict[str, Any] = getattr(config, "workerinput", {})
    if not worker:
        return
    number, of = int(worker["workerid"].removeprefix("gw")), int(worker["workercount"])
    for file in _files(config.args)[number::of]:
        with suppress(Exception, pytest.skip.Exception):  # collecting says what is wrong
            importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def _files(asked_for: list[str]) -> list[Path]:
    """The files of the tests in the folders that were asked for."""
    folders = [path for path in map(Path, asked_for) if path.is_dir()]
    return sorted(file.resolve() for folder in folders for file in folder.rglob("test_*.py"))
