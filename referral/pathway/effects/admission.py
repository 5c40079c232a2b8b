"""The verbs of an admission: admit, take a wrong admission back, let it stand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.local_time import written
from accounts.models import Ward
from referral.codes import ErrorReason
from referral.deadlines import lifecycle
from referral.intake.routing import close_open_offer
from referral.intake.unannounced import confirm_unannounced, expects
from referral.models import Admission, Case, Deadline, Offer, Question, Retraction, Transport
from referral.models.cases import LEFT_WARD
from referral.models.ward_records import RECORDS
from referral.pathway.case_roles import open_question, own_ward
from referral.pathway.change import Change
from referral.pathway.perform import effect
from referral.pathway.refusals import AccessError, PathwayError
from referral.pathway.vocabulary import FOLLOW_UPS, Audience, Kind, State, Verb

OF_THE_STAY = (Kind.DIAGNOSE, Kind.TREAT_PRECIPITANT, Kind.TRANSPLANT)


@effect(Verb.ADMIT)
def admit(change: Change, *, bed: str = "", said: str = "") -> State:
    """The patient is in a bed of one of the actor's wards, expected or not.

    `said`: what an unexpected patient said of themselves. The ward that expects them is told and sees the
    case until the admission can no longer be undone.
    """
    if not expects(change.person, change.case, change.offer):
        confirm_unannounced(change.case, said, user=change.person, now=change.now)
    return admit_to_ward(change, bed)


def admit_to_ward(change: Change, bed: str) -> State:
    """Put the patient into a bed of one of the actor's wards. Raises AccessError where none is theirs."""
    case = change.case
    change.not_before(case.departed_at, _("the departure"))
    ward = own_ward(change.person, case, change.offer)
    if ward is None:
        raise AccessError
    before = _before(case, change.offer or _promised(case))
    expecting = change.offer.ward if change.offer else case.ward
    close_open_offer(case, Offer.State.SUPERSEDED, now=change.now)
    if ward.pk != case.ward_id:
        Offer.objects.filter(case=case, state=Offer.State.ACCEPTED).update(state=Offer.State.SUPERSEDED)
        change.details["unannounced"] = True
        change.also_notifies |= {Audience.DUTY, Audience.COORDINATOR}
    _remember(change, ward, before)
    case.expecting_ward = expecting if expecting is not None and expecting.pk != ward.pk else None
    case.undo_until = change.now + case.policy.time_to_undo
    kept = case.bed if ward.pk == case.ward_id else ""
    case.ward, case.admitted_at, case.bed = ward, change.occurred_at, bed or kept
    change.details.update(ward=str(ward.pk), bed=case.bed)
    return State.ADMITTED


def _before(case: Case, offer: Offer | None) -> dict[str, Any]:
    """What the case is before the admission, its deadlines aside; `offer`: what the admission may end."""
    question = open_question(case)
    return {
        "state": case.state,
        "ward": _text(case.ward_id),
        "bed": case.bed,
        "arrived_at": _text(case.journey.arrived_at) if case.journey else None,
        "offer": {"id": str(offer.pk), "state": offer.state} if offer else None,
        "question": str(question.pk) if question else None,
    }


def _remember(change: Change, ward: Ward, before: Mapping[str, Any]) -> None:
    """Keep what the case was, so that the admission can be undone."""
    ends = [row for row in change.running() if row.kind not in FOLLOW_UPS]
    Admission.objects.create(
        case=change.case,
        ward=ward,
        actor=change.actor,
        admitted_at=change.occurred_at,
        recorded_at=change.now,
        line=change.case.event_count + 1,
        before={**before, "deadlines": {str(row.pk): row.missed_at is not None for row in ends}},
    )


def _promised(case: Case) -> Offer | None:
    return case.offers.filter(state=Offer.State.ACCEPTED).last()


def _text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return None if value is None else str(value)


@effect(Verb.UNDO_ADMISSION)
def undo_admission(change: Change, *, reason: str, note: str = "") -> State:
    """The patient of this case was not admitted: the case is again what it was, with its true due times.

    What the ward recorded meanwhile stays readable, marked as entered in error, and counts nowhere.
    """
    admission = _undoable(change)
    before: Mapping[str, Any] = admission.before
    change.details.update(reason=reason, since=admission.line)
    change.note = note
    change.further_wards |= {admission.ward, *_wards_of(change.case)}
    _void_the_stay(change)
    _put_back(change.case, before)
    restored = _restore_offer(change, before)
    if restored is not None:
        change.further_wards.add(restored.ward)
        change.details.update(offer=str(restored.pk), ward=str(restored.ward_id))
    Question.objects.filter(pk=before["question"]).update(closed_at=None)
    for row in Deadline.objects.filter(pk__in=before["deadlines"]).select_related("offer"):
        lifecycle.reopen(row, was_missed=before["deadlines"][str(row.pk)], now=change.now)
    admission.undone_at = change.now
    admission.save()
    change.goes_back = True
    return State(before["state"])


def _undoable(change: Change) -> Admission:
    """The admission that stands, while it may still be undone. Raises PathwayError."""
    case = change.case
    admission = case.admissions.filter(undone_at__isnull=True).select_related("ward__hospital").first()
    if admission is not None and case.undo_until is not None and change.now <= case.undo_until:
        return admission
    if case.undo_until is None:
        raise PathwayError(
            "admission_stands", _("This admission stands. Call the coordinator if it is wrong.")
        )
    ended = written(case.undo_until, case.hospital.zone, change.now)
    raise PathwayError(
        "admission_stands",
        _("An admission could be marked as entered in error until %(moment)s. Call the coordinator.")
        % {"moment": ended},
    )


def _wards_of(case: Case) -> set[Ward]:
    return {ward for ward in (case.ward, case.expecting_ward) if ward is not None}


def _void_the_stay(change: Change) -> None:
    """Nothing that was recorded of the stay counts, and none of its deadlines ever ran."""
    case = change.case
    for kind, model in RECORDS.items():
        rows = model.objects.counting().filter(case=case)
        Retraction.objects.bulk_create(
            Retraction(
                record=pk,
                kind=kind,
                case=case,
                reason=ErrorReason.WRONG_PATIENT,
                actor=change.person,
                at=change.now,
                with_admission=True,
            )
            for pk in rows.values_list("pk", flat=True)
        )
    for row in case.deadlines.filter(kind__in=OF_THE_STAY):
        lifecycle.take_back(row, now=change.now)
    case.voided_stays += 1
    case.admitted_at = case.diagnosed_at = None


def _put_back(case: Case, before: Mapping[str, Any]) -> None:
    case.ward = Ward.objects.select_related("hospital").filter(pk=before["ward"]).first()
    case.bed = before["bed"]
    case.expecting_ward = case.undo_until = None
    arrived = before.get("arrived_at")
    Transport.objects.filter(case=case).update(
        arrived_at=datetime.fromisoformat(arrived) if arrived else None,
        handed_over_at=None,
        handed_over_by=None,
        taken_over_by=None,
    )


def _restore_offer(change: Change, before: Mapping[str, Any]) -> Offer | None:
    """Give the request or promise that the admission ended its state back."""
    kept = before["offer"]
    offer = Offer.objects.select_related("ward__hospital").filter(pk=kept["id"]).first() if kept else None
    if offer is None:
        return None
    offer.state = kept["state"]
    if offer.is_open:
        offer.answered_at = None
    offer.save()
    return offer


@effect(Verb.CONFIRM_ADMISSION)
def confirm_admission(change: Change) -> None:
    """The time to undo is over: the ward that expected the patient no longer sees the case."""
    case = change.case
    if case.expecting_ward is not None:
        change.further_wards.add(case.expecting_ward)
        change.details[LEFT_WARD] = str(case.expecting_ward_id)
    case.expecting_ward = case.undo_until = None
