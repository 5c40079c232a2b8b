"""Deadlines that the engine could not evaluate and set aside: which, why, and letting them run again."""

from datetime import datetime
from pathlib import Path
from traceback import extract_tb

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.models import User
from referral.models import Deadline
from referral.pathway import timeline
from referral.pathway.locking import lock
from referral.pathway.notes import note
from referral.pathway.refusals import AccessError

ROOT = Path(__file__).resolve().parents[2]


def set_aside(user: User) -> QuerySet[Deadline]:
    """Deadlines set aside in the networks that `user` administers, the oldest first."""
    rows = Deadline.objects.open().filter(quarantined_at__isnull=False)
    if not user.is_superuser:
        rows = rows.filter(case__network__in=user.access.administers)
    return rows.select_related("case__hospital", "case__network").order_by("quarantined_at", "pk")


def reason_of(error: Exception) -> str:
    """What went wrong where, without the error's own words: those may hold what was typed."""
    frames = extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT)]
    last = (own or list(frames))[-1:]
    where = "".join(f" in {frame.name} ({Path(frame.filename).name}:{frame.lineno})" for frame in last)
    return f"{type(error).__name__}{where}"[:300]


@transaction.atomic
def release(*, deadline: Deadline, actor: User, now: datetime) -> Deadline:
    """Let the engine try a deadline of `set_aside(actor)` again; on the timeline and on the audit trail.

    Raises AccessError for one of another network. One that runs again already stays as it is.
    """
    if not actor.is_superuser and deadline.case.network_id not in actor.access.administers:
        raise AccessError
    case = lock(deadline.case_id)
    freed = Deadline.objects.filter(pk=deadline.pk, quarantined_at__isnull=False).update(
        quarantined_at=None, quarantine_reason=""
    )
    if freed:
        details = {"kind": deadline.kind}
        note(case, timeline.DEADLINE_RELEASED, actor=actor, details=details, now=now)
        audit.record(
            actor=actor,
            action="release_deadline",
            subject_type="deadline",
            subject_id=deadline.pk,
            now=now,
            network=case.network_id,
            kind=deadline.kind,
        )
    deadline.refresh_from_db()
    return deadline
