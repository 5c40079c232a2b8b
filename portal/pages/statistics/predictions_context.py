"""A model's record arranged for a page: texts of its figures and the numbers of its charts."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from referral.statistics.reports.predictions import Performance
from scoring.research.agreement import Estimate, Share
from scoring.research.observed import Observed, RiskGroup


@dataclass(frozen=True)
class Record:
    """`groups`: predicted range, mean, observed with interval, patients, as percentages in text."""

    figures: list[tuple[str, str]]
    groups: list[tuple[str, str, str, str]]
    benefits: list[tuple[str, str, str]]
    charts: dict[str, Any]


def record(performance: Performance) -> Record:
    """One model's figures; empty where there are too few cases."""
    observed = performance.observed
    return Record(
        figures=figures_of(observed),
        groups=[
            (
                *_predicted(group),
                share_text(group.observed),
                f"{group.observed.hits} / {group.observed.total}",
            )
            for group in observed.groups
        ],
        benefits=[(f"{100 * at:.0f}", f"{by:.3f}", f"{all_:.3f}") for at, by, all_ in observed.net_benefit],
        charts={"calibration": _calibration(observed), "decision": _decision(observed)},
    )


def _predicted(group: RiskGroup) -> tuple[str, str]:
    """From where to where, and the mean; the number of the group, and what there is of the mean, for who may
    not know the risk of anybody."""
    if group.low is None or group.high is None:
        return str(group.number), f"{100 * group.predicted:.0f}"
    return f"{100 * group.low:.1f}–{100 * group.high:.1f}", f"{100 * group.predicted:.1f}"


def figures_of(observed: Observed) -> list[tuple[str, str]]:
    """The headline figures, named."""
    if observed.predicted is None or observed.observed is None:
        return []
    return [
        (_("predicted on average"), f"{100 * observed.predicted:.1f} %"),
        (_("observed"), f"{share_text(observed.observed)} %"),
        (_("observed per predicted"), estimate_text(observed.ratio)),
        (_("discrimination (C, area under the ROC curve)"), estimate_text(observed.auroc)),
    ]


def share_text(share: Share) -> str:
    if share.value is None or share.low is None or share.high is None:
        return _("not known")
    return f"{100 * share.value:.1f} ({100 * share.low:.1f}–{100 * share.high:.1f})"


def estimate_text(estimate: Estimate | None) -> str:
    if estimate is None or estimate.value is None:
        return _("not known")
    if estimate.low is None or estimate.high is None:
        return _("%(value)s (interval not known)") % {"value": f"{estimate.value:.2f}"}
    return f"{estimate.value:.2f} ({estimate.low:.2f}–{estimate.high:.2f})"


def _calibration(observed: Observed) -> dict[str, Any]:
    points = [
        [
            _hundred(part)
            for part in (group.predicted, group.observed.value, group.observed.low, group.observed.high)
        ]
        for group in observed.groups
    ]
    return {
        "kind": "calibration",
        "x": _("predicted risk, %"),
        "unit": _("observed, %"),
        "series": [{"name": _("observed, %"), "points": points}],
    }


def _decision(observed: Observed) -> dict[str, Any]:
    lines = [(_("by the model"), 1), (_("refer everybody"), 2)]
    series = [
        {"name": name, "points": [[100 * row[0], round(row[place], 4)] for row in observed.net_benefit]}
        for name, place in lines
    ]
    nobody = {"name": _("refer nobody"), "points": [[100 * row[0], 0] for row in observed.net_benefit]}
    return {
        "kind": "decision",
        "x": _("risk threshold, %"),
        "unit": _("net benefit"),
        "series": [*series, nobody],
    }


def _hundred(part: float | None) -> float | None:
    return None if part is None else round(100 * part, 1)
