"""Predicted 90-day risk against what became of the cases, for the model in force and those in shadow.

The end point is that of the models: death or liver transplant within 90 days of the first visit. Counted are
cases whose outcome at day 90 is known, of months that ended 90 days and the longest grace for an outcome ago:
of later ones the dead are known and the living are not yet, and together they would make every model look too
hopeful.

The exact risk of a person tells their age to who has the other indicators. So who may not know small numbers
gets no risk of anybody: no ends of groups, means of few digits, nothing of a part in which fewer than five
did or did not reach the end point; and months are counted only with those before in which, together, five
persons or more are new, since what one person alone adds to a figure would be theirs.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Max, Min, Q, QuerySet

from accounts.models import Network
from referral.codes import OutcomeStatus
from referral.models import CaseFacts, PathwayPolicy
from referral.models.statistics import NOT_YET, OUTCOMES
from referral.statistics.columns.column_reader import Cases, months_before, read
from referral.statistics.columns.layout import OUTCOME, Column
from referral.statistics.reports import anonymity
from referral.statistics.reports.privacy import few, hidden_parts, shown
from referral.statistics.reports.shadow_scores import ShadowComparison, ShadowScores, read_shadow_scores
from scoring.models import RiskModelVersion, ShadowScore
from scoring.research.agreement import Share
from scoring.research.observed import Above, Observed, Sums, observe, observed
from scoring.selectors import installed_versions, shadow_versions

HORIZON = timedelta(days=90)
REACHED = (OutcomeStatus.DEAD, OutcomeStatus.TRANSPLANTED)
KNOWN = (
    Q(outcome_28__in=REACHED) | Q(outcome_90__in=(OutcomeStatus.ALIVE, *REACHED)) | Q(died_at__isnull=False)
)
"""Rows of which `outcomes` knows whether they reached the end point."""

MEAN_DIGITS, GROUP_MEAN_DIGITS = 3, 2
"""Decimals of the mean risk of all, and of a group, for who may not know small numbers: where one person of
20 comes into a group, the two means tell their risk no better than to a fifth."""


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
    counted = scored & is_known
    if not hides_small:
        return Performance(model, observe(risk[counted], event[counted]), unknown)
    with_outcome = cases.rows.filter(KNOWN, model=model, risk_90d__isnull=False, month__lt=until)
    batched = _end_of_batches(with_outcome)
    counted &= np.array([month < batched for month in columns.months], dtype=bool)[columns.month]
    return Performance(model, hide_small(observe(risk[counted], event[counted])), shown(unknown))


def shadows(cases: Cases, *, now: datetime, hides_small: bool) -> list[Shadow]:
    """Every model in shadow on those of `cases` that it scored beside the model in force."""
    until = followed_until(cases.network, now, longest_grace(cases.network))
    return [_shadow(cases, version, until, hides_small) for version in shadow_versions()]


def _end_of_batches(rows: QuerySet[CaseFacts]) -> date:
    """The month after the last up to which months come together in batches of new persons, K or more."""
    first = rows.order_by().values_list("case__person").annotate(first=Min("month"))
    new_persons = Counter(first.values_list("first", flat=True))
    last, waiting = date(1, 1, 1), 0
    for month in sorted(new_persons):
        waiting += new_persons[month]
        if waiting >= anonymity.K:
            last, waiting = month, 0
    return months_before(last, -1)


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


def hide_small(seen: Observed) -> Observed:
    """The figures without what fewer than five reached or did not, and without the risk of anybody."""
    sums = seen.sums
    if few(sums.events) or few(sums.patients - sums.events):
        return Observed(Sums(0, 0))
    if sums.predicted is None:
        return seen
    hidden = hidden_parts([_counts(group.observed) for group in sums.groups])
    return observed(
        replace(
            sums,
            predicted=round(sums.predicted, MEAN_DIGITS),
            groups=tuple(
                replace(group, low=None, high=None, predicted=round(group.predicted, GROUP_MEAN_DIGITS))
                for place, group in enumerate(sums.groups)
                if place not in hidden
            ),
            above=tuple(_far_apart(sums)),
        )
    )


def _counts(counted: Share) -> tuple[int, int]:
    return counted.hits, counted.total - counted.hits


def _far_apart(sums: Sums) -> Iterator[Above]:
    """The thresholds between which, and beyond which, no few did or did not reach the end point."""
    patients, events = sums.patients, sums.events
    for row in sums.above:
        between, beyond = (patients - row.patients, events - row.events), (row.patients, row.events)
        if not any(few(reached) or few(part - reached) for part, reached in (between, beyond)):
            patients, events = beyond
            yield row


FLAGS = ("both", "only_active", "only_shadow", "neither")


def _shadow(cases: Cases, version: RiskModelVersion, until: date, hides_small: bool) -> Shadow:
    scores = read_shadow_scores([cases], version)
    compared = scores.compared(version)
    flags = {name: getattr(compared, name) for name in FLAGS}
    if not hides_small:
        return Shadow(compared, flags, *_of_both(scores.before(until)))
    by_both = ShadowScore.objects.filter(
        model=version, risk_90d__isnull=False, active_risk_90d__isnull=False
    ).values("subject")
    with_outcome = cases.rows.filter(KNOWN, assessment__in=by_both, month__lt=until)
    by_shadow, by_active = _of_both(scores.before(_end_of_batches(with_outcome)))
    return Shadow(
        comparison=compared,
        flags={name: shown(count) for name, count in flags.items()},
        shadow=hide_small(by_shadow),
        active=hide_small(by_active),
    )


def _of_both(scores: ShadowScores) -> tuple[Observed, Observed]:
    """The model in shadow, and the one in force, on the same cases with a known outcome."""
    event, is_known = outcomes(scores.outcome)
    by_shadow, by_active = (observe(risk[is_known], event[is_known]) for risk in scores.risks())
    return by_shadow, by_active
