"""The deadline engine: claims what is due, alerts, marks misses, lets offers expire.

Any number may run at once. It holds the case's row while it works, as `perform` does, and passes over cases
that somebody else holds; those come up again in the next cycle. It never sends anything.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from referral.alerts import compose
from referral.deadlines.claiming import claim
from referral.deadlines.escalation import escalate
from referral.deadlines.quarantine import reason_of
from referral.models import Case, Deadline
from referral.pathway import timeline
from referral.pathway.locking import lock
from referral.pathway.notes import note
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb

BATCH = 500
NEXT = """
SELECT next_at FROM referral_deadline WHERE closed_at IS NULL AND quarantined_at IS NULL
ORDER BY next_at LIMIT 1
"""
log = logging.getLogger(__name__)


def run_cycle(now: datetime) -> int:
    """Do everything that is to be done at `now`; return how many deadlines were looked at."""
    looked_at = fire_due(now)
    confirm_admissions(now)
    return looked_at


def fire_due(now: datetime) -> int:
    """Fire everything that is due at `now`; return how many deadlines were looked at.

    A batch that is not full was the last one: what others hold comes up in the next cycle.
    """
    looked_at = claimed = fire_batch(now)
    while claimed >= BATCH:
        claimed = fire_batch(now)
        looked_at += claimed
    return looked_at


def confirm_admissions(now: datetime) -> None:
    """Let admissions stand whose time to be undone is over; a ward that expected the patient sees no more."""
    over = Case.objects.filter(undo_until__lt=now)
    for key in list(over.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            case = over.select_for_update(skip_locked=True).filter(pk=key).first()
            if case is not None and case.expecting_ward_id is not None:
                perform(case, Verb.CONFIRM_ADMISSION, actor=None, now=now)
            elif case is not None:
                over.filter(pk=key).update(undo_until=None)


def fire_batch(now: datetime) -> int:
    """One batch in one transaction. If a row raises, the batch runs case by case and sets it aside."""
    try:
        with transaction.atomic():
            due = claim(now, limit=BATCH)
            fire_cases(due, now)
            return len(due)
    except Exception:
        log.exception("engine.batch_failed")
        return fire_one_by_one(now)


def fire_cases(due: list[Deadline], now: datetime) -> None:
    """Fire everything that is due on locked cases; then offers whose time has run out expire.

    An expiry closes other deadlines of its case, whose misses nobody would be alerted of any more.
    """
    ran_out = set(escalate(due, now=now))
    expiring = {row.case_id: row.offer_id for row in due if row.offer_id in ran_out}
    for case, offer in expiring.items():
        perform(case, Verb.EXPIRE_OFFER, actor=None, now=now, offer=offer)


def fire_one_by_one(now: datetime) -> int:
    """The batch again, case by case, each in its own transaction. Returns the rows looked at.

    Each row is rehearsed alone first: one that raises is quarantined, and the others of its case are not.
    """
    with transaction.atomic():
        due = claim(now, limit=BATCH)
    for step in (rehearse, fire_case_of):
        for row in due:
            _or_quarantine(step, row.pk, now)
    return len(due)


def _or_quarantine(step: Callable[[UUID, datetime], None], key: UUID, now: datetime) -> None:
    try:
        with transaction.atomic():
            step(key, now)
    except Exception as error:
        log.exception("engine.deadline_quarantined", extra={"deadline": str(key)})
        quarantine(key, now, reason_of(error))


def rehearse(key: UUID, now: datetime) -> None:
    """Find out whether one deadline can be fired, and undo it."""
    escalate([row for row in claim(now, only=key) if row.pk == key], now=now)
    transaction.set_rollback(True)


def fire_case_of(key: UUID, now: datetime) -> None:
    """Fire everything that is due on the case of one deadline that is due."""
    fire_cases(claim(now, only=key), now)


@transaction.atomic
def quarantine(key: UUID, now: datetime, reason: str = "") -> None:
    """Set a deadline aside that cannot be fired, on the timeline and with an alert to the administrators."""
    deadline = Deadline.objects.get(pk=key)
    case = lock(deadline.case_id)
    Deadline.objects.filter(pk=key).update(quarantined_at=now, quarantine_reason=reason)
    note(case, timeline.DEADLINE_QUARANTINED, actor=None, details={"kind": deadline.kind}, now=now)
    compose.notify_operators(
        case, kind=compose.QUARANTINED, severity="critical", now=now, deadline=deadline.kind
    )


def seconds_until_next(now: datetime, at_most: float) -> float:
    """How long the engine may sleep."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        upcoming = cursor.fetchone()
    return at_most if upcoming is None else min(at_most, max(0.0, (upcoming[0] - now).total_seconds()))
