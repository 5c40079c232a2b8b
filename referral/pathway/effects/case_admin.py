"""The verbs of every open state: message, end, corrections, extension, silence, reason for a delay."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from accounts.local_time import written
from accounts.skew import without_skew
from referral.alerts import compose
from referral.deadlines import lifecycle
from referral.intake.first_visit import OLDEST_FIRST_VISIT
from referral.intake.routing import close_open_offer
from referral.models import Assessment, AssessmentRetraction, Case, Deadline, Message, Offer
from referral.pathway.case_roles import answers_for, parties_of
from referral.pathway.change import Change
from referral.pathway.perform import effect
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Audience, State, Verb

LONGEST_SILENCE = timedelta(hours=12)
LONGEST_EXTENSION = timedelta(days=7)


@effect(Verb.MESSAGE)
def message(change: Change, *, text: str) -> None:
    """Say something to the other side. The text is encrypted and told to nobody outside the case."""
    written = Message.objects.create(case=change.case, author=change.person, text=text, sent_at=change.now)
    change.details["message"] = str(written.pk)
    change.also_notifies |= compose.other_side(change)
    if change.case.expecting_ward is not None:
        change.also_notifies.add(Audience.DUTY)
        change.further_wards.add(change.case.expecting_ward)


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


def _open_deadline(change: Change, deadline: Deadline) -> Deadline:
    running = change.case.deadlines.open().filter(pk=deadline.pk).first()
    if running is None:
        raise InputError(("deadline", "not_open", _("This deadline is no longer open. Reload the case.")))
    _refuse_that_of_others(change, running)
    change.details["kind"] = running.kind
    return running


def _refuse_that_of_others(change: Change, deadline: Deadline) -> None:
    parties = parties_of(change.person, change.case, change.offer)
    if not answers_for(change.person, deadline, change.case, parties):
        message = _("Your ward does not answer for this deadline. Choose one of its own.")
        raise InputError(("deadline", "of_others", message))


@effect(Verb.EXTEND)
def extend(change: Change, *, deadline: Deadline, due_at: datetime, reason: str) -> None:
    """Give more time. The first due time stays visible and is what the statistics count by."""
    running = _open_deadline(change, deadline)
    if due_at <= max(change.now, running.due_at):
        raise InputError(
            ("due_at", "not_later", _("The new time must be later than the present one and in the future."))
        )
    latest = max(change.now, running.due_at) + LONGEST_EXTENSION
    due_at = without_skew(due_at, latest)
    if due_at > latest:
        raise InputError(
            (
                "due_at",
                "too_far",
                _("A deadline is extended by seven days at most. Check the date, or extend it again later."),
            )
        )
    change.details.update(before=running.due_at.isoformat(), after=due_at.isoformat())
    change.note = reason
    lifecycle.reschedule(running, change.case, due_at=due_at, now=change.now)


@effect(Verb.SNOOZE)
def snooze(change: Change, *, deadline: Deadline, until: datetime, reason: str) -> None:
    """Silence the reminders of a deadline until a stored time. The due time, and the miss, stay."""
    running = _open_deadline(change, deadline)
    until = without_skew(until, change.now + LONGEST_SILENCE)
    if not change.now < until <= change.now + LONGEST_SILENCE:
        raise InputError(
            ("until", "out_of_range", _("Silence ends in the future and lasts 12 hours at most."))
        )
    running.quiet_until, running.quiet_cause = until, "snoozed"
    running.next_at = lifecycle.next_evaluation(running, change.case)
    running.save()
    change.details["until"], change.note = until.isoformat(), reason


@effect(Verb.EXPLAIN_DELAY)
def explain_delay(change: Change, *, deadline: Deadline, reason: str, note: str = "") -> None:
    """Say why a deadline was missed."""
    missed = change.case.deadlines.filter(pk=deadline.pk, missed_at__isnull=False).first()
    if missed is None:
        raise InputError(("deadline", "not_missed", _("A reason is asked for missed deadlines only.")))
    _refuse_that_of_others(change, missed)
    missed.delay_reason = reason
    missed.save()
    change.details.update(kind=missed.kind, deadline=str(missed.pk), reason=reason)
    change.note = note
