"""Validates a risk model on a cohort: an HTML report with plots, and the figures as JSON."""

from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext

from scoring.management.options import CONFIRM_UNITS, add_language, announcer
from scoring.management.writing import write_json, write_text
from scoring.modelfile import DEFAULT_NAME, ModelFileError, load_model
from scoring.research.cohort import NEEDS_EXTRA, CohortError, open_cohort

if TYPE_CHECKING:
    from scoring.research.validate import Validation


class Command(BaseCommand):
    help = "Validate a risk model on a cohort CSV (see fit_model); writes an HTML report and JSON."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cohort", type=Path)
        parser.add_argument("--model", default=DEFAULT_NAME, help="name of a shipped model, or a model file")
        parser.add_argument(
            "--population",
            default="",
            help="who the patients are and where from, in a sentence for the report",
        )
        parser.add_argument(
            "--hold",
            default="",
            help="inputs the cohort lacks, held at the median patient: discrimination only",
        )
        parser.add_argument("--bootstrap", type=int, default=500, help="resamples for the intervals (500)")
        parser.add_argument("--confirm-units", action="store_true", help=CONFIRM_UNITS)
        parser.add_argument("--seed", type=int, default=20250604)
        parser.add_argument("--output", type=Path, help="where to write, without ending")
        add_language(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            self._run(options)

    def _run(self, options: Mapping[str, Any]) -> None:
        try:
            from scoring.research.report import report
            from scoring.research.validate import validate
        except ImportError as error:
            raise CommandError(gettext(NEEDS_EXTRA)) from error
        try:
            model = load_model(options["model"])
            cohort = open_cohort(
                options["cohort"], announce=announcer(self.stderr), confirmed_units=options["confirm_units"]
            )
            validation = validate(
                model,
                cohort,
                population=options["population"].strip(),
                hold=[name.strip() for name in options["hold"].split(",") if name.strip()],
                bootstrap=options["bootstrap"],
                seed=options["seed"],
            )
            page = report(validation, model)
        except CohortError as error:
            raise CommandError(error.sentence.read(gettext)) from error
        except ModelFileError as error:
            raise CommandError(error.read(gettext)) from error
        stem: Path = options["output"] or Path(f"{options['cohort'].stem}-{model.identifier}")
        html, figures = stem.with_name(f"{stem.name}.html"), stem.with_name(f"{stem.name}.json")
        write_text(html, page)
        write_json(figures, validation.as_dict())
        for sentence in cohort.account():
            self.stdout.write(sentence.read(gettext))
        self.stdout.write(_summary(validation))
        files = f"{html}, {figures}"
        self.stdout.write(gettext("Read the limits first: %(files)s") % {"files": files})


def _summary(validation: "Validation") -> str:
    estimate, low, high = validation.c_index
    figure = gettext("not known") if estimate is None else f"{estimate:.3f}"
    span = "" if low is None else f" ({low:.3f} – {high:.3f})"
    counts = {
        "patients": validation.outcome["patients"],
        "rows": validation.rows_in_file,
        "figure": f"{figure}{span}",
    }
    first = gettext("%(patients)s of %(rows)s patients; C index %(figure)s.") % counts
    limits = [gettext("Limit: %(limit)s") % {"limit": limit} for limit in validation.limits]
    return "\n".join([first, *limits])
