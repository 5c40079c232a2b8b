"""Deadlines: opened, met and dropped in the transaction of the fact that causes it.

Every function here expects the case to be locked by the caller.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection

from accounts.arrays import array
from accounts.prepared import ANY, PreparedRows
from notifications.services import withdraw
from referral.alerts import compose
from referral.models import Case, Deadline, Offer
from referral.pathway import timeline
from referral.pathway.table import LIVES
from referral.pathway.vocabulary import FOLLOW_UPS, Kind

INSTANT = timedelta(microseconds=1)
SINCE_FIRST_VISIT = frozenset({Kind.ASSESS, Kind.ADMIT}) | FOLLOW_UPS
PER_OFFER = frozenset({Kind.ACKNOWLEDGE, Kind.DECIDE})
REPEATED = frozenset({Kind.REASSESS})
RUNNING = PreparedRows(
    "running_deadlines",
    lambda: Deadline.objects.open().filter(case=ANY).select_related("offer"),
)
SAVE_CLOSED = """
UPDATE referral_deadline AS deadline
SET closed_at = closed.closed_at, outcome = closed.outcome, missed_at = closed.missed_at,
    done_late = closed.done_late
FROM unnest(%(ids)s::uuid[], %(closed)s::timestamptz[], %(outcomes)s::text[], %(missed)s::timestamptz[],
        %(late)s::boolean[])
    AS closed(id, closed_at, outcome, missed_at, done_late)
WHERE deadline.id = closed.id
"""


def span(case: Case, kind: Kind, occurred_at: datetime) -> tuple[datetime, datetime]:
    """When a deadline of `kind`, caused by a fact at `occurred_at`, starts and is due."""
    length = case.policy.length(kind)
    match kind:
        case Kind.ASSESS | Kind.FOLLOW_UP_28 | Kind.FOLLOW_UP_90:
            return case.first_visit_at, case.first_visit_at + length + case.policy.grace(kind)
        case Kind.ADMIT:
            flagged = case.flagged_at or occurred_at
            latest = flagged + timedelta(minutes=case.policy.late_flag_minutes)
            return flagged, max(case.first_visit_at + length, latest)
        case Kind.ARRIVE:
            return occurred_at, (case.expected_arrival_at or occurred_at) + length
        case _:
            return occurred_at, occurred_at + length


def running(case: Case) -> list[Deadline]:
    """The open deadlines of a case, each with its offer."""
    deadlines = RUNNING.of(case.pk)
    for deadline in deadlines:
        deadline.case = case
    return deadlines


def still_open(deadlines: Iterable[Deadline]) -> list[Deadline]:
    """Those of `deadlines` that nothing has closed."""
    return [deadline for deadline in deadlines if deadline.closed_at is None]


def missing(
    case: Case,
    kinds: Collection[Kind],
    *,
    running: Iterable[Deadline],
    offer: Offer | None,
    now: datetime,
    occurred_at: datetime,
) -> list[Deadline]:
    """Those of `kinds` that are not among `running`, or were closed there, made anew; the caller saves them.

    `offer` is the case's open one.
    """
    present = {(deadline.kind, deadline.offer_id) for deadline in still_open(running)}
    fresh = []
    for kind in sorted(kinds):
        about = offer if kind in PER_OFFER else None
        if (kind, about.pk if about else None) in present or _asked_often_enough(case, kind):
            continue
        starts_at, due_at = span(case, kind, now if kind in PER_OFFER else occurred_at)
        fresh.append(
            Deadline(
                case=case,
                kind=kind,
                offer=about,
                starts_at=starts_at,
                due_at=due_at,
                first_due_at=due_at,
                next_at=now,
            )
        )
    return fresh


def _asked_often_enough(case: Case, kind: Kind) -> bool:
    return kind in REPEATED and case.deadlines.filter(kind=kind).count() >= case.policy.reassessments


def meet(
    case: Case,
    running: Iterable[Deadline],
    kinds: Collection[Kind],
    *,
    offer: Offer | None,
    occurred_at: datetime,
    now: datetime,
) -> list[timeline.Line]:
    """Close those of `running` that are of `kinds` by a fact at `occurred_at`: met when that was in time.

    Returns the timeline's lines of it. The caller saves them, and what was closed with `save_closed`.
    """
    about = {None, offer.pk if offer else None}
    lines = []
    for deadline in still_open(running):
        if deadline.kind not in kinds or deadline.offer_id not in about:
            continue
        in_time = occurred_at <= deadline.due_at
        if in_time and deadline.missed_at:
            details = {"kind": deadline.kind}
            what = timeline.DEADLINE_MET_LATE_RECORD
            lines.append(timeline.line(case, what, details=details, occurred_at=occurred_at, now=now))
            deadline.missed_at = None
        if not in_time:
            lines += miss(case, deadline, now=now)
        deadline.done_late = not in_time
        deadline.closed_at = occurred_at
        deadline.outcome = Deadline.Outcome.MET if in_time else Deadline.Outcome.MISSED
    return lines


def drop_pointless(case: Case, running: Iterable[Deadline], *, now: datetime) -> list[timeline.Line]:
    """Close those of `running` that no longer matter in the case's state; one already missed stays missed.

    Returns the timeline's lines of it. The caller saves them, and what was closed with `save_closed`.
    """
    lines = []
    for deadline in still_open(running):
        offer_is_over = deadline.offer is not None and not deadline.offer.is_open
        is_of_use = case.state in LIVES[Kind(deadline.kind)] and not offer_is_over
        if is_of_use:
            continue
        if deadline.due_at < now:
            lines += miss(case, deadline, now=now)
        deadline.outcome = Deadline.Outcome.MISSED if deadline.missed_at else Deadline.Outcome.CANCELLED
        deadline.closed_at = now
    return lines


def miss(case: Case, deadline: Deadline, *, now: datetime) -> list[timeline.Line]:
    """Mark that the due time passed; the timeline's line for it, unless known. The caller saves both."""
    if deadline.missed_at is not None:
        return []
    deadline.missed_at = deadline.due_at
    details = {"kind": deadline.kind, "deadline": str(deadline.pk)}
    return [
        timeline.line(case, timeline.DEADLINE_MISSED, details=details, occurred_at=deadline.due_at, now=now)
    ]


def save_closed(deadlines: Iterable[Deadline], *, now: datetime) -> None:
    """Save those of `deadlines` that are closed, and take back what was notified about them.

    An offer that expired was answered by nobody: what was notified of its misses still stands.
    """
    closed = [deadline for deadline in deadlines if deadline.closed_at is not None]
    if not closed:
        return
    _save(closed)
    unanswered = {str(deadline.pk) for deadline in closed if _is_unanswered(deadline)}
    answered = {str(deadline.pk) for deadline in closed} - unanswered
    withdraw(subject_type=compose.DEADLINE, subject_ids=answered, now=now)
    withdraw(subject_type=compose.DEADLINE, subject_ids=unanswered, kinds=compose.BEFORE_THE_MISS, now=now)


def _save(closed: Sequence[Deadline]) -> None:
    columns = {
        "ids": array(deadline.pk for deadline in closed),
        "closed": array(deadline.closed_at for deadline in closed),
        "outcomes": array(deadline.outcome for deadline in closed),
        "missed": array(deadline.missed_at for deadline in closed),
        "late": array(deadline.done_late for deadline in closed),
    }
    with connection.cursor() as cursor:
        cursor.execute(SAVE_CLOSED, columns)


def _is_unanswered(deadline: Deadline) -> bool:
    return deadline.offer is not None and deadline.offer.state == Offer.State.EXPIRED


def reschedule(
    deadline: Deadline, case: Case, *, due_at: datetime, now: datetime, starts_at: datetime | None = None
) -> None:
    """Move a deadline's due time; rungs that would now lie in the past are not fired again."""
    deadline.starts_at, deadline.due_at = starts_at or deadline.starts_at, due_at
    if due_at > now:
        deadline.missed_at = None
    deadline.alerted_until = now
    deadline.next_at = next_evaluation(deadline, case)
    deadline.save()


def rejudge_from_first_visit(case: Case, *, now: datetime) -> None:
    """After the first visit was corrected: move what counts from it and judge again what is closed."""
    rows = case.deadlines.filter(kind__in=SINCE_FIRST_VISIT).exclude(outcome=Deadline.Outcome.CANCELLED)
    for deadline in rows:
        restart(deadline, case, starts_at=deadline.starts_at, now=now)


def restart(deadline: Deadline, case: Case, *, starts_at: datetime, now: datetime) -> None:
    """Count a deadline anew because what caused it was at another time, and judge again if it is closed."""
    starts_at, due_at = span(case, Kind(deadline.kind), starts_at)
    deadline.first_due_at = due_at
    if deadline.closed_at is None:
        reschedule(deadline, case, due_at=due_at, starts_at=starts_at, now=now)
        return
    deadline.starts_at, deadline.due_at = starts_at, due_at
    close_by_another(deadline, deadline.closed_at)


def close_by_another(deadline: Deadline, occurred_at: datetime) -> None:
    """Judge a closed deadline by the fact at `occurred_at` that fulfils it now."""
    in_time = occurred_at <= deadline.due_at
    deadline.closed_at, deadline.done_late = occurred_at, not in_time
    deadline.missed_at = None if in_time else deadline.due_at
    deadline.outcome = Deadline.Outcome.MET if in_time else Deadline.Outcome.MISSED
    deadline.save()


def run_again(deadline: Deadline, case: Case, *, now: datetime) -> None:
    """Open a deadline again because what fulfilled it was entered in error; one that was missed stays so."""
    deadline.closed_at, deadline.outcome, deadline.done_late = None, "", False
    deadline.alerted_until = now
    deadline.next_at = next_evaluation(deadline, case)
    deadline.save()


def reopen(deadline: Deadline, *, was_missed: bool, now: datetime) -> None:
    """Let a deadline run on, with its due time, because what ended it was entered in error.

    What it had alerted about was withdrawn when it ended, so its ladder speaks again from the start.
    """
    is_late = deadline.due_at <= now and (was_missed or deadline.missed_at is not None)
    deadline.closed_at, deadline.outcome, deadline.done_late = None, "", False
    deadline.missed_at = deadline.due_at if is_late else None
    deadline.alerted_until, deadline.next_at = None, now
    deadline.save()


def close_unmet(deadline: Deadline, by: datetime) -> None:
    """Judge a deadline that nothing fulfilled before it no longer mattered, which was at `by`."""
    is_late = deadline.due_at < by
    deadline.closed_at, deadline.missed_at = by, deadline.due_at if is_late else None
    deadline.outcome = Deadline.Outcome.MISSED if is_late else Deadline.Outcome.CANCELLED
    deadline.save()


def take_back(deadline: Deadline, *, now: datetime) -> None:
    """Close a deadline whose cause was entered in error, as of its start: it never ran and is not judged."""
    deadline.missed_at = None
    deadline.outcome, deadline.closed_at = Deadline.Outcome.CANCELLED, deadline.starts_at
    save_closed([deadline], now=now)


def due_without_grace(deadline: Deadline, case: Case) -> datetime:
    """The moment that the ladder counts to: the due time, or the day of the outcome before its grace."""
    return deadline.due_at - case.policy.grace(deadline.kind)


def next_evaluation(deadline: Deadline, case: Case) -> datetime:
    """When the ladder, or the due time itself, next needs the engine; silence holds back all but the miss."""
    moment = deadline.alerted_until or deadline.starts_at - INSTANT
    steps = case.policy.steps[deadline.kind]
    whole = deadline.starts_at, due_without_grace(deadline, case)
    coming = [at for step in steps if (at := step.next_after(moment, *whole))]
    if deadline.quiet_until:
        coming = [max(at, deadline.quiet_until) for at in coming]
    if deadline.missed_at is None:
        coming.append(deadline.due_at)
    return min(coming) if coming else datetime.max.replace(tzinfo=moment.tzinfo)
