"""Scores a file of patients without a database: CSV or JSON in, one JSON line per patient out."""

import io
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from scoring.encodings import UnreadableFileError
from scoring.evaluation import DEFAULT_THRESHOLD
from scoring.lines import result_lines
from scoring.management.options import CONFIRM_UNITS, announcer
from scoring.modelfile import DEFAULT_NAME, ModelFileError, load_model
from scoring.rows import Row, csv_rows, json_rows
from scoring.tally import Tally

_PROGRESS_EVERY = 1000


class Command(BaseCommand):
    """`score FILE.csv` or `score --json FILE`; `-` is stdin.

    How the file was understood, and which rows were not scored and why, goes to stderr. Status 1 if any row
    was refused or nobody was scored.
    """

    help = "Score patients from CSV or JSON; prints one JSON line per patient. Needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", help="CSV file with the input names in its first line; - for stdin"
        )
        parser.add_argument("--json", metavar="FILE", help="JSON objects instead of CSV; - for stdin")
        parser.add_argument("--model", default=DEFAULT_NAME, help="name of a shipped model, or a model file")
        parser.add_argument(
            "--threshold", type=float, default=DEFAULT_THRESHOLD, help="high risk from here (0-1)"
        )
        parser.add_argument("--confirm-units", action="store_true", help=CONFIRM_UNITS)

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["file"]) == bool(options["json"]):
            raise CommandError("Give either a CSV file or --json FILE (- for standard input).")
        if not 0 < options["threshold"] < 1:
            raise CommandError("The threshold must lie between 0 and 1.")
        try:
            model = load_model(options["model"])
        except ModelFileError as error:
            raise CommandError(str(error)) from error
        tally = Tally()
        scoring = {
            "model": model,
            "threshold": options["threshold"],
            "confirmed_units": options["confirm_units"],
        }
        try:
            self._print(self._rows(options["file"], options["json"]), tally, **scoring)
        except UnreadableFileError as error:
            self._write({"error": {"field": None, "code": error.code, "message": str(error)}})
            raise CommandError(str(error)) from error
        except BrokenPipeError:
            # The reader has seen enough; without this the interpreter complains once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        self._account_for(tally)

    def _account_for(self, tally: Tally) -> None:
        """Says what was not scored, and ends with status 1 where a row was refused or nobody scored."""
        announce = announcer(self.stderr)
        for sentence in tally.sentences():
            announce(sentence)
        if tally.scored == 0:
            raise CommandError(f"Nobody could be scored: {tally.main_reason}.")
        if tally.refused:
            raise SystemExit(1)

    def _rows(self, table: str | None, objects: str | None) -> Iterator[Row]:
        stream = _opened(table or objects or "-")
        announce = announcer(self.stderr)
        if objects:
            return json_rows(stream, announce=announce)
        return csv_rows(stream, zone=ZoneInfo(settings.DEFAULT_DISPLAY_ZONE), announce=announce)

    def _print(self, rows: Iterator[Row], tally: Tally, **scoring: Any) -> None:
        for line, scored in result_lines(rows, **scoring):
            self._write(line)
            tally.add(line, refused=not scored)
            if tally.rows % _PROGRESS_EVERY == 0:
                self._progress(tally)
        self._progress(tally, end="\n")

    def _write(self, line: dict[str, Any]) -> None:
        """Halves of a character, from broken input, become question marks."""
        text = json.dumps(line, ensure_ascii=False)
        self.stdout.write(text.encode("utf-8", "replace").decode())

    def _progress(self, tally: Tally, end: str = "") -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{tally.rows:,} patients, {tally.refused:,} refused", str, ending=end)
            self.stderr.flush()


def _opened(name: str) -> io.BufferedIOBase:
    if name == "-":
        return sys.stdin.buffer  # type: ignore[return-value]  # a BufferedReader unless replaced
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise CommandError(f"{name} cannot be opened: {error.strerror}") from error
