"""The verbs on a case as a whole: end the referral, correct the first visit, mark as entered in error."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from accounts.local_time import written
from referral.deadlines import lifecycle
from referral.intake.first_visit import OLDEST_FIRST_VISIT
from referral.intake.routing import close_open_offer
from referral.models import Assessment, AssessmentRetraction, Case, Offer
from referral.pathway.change import Change
from referral.pathway.perform import effect
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import State, Verb


@effect(Verb.END_REFERRAL)
def end_referral(change: Change, *, reason: str, note: str = "") -> State:
    """No admission will come of it; the patient is followed up all the same."""
    change.details["reason"], change.note = reason, note
    close_open_offer(change.case, Offer.State.WITHDRAWN, now=change.now)
    return State.FOLLOW_UP


@effect(Verb.CORRECT_FIRST_VISIT)
def correct_first_visit(change: Change, *, first_visit_at: datetime, note: str = "") -> None:
    """Change the moment both windows count from; the old one stays on the timeline."""
    first_visit_at = change.past(first_visit_at, "first_visit_at")
    case = change.case
    _check_order(case, first_visit_at, change.now)
    change.details.update(before=case.first_visit_at.isoformat(), after=first_visit_at.isoformat())
    change.note = note
    case.first_visit_at = first_visit_at
    if case.flagged_at:
        case.flagged_late = flag_is_late(
            case.policy.length("admit"), case.policy.late_flag_minutes, first_visit_at, case.flagged_at
        )
    lifecycle.rejudge_from_first_visit(case, now=change.now)


def _check_order(case: Case, first_visit_at: datetime, now: datetime) -> None:
    """Raise InputError for a first visit that this case cannot have begun with: long before its registration,
    before the birth, or after something else that happened."""
    if case.registered_at - first_visit_at > OLDEST_FIRST_VISIT:
        message = _("The first visit cannot be more than 30 days before it was registered. Check the date.")
        raise InputError(("first_visit_at", "too_old", message))
    zone = ZoneInfo(case.hospital.zone)
    if first_visit_at.astimezone(zone).date() < case.patient.birth_date.earliest:
        raise InputError(
            ("first_visit_at", "out_of_order", _("The first visit cannot come before the patient's birth."))
        )
    later = case.events.exclude(what__in=(Verb.REGISTER, Verb.CORRECT_FIRST_VISIT))
    earliest = later.aggregate(at=Min("occurred_at"))["at"]
    if earliest and first_visit_at > earliest:
        moment = written(earliest, case.hospital.zone, now)
        raise InputError(
            (
                "first_visit_at",
                "out_of_order",
                _("The first visit cannot come after what was recorded for %(moment)s.") % {"moment": moment},
            )
        )


def flag_is_late(
    window: timedelta, late_minutes: int, first_visit_at: datetime, flagged_at: datetime
) -> bool:
    """Whether a flag came so late that the window is counted from the flag."""
    return flagged_at + timedelta(minutes=late_minutes) > first_visit_at + window


@effect(Verb.MARK_ENTERED_IN_ERROR)
def mark_entered_in_error(
    change: Change, *, reason: str, assessment: Assessment | None = None, note: str = ""
) -> State | None:
    """Retract one assessment, or the whole case when none is named. Not for a patient who really was ill.

    A watched case without any assessment left waits for its indicators again.
    """
    change.details["reason"], change.note = reason, note
    if assessment is None:
        close_open_offer(change.case, Offer.State.WITHDRAWN, now=change.now)
        return State.CANCELLED
    if assessment.case_id != change.case.pk or hasattr(assessment, "retraction"):
        raise InputError(
            ("assessment", "not_found", _("This case has no such assessment, or it was retracted before."))
        )
    AssessmentRetraction.objects.create(
        assessment=assessment, reason=reason, actor=change.person, at=change.now
    )
    change.details["assessment"] = str(assessment.pk)
    change.case.assessment = (
        Assessment.objects.filter(case=change.case, retraction__isnull=True).order_by("-number").first()
    )
    is_bare = change.case.state == State.WATCHED and change.case.assessment is None
    return State.REGISTERED if is_bare else None
