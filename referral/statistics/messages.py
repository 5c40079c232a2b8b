"""What became of what people were told: reached, failed, read, acknowledged and how soon; by month or place.

Counted is each notification to somebody of the places that are asked about, by the month in which it was
written. A person of two places counts at both, and once in the whole. An acknowledgement is asked for where a
notification is severe or critical.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth

from accounts.models import Hospital, Membership, User
from notifications.models import Delivery, DeliveryState, Notification, Severity
from notifications.trials import WAY
from referral.statistics.figures import Spread, in_order, spreads
from referral.statistics.measures import By
from referral.statistics.reading import months_before
from referral.statistics.scope import Wanted
from scoring.research.agreement import Share, share

HANDED_OVER = (DeliveryState.SENT, DeliveryState.DELIVERED)
URGENT = tuple(severity for severity in Severity if severity.is_urgent)
COUNTS = ("told", "reached", "failed", "read", "urgent", "acknowledged")
Counts = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Told:
    """What some people were told. `reached`: a provider took it or it arrived; `failed`: no way was left.

    `acknowledged` of the urgent ones; `answer`: seconds to that. `key` is None for all, and for people
    without a hospital or ward.
    """

    key: Hashable
    told: int
    reached: Share
    failed: int
    read: Share
    urgent: int
    acknowledged: Share
    answer: Spread


@dataclass(frozen=True, slots=True)
class Messages:
    """All figures of one question. `ways`: deliveries by channel and state."""

    by: By
    whole: Told
    groups: Sequence[Told]
    ways: Mapping[tuple[str, str], int]


def may_read(user: User, wanted: Wanted) -> bool:
    """Whether the user has people to ask about; researchers do not."""
    return _memberships(user, wanted).exists()


def messages(user: User, wanted: Wanted) -> Messages:
    """The figures of what was told to the people of the user's places."""
    members = list(_asked_about(user, wanted).values_list("user", "hospital", "ward"))
    rows = _told_to({person for person, _hospital, _ward in members}, wanted)
    counted = _counted(rows)
    keys, places = _places(wanted.by, members, counted)
    answers = list(
        rows.filter(severity__in=URGENT, acknowledged_at__isnull=False).values_list(
            "recipient", "month", F("acknowledged_at") - F("created_at")
        )
    )
    everything: dict[tuple[UUID, date], list[int]] = {key: [0] for key in counted}
    return Messages(
        by=wanted.by,
        whole=_groups([None], everything, counted, answers)[0],
        groups=_groups(keys, places, counted, answers),
        ways=_ways(rows),
    )


def _memberships(user: User, wanted: Wanted) -> QuerySet[Membership]:
    """Of whom the user may count the messages: all of a network they coordinate, else of their places."""
    found, standing = Membership.objects.filter(network=wanted.network), user.standing
    if wanted.network.pk in standing.coordinates:
        return found
    return found.filter(Q(hospital__in=standing.refers_for) | Q(ward__in=standing.wards))


def _asked_about(user: User, wanted: Wanted) -> QuerySet[Membership]:
    found = _memberships(user, wanted)
    if wanted.hospital is not None:
        found = found.filter(hospital=wanted.hospital)
    return found if wanted.ward is None else found.filter(ward=wanted.ward)


def _told_to(people: Iterable[UUID], wanted: Wanted) -> QuerySet[Notification]:
    zone = ZoneInfo(_zone(wanted))
    since = datetime.combine(wanted.since, time(), zone)
    until = datetime.combine(months_before(wanted.until, -1), time(), zone)
    told = Notification.objects.filter(recipient__in=list(people))
    told = told.filter(created_at__gte=since, created_at__lt=until)
    return told.exclude(subject_type=WAY).order_by().annotate(month=TruncMonth("created_at", tzinfo=zone))


def _zone(wanted: Wanted) -> str:
    """By which calendar months are told apart."""
    place = wanted.hospital or (wanted.ward.hospital if wanted.ward else None)
    return (place or Hospital.objects.filter(network=wanted.network).order_by("pk")[0]).zone


def _counted(rows: QuerySet[Notification]) -> dict[tuple[UUID, date], Counts]:
    """COUNTS by person and month."""
    ways = Delivery.objects.filter(notification=OuterRef("pk"))
    urgent = Q(severity__in=URGENT)
    told = rows.annotate(
        got=Exists(ways.filter(state__in=HANDED_OVER)),
        lost=Exists(ways.filter(state=DeliveryState.UNDELIVERABLE)),
    )
    counts = (
        Count("pk"),
        Count("pk", filter=Q(got=True)),
        Count("pk", filter=Q(got=False, lost=True)),
        Count("read_at"),
        Count("pk", filter=urgent),
        Count("acknowledged_at", filter=urgent),
    )
    named = {f"{name}_count": count for name, count in zip(COUNTS, counts, strict=True)}
    found = told.values("recipient", "month").annotate(**named).values_list("recipient", "month", *named)
    return {(row[0], row[1].date()): np.array(row[2:], dtype=np.int64) for row in found}


def _places(
    by: By, members: Sequence[tuple[UUID, UUID | None, UUID | None]], counted: Iterable[tuple[UUID, date]]
) -> tuple[list[Hashable], dict[tuple[UUID, date], list[int]]]:
    """The keys of the groups in order, and in which of them what a person was told in a month counts."""
    at: dict[UUID, set[Hashable]] = {}
    for person, hospital, ward in members:
        at.setdefault(person, set()).add(ward if by == By.WARD else hospital)
    of: dict[tuple[UUID, date], set[Hashable]] = {
        (person, month): {month} if by == By.MONTH else at[person] - {None} or {None}
        for person, month in counted
    }
    keys = sorted({key for found in of.values() for key in found}, key=lambda key: (key is None, str(key)))
    number = {key: place for place, key in enumerate(keys)}
    return keys, {cell: [number[key] for key in found] for cell, found in of.items()}


def _groups(
    keys: Sequence[Hashable],
    places: Mapping[tuple[UUID, date], list[int]],
    counted: Mapping[tuple[UUID, date], Counts],
    answers: Iterable[tuple[Any, ...]],
) -> list[Told]:
    totals = np.zeros((len(keys), len(COUNTS)), dtype=np.int64)
    for cell, counts in counted.items():
        for place in places[cell]:
            totals[place] += counts
    took = [
        (int(seconds.total_seconds()), place)
        for person, month, seconds in answers
        for place in places[person, month.date()]
    ]
    values, group = (np.array([row[part] for row in took], dtype=np.int64) for part in (0, 1))
    ordered = in_order(values, group, len(keys))
    _whole, answer = spreads([(ordered, np.arange(len(keys)))], len(keys))
    return [_told(key, totals[place].tolist(), answer[place]) for place, key in enumerate(keys)]


def _told(key: Hashable, counts: Sequence[int], answer: Spread) -> Told:
    told, reached, failed, read, urgent, acknowledged = counts
    return Told(
        key=key,
        told=told,
        reached=share(reached, told),
        failed=failed,
        read=share(read, told),
        urgent=urgent,
        acknowledged=share(acknowledged, urgent),
        answer=answer,
    )


def _ways(rows: QuerySet[Notification]) -> dict[tuple[str, str], int]:
    ways = Delivery.objects.filter(notification__in=rows.values("pk")).order_by()
    counts = ways.values_list("channel", "state").annotate(Count("pk"))
    return {(channel, state): count for channel, state, count in counts}
