"""Predicted 90-day risk against what became of the cases, for the model in force and those in shadow.

The end point is that of the models: death or liver transplant within 90 days of the first visit. Counted are
cases whose outcome at day 90 is known, of months that ended 90 days and the longest grace for an outcome ago:
of later ones the dead are known and the living are not yet, and together they would make every model look too
hopeful.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Max

from accounts.models import Network
from referral.codes import OutcomeStatus
from referral.models import PathwayPolicy
from referral.models.statistics import NOT_YET, OUTCOMES
from referral.statistics.columns.column_reader import Cases, read
from referral.statistics.columns.layout import OUTCOME, Column
from referral.statistics.reports.privacy import few, hidden_parts, shown
from referral.statistics.reports.shadow_scores import ShadowComparison, read_shadow_scores
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


def performance(cases: Cases, model: str, *, now: datetime, hides_small: bool) -> Performance:
    """How `model` did on those of `cases` whose first assessment was by it."""
    until = followed_until(cases.network, now, longest_grace(cases.network))
    columns = read(cases.before(until), ("risk_90d", *OUTCOME), model=model)
    event, is_known = outcomes(columns.numbers)
    risk = columns.numbers["risk_90d"]
    scored = ~np.isnan(risk)
    unknown = int((scored & ~is_known).sum())
    observed = observe(risk[is_known & scored], event[is_known & scored])
    if hides_small:
        return Performance(model, hide_small(observed), shown(unknown))
    return Performance(model, observed, unknown)


def shadows(cases: Cases, *, now: datetime, hides_small: bool) -> list[Shadow]:
    """Every model in shadow on those of `cases` that it scored beside the model in force."""
    until = followed_until(cases.network, now, longest_grace(cases.network))
    return [_shadow(cases, version, until, hides_small) for version in shadow_versions()]


def followed_until(network: Network, now: datetime, grace: timedelta) -> date:
    """The first month of which an outcome at day 90, recorded at the end of `grace`, may still be missing."""
    return network.month_of(now - HORIZON - grace)


def longest_grace(network: Network) -> timedelta:
    """How long after its day an outcome can be recorded under any rules that the network's cases keep."""
    policies = PathwayPolicy.objects.filter(network=network)
    return timedelta(days=policies.aggregate(longest=Max("outcome_grace_days"))["longest"] or 0)


def comparison(networks: Sequence[Cases], version: RiskModelVersion) -> ShadowComparison:
    """The flags of a shadow model beside the active one's, over the first assessments of cases."""
    return read_shadow_scores(networks, version).compared(version)


def outcomes(numbers: Mapping[str, Column]) -> tuple[Column, Column]:
    """Who is known to have reached the end point within 90 days, and of whom it is known either way."""
    alive, dead, transplanted = (OUTCOMES.index(status) + 1 for status in (OutcomeStatus.ALIVE, *REACHED))
    day_28, day_90, died = (numbers[name] for name in OUTCOME)
    dated = died != NOT_YET
    event = np.isin(day_28, [dead, transplanted]) | (day_90 == transplanted)
    event |= np.where(dated, died <= HORIZON.total_seconds(), day_90 == dead)
    return event, event | (day_90 == alive) | dated


def hide_small(observed: Observed) -> Observed:
    """The figures without groups in which fewer than five did or did not reach the end point."""
    if few(observed.events) or few(observed.patients - observed.events):
        return Observed(0, 0)
    hidden = hidden_parts([_counts(group.observed) for group in observed.groups])
    return replace(
        observed,
        groups=tuple(group for place, group in enumerate(observed.groups) if place not in hidden),
    )


def _counts(counted: Share) -> tuple[int, int]:
    return counted.hits, counted.total - counted.hits


FLAGS = ("both", "only_active", "only_shadow", "neither")


def _shadow(cases: Cases, version: RiskModelVersion, until: date, hides_small: bool) -> Shadow:
    scores = read_shadow_scores([cases], version)
    compared, followed = scores.compared(version), scores.before(until)
    event, is_known = outcomes(followed.outcome)
    by_shadow, by_active = (observe(risk[is_known], event[is_known]) for risk in followed.risks())
    flags = {name: getattr(compared, name) for name in FLAGS}
    if hides_small:
        by_shadow, by_active = hide_small(by_shadow), hide_small(by_active)
        flags = {name: shown(count) for name, count in flags.items()}
    return Shadow(compared, flags, by_shadow, by_active)
