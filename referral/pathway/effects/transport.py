"""The verbs of the way to the ward: depart, correct the times, divert."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Ward
from accounts.skew import without_skew
from referral.deadlines import lifecycle
from referral.models import Offer
from referral.pathway.change import Change
from referral.pathway.effects.arrival import LONGEST_JOURNEY, state_transport
from referral.pathway.effects.offers import end_promise
from referral.pathway.perform import effect
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Kind, State, Verb


@effect(Verb.DEPART)
def depart(change: Change, *, expected_arrival_at: datetime, **transport: Any) -> State:
    """The patient is on the way, with who brings them as far as that is said."""
    change.not_before(change.case.accepted_at, _("the acceptance"))
    case = change.case
    case.departed_at, case.expected_arrival_at = (
        change.occurred_at,
        _after_departure(change, expected_arrival_at),
    )
    change.details["expected_arrival_at"] = expected_arrival_at.isoformat()
    if transport:
        state_transport(change, **transport)
    return State.IN_TRANSIT


@effect(Verb.DIVERT)
def divert(change: Change, *, ward: Ward, expected_arrival_at: datetime, note: str = "") -> State:
    """Send a patient who is on the way to another ward, which has agreed by phone."""
    change.not_before(change.case.departed_at, _("the departure"))
    case = change.case
    if ward.hospital.network_id != case.network_id or ward.pk == case.ward_id:
        raise InputError(("ward", "not_another_ward", _("Choose another ward of this network.")))
    departed_at = case.departed_at
    end_promise(change, Offer.State.SUPERSEDED)
    Offer.objects.create(
        case=case,
        ward=ward,
        state=Offer.State.ACCEPTED,
        offered_at=change.now,
        answered_at=change.occurred_at,
        answered_by=change.actor,
    )
    case.ward, case.accepted_at, case.departed_at = ward, change.occurred_at, departed_at
    case.expected_arrival_at = _after_departure(change, expected_arrival_at)
    change.details.update(ward=str(ward.pk), expected_arrival_at=expected_arrival_at.isoformat())
    change.note = note
    return State.IN_TRANSIT


@effect(Verb.CORRECT_JOURNEY)
def correct_journey(
    change: Change,
    *,
    departed_at: datetime | None = None,
    expected_arrival_at: datetime | None = None,
    note: str = "",
) -> None:
    """Say anew when the patient left, or is expected; both versions stay, and the arrival is due anew."""
    case = change.case
    before = {"departed_at": case.departed_at, "expected_arrival_at": case.expected_arrival_at}
    if departed_at is not None:
        change.date(change.past(departed_at, "departed_at"), "departed_at")
        change.not_before(case.accepted_at, _("the acceptance"))
        case.departed_at = change.occurred_at
    expected = expected_arrival_at or case.expected_arrival_at
    if case.departed_at is not None and expected is not None:
        case.expected_arrival_at = _after_departure(change, expected, left_at=case.departed_at)
    after = {"departed_at": case.departed_at, "expected_arrival_at": case.expected_arrival_at}
    if after == before:
        message = _("Nothing was changed. Correct the departure or the expected arrival.")
        raise InputError(("expected_arrival_at", "unchanged", message))
    for name, moment in after.items():
        if moment is not None and moment != (was := before[name]):
            change.details[name] = moment.isoformat()
            if was is not None:
                change.details[f"{name}_before"] = was.isoformat()
    change.note, change.occurred_at = note, change.now
    for deadline in case.deadlines.open().filter(kind=Kind.ARRIVE):
        lifecycle.restart(deadline, case, starts_at=case.departed_at or change.now, now=change.now)


def _after_departure(change: Change, expected: datetime, left_at: datetime | None = None) -> datetime:
    if expected <= (left_at or change.occurred_at):
        raise InputError(
            (
                "expected_arrival_at",
                "not_after_departure",
                _("The expected arrival must come after the departure."),
            )
        )
    expected = without_skew(expected, change.now + LONGEST_JOURNEY)
    if expected > change.now + LONGEST_JOURNEY:
        raise InputError(
            (
                "expected_arrival_at",
                "too_far",
                _("The expected arrival is more than two days ahead. Check the date."),
            )
        )
    return expected
