"""Alerting at once whom a ladder would alert next, because somebody who was alerted asks for it."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from notifications.models import Notification
from notifications.services import post
from referral.alerts import compose
from referral.alerts.recipients import STAND_INS, Directory
from referral.deadlines.lifecycle import due_without_grace
from referral.models import Deadline


def alert_next_rung(deadline: Deadline, *, by: UUID, now: datetime) -> int:
    """Alert whom the ladder would alert next and nobody has alerted yet; returns how many people that is.

    Where everybody was alerted, the ward lead and the coordinator are once more; never `by`, who asks. The
    ladder itself goes on as if nothing had been asked. The case of `deadline` is locked by the caller.
    """
    case = deadline.case
    directory = Directory(now, [case], [deadline.offer.ward] if deadline.offer else [])
    alerted = _alerted(deadline)
    stand_ins = directory.everyone(STAND_INS, case, deadline.offer)[0]
    for severity, people in _ahead(deadline, directory, now):
        if fresh := people - alerted - {by}:
            return _alert(deadline, fresh, severity, directory, now)
    return _alert(deadline, (stand_ins - alerted or stand_ins) - {by}, "critical", directory, now)


def _alerted(deadline: Deadline) -> set[UUID]:
    rows = Notification.objects.active().filter(
        alert__subject_type=compose.DEADLINE, alert__subject_id=str(deadline.pk)
    )
    return set(rows.values_list("recipient", flat=True))


def _ahead(deadline: Deadline, directory: Directory, now: datetime) -> Iterator[tuple[str, frozenset[UUID]]]:
    """The rungs that are still to come, the next first: how loudly, and whom."""
    case, due = deadline.case, due_without_grace(deadline, deadline.case)
    steps = case.policy.steps[deadline.kind]
    coming = [(at, step) for step in steps if (at := step.next_after(now, deadline.starts_at, due))]
    for _at, step in sorted(coming, key=lambda rung: rung[0]):
        yield step.severity, directory.everyone(frozenset(step.audience), case, deadline.offer)[0]


def _alert(
    deadline: Deadline, people: frozenset[UUID], severity: str, directory: Directory, now: datetime
) -> int:
    coordinators = directory.people("coordinator", deadline.case, None)
    notices = compose.alerts(deadline, people, severity=severity, rungs=1, now=now, coordinators=coordinators)
    return post(notices=notices, now=now)
