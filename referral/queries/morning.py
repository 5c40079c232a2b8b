"""A coordinator's morning: what happened overnight, what waits, what will be missed, whose outcome is due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet, Value

from accounts.models import User
from referral.models import Case, Deadline, Event
from referral.pathway import timeline
from referral.pathway.perform import verbs_of
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import ACUTE, FOLLOW_UPS, Party, Verb
from referral.queries import access_log
from referral.queries.cases import LEAST_TIME_FIRST, awaited_of, current_offer, sides, worklist

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


@dataclass(frozen=True, slots=True)
class MorningCase:
    """A case as the morning names it. `contacts`: name and number of whom to call, the nearest first;
    `verbs`: what the reader can do."""

    case: Case
    contacts: tuple[tuple[str, str], ...]
    verbs: Sequence[Verb]

    @property
    def may_redirect(self) -> bool:
        return Verb.REDIRECT in self.verbs


@dataclass(frozen=True, slots=True)
class MorningDeadline:
    """A deadline of the morning, and when it is or was due; for an outcome: when it is asked for."""

    about: MorningCase
    deadline: Deadline
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Morning:
    """What a coordinator starts the day with.

    `due`: what is overdue or will be missed within six hours, the oldest first; `waiting`: the acute cases
    by who is awaited, each with what for; `night`: what happened since `since`, the oldest event of a case
    first; `follow_ups`: outcomes whose day has come, or comes within three days.
    """

    since: datetime
    due: list[MorningDeadline]
    waiting: dict[Party, list[tuple[MorningCase, Text]]]
    night: list[tuple[MorningCase, list[Event]]]
    follow_ups: list[MorningDeadline]


def read_morning(user: User, now: datetime, zone: str) -> Morning:
    """The morning of who coordinates, by the clock of `zone`; MOST rows of each part at the most.

    Which cases it names is audited.
    """
    mine, since = coordinated(user), evening_before(now, zone)
    night = by_case(overnight(mine, since, now)[:MOST])
    due = [*overdue(mine, now)[:MOST], *due_soon(mine, now)[:MOST]]
    asked = list(follow_ups(mine, now)[:MOST])
    acute = waiting(user)
    named = {*night, *(row.case_id for row in (*due, *asked))} - {case.pk for case in acute}
    rows = [*acute, *worklist(user).filter(pk__in=named)]
    access_log.record_live(user=user, cases=rows, now=now)
    by_id = {case.pk: _morning_case(case, user) for case in rows}
    return Morning(
        since,
        _deadlines(due, by_id),
        _by_party(by_id[case.pk] for case in acute),
        [(by_id[pk], list(reversed(events))) for pk, events in night.items() if pk in by_id],
        _deadlines(asked, by_id),
    )


def _morning_case(case: Case, user: User) -> MorningCase:
    return MorningCase(case, tuple(_contacts(case)), verbs_of(sides(user, case), case))


def _contacts(case: Case) -> list[tuple[str, str]]:
    """The ward that is asked, expects or has the patient, then the first hospital."""
    offer = current_offer(case)
    ward = offer.ward if offer is not None and offer.is_open else case.ward
    wards = [(ward.name, ward.phone)] if ward is not None else []
    return [*wards, *([(case.hospital.name, case.hospital.phone)] if case.hospital.phone else [])]


def _deadlines(rows: Iterable[Deadline], by_id: Mapping[UUID, MorningCase]) -> list[MorningDeadline]:
    return [
        MorningDeadline(by_id[row.case_id], row, getattr(row, "asked_at", row.due_at))
        for row in rows
        if row.case_id in by_id
    ]


def _by_party(acute: Iterable[MorningCase]) -> dict[Party, list[tuple[MorningCase, Text]]]:
    """Acute cases by who is awaited, in the order of the parties."""
    groups: dict[Party, list[tuple[MorningCase, Text]]] = {party: [] for party in Party}
    for about in acute:
        if (step := awaited_of(about.case)) is not None:
            groups[step[0]].append((about, step[1]))
    return {party: rows for party, rows in groups.items() if rows}


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
