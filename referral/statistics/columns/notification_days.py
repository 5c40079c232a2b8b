"""Notifications to people, and what became of it within three days of writing.

What happens later does not count: every notification is observed for the same time, and a day that ended
three days ago does not change any more. Such a day is kept as columns, so that a question about years reads
little; what was written since is looked at as it is.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import CharField, Count, Max
from django.db.models.functions import Cast, TruncMonth

from accounts.models import Network, User
from notifications.contacts.test_messages import CONTACT_METHOD
from notifications.models import Alert, Delivery, DeliveryState, Notification
from referral.models import Addressee, DeliveryFate, NotificationDay
from referral.statistics.columns.column_cache import get, put
from referral.statistics.columns.column_reader import fetched_as_bytes
from referral.statistics.columns.layout import Column

OBSERVED = timedelta(hours=72)
SETTLED_AFTER = OBSERVED + timedelta(hours=1)
"""After the end of a day; by then also what was being written in its last seconds is committed."""

DAYS_AT_ONCE = 100
COUNTS = ("total", "reached", "failed", "read", "urgent", "acknowledged")
PEOPLE = np.dtype([("person", "<i4"), ("counts", "<i4", len(COUNTS))])
ANSWERS = np.dtype([("person", "<i4"), ("seconds", "<i4")])
DELIVERIES = np.dtype([("person", "<i4"), ("fate", "<i4"), ("count", "<i4")])
LAYOUT = hashlib.sha256(f"{PEOPLE} {ANSWERS} {DELIVERIES} {OBSERVED} {COUNTS}".encode()).hexdigest()[:16]
HANDED_OVER = [str(DeliveryState.SENT), str(DeliveryState.DELIVERED)]

FATES = f"""
SELECT recipient_id, deliveries, to_char(created_at AT TIME ZONE %(zone)s, 'YYYY-MM-01') AS month,
       count(*), count(*) FILTER (WHERE got), count(*) FILTER (WHERE lost AND NOT got),
       count(*) FILTER (WHERE read_at <= last), count(*) FILTER (WHERE urgent),
       count(*) FILTER (WHERE urgent AND acknowledged_at <= last),
       string_agg(int4send(extract(epoch FROM acknowledged_at - created_at)::int4), ''::bytea)
           FILTER (WHERE urgent AND acknowledged_at <= last)
FROM {Notification._meta.db_table} AS notification
CROSS JOIN LATERAL (SELECT created_at + %(observed)s AS last) AS seen
CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(state = ANY(%(handed_over)s) AND sent_at <= last), false) AS got,
           coalesce(bool_or(state = '{DeliveryState.UNDELIVERABLE}'), false) AS lost,
           array_agg(channel || ' ' || state ORDER BY channel, state) AS deliveries
    FROM {Delivery._meta.db_table} WHERE notification_id = notification.id
) AS sent
WHERE recipient_id = ANY(%(people)s) AND created_at >= %(since)s AND created_at < %(until)s
  AND NOT EXISTS (
      SELECT FROM {Alert._meta.db_table} AS alert
      WHERE alert.id = alert_id AND subject_type = '{CONTACT_METHOD}'
  )
GROUP BY recipient_id, deliveries, month
"""  # noqa: S608 - put together from names of tables and constants
MONTHS = f"""
SELECT to_char(day, 'YYYY-MM'), string_agg(people, ''::bytea), string_agg(answers, ''::bytea),
       string_agg(deliveries, ''::bytea)
FROM {NotificationDay._meta.db_table}
WHERE zone = %s AND layout = %s AND day < %s AND to_char(day, 'YYYY-MM') = ANY(%s) GROUP BY 1
"""  # noqa: S608 - put together from the name of a table


@dataclass(frozen=True, slots=True)
class Month:
    """Notifications to some people in a month, or a part of it: COUNTS by person (PEOPLE), and of what was
    acknowledged who did it and after how many seconds; `deliveries` are theirs (DELIVERIES)."""

    month: date
    people: Column
    answered_by: Column
    seconds: Column
    deliveries: Column

    @property
    def nbytes(self) -> int:
        columns = (self.people, self.answered_by, self.seconds, self.deliveries)
        return sum(int(column.nbytes) for column in columns)


@dataclass(frozen=True, slots=True)
class Row:
    """Notifications to a person in a month that were delivered alike: `deliveries` are channel and state of
    each, `counts` are COUNTS, and `seconds` those to each acknowledgement, in four bytes."""

    person: UUID
    deliveries: tuple[str, ...]
    month: date
    counts: tuple[int, ...]
    seconds: bytes


@dataclass(frozen=True, slots=True)
class Fates:
    """Of notifications as they are: PEOPLE, with several rows of a person, ANSWERS, and how many deliveries
    each person has by channel and state."""

    people: Column
    answers: Column
    deliveries: Counter[tuple[int, str, str]]


DeliveryCounts = Counter[tuple[str, str]]


def notifications_of(
    people: Sequence[UUID], zone: str, since: date, until: date
) -> tuple[list[Month], DeliveryCounts]:
    """Notifications to `people`, numbered from 0, in the months `since` to `until`, the latter not included;
    and their deliveries by channel and state."""
    last = NotificationDay.objects.filter(zone=zone, layout=LAYOUT).aggregate(last=Max("day"))["last"]
    begin = max(since, last + timedelta(days=1)) if last else since
    # Up to there, whatever is kept while this is read.
    months, deliveries = _sealed(people, zone, since, min(begin, until))
    number = {person: place for place, person in enumerate(people)}
    rows = _as_they_are(people, begin, until, zone) if begin < until else []
    for month in sorted({row.month for row in rows}):
        part = _fates(number, [row for row in rows if row.month == month])
        by, seconds = part.answers["person"], part.answers["seconds"]
        months.append(Month(month, part.people, by, seconds, np.empty(0, DELIVERIES)))
        for (_person, channel, state), count in part.deliveries.items():
            deliveries[channel, state] += count
    return months, deliveries


def seal_days(now: datetime) -> int:
    """Keep days that are settled, the oldest first and no more than DAYS_AT_ONCE; return how many."""
    zones = Network.objects.order_by("zone").values_list("zone", flat=True).distinct()
    return sum(_seal_days(zone, now) for zone in zones)


def _seal_days(zone: str, now: datetime) -> int:
    NotificationDay.objects.filter(zone=zone).exclude(layout=LAYOUT).delete()
    last = NotificationDay.objects.filter(zone=zone).aggregate(last=Max("day"))["last"]
    begin = last + timedelta(days=1) if last else _first_day(zone)
    if begin is None:
        return 0
    days = [begin + timedelta(days=number) for number in range(DAYS_AT_ONCE)]
    settled = [day for day in days if _midnight(day + timedelta(days=1), zone) + SETTLED_AFTER <= now]
    people = list(User.objects.values_list("pk", flat=True))
    number = _addressees(people) if settled else {}
    for day in settled:
        _seal(day, zone, number)
    return len(settled)


def _seal(day: date, zone: str, number: Mapping[UUID, int]) -> None:
    fates = _fates(number, _as_they_are(number, day, day + timedelta(days=1), zone))
    fate = _delivery_fates({delivery[1:] for delivery in fates.deliveries})
    deliveries = [
        (person, fate[channel, state], count) for (person, channel, state), count in fates.deliveries.items()
    ]
    made = NotificationDay(
        zone=zone,
        day=day,
        layout=LAYOUT,
        people=fates.people.tobytes(),
        answers=fates.answers.tobytes(),
        deliveries=np.array(deliveries, DELIVERIES).tobytes(),
    )
    NotificationDay.objects.bulk_create([made], ignore_conflicts=True)


def _first_day(zone: str) -> date | None:
    first = Notification.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return first.astimezone(ZoneInfo(zone)).date() if first else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _as_they_are(people: Iterable[UUID], since: date, until: date, zone: str) -> list[Row]:
    """What was written to these people in between, in the zone's calendar."""
    asked = {
        "people": list(people),
        "since": _midnight(since, zone),
        "until": _midnight(until, zone),
        "zone": zone,
        "observed": OBSERVED,
        "handed_over": HANDED_OVER,
    }
    return [
        Row(person, tuple(deliveries or ()), date.fromisoformat(month), tuple(counts), seconds or b"")
        for person, deliveries, month, *counts, seconds in fetched_as_bytes(FATES, asked)
    ]


def _fates(number: Mapping[UUID, int], rows: Sequence[Row]) -> Fates:
    """The rows as columns."""
    people = np.array([(number[row.person], row.counts) for row in rows], PEOPLE)
    deliveries: Counter[tuple[int, str, str]] = Counter()
    for row in rows:
        for delivery in row.deliveries:
            channel, state = delivery.split(" ")
            deliveries[number[row.person], channel, state] += row.counts[0]
    seconds = np.frombuffer(b"".join(row.seconds for row in rows), ">i4")
    answers = np.empty(len(seconds), ANSWERS)
    answers["seconds"] = seconds
    answers["person"] = np.repeat(people["person"], people["counts"][:, COUNTS.index("acknowledged")])
    return Fates(people, answers, deliveries)


def _sealed(
    people: Sequence[UUID], zone: str, since: date, until: date
) -> tuple[list[Month], DeliveryCounts]:
    """From kept days: `people` numbered from 0, and their deliveries."""
    numbers = dict(Addressee.objects.filter(user__in=people).values_list("user", "pk"))
    fates = {fate.pk: (fate.channel, fate.state) for fate in DeliveryFate.objects.all()}
    place = np.full(Addressee.objects.aggregate(most=Max("pk"))["most"] or 0, NOT_ASKED, dtype=np.int32)
    place = np.append(place, np.int32(NOT_ASKED))
    for number, person in enumerate(people):
        if person in numbers:
            place[numbers[person]] = number
    months = [_of(month, place) for month in _kept(zone, since, until)]
    count = np.zeros(max([0, *fates]) + 1, dtype=np.int64)
    for month in months:
        np.add.at(count, month.deliveries["fate"], month.deliveries["count"])
    return months, Counter({fates[pk]: int(count[pk]) for pk in np.flatnonzero(count).tolist()})


NOT_ASKED = -1


def _of(month: Month, place: Column) -> Month:
    """Of the people who have a place, by which they are numbered."""
    people, deliveries = month.people[place[month.people["person"]] != NOT_ASKED], month.deliveries
    people["person"] = place[people["person"]]
    by, seconds = place[month.answered_by], month.seconds
    if (by == NOT_ASKED).any():
        by, seconds = by[by != NOT_ASKED], seconds[by != NOT_ASKED]
    return Month(month.month, people, by, seconds, deliveries[place[deliveries["person"]] != NOT_ASKED])


def _kept(zone: str, since: date, until: date) -> list[Month]:
    """Each month as far as its days are kept; held in memory until one is added."""
    days = NotificationDay.objects.filter(zone=zone, layout=LAYOUT, day__gte=since, day__lt=until).order_by()
    newest = Max(Cast("id", CharField()))
    of_month = (
        days.annotate(month=TruncMonth("day")).values("month").annotate(newest=newest, days=Count("pk"))
    )
    keys = {row["month"]: ("notifications", zone, *row.values()) for row in of_month}
    months = {month: get(key) for month, key in keys.items()}
    missing = [f"{month:%Y-%m}" for month, kept in months.items() if kept is None]
    for name, *columns in fetched_as_bytes(MONTHS, (zone, LAYOUT, until, missing)) if missing else []:
        month = date.fromisoformat(f"{name}-01")
        months[month] = put(keys[month], _month(month, *columns))
    return [month for month in months.values() if isinstance(month, Month)]


def _month(month: date, people: bytes, answers: bytes, deliveries: bytes) -> Month:
    """The days' columns one after the other, counts of a person or channel added up."""
    counted, sent = np.frombuffer(people, PEOPLE), np.frombuffer(deliveries, DELIVERIES)
    persons, place = np.unique(counted["person"], return_inverse=True)
    added = np.zeros(len(persons), PEOPLE)
    added["person"] = persons
    np.add.at(added["counts"], place, counted["counts"])
    pairs, place = np.unique(sent["person"].astype(np.int64) << 32 | sent["fate"], return_inverse=True)
    summed = np.zeros(len(pairs), DELIVERIES)
    summed["person"], summed["fate"] = pairs >> 32, pairs & 0xFFFFFFFF
    np.add.at(summed["count"], place, sent["count"])
    answered = np.frombuffer(answers, ANSWERS)
    return Month(month, added, answered["person"].copy(), answered["seconds"].copy(), summed)


def _addressees(people: Sequence[UUID]) -> dict[UUID, int]:
    """The numbers of people, given where they have none yet."""
    Addressee.objects.bulk_create((Addressee(user_id=person) for person in people), ignore_conflicts=True)
    return dict(Addressee.objects.filter(user__in=people).values_list("user", "pk"))


def _delivery_fates(pairs: Iterable[tuple[str, ...]]) -> dict[tuple[str, str], int]:
    """The numbers of channels with states, given where they have none yet."""
    made = (DeliveryFate(channel=channel, state=state) for channel, state in pairs)
    DeliveryFate.objects.bulk_create(made, ignore_conflicts=True)
    return {(fate.channel, fate.state): fate.pk for fate in DeliveryFate.objects.all()}
