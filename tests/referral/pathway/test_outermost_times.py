"""How near and how far the times may lie that somebody sets for later, to the second."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from referral.models import Case, Deadline
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Kind, Verb
from tests.world import HOUR, MINUTE, NOW, World, open_offer

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
BELIEVED = 2 * MINUTE
"""So far a clock may be ahead: what it asks for beyond the longest is the longest."""


@dataclass
class Asked:
    """`verb` sets `field`, which may lie after `after` and no later than `latest`."""

    case: Case
    verb: Verb
    actor: User
    field: str
    after: datetime
    latest: datetime
    kept: Callable[[Case], datetime | None]
    now: datetime = NOW
    inputs: dict[str, Any] | None = None

    def outcome(self, moment: datetime) -> datetime | tuple[str, ...] | None:
        """What is kept of `moment`, or the fields at which it is refused; undone again."""
        given = {**(self.inputs or {}), self.field: moment}
        with transaction.atomic():
            try:
                case = perform(self.case.pk, self.verb, actor=self.actor, now=self.now, **given)
                return self.kept(case)
            except InputError as refusal:
                return tuple(field for field, _code, _words in refusal.rows)
            finally:
                transaction.set_rollback(True)


def expected(case: Case) -> datetime | None:
    return case.expected_arrival_at


def promised(case: Case) -> datetime | None:
    return open_offer(case).bed_promised_until


def in_transit(world: World) -> Case:
    inputs = {"expected_arrival_at": NOW + 3 * HOUR}
    return perform(world.accepted(), Verb.DEPART, actor=world.doctor, now=NOW, **inputs)


def a_bed_that_is_promised(world: World) -> Asked:
    case, latest = world.flagged(), NOW + 12 * HOUR
    return Asked(case, Verb.ACCEPT_WHEN_FREE, world.specialist, "until", NOW, latest, promised)


def a_departure(world: World) -> Asked:
    latest = NOW + 2 * DAY
    return Asked(world.accepted(), Verb.DEPART, world.doctor, "expected_arrival_at", NOW, latest, expected)


def a_departure_an_hour_ago(world: World) -> Asked:
    verb, now, inputs = Verb.DEPART, NOW + HOUR, {"occurred_at": NOW}
    case, latest = world.accepted(), now + 2 * DAY
    return Asked(case, verb, world.doctor, "expected_arrival_at", NOW, latest, expected, now, inputs)


def another_arrival(world: World) -> Asked:
    verb, now = Verb.CHANGE_ARRIVAL, NOW + HOUR
    case = in_transit(world)
    return Asked(case, verb, world.specialist, "expected_arrival_at", now, now + 2 * DAY, expected, now)


def another_ward(world: World) -> Asked:
    verb, now, inputs = Verb.DIVERT, NOW + HOUR, {"ward": world.second_ward}
    case, latest = in_transit(world), now + 2 * DAY
    return Asked(case, verb, world.coordinator, "expected_arrival_at", now, latest, expected, now, inputs)


def a_corrected_journey(world: World) -> Asked:
    verb, now = Verb.CORRECT_JOURNEY, NOW + HOUR
    case, latest = in_transit(world), now + 2 * DAY
    return Asked(case, verb, world.doctor, "expected_arrival_at", NOW, latest, expected, now)


def of_decision(name: str) -> Callable[[Case], datetime | None]:
    def kept(case: Case) -> datetime | None:
        return case.deadlines.values_list(name, flat=True).get(kind=Kind.DECIDE)

    return kept


def deciding(world: World) -> tuple[Case, Deadline, dict[str, Any]]:
    case = world.flagged()
    row = case.deadlines.get(kind=Kind.DECIDE)
    return case, row, {"deadline": row, "reason": "x"}


def silence(world: World) -> Asked:
    (case, _row, inputs), kept = deciding(world), of_decision("quiet_until")
    latest = NOW + 12 * HOUR
    return Asked(case, Verb.SNOOZE, world.specialist, "until", NOW, latest, kept, inputs=inputs)


def more_time(world: World) -> Asked:
    (case, row, inputs), kept = deciding(world), of_decision("due_at")
    due, latest = row.due_at, row.due_at + 7 * DAY
    return Asked(case, Verb.EXTEND, world.specialist, "due_at", due, latest, kept, inputs=inputs)


def more_time_when_it_is_late(world: World) -> Asked:
    asked = more_time(world)
    asked.now = asked.after + HOUR
    asked.after, asked.latest = asked.now, asked.now + 7 * DAY
    return asked


@pytest.mark.parametrize(
    "make",
    [
        a_bed_that_is_promised,
        a_departure,
        a_departure_an_hour_ago,
        another_arrival,
        another_ward,
        a_corrected_journey,
        silence,
        more_time,
        more_time_when_it_is_late,
    ],
)
def test_a_time_for_later_lies_ahead_and_no_further_than_the_longest(
    world: World, make: Callable[[World], Asked]
) -> None:
    asked = make(world)
    refused, first, latest = (asked.field,), asked.after + SECOND, asked.latest
    times = (asked.after - HOUR, asked.after, first, latest, latest + BELIEVED, latest + BELIEVED + SECOND)
    outcomes = [asked.outcome(moment) for moment in times]
    assert outcomes == [refused, refused, first, latest, latest, refused]
