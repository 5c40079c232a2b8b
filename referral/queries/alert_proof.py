"""Whether somebody knows: who was alerted about what is awaited on a case, what became of it, who is next."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications.fates import ORDER, Alerted, Knowledge, alerted_about
from referral.alerts import compose
from referral.deadlines.ladders import Step
from referral.deadlines.lifecycle import due_without_grace
from referral.models import Case, Deadline
from referral.pathway.vocabulary import Kind

AWAITED = frozenset({Kind.ACKNOWLEDGE, Kind.DECIDE, Kind.PLACE, Kind.ARRIVE, Kind.ANSWER_ADVICE})
"""Deadlines on which one side waits for the other."""
MOST_AHEAD = 8


@dataclass(frozen=True, slots=True)
class NextAlert:
    """A rung that is still to come: when, of which deadline, whom it looks for."""

    at: datetime
    deadline: Deadline
    step: Step


@dataclass(frozen=True, slots=True)
class AlertProof:
    """`alerts`: the alerts that still matter, the first first; `ahead`: what follows if nothing is done."""

    alerts: list[Alerted]
    ahead: list[NextAlert]

    @property
    def knowledge(self) -> Knowledge:
        """The best that is certain of anybody."""
        levels = (row.knowledge for row in self.alerts)
        return max(levels, key=ORDER.index, default=Knowledge.NOBODY_ALERTED)

    @property
    def best(self) -> Alerted | None:
        """The alert of which most is certain, the earliest of them."""
        return next((row for row in self.alerts if row.knowledge == self.knowledge), None)


def proofs_of(cases: Collection[Case], now: datetime) -> Mapping[UUID, AlertProof]:
    """By case of `selectors.cases` on which one side waits for the other; two questions for all of them."""
    awaited = {case.pk: rows for case in cases if (rows := _awaited(case))}
    subjects = {str(row.pk): pk for pk, rows in awaited.items() for row in rows}
    alerts: dict[UUID, list[Alerted]] = {}
    for one in alerted_about(compose.DEADLINE, list(subjects)) if subjects else ():
        alerts.setdefault(subjects[one.notification.alert.subject_id], []).append(one)
    policies = {case.pk: case.policy for case in cases}
    return {
        pk: AlertProof(alerts.get(pk, []), _ahead(rows, policies[pk].steps, now))
        for pk, rows in awaited.items()
    }


def proof_of(case: Case, now: datetime) -> AlertProof | None:
    """Of one case; None where nobody waits for anybody."""
    return proofs_of([case], now).get(case.pk)


def _awaited(case: Case) -> list[Deadline]:
    return [row for row in case.deadlines.all() if row.kind in AWAITED and row.closed_at is None]


def _ahead(
    deadlines: Collection[Deadline], steps: Mapping[str, Collection[Step]], now: datetime
) -> list[NextAlert]:
    rungs = []
    for row in deadlines:
        silent_until = max(now, row.quiet_until or now)
        for step in steps[row.kind]:
            due = due_without_grace(row, row.case)
            if (at := step.next_after(silent_until, row.starts_at, due)) is not None:
                rungs.append(NextAlert(at, row, step))
    return sorted(rungs, key=lambda rung: rung.at)[:MOST_AHEAD]
