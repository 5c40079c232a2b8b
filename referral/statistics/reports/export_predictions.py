"""How the models predicted, for research: what the figures of their page follow from, and of no case.

The risk of a case would tell the age to who has its indicators beside it. So the lines have what the page
shows a researcher: counts, rounded means, and how often risks were in order.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from referral.statistics.columns.column_reader import Cases
from referral.statistics.reports.predictions import known_models, performance, shadows
from scoring.research.observed import Sums

PREDICTIONS = "predictions"
COLUMNS = (
    *("model", "record", "part", "at", "patients", "events", "predicted"),
    *("concordant", "tied", "squares_with", "squares_without"),
)
OWN, SHADOW, IN_FORCE = "own", "shadow", "in_force_beside"
"""Whose risks a record is of: of the cases that `model` scored first; in shadow; and those of the model in
force on the same cases."""

Line = dict[str, Any]


def predictions(cases: Cases, *, now: datetime) -> list[Line]:
    """The lines by COLUMNS, of each model that one may ask about and of each in shadow."""
    lines: list[Line] = []
    for model in known_models():
        own = performance(cases, model, now=now, hides_small=True)
        lines += record_lines(model, OWN, own.observed.sums)
        lines += _counted(model, OWN, {"unknown": own.unknown})
    for compared in shadows(cases, now=now, hides_small=True):
        model = str(compared.comparison.model)
        lines += record_lines(model, SHADOW, compared.shadow.sums)
        lines += record_lines(model, IN_FORCE, compared.active.sums)
        lines += _counted(model, SHADOW, {f"flags_{name}": count for name, count in compared.flags.items()})
    return lines


def record_lines(model: str, record: str, sums: Sums) -> Iterator[Line]:
    """The lines of what the page shows of one record; none where nothing may be told."""
    said = {"model": model, "record": record}
    if not sums.patients:
        return
    whole: Line = {"part": "all", "patients": sums.patients, "events": sums.events}
    if sums.ranks is not None:
        whole |= {"predicted": sums.predicted, "concordant": sums.ranks.concordant, "tied": sums.ranks.tied}
        whole |= {
            "squares_with": sums.ranks.squares_with,
            "squares_without": sums.ranks.squares_without,
        }
    yield said | whole
    for group in sums.groups:
        counts = {"patients": group.observed.total, "events": group.observed.hits}
        yield said | counts | {"part": "group", "at": group.number, "predicted": group.predicted}
    for row in sums.above:
        counts = {"patients": row.patients, "events": row.events}
        yield said | counts | {"part": "threshold", "at": row.threshold}


def _counted(model: str, record: str, counts: dict[str, int | None]) -> Iterator[Line]:
    """Counts by part, rounded as on the page; none that it hides."""
    for part, count in counts.items():
        if count is not None:
            yield {"model": model, "record": record, "part": part, "patients": count}
