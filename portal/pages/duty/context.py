"""What the page of a ward's duty rota shows: now and next, two weeks to come, the pattern, the exceptions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts import duty
from accounts.models import DutyOverride, DutyShift, User, Ward
from accounts.rota import AHEAD, Watch, first_to_come, uncovered, watches
from portal.moments import local

DAY = timedelta(days=1)
CLOCK = "%H:%M"


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's duty on one day, or nobody's; times on the ward's clock."""

    who: str
    start: str
    end: str

    @property
    def is_gap(self) -> bool:
        return not self.who


@dataclass(frozen=True, slots=True)
class Day:
    label: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Weekday:
    number: int
    label: str
    shifts: list[DutyShift]


@dataclass(frozen=True, slots=True)
class Change:
    """One exception with everybody it concerns: who is free, who stands in."""

    override: DutyOverride
    off: str
    on: str


def context(ward: Ward, user: User, now: datetime) -> dict[str, Any]:
    """Everything the page needs."""
    coming = watches(ward, now, now + AHEAD)
    holes = uncovered(coming, now, now + AHEAD)
    zone = ward.hospital.zone
    return {
        "ward": ward,
        "zone": zone,
        "now": now,
        "on_now": [(watch.user, _until(watch, now)) for watch in coming if watch.starts_at <= now],
        "next": first_to_come(coming, now),
        "note": duty.current_note(ward, now),
        "holes": holes,
        "days": list(days(ward, coming, holes, now)),
        "may_arrange": duty.may_arrange(user, ward),
        "may_hand_over": duty.may_hand_over(user, ward),
        "people": duty.people_of_ward(ward),
        "weekdays": _weekdays(ward),
        "exceptions": _exceptions(ward, now),
        "longest_note": duty.LONGEST_NOTE,
        "tomorrow": local(now + DAY, zone),
    }


def _until(watch: Watch, now: datetime) -> datetime | None:
    """When a duty ends; None beyond the horizon."""
    return watch.ends_at if watch.ends_at < now + AHEAD else None


def days(
    ward: Ward, coming: list[Watch], holes: list[tuple[datetime, datetime]], now: datetime
) -> Iterator[Day]:
    """The 14 days from today, each with who is on duty from when to when, and with the gaps."""
    zone = ZoneInfo(ward.hospital.zone)
    spans = [(watch.user.name, watch.starts_at, watch.ends_at) for watch in coming]
    spans += [("", start, end) for start, end in holes]
    today = now.astimezone(zone).date()
    for offset in range(AHEAD.days):
        day = today + offset * DAY
        label = f"{date_format(day, 'D')} {date_format(day, gettext('j M'))}"
        yield Day(label, list(_entries(spans, day, zone)))


def _entries(spans: list[tuple[str, datetime, datetime]], day: date, zone: ZoneInfo) -> Iterator[Entry]:
    midnight = datetime.combine(day, datetime.min.time(), zone)
    end_of_day = datetime.combine(day + DAY, datetime.min.time(), zone)
    for who, start, end in sorted(spans, key=lambda span: (span[1], span[0])):
        if start < end_of_day and end > midnight:
            since, until = max(start, midnight), min(end, end_of_day)
            shown = "24:00" if until == end_of_day else until.astimezone(zone).strftime(CLOCK)
            yield Entry(who, since.astimezone(zone).strftime(CLOCK), shown)


def _weekdays(ward: Ward) -> list[Weekday]:
    shifts = list(ward.shifts.select_related("user").order_by("weekday", "starts", "user__name"))
    return [
        Weekday(number, str(label), [shift for shift in shifts if shift.weekday == number])
        for number, label in DutyShift.Weekday.choices
    ]


def _exceptions(ward: Ward, now: datetime) -> list[Change]:
    rows = list(duty.exceptions(ward, now))
    by_swap: dict[Any, list[DutyOverride]] = {}
    for row in rows:
        by_swap.setdefault(row.swap or row.pk, []).append(row)

    def name(group: list[DutyOverride], is_on: bool) -> str:
        return gettext(", ").join(row.user.name for row in group if row.is_on is is_on)

    return [Change(group[0], name(group, False), name(group, True)) for group in by_swap.values()]
