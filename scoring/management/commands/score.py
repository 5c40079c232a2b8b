"""Scores a file of patients without a database: CSV or JSON in, one JSON line per patient out."""

from argparse import ArgumentParser
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext

from accounts import clock
from scoring.evaluation import DEFAULT_THRESHOLD
from scoring.inputs import INPUTS
from scoring.lines import result_lines
from scoring.management.file_command import FileCommand
from scoring.modelfile import DEFAULT_NAME, ModelFileError, load_model
from scoring.rows import Row
from scoring.texts import issue_text


class Command(FileCommand):
    """`score FILE.csv` or `score --json FILE`; `-` is stdin."""

    help = "Score patients from CSV or JSON; prints one JSON line per patient. Needs no database."
    inputs = INPUTS

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--model", default=DEFAULT_NAME, help="name of a shipped model, or a model file")
        parser.add_argument(
            "--threshold", type=float, default=DEFAULT_THRESHOLD, help="high risk from here (0-1)"
        )

    def missing_of(self, line: Mapping[str, Any]) -> Collection[str]:
        """The model's inputs that a row lacks."""
        missing: list[str] = line["missing"]
        return missing

    def lines_of(
        self, rows: Iterator[Row], options: Mapping[str, Any]
    ) -> Iterator[tuple[dict[str, Any], bool]]:
        """One line for each row. Raises CommandError for a threshold or a model that cannot be used."""
        if not 0 < options["threshold"] < 1:
            raise CommandError(gettext("The threshold must lie between 0 and 1."))
        try:
            model = load_model(options["model"])
        except ModelFileError as error:
            raise CommandError(error.read(gettext)) from error
        return result_lines(
            rows,
            model=model,
            threshold=options["threshold"],
            say=issue_text,
            confirmed_units=options["confirm_units"],
            latest=clock.wall(),
        )
