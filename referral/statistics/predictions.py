"""Predicted 90-day risk against what became of the cases, for the model in force and those in shadow.

The end point is that of the models: death or liver transplant within 90 days of the first visit. Counted are
cases whose outcome at day 90 is known, of months that ended 90 days ago: of later ones the dead are known and
the living are not yet, and together they would make every model look too hopeful.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import QuerySet

from referral.codes import OutcomeStatus
from referral.models import CaseFacts
from referral.models.statistics import OUTCOMES
from referral.statistics.beside import ShadowComparison, read_beside
from referral.statistics.columns import Column, Columns, read
from referral.statistics.privacy import few, hidden_parts, shown
from scoring.models import RiskModelVersion
from scoring.research.agreement import Share
from scoring.research.observed import Observed, observe
from scoring.selectors import installed_versions, shadow_versions

HORIZON = timedelta(days=90)
REACHED = (OutcomeStatus.DEAD, OutcomeStatus.TRANSPLANTED)


@dataclass(frozen=True, slots=True)
class Performance:
    """One model on the cases it scored first. `unknown`: without a known outcome at day 90."""

    model: str
    observed: Observed
    unknown: int | None


@dataclass(frozen=True, slots=True)
class Shadow:
    """A model in shadow: its flags beside those of the model in force, and both on the same outcomes.

    `flags`: by name in FLAGS; None where too few for the reader.
    """

    comparison: ShadowComparison
    flags: dict[str, int | None]
    shadow: Observed
    active: Observed


def known_models() -> list[str]:
    """The models that one may ask about."""
    return [str(version) for version in installed_versions()]


def performance(rows: QuerySet[CaseFacts], model: str, *, now: datetime, hides_small: bool) -> Performance:
    """How `model` did on those of `rows` whose first assessment was by it."""
    # The index has the model; that a risk is missing is found in the bytes, not by a visit to the row.
    columns = read(rows.filter(month__lt=followed_until(now), model=model))
    event, known = outcomes(columns)
    risk = columns.rows["risk_90d"].astype(np.float64)
    scored = ~np.isnan(risk)
    unknown = int((scored & ~known).sum())
    found = observe(risk[known & scored], event[known & scored])
    if hides_small:
        return Performance(model, hide_small(found), shown(unknown))
    return Performance(model, found, unknown)


def shadows(rows: QuerySet[CaseFacts], *, now: datetime, hides_small: bool) -> list[Shadow]:
    """Every model in shadow on those of `rows` that it scored beside the model in force."""
    return [_shadow(rows, version, now, hides_small) for version in shadow_versions()]


def followed_until(now: datetime) -> date:
    """The first month that had not ended 90 days ago."""
    return (now - HORIZON).date().replace(day=1)


def comparison(rows: QuerySet[CaseFacts], version: RiskModelVersion) -> ShadowComparison:
    """The flags of a shadow model beside the active one's, over the first assessments of `rows`."""
    return read_beside(rows, version).compared(version)


def outcomes(columns: Columns) -> tuple[Column, Column]:
    """Who is known to have reached the end point within 90 days, and of whom it is known either way."""
    alive, dead, transplanted = (OUTCOMES.index(status) + 1 for status in (OutcomeStatus.ALIVE, *REACHED))
    day_28, day_90 = columns.rows["outcome_28"], columns.rows["outcome_90"]
    died, dated = columns.seconds("died_at")
    event = np.isin(day_28, [dead, transplanted]) | (day_90 == transplanted)
    event |= np.where(dated, died <= HORIZON.total_seconds(), day_90 == dead)
    return event, event | (day_90 == alive) | dated


def hide_small(found: Observed) -> Observed:
    """The figures without groups in which fewer than five did or did not reach the end point."""
    if few(found.events) or few(found.patients - found.events):
        return Observed(0, 0)
    hidden = hidden_parts([_counts(group.observed) for group in found.groups])
    return replace(
        found,
        groups=tuple(group for place, group in enumerate(found.groups) if place not in hidden),
    )


def _counts(found: Share) -> tuple[int, int]:
    return found.hits, found.total - found.hits


FLAGS = ("both", "only_active", "only_shadow", "neither")


def _shadow(rows: QuerySet[CaseFacts], version: RiskModelVersion, now: datetime, hides_small: bool) -> Shadow:
    beside = read_beside(rows, version)
    compared, followed = beside.compared(version), beside.before(followed_until(now))
    event, known = outcomes(followed.cases)
    both = observe(followed.shadow[known], event[known]), observe(followed.active[known], event[known])
    flags = {name: getattr(compared, name) for name in FLAGS}
    if hides_small:
        both = hide_small(both[0]), hide_small(both[1])
        flags = {name: shown(count) for name, count in flags.items()}
    return Shadow(compared, flags, *both)
