"""A coordinator's morning: what happened overnight, what waits, what will be missed, whose outcome is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet, Value

from accounts.models import User
from referral.models import Case, Deadline, Event
from referral.pathway import timeline
from referral.pathway.vocabulary import ACUTE, FOLLOW_UPS, Verb
from referral.queries.cases import LEAST_TIME_FIRST, worklist

EVENING = time(19)
SOON = timedelta(hours=6)
FOLLOW_UPS_AHEAD = timedelta(days=3)
MOST = 200
NOTABLE = (
    *(Verb.REGISTER, Verb.ASSESS, Verb.REFER, Verb.ACCEPT, Verb.DECLINE, Verb.EXPIRE_OFFER, Verb.PASS_ON),
    *(Verb.REDIRECT, Verb.WITHDRAW, Verb.RELEASE, Verb.DEPART, Verb.DIVERT, Verb.ADMIT, Verb.HAND_OVER),
    *(Verb.UNDO_ADMISSION, Verb.RECORD_DEATH, Verb.END_REFERRAL, Verb.TRANSFER),
    *(timeline.DEADLINE_MISSED, timeline.NOBODY_ON_DUTY, timeline.ALERT_UNDELIVERABLE),
)
"""What somebody who slept has to know of the night."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a morning has to tell; nothing that names a patient."""

    overnight: int
    overdue: int
    soon: int
    follow_ups: int

    @property
    def is_quiet(self) -> bool:
        return not (self.overnight or self.overdue or self.soon or self.follow_ups)


def evening_before(now: datetime, zone: str) -> datetime:
    """Seven in the evening of the day before, by the clock of `zone`."""
    yesterday = now.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    return datetime.combine(yesterday, EVENING, tzinfo=ZoneInfo(zone))


def coordinated(user: User) -> QuerySet[Case]:
    """The cases of the networks that the user coordinates."""
    return Case.objects.visible_to(user).filter(network__in=user.access.coordinates)


def overnight(cases: QuerySet[Case], since: datetime, now: datetime) -> QuerySet[Event]:
    """What happened on `cases` between `since` and `now`, the newest first."""
    rows = Event.objects.filter(case__in=cases, recorded_at__gte=since, recorded_at__lte=now)
    return rows.filter(what__in=NOTABLE).order_by("-recorded_at", "-pk")


def waiting(user: User) -> list[Case]:
    """The acute cases of the user's networks, least time left first; MOST of them at the most."""
    rows = worklist(user).filter(network__in=user.access.coordinates, state__in=ACUTE)
    return list(rows.order_by(*LEAST_TIME_FIRST)[:MOST])


def overdue(cases: QuerySet[Case], now: datetime) -> QuerySet[Deadline]:
    """Open deadlines of the acute way whose time is over, the oldest first."""
    return _acute(cases, now).filter(due_at__lte=now)


def due_soon(cases: QuerySet[Case], now: datetime) -> QuerySet[Deadline]:
    """Open deadlines of the acute way that are missed within six hours unless somebody acts."""
    return _acute(cases, now).filter(due_at__gt=now, due_at__lte=now + SOON)


def follow_ups(cases: QuerySet[Case], now: datetime) -> QuerySet[Deadline]:
    """Outcomes whose day has come, or comes within three days."""
    grace = F("case__policy__outcome_grace_days") * Value(timedelta(days=1))
    asked_at = ExpressionWrapper(F("due_at") - grace, output_field=DateTimeField())
    rows = Deadline.objects.open().filter(case__in=cases, kind__in=FOLLOW_UPS)
    return rows.annotate(asked_at=asked_at).filter(asked_at__lte=now + FOLLOW_UPS_AHEAD).order_by("asked_at")


def counts(cases: QuerySet[Case], since: datetime, now: datetime) -> Counts:
    """How much of each there is."""
    return Counts(
        overnight=overnight(cases, since, now).values("case").distinct().order_by().count(),
        overdue=overdue(cases, now).count(),
        soon=due_soon(cases, now).count(),
        follow_ups=follow_ups(cases, now).count(),
    )


def _acute(cases: QuerySet[Case], now: datetime) -> QuerySet[Deadline]:
    rows = Deadline.objects.open().filter(case__in=cases, starts_at__lte=now).exclude(kind__in=FOLLOW_UPS)
    return rows.order_by("due_at", "pk")


def by_case(events: Iterable[Event]) -> dict[UUID, list[Event]]:
    """Events by case, in their order."""
    rows: dict[UUID, list[Event]] = {}
    for event in events:
        rows.setdefault(event.case_id, []).append(event)
    return rows
