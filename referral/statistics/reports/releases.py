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
from referral.models import CaseFacts
from referral.statistics.reports import anonymity

ACTION = "research_export"


@dataclass(frozen=True, slots=True)
class Releases:
    """`batches`: the cases that came into one file together. `waiting`: how many wait for the next."""

    batches: Sequence[frozenset[UUID]]
    waiting: int


def releases(rows: QuerySet[CaseFacts], network: UUID, *, now: datetime) -> Releases:
    """The cases of `rows` that a file taken at `now` may hold, after the files that were taken before."""
    remaining = list(
        rows.order_by("case__registered_at").values_list("case__registered_at", "pk", "case__person_id")
    )
    batches: list[frozenset[UUID]] = []
    for moment in [*_taken(network, now), now]:
        new = [case for case in remaining if case[0] <= moment]
        if len({person for _registered, _case, person in new}) >= anonymity.K:
            batches.append(frozenset(case for _registered, case, _person in new))
            remaining = remaining[len(new) :]
    return Releases(batches, len(remaining))


def _taken(network: UUID, now: datetime) -> list[datetime]:
    entries = AuditEntry.objects.filter(network=network, action=ACTION, at__lt=now)
    return list(entries.order_by("at").values_list("at", flat=True))
