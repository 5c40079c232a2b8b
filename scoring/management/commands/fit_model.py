"""Fits a Cox model to a cohort and writes it as a sealed, provisional model file."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from scoring.inputs import EIGHT, INPUTS
from scoring.management.options import CONFIRM_UNITS, add_language, announcer
from scoring.management.writing import write_json
from scoring.research.cohort import NEEDS_EXTRA, CohortError, open_cohort

FOLLOWED = gettext_noop(
    "Followed up to day %(longest)s; horizon day %(days)s, to which %(observed)s patients were followed up "
    "and before which %(lost)s were lost"
)
WROTE = gettext_noop(
    "Wrote %(file)s, status provisional. Validate it on other patients before anybody relies on it."
)


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
        add_language(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            self._run(options)

    def _run(self, options: Mapping[str, Any]) -> None:
        try:
            from scoring.research.fit import Plan, fit_model
            from scoring.research.fitted_file import document_of, inputs_of
        except ImportError as error:
            raise CommandError(gettext(NEEDS_EXTRA)) from error
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
        except CohortError as error:
            raise CommandError(error.sentence.read(gettext)) from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        target: Path = options["output"] or Path(f"{name}-{plan.version}.json")
        write_json(target, document)
        account = [sentence.read(gettext) for sentence in cohort.account()]
        self.stdout.write("\n".join([*account, _summary(document, target, options["language"])]))


def _summary(document: dict[str, Any], target: Path, language: str) -> str:
    fit = document["fit"]
    counts = {
        "patients": fit["patients"],
        "rows": fit["rows_in_file"],
        "ended": fit["events_by_horizon"],
        "days": fit["horizon_days"],
        "longest": f"{fit['longest_follow_up_days']:g}",
        "observed": fit["observed_at_horizon"],
        "lost": fit["censored_before_horizon"],
    }
    figures = {name: _figure(fit[f"{name}_c"]) for name in ("apparent", "corrected")}
    figures["slope"] = _figure(fit["corrected_slope"])
    rows = [
        gettext("%(patients)s of %(rows)s patients, %(ended)s end points by day %(days)s") % counts,
        gettext(FOLLOWED) % counts,
        *(_term_line(term, language) for term in document["terms"]),
        gettext("C index %(apparent)s, corrected for optimism %(corrected)s; slope %(slope)s") % figures,
        *(gettext("Limit: %(limit)s") % {"limit": limit[language]} for limit in document["limits"]),
        gettext(WROTE) % {"file": target},
    ]
    return "\n".join(rows)


def _figure(number: float | None) -> str:
    return gettext("not known") if number is None else str(number)


def _term_line(term: dict[str, Any], language: str) -> str:
    coefficients = ", ".join(f"{c:+.4f}" for c in term.get("coefficients") or [term["coefficient"]])
    return f"  {term['input']:<24}{term['kind']:<8}{coefficients}  {term['note'][language]}"


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
