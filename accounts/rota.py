"""Who answers for a ward: the weekly rota, corrected by overrides. A call-in outranks a day off."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from accounts.models import DutyOverride, DutyShift, Membership, Network, Role, User, Ward

Span = tuple[datetime, datetime]
Row = TypeVar("Row", DutyShift, DutyOverride)
DAY = timedelta(days=1)
AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Watch:
    """`user` is on duty without a break from `starts_at` until `ends_at`, both aware."""

    user: User
    starts_at: datetime
    ends_at: datetime


def on_duty(ward: Ward, now: datetime) -> QuerySet[User]:
    """Active people of `ward` who are on duty at `now`; empty when the rota has a gap."""
    return User.objects.filter(pk__in=on_duty_at([ward], now)[ward.pk])


def on_duty_at(wards: Collection[Ward], now: datetime) -> dict[UUID, frozenset[UUID]]:
    """By ward: the ids of its active people who are on duty at `now`, found for all wards at once."""
    on = _pairs(*(_weekly(its, now.astimezone(zone)) for zone, its in _by_zone(wards).items()))
    overrides = DutyOverride.objects.filter(ward__in=wards, starts_at__lte=now, ends_at__gt=now)
    corrected = list(overrides.values_list("ward", "user", "is_on"))
    on -= {(ward, user) for ward, user, is_on in corrected if not is_on}
    on |= {(ward, user) for ward, user, is_on in corrected if is_on}
    on &= _pairs(Membership.objects.filter(ward__in=wards, user__is_active=True))
    return {ward.pk: frozenset(user for place, user in on if place == ward.pk) for ward in wards}


def people_on_duty_at(wards: Collection[Ward], now: datetime) -> dict[UUID, list[User]]:
    """The same with the people themselves, by name."""
    on = on_duty_at(wards, now)
    people = list(User.objects.filter(pk__in=frozenset().union(*on.values())))
    return {ward: [user for user in people if user.pk in found] for ward, found in on.items()}


def _pairs(*found: QuerySet[Any]) -> set[tuple[UUID, UUID]]:
    """Wards and users of rows that have both."""
    return {pair for rows in found for pair in rows.values_list("ward", "user")}


def _by_zone(wards: Iterable[Ward]) -> dict[ZoneInfo, list[Ward]]:
    zones: dict[ZoneInfo, list[Ward]] = {}
    for ward in wards:
        zones.setdefault(ZoneInfo(ward.hospital.zone), []).append(ward)
    return zones


def leads_of(ward: Ward) -> QuerySet[User]:
    """Active ward leads of `ward`."""
    return User.objects.filter(
        is_active=True, memberships__ward=ward, memberships__role=Role.WARD_LEAD
    ).distinct()


def wards_watched_by(user: User) -> QuerySet[Ward]:
    """The wards that `user` answers for or coordinates, with their hospitals."""
    standing = user.standing
    watched = Q(pk__in=standing.wards) | Q(hospital__network__in=standing.coordinates)
    return Ward.objects.visible_to(user).filter(watched).select_related("hospital").order_by("name_zh")


def coordinators_of(network: Network | UUID) -> QuerySet[User]:
    """Active coordinators of `network`."""
    return User.objects.filter(
        is_active=True, memberships__network=network, memberships__role=Role.COORDINATOR
    ).distinct()


def watches(ward: Ward, start: datetime, end: datetime) -> list[Watch]:
    """Everybody's duty between `start` and `end`, cut to that span, the earliest first."""
    shifts = _by_user(ward.shifts.all())
    overrides = _by_user(ward.duty_overrides.filter(starts_at__lt=end, ends_at__gt=start))
    found = [
        Watch(user, max(since, start), min(until, end))
        for user in User.objects.filter(is_active=True, memberships__ward=ward).distinct()
        for since, until in _duty(ward, shifts.get(user.pk, []), overrides.get(user.pk, []), start, end)
        if since < end and until > start
    ]
    return sorted(found, key=lambda watch: (watch.starts_at, watch.user.name))


def gaps(ward: Ward, start: datetime, end: datetime) -> list[Span]:
    """The times between `start` and `end` at which nobody is on duty."""
    covered = [(watch.starts_at, watch.ends_at) for watch in watches(ward, start, end)]
    return _without([(start, end)], covered)


def next_on_duty(ward: Ward, now: datetime, within: timedelta = AHEAD) -> list[Watch]:
    """Those who come on duty next after `now`, all at one moment; empty if nobody does `within` that time."""
    coming = [watch for watch in watches(ward, now, now + within) if watch.starts_at > now]
    return [watch for watch in coming if watch.starts_at == coming[0].starts_at]


def _weekly(wards: Collection[Ward], local: datetime) -> QuerySet[DutyShift]:
    today, yesterday = local.weekday(), (local - DAY).weekday()
    clock = local.time()
    overnight = Q(ends__lte=F("starts"))
    return DutyShift.objects.filter(ward__in=wards).filter(
        Q(~overnight, weekday=today, starts__lte=clock, ends__gt=clock)
        | Q(overnight, weekday=today, starts__lte=clock)
        | Q(overnight, weekday=yesterday, ends__gt=clock)
    )


def _by_user(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row.user_id, []).append(row)
    return found


def _duty(
    ward: Ward,
    shifts: Iterable[DutyShift],
    overrides: Collection[DutyOverride],
    start: datetime,
    end: datetime,
) -> list[Span]:
    """The duty of one person, from their own shifts and overrides."""
    called_in = [(row.starts_at, row.ends_at) for row in overrides if row.is_on]
    off = [(row.starts_at, row.ends_at) for row in overrides if not row.is_on]
    weekly = [span for shift in shifts for span in _occurrences(shift, ward, start, end)]
    return _joined([*_without(_joined(weekly), off), *called_in])


def _occurrences(shift: DutyShift, ward: Ward, start: datetime, end: datetime) -> Iterator[Span]:
    """Each week's instance of `shift` that may touch the span from `start` to `end`."""
    zone = ZoneInfo(ward.hospital.zone)
    day = start.astimezone(zone).date() - DAY
    last = end.astimezone(zone).date()
    while day <= last:
        if day.weekday() == shift.weekday:
            until = day + DAY if shift.ends <= shift.starts else day
            yield (
                datetime.combine(day, shift.starts, zone).astimezone(start.tzinfo),
                datetime.combine(until, shift.ends, zone).astimezone(start.tzinfo),
            )
        day += DAY


def _joined(spans: Iterable[Span]) -> list[Span]:
    """`spans` in order, those that touch or overlap made one."""
    joined: list[Span] = []
    for since, until in sorted(spans):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(until, joined[-1][1]))
        else:
            joined.append((since, until))
    return joined


def _without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of ordered, separate `spans` after taking `taken` away."""
    left = list(spans)
    for gone_since, gone_until in taken:
        pieces = [
            piece
            for since, until in left
            for piece in ((since, min(until, gone_since)), (max(since, gone_until), until))
        ]
        left = [(since, until) for since, until in pieces if since < until]
    return left
