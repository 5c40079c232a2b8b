"""The verbs on a deadline of a case: extend, silence, give the reason for a delay."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.skew import without_skew
from referral.deadlines import lifecycle
from referral.models import Deadline
from referral.pathway.case_roles import answers_for, parties_of
from referral.pathway.change import Change
from referral.pathway.perform import effect
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb

LONGEST_SILENCE = timedelta(hours=12)
LONGEST_EXTENSION = timedelta(days=7)


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
