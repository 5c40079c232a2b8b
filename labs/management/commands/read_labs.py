"""Reads laboratory reports without a database: one JSON line per file."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from labs.reading import LARGEST_FILE, read
from labs.refusals import UnreadableReportError


class Command(BaseCommand):
    """`read_labs FILE ...`; `-` is text on standard input. Status 1 if a file could not be read."""

    help = "Read laboratory reports (text, picture, PDF); prints one JSON line per file. Needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a report; - for standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = [self._line(name) for name in options["files"]]
        if any("error" in line for line in lines):
            raise SystemExit(1)

    def _line(self, name: str) -> dict[str, Any]:
        try:
            line: dict[str, Any] = {"file": name, **read(_content(name)).as_dict()}
        except UnreadableReportError as error:
            line = {"file": name, "error": {"code": error.code, "message": error.message}}
        self.stdout.write(json.dumps(line, ensure_ascii=False))
        self.stdout.flush()
        return line


def _content(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(LARGEST_FILE + 1)
        with Path(name).open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError:
        raise UnreadableReportError("not_opened") from None
