"""The deadline engine: claims what is due, alerts, marks misses, lets offers expire.

Any number may run at once. It holds the case's row while it works, as `perform` does, and passes over cases
that somebody else holds; those come up again in the next cycle. It never sends anything.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Hospital, Ward
from referral.alerts import compose
from referral.deadlines.escalation import escalate
from referral.deadlines.quarantine import reason_of
from referral.models import Assessment, Case, Deadline, Offer, PathwayPolicy
from referral.models.deadlines import DeadlineQuerySet
from referral.pathway import timeline
from referral.pathway.locking import lock
from referral.pathway.notes import note
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb

BATCH = 500
READ = (
    *("kind", "offer_id", "starts_at", "due_at", "alerted_until", "next_at", "missed_at", "quiet_until"),
    *("case__number", "case__event_count", "case__state", "case__network_id", "case__hospital_id"),
    *("case__ward_id", "case__policy_id", "case__assessment_id", "case__registered_by_id"),
)
"""What evaluating needs of a deadline and its case; anything else would be read row by row."""

log = logging.getLogger(__name__)


def run_cycle(now: datetime) -> int:
    """Fire everything that is due at `now`; return how many deadlines were looked at.

    A batch that is not full was the last one: what others hold comes up in the next cycle.
    """
    looked_at = claimed = fire_batch(now)
    while claimed >= BATCH:
        claimed = fire_batch(now)
        looked_at += claimed
    confirm_admissions(now)
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
            due = claim(due_rows(now), now, limit=BATCH)
            fire_cases(due, now)
            return len(due)
    except Exception:
        log.exception("engine.batch_failed")
        return fire_one_by_one(now)


def due_rows(now: datetime) -> DeadlineQuerySet:
    """Open deadlines that the engine has to look at by `now`."""
    return Deadline.objects.open().filter(next_at__lte=now, quarantined_at__isnull=True)


def claim(rows: DeadlineQuerySet, now: datetime, limit: int | None = None) -> list[Deadline]:
    """Lock the cases of `rows`, the longest due first, and return all that is due on them.

    Cases that others hold are passed over. Deadlines are written by who holds their case only, and read here
    once it is held: a lock of their own would be one that two engines can have on each other's cases.
    """
    chosen = rows.select_related("case").only("next_at", "case__number").order_by("next_at")
    cases = {row.case_id for row in chosen.select_for_update(of=("case",), skip_locked=True)[:limit]}
    due = due_rows(now).filter(case__in=cases) if cases else Deadline.objects.none()
    return list(due.select_related("case").only(*READ).order_by("next_at"))


def fire_cases(due: list[Deadline], now: datetime) -> None:
    """Fire everything that is due on locked cases; then offers whose time has run out expire.

    An expiry closes other deadlines of its case, whose misses nobody would be alerted of any more.
    """
    ran_out = fire_shared(due, now)
    expiring = {row.case_id: row.offer_id for row in due if row.offer_id in ran_out}
    for case, offer in expiring.items():
        perform(case, Verb.EXPIRE_OFFER, actor=None, now=now, offer=offer)


def fire_shared(due: list[Deadline], now: datetime) -> set[UUID]:
    """Fire locked deadlines with what they have in common read once; the offers whose time has run out."""
    share(due)
    return set(escalate(due, now=now))


def share(due: list[Deadline]) -> None:
    """Let deadlines of one case hold the same case, and all of them what they have in common, read once."""
    cases = {deadline.case_id: deadline.case for deadline in due}
    policies = PathwayPolicy.objects.in_bulk({case.policy_id for case in cases.values()})
    hospitals = Hospital.objects.in_bulk({case.hospital_id for case in cases.values()})
    wards = Ward.objects.select_related("hospital").in_bulk({case.ward_id for case in cases.values()})
    without_values = Assessment.objects.defer("entered", "values", "result", "red_flags")
    assessments = without_values.in_bulk({case.assessment_id for case in cases.values()})
    offers = Offer.objects.select_related("ward__hospital").in_bulk({deadline.offer_id for deadline in due})
    for case in cases.values():
        case.policy, case.hospital = policies[case.policy_id], hospitals[case.hospital_id]
        case.ward, case.assessment = wards.get(case.ward_id), assessments.get(case.assessment_id)
    for deadline in due:
        deadline.case, deadline.offer = cases[deadline.case_id], offers.get(deadline.offer_id)


def fire_one_by_one(now: datetime) -> int:
    """The batch again, case by case, each in its own transaction. Returns the rows looked at.

    Each row is rehearsed alone first: one that raises is quarantined, and the others of its case are not.
    """
    with transaction.atomic():
        due = claim(due_rows(now), now, limit=BATCH)
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
    due = claim(due_rows(now).filter(pk=key), now)
    fire_shared([row for row in due if row.pk == key], now)
    transaction.set_rollback(True)


def fire_case_of(key: UUID, now: datetime) -> None:
    """Fire everything that is due on the case of one deadline that is due."""
    fire_cases(claim(due_rows(now).filter(pk=key), now), now)


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
    upcoming = (
        Deadline.objects.open()
        .filter(quarantined_at__isnull=True)
        .order_by("next_at")
        .values_list("next_at", flat=True)
        .first()
    )
    return at_most if upcoming is None else min(at_most, max(0.0, (upcoming - now).total_seconds()))
