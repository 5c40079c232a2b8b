"""Why a case was referred, in the words of the first hospital: coded reasons and notes of its verbs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from referral.codes import ReferReason
from referral.models import Case, Event
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Verb

SPEAKING = (Verb.ASSESS, Verb.REFER)


@dataclass(frozen=True, slots=True)
class Ground:
    """What was said when a case was assessed or referred. `reason`: of a direct referral; else empty."""

    verb: Verb
    reason: Text
    note: str
    by: User
    at: datetime


def with_grounds(rows: QuerySet[Case]) -> QuerySet[Case]:
    """`rows` with what `grounds_of` reads, in one query."""
    return rows.prefetch_related(Prefetch("events", _events(), to_attr="referring_events"))


def grounds_of(case: Case) -> list[Ground]:
    """Everything the first hospital said when it assessed or referred a visible case, the oldest first."""
    loaded: Iterable[Event] | None = getattr(case, "referring_events", None)
    events = _events().filter(case=case) if loaded is None else loaded
    return [
        _ground(event, event.actor)
        for event in events
        if event.actor is not None and (event.note or event.details.get("reason"))
    ]


def _events() -> QuerySet[Event]:
    return Event.objects.filter(what__in=SPEAKING).select_related("actor").order_by("number")


def _ground(event: Event, by: User) -> Ground:
    code = event.details.get("reason", "")
    reason = ReferReason(code).label if code in ReferReason.values else ""
    return Ground(Verb(event.what), reason, event.note or "", by, event.occurred_at)
