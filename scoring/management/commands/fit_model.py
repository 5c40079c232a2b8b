"""Fits a Cox model to a cohort and writes it as a sealed, provisional model file."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scoring.inputs import EIGHT, INPUTS
from scoring.management.options import CONFIRM_UNITS, announcer
from scoring.management.writing import write_json
from scoring.research.cohort import NEEDS_EXTRA, CohortError, open_cohort


class Command(BaseCommand):
    help = (
        "Fit a Cox model to a cohort CSV: the inputs by their names, time_days, and event (1 for death or "
        "transplantation). Writes a new provisional model file."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cohort", type=Path)
        parser.add_argument("--name", help="name of the new model (default: from the file's name)")
        parser.add_argument("--model-version", type=int, default=1, help="its version (default 1)")
        parser.add_argument("--title", help="its title on the card")
        parser.add_argument("--population", help="who the patients are, in a sentence for the card")
        parser.add_argument(
            "--inputs", type=_names, help="comma-separated (default: those of the eight there are)"
        )
        parser.add_argument("--spline", type=_spline, action="append", default=[], metavar="INPUT:KNOTS")
        parser.add_argument("--bootstrap", type=int, default=200, help="resamples for the optimism (200)")
        parser.add_argument("--confirm-units", action="store_true", help=CONFIRM_UNITS)
        parser.add_argument("--seed", type=int, default=20250604)
        parser.add_argument("--output", type=Path, help="where to write (default: NAME-VERSION.json)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from scoring.research.fit import Plan, fit_model
            from scoring.research.fitted_file import document_of, inputs_of
        except ImportError as error:
            raise CommandError(NEEDS_EXTRA) from error
        path: Path = options["cohort"]
        name = options["name"] or _slug(path.stem)
        try:
            cohort = open_cohort(
                path, announce=announcer(self.stderr), confirmed_units=options["confirm_units"]
            )
            measured = inputs_of(cohort)
            plan = Plan(
                name=name,
                title=options["title"] or {"en": f"Fitted to {path.name}", "zh-hans": f"由{path.name}拟合"},
                population=options["population"] or f"Patients of {path.name}",
                version=options["model_version"],
                inputs=options["inputs"] or [each for each in EIGHT if each in measured],
                splines=dict(options["spline"]),
                bootstrap=options["bootstrap"],
                seed=options["seed"],
            )
            document = document_of(fit_model(cohort, plan))
        except (CohortError, ValueError) as error:
            raise CommandError(str(error)) from error
        target: Path = options["output"] or Path(f"{name}-{plan.version}.json")
        write_json(target, document)
        self.stdout.write("\n".join([*cohort.account(), _summary(document, target)]))


def _summary(document: dict[str, Any], target: Path) -> str:
    fit = document["fit"]
    rows = [
        f"{fit['patients']} of {fit['rows_in_file']} patients, "
        f"{fit['events_by_horizon']} end points by day {fit['horizon_days']}",
        f"Followed up to day {fit['longest_follow_up_days']:g}; horizon day {fit['horizon_days']}, to which "
        f"{fit['observed_at_horizon']} patients were followed up and before which "
        f"{fit['censored_before_horizon']} were lost",
        *(_term_line(term) for term in document["terms"]),
        f"C index {_figure(fit['apparent_c'])}, corrected for optimism {_figure(fit['corrected_c'])}; "
        f"slope {_figure(fit['corrected_slope'])}",
        *(f"Limit: {limit['en']}" for limit in document["limits"]),
        f"Wrote {target}, status provisional. Validate it on other patients before anybody relies on it.",
    ]
    return "\n".join(rows)


def _figure(number: float | None) -> str:
    return "not known" if number is None else str(number)


def _term_line(term: dict[str, Any]) -> str:
    coefficients = ", ".join(f"{c:+.4f}" for c in term.get("coefficients") or [term["coefficient"]])
    return f"  {term['input']:<24}{term['kind']:<8}{coefficients}  {term['note']['en']}"


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = next((name for name in names if name not in INPUTS), None)
    if unknown:
        raise ArgumentTypeError(f"{unknown} is not a known input; known are: {', '.join(INPUTS)}")
    return names


def _spline(text: str) -> tuple[str, int]:
    name, _, knots = text.partition(":")
    if name not in INPUTS or knots not in ("3", "4", "5"):
        raise ArgumentTypeError("write an input and 3, 4 or 5 knots, for example bilirubin:4")
    return name, int(knots)


def _slug(stem: str) -> str:
    words = re.findall(r"[a-z0-9]+", stem.lower())
    return "-".join(["fitted", *words])
