"""What became of notifications: reached, failed, read, acknowledged and how soon; by month or place.

Counted is each notification to somebody of the places that are asked about, by the month in which it was
written, and what became of it within three days. A person of two places counts at both, and once in the
whole. An acknowledgement is asked for where a notification is severe or critical.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Q, QuerySet

from accounts.models import Membership, User
from referral.statistics.columns.column_reader import months_before
from referral.statistics.columns.notification_days import COUNTS, Month, notifications_of
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.measures import By
from referral.statistics.reports.quantiles import Ints, Ordered, Spread, in_order, spreads
from scoring.research.agreement import Share, share

Counts = np.ndarray[Any, np.dtype[np.int64]]
TOTAL = COUNTS.index("total")


@dataclass(frozen=True, slots=True)
class NotificationCounts:
    """Notifications to some people. `reached`: a provider took it or it arrived; `failed`: nothing was left.

    `acknowledged` of the urgent ones; `answer`: seconds to that. `key` is None for all, and for people
    without a hospital or ward.
    """

    key: Hashable
    total: int
    reached: Share
    failed: int
    read: Share
    urgent: int
    acknowledged: Share
    answer: Spread


@dataclass(frozen=True, slots=True)
class NotificationReport:
    """All figures of one question. `deliveries`: how many, by channel and state."""

    by: By
    whole: NotificationCounts
    groups: Sequence[NotificationCounts]
    deliveries: Mapping[tuple[str, str], int]


def may_read(user: User, report_filter: ReportFilter) -> bool:
    """Whether the user has people to ask about; researchers do not."""
    return _memberships(user, report_filter).exists()


def notification_report(user: User, report_filter: ReportFilter) -> NotificationReport:
    """The figures of notifications to the people of the user's places."""
    members = list(_asked_about(user, report_filter).values_list("user", "hospital", "ward"))
    people = list(dict.fromkeys(person for person, _hospital, _ward in members))
    months, deliveries = notifications_of(
        people, report_filter.network.zone, report_filter.since, months_before(report_filter.until, -1)
    )
    keys, slots = _groups(members, people, report_filter.by, months)
    whole, groups = _figures(months, slots, len(keys))
    counted = zip(keys, groups, strict=True)
    return NotificationReport(
        by=report_filter.by,
        whole=_counts_of(None, *whole),
        groups=[_counts_of(key, counts, answer) for key, (counts, answer) in counted if counts[TOTAL]],
        deliveries=deliveries,
    )


def _memberships(user: User, report_filter: ReportFilter) -> QuerySet[Membership]:
    """Whose notifications the user may count: all of a network they coordinate, else of their places."""
    members, access = Membership.objects.filter(network=report_filter.network), user.access
    if report_filter.network.pk in access.coordinates:
        return members
    return members.filter(Q(hospital__in=access.refers_for) | Q(ward__in=access.wards))


def _asked_about(user: User, report_filter: ReportFilter) -> QuerySet[Membership]:
    members = _memberships(user, report_filter)
    if report_filter.hospital is not None:
        members = members.filter(hospital=report_filter.hospital)
    return members if report_filter.ward is None else members.filter(ward=report_filter.ward)


def _groups(
    members: Sequence[tuple[UUID, UUID | None, UUID | None]],
    people: Sequence[UUID],
    by: By,
    months: Sequence[Month],
) -> tuple[list[Hashable], list[list[Ints]]]:
    """The keys of the groups in order; and for each month the number of every person's first group, of the
    second group of those who have two, and so on, NOWHERE of the others."""
    if by == By.MONTH:
        shown = sorted({month.month for month in months})
        return list(shown), [[np.full(len(people), shown.index(month.month))] for month in months]
    at: dict[UUID, set[UUID]] = {person: set() for person in people}
    for person, hospital, ward in members:
        at[person] |= {place for place in (ward if by == By.WARD else hospital,) if place}
    places = [list[Hashable](sorted(at[person])) or [None] for person in people]
    keys = sorted({key for row in places for key in row}, key=lambda key: (key is None, str(key)))
    number = {key: place for place, key in enumerate(keys)}
    numbers = ([number[key] for key in row] for row in places)
    slots = [np.array(slot) for slot in zip_longest(*numbers, fillvalue=NOWHERE)]
    return keys, [slots for _month in months]


NOWHERE = -1
Figures = tuple[Counts, Spread]


def _figures(
    months: Sequence[Month], slots: Sequence[Sequence[Ints]], groups: int
) -> tuple[Figures, list[Figures]]:
    """COUNTS and the time to acknowledgement, of all and of each group; `slots` as `_groups` gives them."""
    of_all, counts = np.zeros(len(COUNTS), dtype=np.int64), np.zeros((groups, len(COUNTS)), dtype=np.int64)
    for month, of_month in zip(months, slots, strict=True):
        of_all += month.people["counts"].sum(axis=0)
        for slot in of_month:
            place = slot[month.people["person"]]
            np.add.at(counts, place[place != NOWHERE], month.people["counts"][place != NOWHERE])
    runs = [(_answers(months, slot, groups), np.arange(groups)) for slot in zip(*slots, strict=True)]
    whole, _first = spreads(runs[:1], groups)
    _more, apart = spreads(runs, groups)
    return (of_all, whole), list(zip(counts, apart, strict=True))


def _answers(months: Sequence[Month], slots: Sequence[Ints], groups: int) -> Ordered:
    """The seconds to the acknowledgements of those who have a group in this slot of each month."""
    nothing = [np.empty(0, np.int32)]
    seconds = np.concatenate([*nothing, *(month.seconds for month in months)])
    by_month = [slot[month.answered_by] for month, slot in zip(months, slots, strict=True)]
    group = np.concatenate([*nothing, *by_month])
    there = group != NOWHERE
    return in_order(seconds, group, groups) if there.all() else in_order(seconds[there], group[there], groups)


def _counts_of(key: Hashable, counts: Counts, answer: Spread) -> NotificationCounts:
    total, reached, failed, read, urgent, acknowledged = counts.tolist()
    return NotificationCounts(
        key=key,
        total=total,
        reached=share(reached, total),
        failed=failed,
        read=share(read, total),
        urgent=urgent,
        acknowledged=share(acknowledged, urgent),
        answer=answer,
    )
