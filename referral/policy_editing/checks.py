"""Whether the rules of a policy make sense together: what is refused, and what is asked about."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referral.deadlines.ladder_texts import length
from referral.deadlines.ladders import Step
from referral.models import PathwayPolicy
from referral.models.policies import DEFAULT_MINUTES
from referral.pathway.vocabulary import FOLLOW_UPS, Audience, Kind

IN_THIS_ORDER = (
    (Kind.ACKNOWLEDGE, Kind.DECIDE),
    (Kind.DECIDE, Kind.ADMIT),
    (Kind.PLACE, Kind.ADMIT),
    (Kind.ASSESS, Kind.ADMIT),
    (Kind.ANSWER_ADVICE, Kind.REASSESS),
)
"""Pairs of deadlines of which the first cannot be longer than the second."""

LONGER = gettext_lazy(
    "%(first)s (%(first_length)s) would take longer than %(second)s (%(second_length)s). "
    "Shorten the first or lengthen the second."
)
FIXED = gettext_lazy("%(kind)s is asked for %(length)s after the first visit; this cannot be changed.")
LATE_FLAG = gettext_lazy(
    "The time for a late flag (%(late)s) would be longer than that for the admission itself (%(admit)s)."
)
UNDO_TOO_LATE = gettext_lazy(
    "The time to undo an admission (%(undo)s) would be longer than that for the diagnosis (%(diagnose)s)."
)
NO_STEP_EXPIRES = gettext_lazy(
    "Unanswered requests are to go to the next ward, but no step of the two ladders of a request lets it "
    "expire. Mark one, or switch it off above."
)
EXPIRES_TOO_LATE = gettext_lazy(
    "An unanswered request would expire after %(expiry)s, later than the time for the admission (%(admit)s)."
)

UNUSUAL_FACTOR = 4
"""A length is asked about when it is more than so many times longer or shorter than usual."""

USUAL_RISKS = (0.05, 0.5)
SHORTEST_REPEAT = timedelta(minutes=5)
ESCALATED = (Kind.ACKNOWLEDGE, Kind.DECIDE, Kind.PLACE, Kind.ADMIT, Kind.DIAGNOSE, Kind.TREAT_PRECIPITANT)
"""Deadlines of which, once they are over, a ward lead or coordinator should hear."""

_START = datetime(2000, 1, 1, tzinfo=UTC)


def contradictions(draft: PathwayPolicy) -> dict[str, list[ValidationError]]:
    """Rules of `draft` that cannot hold together, as errors by field; lengths and ladders must be sound."""
    faults: dict[str, list[ValidationError]] = {}
    for field, message, names in _contradictions(draft):
        faults.setdefault(field, []).append(ValidationError(message, code="contradiction", params=names))
    return faults


def _contradictions(draft: PathwayPolicy) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for first, second in IN_THIS_ORDER:
        if draft.minutes[first] > draft.minutes[second]:
            yield "minutes", LONGER, _pair(draft, first, second)
    for kind in FOLLOW_UPS:
        if draft.minutes[kind] != DEFAULT_MINUTES[kind]:
            usual = length(timedelta(minutes=DEFAULT_MINUTES[kind]))
            yield "minutes", FIXED, {"kind": kind.label, "length": usual, "kinds": [kind]}
    if draft.late_flag_minutes > draft.minutes[Kind.ADMIT]:
        late = length(timedelta(minutes=draft.late_flag_minutes))
        yield "late_flag_minutes", LATE_FLAG, {"late": late, "admit": length(draft.length(Kind.ADMIT))}
    if draft.undo_admission_minutes > draft.minutes[Kind.DIAGNOSE]:
        names = {"undo": length(draft.time_to_undo), "diagnose": length(draft.length(Kind.DIAGNOSE))}
        yield "undo_admission_minutes", UNDO_TOO_LATE, names
    yield from _expiry(draft)


def _pair(draft: PathwayPolicy, first: Kind, second: Kind) -> dict[str, Any]:
    return {
        "first": first.label,
        "first_length": length(draft.length(first)),
        "second": second.label,
        "second_length": length(draft.length(second)),
        "kinds": [first],
    }


def _expiry(draft: PathwayPolicy) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    if not draft.expires_unanswered:
        return
    ends = [
        step.at(_START, _START + draft.length(kind)) - _START
        for kind in (Kind.ACKNOWLEDGE, Kind.DECIDE)
        for step in draft.steps[kind]
        if step.expires_offer
    ]
    if not ends:
        yield "ladders", NO_STEP_EXPIRES, {}
    elif max(ends) >= draft.length(Kind.ADMIT):
        admit = length(draft.length(Kind.ADMIT))
        yield "ladders", EXPIRES_TOO_LATE, {"expiry": length(max(ends)), "admit": admit}


def doubts(draft: PathwayPolicy) -> list[str]:
    """What a person has to confirm before `draft` is published: possible, but unlike what networks do."""
    return [*_unusual_lengths(draft), *_unusual_numbers(draft), *_unusual_ladders(draft)]


def _unusual_lengths(draft: PathwayPolicy) -> Iterator[str]:
    for kind, usual in DEFAULT_MINUTES.items():
        given = draft.minutes[kind]
        if not usual / UNUSUAL_FACTOR <= given <= usual * UNUSUAL_FACTOR:
            yield _("%(kind)s: %(given)s. Usual is %(usual)s.") % {
                "kind": Kind(kind).label,
                "given": length(timedelta(minutes=given)),
                "usual": length(timedelta(minutes=usual)),
            }


def _unusual_numbers(draft: PathwayPolicy) -> Iterator[str]:
    low, high = USUAL_RISKS
    if not low <= draft.risk_threshold <= high:
        many = _("Patients from a risk of %(threshold)s on would be flagged: nearly everybody.")
        few = _("Only patients above a risk of %(threshold)s would be flagged.")
        threshold = f"{draft.risk_threshold:.0%}"
        yield (many if draft.risk_threshold < low else few) % {"threshold": threshold}
    if draft.reassessments == 0:
        yield _("Patients who are not flagged would never be re-assessed.")
    if not draft.expires_unanswered:
        yield _("A request that nobody answers would stay with its ward until somebody acts.")


def _unusual_ladders(draft: PathwayPolicy) -> Iterator[str]:
    for kind, steps in draft.steps.items():
        label = Kind(kind).label
        due = _START + draft.length(kind)
        if all(step.at(_START, due) > due for step in steps):
            yield _("%(kind)s: nobody is alerted before the time is over or when it is.") % {"kind": label}
        if kind in ESCALATED and not _reaches_a_superior(steps, due):
            yield _("%(kind)s: neither ward lead nor coordinator hears that the time is over.") % {
                "kind": label
            }
        if any(step.every is not None and step.every < SHORTEST_REPEAT for step in steps):
            yield _("%(kind)s: an alert is repeated more often than every 5 minutes.") % {"kind": label}


def _reaches_a_superior(steps: tuple[Step, ...], due: datetime) -> bool:
    """Whether a step alerts a ward lead or coordinator at the due time or later."""
    late = [step for step in steps if step.every is not None or step.at(_START, due) >= due]
    return any({Audience.WARD_LEAD, Audience.COORDINATOR} & {*step.audience} for step in late)
