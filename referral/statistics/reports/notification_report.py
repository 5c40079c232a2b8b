"""What became of what people were told: reached, failed, read, acknowledged and how soon; by month or place.

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
from referral.statistics.columns.notification_days import COUNTS, Month, told
from referral.statistics.reports.filters import Wanted
from referral.statistics.reports.measures import By
from referral.statistics.reports.quantiles import Ints, Ordered, Spread, in_order, spreads
from scoring.research.agreement import Share, share

Counts = np.ndarray[Any, np.dtype[np.int64]]
TOLD = COUNTS.index("told")


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
    people = list(dict.fromkeys(person for person, _hospital, _ward in members))
    months, ways = told(people, wanted.network.zone, wanted.since, months_before(wanted.until, -1))
    keys, slots = _groups(members, people, wanted.by, months)
    whole, groups = _figures(months, slots, len(keys))
    told_ones = zip(keys, groups, strict=True)
    return Messages(
        by=wanted.by,
        whole=_told(None, *whole),
        groups=[_told(key, counts, answer) for key, (counts, answer) in told_ones if counts[TOLD]],
        ways=ways,
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


def _groups(
    members: Sequence[tuple[UUID, UUID | None, UUID | None]],
    people: Sequence[UUID],
    by: By,
    months: Sequence[Month],
) -> tuple[list[Hashable], list[list[Ints]]]:
    """The keys of the groups in order; and for each month the number of every person's first group, of the
    second group of those who have two, and so on, NOWHERE of the others."""
    if by == By.MONTH:
        told_in = sorted({month.month for month in months})
        return list(told_in), [[np.full(len(people), told_in.index(month.month))] for month in months]
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


def _told(key: Hashable, counts: Counts, answer: Spread) -> Told:
    told, reached, failed, read, urgent, acknowledged = counts.tolist()
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
