"""A validation as one HTML page that needs nothing else: tables, plots, and its limits at the top."""

from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext

from scoring.cards import model_card
from scoring.research.plots import comparison_key, decision_key, plots
from scoring.research.rivals import Rival
from scoring.research.sample import Interval
from scoring.research.validate import Validation
from scoring.riskmodel import RiskModel
from scoring.texts import MODEL_STATUS, label

_STYLE = Path(__file__).with_name("report.css")
_EVERY_FIFTH = slice(4, None, 5)


def report(found: Validation, model: RiskModel) -> str:
    """The page in the current language."""
    # Style and SVG are our own; the page must stand alone, so both go into it.
    drawn = {f"{name}_plot": mark_safe(svg) for name, svg in plots(found).items()}  # noqa: S308
    style = mark_safe(f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>")  # noqa: S308
    context = {
        "style": style,
        "found": found,
        "card": model_card(model, language=get_language() or "en"),
        "status": MODEL_STATUS[found.model_status],
        "missing": [(label(name), count) for name, count in found.missing.items()],
        "refused": [(label(name), count) for name, count in found.refused.items()],
        "excluded": list(found.excluded.items()),
        "decision_key": decision_key(),
        "comparison_key": comparison_key(found),
        **_tables(found),
        **drawn,
    }
    return render_to_string("scoring/validation_report.html", context)


def _tables(found: Validation) -> dict[str, Any]:
    """The numbers of the page as text."""
    model_benefit, everybody = found.net_benefit["model"], found.net_benefit["everybody"]
    return {
        "discrimination": [(gettext("C index"), _three(found.c_index)), ("AUROC", _three(found.auroc))],
        "calibration": [
            (gettext("Observed risk"), _three(found.observed_risk)),
            (gettext("Mean predicted risk"), (f"{found.predicted_risk:.3f}", "", "")),
            (gettext("Calibration intercept"), _three(found.calibration_intercept)),
            (gettext("Calibration slope"), _three(found.calibration_slope)),
            (gettext("Brier score"), _three(found.brier)),
            (gettext("Scaled Brier score"), _three(found.scaled_brier)),
        ],
        "groups": [
            (
                group.patients,
                *_three((group.predicted, group.observed, group.low))[:2],
                _span(group.low, group.high),
            )
            for group in found.groups
        ],
        "decision": [
            (f"{threshold:.0%}", f"{ours:.3f}", f"{all_:.3f}")
            for threshold, ours, all_ in list(zip(found.thresholds, model_benefit, everybody, strict=True))[
                _EVERY_FIFTH
            ]
        ],
        "rivals": [(rival.name, _rival_cells(rival)) for rival in found.rivals],
    }


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


def _three(figures: Interval) -> tuple[str, str, str]:
    estimate, low, high = (f"{figure:.3f}" for figure in figures)
    return estimate, low, high


def _with_span(figures: Interval) -> str:
    estimate, low, high = figures
    return f"{estimate:.3f} ({_span(low, high)})"


def _span(low: float, high: float) -> str:
    return f"{low:.3f} – {high:.3f}"
