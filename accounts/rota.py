"""Who answers for a ward: the weekly rota, corrected by overrides.

One rule decides for a person: the overrides are applied to the weekly pattern in the order in which they were
entered, so that at any instant the latest one counts. `on_duty` and `watches` both read what it gives.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import Membership, Network, Role, User, Ward

Span = tuple[datetime, datetime]
Duties = dict[UUID, dict[UUID, list[Span]]]
"""By ward and person: when they are on duty, in order, each span from its start until before its end."""

DAY = timedelta(days=1)
LOOK_BACK = 2 * DAY
"""A shift lasts a day at most, and a country has skipped a whole one (Samoa, 2011)."""

AHEAD = timedelta(days=14)

SHIFTS = """
SELECT shift.ward_id, shift.user_id, shift.weekday, shift.starts, shift.ends, hospital.zone
FROM accounts_dutyshift AS shift
JOIN accounts_ward AS ward ON ward.id = shift.ward_id
JOIN accounts_hospital AS hospital ON hospital.id = ward.hospital_id
WHERE shift.ward_id = ANY(%s)
"""
OVERRIDES = """
SELECT ward_id, user_id, is_on, starts_at, ends_at FROM accounts_dutyoverride
WHERE ward_id = ANY(%s) AND starts_at <= %s AND ends_at >= %s
ORDER BY id
"""
"""Plain SQL, as each alert asks: the ORM takes three times as long to put it into words."""


class Shift(NamedTuple):
    """Of one person in one ward: a weekly duty, by the clock of the ward's hospital in `zone`."""

    weekday: int
    starts: time
    ends: time
    zone: str


class Override(NamedTuple):
    """Of one person in one ward: an exception to the weekly duties."""

    is_on: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """`user` is on duty without a break from `starts_at` until `ends_at`, both aware."""

    user: User
    starts_at: datetime
    ends_at: datetime


def on_duty(ward: Ward, now: datetime) -> QuerySet[User]:
    """Active people of `ward` who are on duty at `now`; empty when the rota has a gap."""
    return User.objects.filter(pk__in=on_duty_at([ward], now)[ward.pk])


def on_duty_at(
    wards: Collection[Ward], now: datetime, staff: Mapping[UUID, Collection[UUID]] | None = None
) -> dict[UUID, frozenset[UUID]]:
    """By ward: the ids of its active people who are on duty at `now`, found for all wards at once.

    `staff`: the ids of the active people of each ward, looked up where not given.
    """
    return {
        ward: frozenset(
            user for user, spans in people.items() if any(since <= now < until for since, until in spans)
        )
        for ward, people in _duties(wards, now, now, staff).items()
    }


def people_on_duty_at(wards: Collection[Ward], now: datetime) -> dict[UUID, list[User]]:
    """By ward: its active people who are on duty at `now`, in the order of their names."""
    on = on_duty_at(wards, now)
    people = list(User.objects.filter(pk__in=frozenset().union(*on.values())))
    return {ward: [user for user in people if user.pk in keys] for ward, keys in on.items()}


def leads_of(ward: Ward) -> QuerySet[User]:
    """Active ward leads of `ward`."""
    return User.objects.filter(
        is_active=True, memberships__ward=ward, memberships__role=Role.WARD_LEAD
    ).distinct()


def wards_watched_by(user: User) -> QuerySet[Ward]:
    """The wards that `user` answers for or coordinates, with their hospitals."""
    access = user.access
    watched = Q(pk__in=access.wards) | Q(hospital__network__in=access.coordinates)
    return Ward.objects.visible_to(user).filter(watched).select_related("hospital").order_by("name_zh")


def coordinators_of(network: Network | UUID) -> QuerySet[User]:
    """Active coordinators of `network`."""
    return User.objects.filter(
        is_active=True, memberships__network=network, memberships__role=Role.COORDINATOR
    ).distinct()


def watches(ward: Ward, start: datetime, end: datetime) -> list[Watch]:
    """Everybody's duty between `start` and `end`, cut to that span, the earliest first; times in UTC."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    duties = _duties([ward], start, end)[ward.pk]
    watched = [
        Watch(user, max(since, start), min(until, end))
        for user in User.objects.filter(pk__in=duties)
        for since, until in duties[user.pk]
        if since < end and until > start
    ]
    return sorted(watched, key=lambda watch: (watch.starts_at, watch.user.name))


def gaps(ward: Ward, start: datetime, end: datetime) -> list[Span]:
    """The times between `start` and `end` at which nobody is on duty, in order, in UTC."""
    return uncovered(watches(ward, start, end), start, end)


def uncovered(watched: Iterable[Watch], start: datetime, end: datetime) -> list[Span]:
    """The times between `start` and `end` that none of `watched` covers, in order, in UTC."""
    left = [(start.astimezone(UTC), end.astimezone(UTC))]
    for watch in watched:
        left = _without(left, (watch.starts_at, watch.ends_at))
    return left


def next_on_duty(ward: Ward, now: datetime, within: timedelta = AHEAD) -> list[Watch]:
    """Those who come on duty next after `now`, all at one moment; empty if nobody does `within` that time."""
    return first_to_come(watches(ward, now, now + within), now)


def first_to_come(watched: Iterable[Watch], now: datetime) -> list[Watch]:
    """Of `watched`, the earliest first, those that begin next after `now`, all at one moment."""
    coming = [watch for watch in watched if watch.starts_at > now]
    return [watch for watch in coming if watch.starts_at == coming[0].starts_at]


def _duties(
    wards: Collection[Ward],
    start: datetime,
    end: datetime,
    staff: Mapping[UUID, Collection[UUID]] | None = None,
) -> Duties:
    """The duty of everybody active in `wards`, whole wherever it touches the time from `start` to `end`."""
    if not wards:
        return {}
    shifts, overrides = defaultdict(list), defaultdict(list)
    asked = [ward.pk for ward in wards]
    with connection.cursor() as cursor:
        cursor.execute(SHIFTS, [asked])
        for at, person, *shift in cursor.fetchall():
            shifts[at, person].append(Shift(*shift))
        cursor.execute(OVERRIDES, [asked, end, start])
        for at, person, *override in cursor.fetchall():
            overrides[at, person].append(Override(*override))
    duties: Duties = {ward.pk: {} for ward in wards}
    for ward, people in (_staff(wards) if staff is None else staff).items():
        for user in people:
            weekly = _weekly(shifts[ward, user], start, end)
            duties[ward][user] = _corrected(weekly, overrides[ward, user])
    return duties


def _staff(wards: Collection[Ward]) -> dict[UUID, set[UUID]]:
    """The ids of the active people of each ward that has any."""
    staff: dict[UUID, set[UUID]] = {}
    active = Membership.objects.filter(ward__in=wards, user__is_active=True).order_by()
    for ward, user in active.values_list("ward", "user"):
        staff.setdefault(ward, set()).add(user)
    return staff


def _weekly(shifts: Sequence[Shift], start: datetime, end: datetime) -> list[Span]:
    """The weekly duty of one person in one ward around the time from `start` to `end`."""
    if not shifts:
        return []
    zone = ZoneInfo(shifts[0].zone)
    day, last = start.astimezone(zone).date() - LOOK_BACK, end.astimezone(zone).date() + DAY
    spans = []
    while day <= last:
        for shift in shifts:
            if shift.weekday == day.weekday():
                until = day + DAY if shift.ends <= shift.starts else day
                spans.append((_instant(day, shift.starts, zone), _instant(until, shift.ends, zone)))
        day += DAY
    return _joined(spans)


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When the clock on the wall shows that time: the first time where it does so twice; where it is put
    forward past that time, as late as if it had not been yet (RFC 5545, 3.3.5)."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _corrected(weekly: list[Span], overrides: Iterable[Override]) -> list[Span]:
    """`weekly` after the overrides of one person, which are applied in the order they come in."""
    spans = weekly
    for override in overrides:
        span = (override.starts_at, override.ends_at)
        spans = _joined([*spans, span]) if override.is_on else _without(spans, span)
    return spans


def _joined(spans: Iterable[Span]) -> list[Span]:
    """`spans` in order, those that touch or overlap made one, those that end before they begin left out."""
    joined: list[Span] = []
    for since, until in sorted(span for span in spans if span[0] < span[1]):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(until, joined[-1][1]))
        else:
            joined.append((since, until))
    return joined


def _without(spans: Iterable[Span], taken: Span) -> list[Span]:
    """What is left of ordered, separate `spans` after taking `taken` away."""
    pieces = [
        piece
        for since, until in spans
        for piece in ((since, min(until, taken[0])), (max(since, taken[1]), until))
    ]
    return [(since, until) for since, until in pieces if since < until]
