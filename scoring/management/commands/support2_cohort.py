"""Writes the cirrhosis patients of SUPPORT2 as a cohort to try fit_model and validate_model on."""

import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scoring.management.writing import write_text

NEEDS_DEVELOPMENT = (
    "This needs the SurvSet package, which is under the GPL and so not part of the product. In a development "
    "environment: uv sync --all-groups --extra research"
)


class Command(BaseCommand):
    help = (
        "Write the SUPPORT2 cirrhosis cohort (508 patients, public) as CSV for fit_model and validate_model."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from scoring.research.support2 import write_support2_cirrhosis
        except ImportError as error:
            raise CommandError(NEEDS_DEVELOPMENT) from error
        cohort = io.StringIO()
        patients = write_support2_cirrhosis(cohort)
        write_text(options["file"], cohort.getvalue())
        self.stdout.write(f"Wrote {patients} patients to {options['file']}.")
