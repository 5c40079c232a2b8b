"""Departure and expected arrival are corrected: both versions stay, the deadline follows, the ward knows."""

from typing import Any

import pytest

from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.refusals import AccessError, InputError, VerbNotAllowed
from referral.pathway.vocabulary import Kind, Verb
from tests.world import HOUR, MINUTE, NOW, World

SOON = NOW + 10 * MINUTE


@pytest.fixture
def leaving(world: World) -> Case:
    return perform(
        world.accepted(), Verb.DEPART, actor=world.doctor, now=NOW, expected_arrival_at=NOW + 2 * HOUR
    )


def correct(world: World, case: Case, **inputs: Any) -> Case:
    return perform(case, Verb.CORRECT_JOURNEY, actor=world.doctor, now=SOON, **inputs)


def test_a_later_arrival_moves_its_deadline_and_is_told_to_the_ward(world: World, leaving: Case) -> None:
    case = correct(world, leaving, expected_arrival_at=NOW + 5 * HOUR)
    due = case.deadlines.get(kind=Kind.ARRIVE)
    assert case.expected_arrival_at == NOW + 5 * HOUR
    assert due.due_at == due.first_due_at == NOW + 5 * HOUR + case.policy.length(Kind.ARRIVE)
    event = case.events.get(what=Verb.CORRECT_JOURNEY)
    assert event.details["expected_arrival_at_before"] == (NOW + 2 * HOUR).isoformat()
    notification = world.specialist.notifications.get(alert__payload__verb="correct_journey")
    assert notification.alert.severity == "warning"


def test_a_departure_is_corrected_with_the_old_time_kept(world: World, leaving: Case) -> None:
    case = correct(world, leaving, departed_at=NOW + 5 * MINUTE)
    assert case.departed_at == NOW + 5 * MINUTE
    assert case.expected_arrival_at == NOW + 2 * HOUR
    details = case.events.get(what=Verb.CORRECT_JOURNEY).details
    assert details["departed_at_before"] == NOW.isoformat()
    assert "expected_arrival_at" not in details
    assert case.deadlines.get(kind=Kind.ARRIVE).starts_at == NOW + 5 * MINUTE


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({}, "expected_arrival_at"),
        ({"departed_at": NOW - HOUR}, "departed_at"),
        ({"departed_at": NOW + HOUR}, "departed_at"),
        ({"expected_arrival_at": NOW - HOUR}, "expected_arrival_at"),
        ({"expected_arrival_at": NOW + 72 * HOUR}, "expected_arrival_at"),
    ],
)
def test_times_that_cannot_be_are_refused_at_their_field(
    world: World, leaving: Case, inputs: dict[str, Any], field: str
) -> None:
    with pytest.raises(InputError) as refusal:
        correct(world, leaving, **inputs)
    assert [row[0] for row in refusal.value.rows] == [field]


def test_only_those_who_sent_the_patient_correct_the_journey_while_it_lasts(
    world: World, leaving: Case
) -> None:
    with pytest.raises(AccessError):
        perform(leaving, Verb.CORRECT_JOURNEY, actor=world.other_doctor, now=SOON, departed_at=NOW)
    case = perform(leaving, Verb.ADMIT, actor=world.specialist, now=SOON)
    with pytest.raises(VerbNotAllowed):
        correct(world, case, expected_arrival_at=NOW + 5 * HOUR)
