"""Predicted 90-day risk against what became of the cases, for the model in force and those in shadow.

The end point is that of the models: death or liver transplant within 90 days of the first visit. Counted are
cases whose outcome at day 90 is known; the lost are told beside them.
"""

from dataclasses import dataclass, replace

import numpy as np
from django.db.models import FloatField, OuterRef, QuerySet, Subquery

from referral.codes import OutcomeStatus
from referral.models import CaseFacts
from referral.models.statistics import OUTCOMES, STATES
from referral.pathway import State
from referral.statistics.columns import Column, Columns, read
from referral.statistics.privacy import few
from scoring.models import RiskModelVersion, ShadowScore
from scoring.research.agreement import Share
from scoring.research.observed import Observed, observe
from scoring.selectors import ShadowComparison, shadow_comparison, shadow_versions

HORIZON_SECONDS = 90 * 24 * 3600
REACHED = (OutcomeStatus.DEAD, OutcomeStatus.TRANSPLANTED)


@dataclass(frozen=True, slots=True)
class Performance:
    """One model on the cases it scored first. `unknown`: ended without a known outcome at day 90."""

    model: str
    observed: Observed
    unknown: int | None


@dataclass(frozen=True, slots=True)
class Shadow:
    """A model in shadow: its flags beside those of the model in force, and both on the same outcomes."""

    comparison: ShadowComparison
    shadow: Observed
    active: Observed


def performance(rows: QuerySet[CaseFacts], model: str, *, hides_small: bool) -> Performance:
    """How `model` did on those of `rows` whose first assessment was by it."""
    # The index has the model; that a risk is missing is found in the bytes, not by a visit to the row.
    columns = read(rows.filter(model=model))
    event, known = outcomes(columns)
    risk = columns.rows["risk_90d"].astype(np.float64)
    scored = ~np.isnan(risk)
    ended = columns.rows["state"] == STATES.index(State.CLOSED) + 1
    unknown = int((ended & scored & ~known).sum())
    found = observe(risk[known & scored], event[known & scored])
    if hides_small:
        return Performance(model, hide_small(found), None if few(unknown) else unknown)
    return Performance(model, found, unknown)


def shadows(rows: QuerySet[CaseFacts], *, hides_small: bool) -> list[Shadow]:
    """Every model in shadow on those of `rows` that it scored beside the model in force."""
    return [_shadow(rows, version, hides_small) for version in shadow_versions()]


def comparison(rows: QuerySet[CaseFacts], version: RiskModelVersion) -> ShadowComparison:
    """The flags of a shadow model beside the active one's, over the first assessments of `rows`."""
    scores = ShadowScore.objects.filter(subject__in=rows.values("assessment"))
    return shadow_comparison(version, scores=scores)


def outcomes(columns: Columns) -> tuple[Column, Column]:
    """Who is known to have reached the end point within 90 days, and of whom it is known either way."""
    alive, dead, transplanted = (OUTCOMES.index(status) + 1 for status in (OutcomeStatus.ALIVE, *REACHED))
    day_28, day_90 = columns.rows["outcome_28"], columns.rows["outcome_90"]
    died, dated = columns.seconds("died_at")
    event = np.isin(day_28, [dead, transplanted]) | (day_90 == transplanted)
    event |= np.where(dated, died <= HORIZON_SECONDS, day_90 == dead)
    return event, event | (day_90 == alive) | dated


def hide_small(found: Observed) -> Observed:
    """The figures without groups in which fewer than five did or did not reach the end point."""
    if few(found.events) or few(found.patients - found.events):
        return Observed(0, 0)
    return replace(found, groups=tuple(group for group in found.groups if not _is_small(group.observed)))


def _is_small(found: Share) -> bool:
    return few(found.hits) or few(found.total - found.hits)


def _shadow(rows: QuerySet[CaseFacts], version: RiskModelVersion, hides_small: bool) -> Shadow:
    scored = ShadowScore.objects.filter(model=version, subject=OuterRef("assessment"))
    pairs = rows.filter(state=State.CLOSED, risk_90d__isnull=False).annotate(
        shadow=Subquery(scored.values("risk_90d")[:1], output_field=FloatField())
    )
    found = [
        (row.shadow, row.risk_90d, float(reached))
        for row in pairs.filter(shadow__isnull=False).defer("packed")
        if (reached := end_point(row)) is not None
    ]
    shadow, active, event = np.array(found, dtype=np.float64).reshape(-1, 3).T
    both = observe(shadow, event == 1), observe(active, event == 1)
    if hides_small:
        both = hide_small(both[0]), hide_small(both[1])
    return Shadow(comparison(rows, version), *both)


def end_point(row: CaseFacts) -> bool | None:
    """Whether the case reached the end point within 90 days; None if unknown."""
    if row.outcome_28 in REACHED or row.outcome_90 == OutcomeStatus.TRANSPLANTED:
        return True
    if row.died_at is not None:
        return (row.died_at - row.first_visit_at).total_seconds() <= HORIZON_SECONDS
    return {OutcomeStatus.DEAD: True, OutcomeStatus.ALIVE: False}.get(OutcomeStatus(row.outcome_90 or "lost"))
