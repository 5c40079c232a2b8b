"""A validation as one HTML page that needs nothing else: tables, plots, and its limits at the top."""

from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext

from scoring.cards import model_card
from scoring.research.not_known import FIGURES
from scoring.research.outcomes import reason_text
from scoring.research.plots import comparison_key, decision_key, plots
from scoring.research.rivals import Rival
from scoring.research.sample import Interval
from scoring.research.validate import Validation
from scoring.riskmodel import RiskModel
from scoring.sentences import Listed
from scoring.texts import MODEL_STATUS, label

_STYLE = Path(__file__).with_name("report.css")
_EVERY_FIFTH = slice(4, None, 5)


def report(validation: Validation, model: RiskModel) -> str:
    """The page in the current language."""
    # Style and SVG are our own; the page must stand alone, so both go into it.
    drawn = {f"{name}_plot": mark_safe(svg) for name, svg in plots(validation).items()}  # noqa: S308
    style = mark_safe(f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>")  # noqa: S308
    context = {
        "style": style,
        "validation": validation,
        "card": model_card(model, language=get_language() or "en"),
        "status": MODEL_STATUS[validation.model_status],
        "missing": [(label(name), count) for name, count in validation.missing.items()],
        "refused": [(label(name), count) for name, count in validation.refused.items()],
        "excluded": [
            (reason_text(code), count, Listed(validation.excluded_lines.get(code, ()), "; ").read(gettext))
            for code, count in validation.excluded.items()
        ],
        "decision_key": decision_key(),
        "comparison_key": comparison_key(validation),
        **_tables(validation),
        **drawn,
    }
    return render_to_string("scoring/validation_report.html", context)


def _tables(validation: Validation) -> dict[str, Any]:
    """The numbers of the page as text."""
    return {
        "discrimination": _figures(validation, "c_index", "auroc"),
        "calibration": [
            *_figures(validation, "observed_risk"),
            (FIGURES["predicted_risk"], (_number(validation.predicted_risk), "")),
            *_figures(validation, "calibration_intercept", "calibration_slope", "brier", "scaled_brier"),
        ],
        "groups": [
            (group.patients, _number(group.predicted), _number(group.observed), _span(group.low, group.high))
            for group in validation.groups
        ],
        "decision": _decision(validation),
        "rivals": [(rival.name, _rival_cells(rival)) for rival in validation.rivals],
    }


def _figures(validation: Validation, *names: str) -> list[tuple[Any, tuple[str, str]]]:
    """The name, and estimate and interval as text, of each."""
    return [(FIGURES[name], _with_interval(getattr(validation, name))) for name in names]


def _decision(validation: Validation) -> list[tuple[str, str, str]]:
    """Threshold and net benefit by the model and of referring everybody; empty if not known."""
    if not validation.net_benefit:
        return []
    rows = zip(
        validation.thresholds,
        validation.net_benefit["model"],
        validation.net_benefit["everybody"],
        strict=True,
    )
    return [(f"{at:.0%}", _number(ours), _number(everybody)) for at, ours, everybody in rows][_EVERY_FIFTH]


def _rival_cells(rival: Rival) -> tuple[str, ...]:
    return (
        str(rival.patients),
        str(rival.events),
        _with_span(rival.c_index),
        _with_span(rival.model_c_index),
        _with_span(rival.c_difference),
        _with_span(rival.auroc),
        _with_span(rival.model_auroc),
    )


def _with_interval(figures: Interval) -> tuple[str, str]:
    estimate, low, high = figures
    return _number(estimate), "" if estimate is None else _span(low, high)


def _with_span(figures: Interval) -> str:
    estimate, low, high = figures
    return _number(estimate) if low is None else f"{_number(estimate)} ({_span(low, high)})"


def _span(low: float | None, high: float | None) -> str:
    return gettext("not known") if low is None else f"{_number(low)} – {_number(high)}"


def _number(figure: float | None) -> str:
    return gettext("not known") if figure is None else f"{figure:.3f}"
