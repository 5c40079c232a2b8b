"""The verbs of the arrival: who brings the patient, when to expect them, arrived, handed over."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.phones import dial_address
from accounts.skew import without_skew
from referral.deadlines import lifecycle
from referral.models import Deadline, Transport
from referral.pathway.change import Change
from referral.pathway.effects.admission import admit_to_ward
from referral.pathway.perform import effect
from referral.pathway.refusals import InputError, PathwayError
from referral.pathway.vocabulary import Kind, State, Verb

LONGEST_JOURNEY = timedelta(hours=48)


def state_transport(
    change: Change, *, means: str = "", team: str = "", contact: str = "", needs: Collection[str] = ()
) -> None:
    """Who brings the patient is now what is said; what is left out is not known any more.

    Raises InputError for a contact that no telephone can dial.
    """
    if contact and not dial_address(contact):
        message = _("No telephone can dial this. Write a number such as 139 1234 5678.")
        raise InputError(("contact", "not_a_number", message))
    Transport.objects.update_or_create(
        case=change.case,
        defaults={"means": means, "team": team or None, "contact": contact or None, "needs": list(needs)},
    )
    change.details |= {name: value for name, value in (("means", means), ("needs", list(needs))) if value}
    change.note = " · ".join(text for text in (team, contact) if text)


@effect(Verb.DESCRIBE_TRANSPORT)
def describe_transport(
    change: Change, *, means: str = "", team: str = "", contact: str = "", needs: Collection[str] = ()
) -> None:
    """Say who brings the patient and what they need on the way; open pages of the ward show it at once."""
    if not (means or team or contact or needs):
        raise InputError(("team", "required", _("Say who brings the patient, how, or which number to call.")))
    state_transport(change, means=means, team=team, contact=contact, needs=needs)


@effect(Verb.CHANGE_ARRIVAL)
def change_arrival(change: Change, *, expected_arrival_at: datetime, note: str = "") -> None:
    """Expect the patient at another time; the time before stays on the timeline, the deadline follows.

    Of a patient who was said to have arrived, it says that this was an error.
    """
    case = change.case
    expected = _ahead(expected_arrival_at, change.now)
    was_there = case.journey is not None and case.journey.arrived_at is not None
    if expected == case.expected_arrival_at and not was_there:
        message = _("The patient is expected at this time already. Give another one.")
        raise InputError(("expected_arrival_at", "unchanged", message))
    before, case.expected_arrival_at = case.expected_arrival_at, expected
    change.details["expected_arrival_at"] = expected.isoformat()
    if before is not None:
        change.details["expected_arrival_at_before"] = before.isoformat()
    change.note = note
    if was_there:
        change.details["not_arrived"] = True
        Transport.objects.filter(case=case).update(arrived_at=None)
    if case.state == State.IN_TRANSIT:
        _follow(change)


def _follow(change: Change) -> None:
    """Let the deadline of the arrival run to the new time; the first one stays what it is counted by."""
    case, now = change.case, change.now
    row = Deadline.objects.filter(case=case, kind=Kind.ARRIVE).order_by("starts_at", "pk").last()
    if row is None or case.expected_arrival_at is None:
        return
    if row.closed_at is not None:
        lifecycle.run_again(row, case, now=now)
    due_at = case.expected_arrival_at + case.policy.length(Kind.ARRIVE)
    lifecycle.reschedule(row, case, due_at=due_at, now=now)


def _ahead(expected: datetime, now: datetime) -> datetime:
    if expected <= now:
        message = _(
            "This time is over. Give one that is still to come; if the patient is there, record the arrival."
        )
        raise InputError(("expected_arrival_at", "in_the_past", message))
    expected = without_skew(expected, now + LONGEST_JOURNEY)
    if expected > now + LONGEST_JOURNEY:
        message = _("The expected arrival is more than two days ahead. Check the date.")
        raise InputError(("expected_arrival_at", "too_far", message))
    return expected


@effect(Verb.ARRIVE)
def arrive(change: Change) -> None:
    """The patient is at the ward; the hand-over is still to come."""
    case = change.case
    change.not_before(case.departed_at, _("the departure"))
    if case.journey is not None and case.journey.arrived_at is not None:
        raise PathwayError("arrived_already", _("The arrival was recorded already. Reload the case."))
    Transport.objects.update_or_create(case=case, defaults={"arrived_at": change.occurred_at})


@effect(Verb.HAND_OVER)
def hand_over(change: Change, *, handed_over_by: str = "", bed: str = "") -> State | None:
    """Take the patient over from who brought them; one who is not admitted yet is so by this."""
    case, journey = change.case, change.case.journey
    change.not_before(case.departed_at, _("the departure"))
    if journey is not None and journey.handed_over_at is not None:
        raise PathwayError("handed_over_already", _("The patient was taken over already. Reload the case."))
    if journey is not None:
        change.not_before(journey.arrived_at, _("the arrival"))
    target = admit_to_ward(change, bed) if case.state == State.IN_TRANSIT else None
    if target is None and bed:
        case.bed = change.details["bed"] = bed
    giver = handed_over_by or (journey.team if journey else None) or None
    Transport.objects.update_or_create(
        case=case,
        defaults={
            "handed_over_at": change.occurred_at,
            "handed_over_by": giver,
            "taken_over_by": change.person,
            "arrived_at": (journey.arrived_at if journey else None) or change.occurred_at,
        },
    )
    change.note = giver
    return target
