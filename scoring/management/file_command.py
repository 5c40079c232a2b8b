"""A command that reads a file of patients and prints one JSON line for each."""

import io
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext

from scoring.encodings import UnreadableFileError
from scoring.inputs import Input
from scoring.management.options import CONFIRM_UNITS, add_language, announcer
from scoring.rows import Row, csv_rows, json_rows
from scoring.tally import Tally

_PROGRESS_EVERY = 1000


class FileCommand(BaseCommand):
    """Reads `FILE.csv` or `--json FILE` (`-` is stdin) and prints what `lines_of` makes of it.

    How the file was understood, and which rows gave nothing and why, goes to stderr. Status 1 if any row was
    refused or nothing came of any.
    """

    requires_system_checks = []
    inputs: ClassVar[Mapping[str, Input]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", help="CSV file with the input names in its first line; - for stdin"
        )
        parser.add_argument("--json", metavar="FILE", help="JSON objects instead of CSV; - for stdin")
        parser.add_argument("--confirm-units", action="store_true", help=CONFIRM_UNITS)
        add_language(parser)

    def lines_of(
        self, rows: Iterator[Row], options: Mapping[str, Any]
    ) -> Iterator[tuple[dict[str, Any], bool]]:
        """One JSON object for each row, and whether the row was used rather than refused."""
        raise NotImplementedError

    def missing_of(self, line: Mapping[str, Any]) -> Collection[str]:
        """The inputs for lack of which nothing came of a row; empty where something did."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            self._run(options)

    def _run(self, options: Mapping[str, Any]) -> None:
        if bool(options["file"]) == bool(options["json"]):
            raise CommandError(gettext("Give either a CSV file or --json FILE (- for standard input)."))
        tally = Tally()
        try:
            self._print(self.lines_of(self._rows(options), options), tally)
        except UnreadableFileError as error:
            message = error.sentence.read(gettext)
            self._write({"error": {"field": None, "code": error.code, "message": message}})
            raise CommandError(message) from error
        except BrokenPipeError:
            # The reader has seen enough; without this the interpreter complains once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        self._account_for(tally)

    def _account_for(self, tally: Tally) -> None:
        """Says what gave nothing, and ends with status 1 where a row was refused or none gave anything."""
        announce = announcer(self.stderr)
        for sentence in tally.sentences():
            announce(sentence)
        if tally.scored == 0:
            reason = tally.main_reason.read(gettext)
            raise CommandError(gettext("Nobody could be scored: %(reason)s.") % {"reason": reason})
        if tally.refused:
            raise SystemExit(1)

    def _rows(self, options: Mapping[str, Any]) -> Iterator[Row]:
        stream = _opened(options["file"] or options["json"] or "-")
        announce = announcer(self.stderr)
        if options["json"]:
            return json_rows(stream, announce=announce, inputs=self.inputs)
        zone = ZoneInfo(settings.DEFAULT_DISPLAY_ZONE)
        return csv_rows(stream, zone=zone, announce=announce, inputs=self.inputs)

    def _print(self, lines: Iterator[tuple[dict[str, Any], bool]], tally: Tally) -> None:
        for line, used in lines:
            self._write(line)
            tally.add(line, refused=not used, missing=self.missing_of(line) if used else ())
            if tally.rows % _PROGRESS_EVERY == 0:
                self._progress(tally)
        self._progress(tally, end="\n")

    def _write(self, line: dict[str, Any]) -> None:
        """Halves of a character, from broken input, become question marks."""
        text = json.dumps(line, ensure_ascii=False)
        self.stdout.write(text.encode("utf-8", "replace").decode())

    def _progress(self, tally: Tally, end: str = "") -> None:
        if self.stderr.isatty():
            counts = {"rows": f"{tally.rows:,}", "refused": f"{tally.refused:,}"}
            progress = gettext("%(rows)s patients, %(refused)s refused") % counts
            self.stderr.write(f"\r{progress}", str, ending=end)
            self.stderr.flush()


def _opened(name: str) -> io.BufferedIOBase:
    if name == "-":
        return sys.stdin.buffer  # type: ignore[return-value]  # a BufferedReader unless replaced
    try:
        return Path(name).open("rb")
    except OSError as error:
        named = {"file": name, "fault": error.strerror}
        raise CommandError(gettext("%(file)s cannot be opened: %(fault)s") % named) from error
