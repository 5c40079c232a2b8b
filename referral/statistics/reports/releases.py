"""Which cases come into a file: those new since the file before only together, five persons or more.

Two files compared tell who is new. So cases come in batches: the persons of a batch are hidden among each
other, and a batch that is too small waits for the next file. That a file was taken stands on the audit trail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import AuditEntry
from referral.models import CaseFacts, Event
from referral.pathway.vocabulary import State
from referral.statistics.reports import anonymity

ACTION = "research_export"


@dataclass(frozen=True, slots=True)
class Releases:
    """`batches`: the cases that came into one file together. `waiting`: how many wait for the next."""

    batches: Sequence[frozenset[UUID]]
    waiting: int


def releases(rows: QuerySet[CaseFacts], network: UUID, *, now: datetime) -> Releases:
    """The cases of `rows` that a file taken at `now` may hold, after the files that were taken before."""
    begun = rows.order_by("case__registered_at")
    return _in_batches(
        list(begun.values_list("case__registered_at", "pk", "case__person_id")),
        [*_taken(network, now), now],
    )


def closed_together(rows: QuerySet[CaseFacts], network: UUID, *, now: datetime) -> frozenset[UUID]:
    """The closed cases of `rows` whose times a file taken at `now` may tell: each was closed between the same
    two files as those of four other persons or more."""
    closings = Event.objects.filter(case__in=rows.values("pk"), state_after=State.CLOSED)
    newest = closings.exclude(state_before=State.CLOSED).order_by("recorded_at")
    released = _in_batches(
        list(newest.values_list("recorded_at", "case", "case__person_id")), [*_taken(network, now), now]
    )
    return frozenset().union(*released.batches)


def _in_batches(remaining: list[tuple[datetime, UUID, UUID]], files: Sequence[datetime]) -> Releases:
    """Cases with their moment and person, in the order of their moments, by the file that each came into."""
    batches: list[frozenset[UUID]] = []
    for taken_at in files:
        new = [case for case in remaining if case[0] <= taken_at]
        if len({person for _moment, _case, person in new}) >= anonymity.K:
            batches.append(frozenset(case for _moment, case, _person in new))
            remaining = remaining[len(new) :]
    return Releases(batches, len(remaining))


def _taken(network: UUID, now: datetime) -> list[datetime]:
    entries = AuditEntry.objects.filter(network=network, action=ACTION, at__lt=now)
    return list(entries.order_by("at").values_list("at", flat=True))
