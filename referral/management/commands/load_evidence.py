"""Loads the evidence library from files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts import clock
from referral.evidence import BUNDLED, EvidenceFileError, load_file
from scoring.management.options import announcer


class Command(BaseCommand):
    help = (
        "Load CSV files into the evidence library, each in place of what was loaded from a file of its name. "
        "Without a file: what the product brings along."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", default=list(BUNDLED))
        parser.add_argument("--therapy", default="", help="the therapy of a file without that column")

    def handle(self, *args: Any, files: list[Path], therapy: str, **options: Any) -> None:
        now = clock.now()
        for file in files:
            try:
                rows = load_file(file, now=now, therapy=therapy, announce=announcer(self.stderr))
            except EvidenceFileError as error:
                words = {"file": file, "fault": error}
                raise CommandError(
                    _("%(file)s, %(fault)s Nothing of this file was loaded.") % words
                ) from error
            except OSError as error:
                words = {"file": file, "fault": error.strerror}
                raise CommandError(_("%(file)s cannot be read: %(fault)s.") % words) from error
            self.stdout.write(_("Loaded %(rows)s rows from %(file)s.") % {"rows": rows, "file": file.name})
