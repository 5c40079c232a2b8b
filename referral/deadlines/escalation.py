"""Working through ladders: what a moment means for many open deadlines, evaluated and written at once.

The caller holds the cases' locks. However many deadlines there are, they cost the same few statements.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from accounts.arrays import array
from notifications.services import post
from notifications.types import Notice
from referral.alerts import compose
from referral.alerts.recipients import Directory
from referral.deadlines.lifecycle import INSTANT, due_without_grace, miss, next_evaluation
from referral.models import Deadline
from referral.pathway import timeline
from referral.pathway.vocabulary import Audience, Kind

SAVE = """
WITH counted AS (
    UPDATE referral_case AS "case" SET event_count = changed.event_count
    FROM unnest(%(cases)s::uuid[], %(counts)s::int[]) AS changed(id, event_count)
    WHERE "case".id = changed.id
)
UPDATE referral_deadline AS deadline
SET alerted_until = changed.alerted_until, next_at = changed.next_at, missed_at = changed.missed_at
FROM unnest(%(id)s::uuid[], %(alerted_until)s::timestamptz[], %(next_at)s::timestamptz[],
        %(missed_at)s::timestamptz[])
    AS changed(id, alerted_until, next_at, missed_at)
WHERE deadline.id = changed.id
"""


@dataclass(slots=True)
class Escalation:
    """What evaluating one deadline gave: whom to alert, how loudly, and whether its offer has run out."""

    deadline: Deadline
    audience: frozenset[str]
    severity: str
    rungs: int
    offer_ran_out: bool
    lines: list[timeline.Line] = field(default_factory=list)


def escalate(deadlines: Sequence[Deadline], *, now: datetime) -> list[UUID]:
    """Work through the ladders of locked cases' open deadlines up to `now`, and write what that means.

    Returns the ids of offers whose time has run out, for the caller to expire.
    """
    escalations = [evaluate(deadline, now) for deadline in deadlines if deadline.next_at <= now]
    if not escalations:
        return []
    directory = Directory(
        now,
        {each.deadline.case_id: each.deadline.case for each in escalations}.values(),
        [each.deadline.offer.ward for each in escalations if each.deadline.offer],
    )
    notices = [notice for each in escalations for notice in alert(each, directory, now)]
    save(escalations)
    post(notices=notices, now=now)
    compose.publish_missed({line.case.pk: line.case for each in escalations for line in each.lines}.values())
    return sorted(
        {each.deadline.offer_id for each in escalations if each.offer_ran_out and each.deadline.offer_id}
    )


def first_alerts(
    fresh: Iterable[Deadline], directory: Directory, now: datetime
) -> tuple[list[Notice], list[timeline.Line]]:
    """Work through the ladders of deadlines that are not saved yet; return whom to alert, and the lines."""
    escalations = [evaluate(deadline, now) for deadline in fresh]
    notices = [notice for each in escalations for notice in alert(each, directory, now)]
    return notices, [line for each in escalations for line in each.lines]


def evaluate(deadline: Deadline, now: datetime) -> Escalation:
    """Advance one deadline to `now` in memory and say what that means. Rungs passed together: one alert."""
    case = deadline.case
    lines = miss(case, deadline, now=now) if deadline.due_at <= now else []
    silent = deadline.quiet_until is not None and deadline.quiet_until > now and not lines
    moment = deadline.alerted_until or deadline.starts_at - INSTANT
    counted_to = due_without_grace(deadline, case)
    rungs = [
        step
        for step in case.policy.steps[deadline.kind]
        if not silent
        and (at := step.next_after(moment, deadline.starts_at, counted_to)) is not None
        and at <= now
    ]
    if not silent:
        deadline.alerted_until = now
    deadline.next_at = next_evaluation(deadline, case)
    return Escalation(
        deadline=deadline,
        audience=frozenset(person for step in rungs for person in step.audience),
        severity=max((step.severity for step in rungs), key=compose.LOUDNESS.index, default="info"),
        rungs=len(rungs),
        offer_ran_out=_promise_is_over(deadline, now)
        or case.policy.expires_unanswered
        and any(step.expires_offer for step in rungs),
        lines=lines,
    )


def _promise_is_over(deadline: Deadline, now: datetime) -> bool:
    """Whether a ward that accepts when a bed is free has not accepted by the time that it named."""
    offer = deadline.offer if deadline.kind == Kind.DECIDE else None
    return offer is not None and offer.bed_promised_until is not None and deadline.due_at <= now


def alert(escalation: Escalation, directory: Directory, now: datetime) -> list[Notice]:
    """The notices of one escalation; where nobody is on duty, that is a line, and others stand in."""
    deadline, case = escalation.deadline, escalation.deadline.case
    recipients, nobody_on_duty = directory.everyone(escalation.audience, case, deadline.offer)
    if nobody_on_duty:
        escalation.lines.append(compose.nobody_on_duty(deadline, now))
    return compose.alerts(
        deadline,
        recipients,
        severity=escalation.severity,
        rungs=escalation.rungs,
        now=now,
        nobody_on_duty=nobody_on_duty,
        coordinators=directory.people(Audience.COORDINATOR, case, None),
    )


def save(escalations: Iterable[Escalation]) -> None:
    """Write rows and lines of all escalations."""
    rows = [each.deadline for each in escalations]
    lines = [line for each in escalations for line in each.lines]
    counts = {line.case.pk: line.case.event_count for line in lines}
    columns = ("id", "alerted_until", "next_at", "missed_at")
    params = {name: array(getattr(row, name) for row in rows) for name in columns}
    timeline.store(lines)
    with connection.cursor() as cursor:
        cursor.execute(SAVE, params | {"cases": array(counts), "counts": array(counts.values())})
