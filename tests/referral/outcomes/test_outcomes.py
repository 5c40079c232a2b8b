"""The outcome at day 28 and 90: who says it, when it can be said, what contradicts, who settles."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from notifications.models import Notification
from referral.deadlines.engine import run_cycle
from referral.models import Outcome
from referral.outcomes.resolve import outcomes_of
from referral.pathway.perform import perform
from referral.pathway.refusals import AccessError, InputError
from referral.pathway.vocabulary import Kind, State, Verb
from tests.referral.stating import D28, D90, DAY, refused, say, status_at
from tests.world import HOUR, MINUTE, NOW, World

# when


def test_an_outcome_seen_on_the_day_or_in_the_days_of_grace_is_in_time(world: World) -> None:
    case = world.returned()
    assert case.deadlines.get(kind=Kind.FOLLOW_UP_28).due_at == D28 + 7 * DAY
    case = say(case, world.doctor, 28, "alive", D28 + 3 * DAY)
    assert case.deadlines.get(kind=Kind.FOLLOW_UP_28).state == "met"
    assert case.state == State.FOLLOW_UP
    case = say(case, world.doctor, 90, "alive", D90)
    assert case.deadlines.get(kind=Kind.FOLLOW_UP_90).state == "met"
    assert case.state == State.CLOSED


def test_an_outcome_after_the_days_of_grace_is_late(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28 + 8 * DAY)
    assert case.deadlines.get(kind=Kind.FOLLOW_UP_28).state == "missed"
    assert status_at(case, 28) == "alive"


def test_an_outcome_seen_in_time_and_recorded_late_meets_its_deadline_after_all(world: World) -> None:
    case = world.returned()
    run_cycle(D28 + 8 * DAY)
    case = say(case, world.doctor, 28, "alive", D28 + 9 * DAY, occurred_at=D28 + DAY)
    assert case.deadlines.get(kind=Kind.FOLLOW_UP_28).state == "met"
    assert {"deadline_missed", "deadline_met_recorded_late"} <= set(
        case.events.values_list("what", flat=True)
    )


def test_reminders_come_three_days_before_on_the_day_and_then_weekly(world: World) -> None:
    case = world.returned()
    perform(case, Verb.CONFIRM_RETURN, actor=world.doctor, now=NOW + HOUR)
    notifications = Notification.objects.filter(
        alert__payload__deadline="follow_up_28", recipient=world.doctor
    )
    expected = [0, 1, 2, 3, 4]
    moments = [D28 - 4 * DAY, D28 - 3 * DAY, D28, D28 + 7 * DAY, D28 + 14 * DAY]
    findings = []
    for moment in moments:
        run_cycle(moment)
        findings.append(notifications.count())
    assert findings == expected
    assert notifications.filter(alert__kind="missed").count() == 2


def test_reminders_go_to_the_ward_while_it_has_the_patient(world: World) -> None:
    world.admitted()
    run_cycle(D28)
    notifications = Notification.objects.filter(alert__payload__deadline="follow_up_28")
    assert {row.recipient for row in notifications} == {world.specialist, world.lead}


@pytest.mark.parametrize("status", ["alive", "lost"])
def test_what_was_seen_before_the_day_says_nothing_about_it(world: World, status: str) -> None:
    case = world.returned()
    assert refused(case, world.doctor, 28, status, D28 - MINUTE) == ("day", "too_early")
    assert refused(case, world.doctor, 90, status, D90 + DAY, occurred_at=D28) == ("day", "too_early")


def test_an_outcome_before_the_first_visit_is_refused(world: World) -> None:
    case = world.returned()
    assert refused(case, world.doctor, 28, "dead", D28, occurred_at=NOW - DAY) == (
        "occurred_at",
        "out_of_order",
    )


def test_an_outcome_in_the_future_is_refused(world: World) -> None:
    case = world.returned()
    assert refused(case, world.doctor, 28, "dead", NOW + DAY, occurred_at=NOW + 2 * DAY) == (
        "occurred_at",
        "in_future",
    )


def test_a_death_before_the_admission_is_refused(world: World) -> None:
    case = perform(world.accepted(), Verb.ADMIT, actor=world.specialist, now=NOW + 5 * HOUR)
    assert refused(case, world.specialist, 28, "dead", NOW + DAY, occurred_at=NOW + HOUR) == (
        "occurred_at",
        "out_of_order",
    )
    with pytest.raises(InputError):
        perform(case, Verb.RECORD_DEATH, actor=world.specialist, now=NOW + DAY, occurred_at=NOW + HOUR)


@pytest.mark.parametrize("status", ["dead", "transplanted"])
def test_an_event_after_the_day_is_no_outcome_of_that_day(world: World, status: str) -> None:
    case = world.returned()
    assert refused(case, world.doctor, 28, status, D28 + 20 * DAY) == ("occurred_at", "after_the_day")


def test_a_patient_in_a_ward_is_not_lost(world: World) -> None:
    case = world.admitted()
    assert refused(case, world.specialist, 28, "lost", D28 + DAY) == ("status", "in_ward")


# who


def test_either_side_and_the_coordinator_can_say_it_and_nobody_else(world: World) -> None:
    case = world.returned()
    for who in (world.doctor, world.specialist, world.coordinator):
        say(case, who, 28, "alive", D28)
    assert list(case.outcomes.values_list("side", flat=True)) == ["origin", "care_ward", "coordinator"]
    for stranger in (world.other_doctor, world.second_specialist, world.researcher):
        with pytest.raises(AccessError):
            say(case, stranger, 28, "alive", D28)


def test_only_the_coordinator_settles(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28)
    case = say(case, world.specialist, 28, "transplanted", D28, occurred_at=D28 - DAY)
    for stranger in (world.doctor, world.specialist):
        with pytest.raises(AccessError):
            say(case, stranger, 28, "alive", D28, verb=Verb.SETTLE_OUTCOME, note="x")


# what holds


def test_a_death_closes_the_case_and_answers_for_both_days(world: World) -> None:
    died = NOW + 10 * DAY
    case = say(world.returned(), world.doctor, 28, "dead", NOW + 11 * DAY, occurred_at=died)
    assert (case.state, case.died_at) == (State.CLOSED, died)
    assert (status_at(case, 28), status_at(case, 90)) == ("dead", "dead")
    assert {row.state for row in case.deadlines.filter(kind__startswith="follow_up")} == {"met"}


def test_a_death_between_the_days_means_alive_at_the_first(world: World) -> None:
    died = NOW + 40 * DAY
    case = perform(world.returned(), Verb.RECORD_DEATH, actor=world.doctor, now=died + DAY, occurred_at=died)
    assert (status_at(case, 28), status_at(case, 90)) == ("alive", "dead")


def test_a_death_after_day_90_means_alive_at_both(world: World) -> None:
    died = NOW + 95 * DAY
    case = perform(world.returned(), Verb.RECORD_DEATH, actor=world.doctor, now=died + DAY, occurred_at=died)
    assert (status_at(case, 28), status_at(case, 90)) == ("alive", "alive")
    assert case.state == State.CLOSED


def test_alive_at_day_90_means_alive_at_day_28(world: World) -> None:
    case = say(world.returned(), world.doctor, 90, "alive", D90)
    assert status_at(case, 28) == "alive"


def test_a_transplant_says_nothing_yet_about_day_90(world: World) -> None:
    case = say(world.returned(), world.specialist, 28, "transplanted", D28, occurred_at=NOW + 12 * DAY)
    assert (case.state, status_at(case, 28), status_at(case, 90)) == (State.FOLLOW_UP, "transplanted", None)
    case = say(case, world.specialist, 90, "transplanted", D90, occurred_at=NOW + 12 * DAY)
    assert (case.state, status_at(case, 90)) == (State.CLOSED, "transplanted")


def test_a_patient_lost_to_follow_up_closes_the_case(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "lost", D28 + 2 * DAY)
    assert (case.state, status_at(case, 28)) == (State.CLOSED, "lost")
    case = say(
        case, world.doctor, 90, "alive", D90, verb=Verb.CORRECT_OUTCOME, note="came to the clinic again"
    )
    assert (status_at(case, 28), status_at(case, 90)) == ("alive", "alive")


def test_to_know_is_better_than_to_have_lost_and_no_contradiction(world: World) -> None:
    case = say(world.returned(), world.specialist, 28, "alive", D28)
    case = say(case, world.doctor, 28, "lost", D28)
    assert not outcomes_of(case).disputes
    assert status_at(case, 28) == "alive"


def test_organ_failure_within_28_days_is_part_of_the_outcome(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28, organ_failure="no")
    assert (outcomes_of(case).organ_failure, case.organ_failure_28) == ("no", "no")
    assert case.events.filter(what="record_outcome").latest("number").details["organ_failure"] == "no"


def test_the_outcome_of_a_patient_still_in_the_ward_can_be_recorded(world: World) -> None:
    case = say(world.admitted(), world.specialist, 28, "alive", D28)
    assert case.state == State.ADMITTED
    assert case.deadlines.get(kind=Kind.FOLLOW_UP_28).state == "met"
    assert say(case, world.specialist, 90, "alive", D90).state == State.CLOSED


# the database


def test_a_statement_is_never_changed_or_deleted(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28)
    for change in (
        lambda: case.outcomes.update(status="dead"),
        lambda: case.outcomes.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": 30},
        {"day": None, "status": "alive"},
        {"status": "fine"},
        {"side": "any_ward"},
        {"at": D90 + DAY},
    ],
)
def test_the_database_refuses_impossible_statements(world: World, wrong: dict[str, Any]) -> None:
    right = {
        "case": world.returned(),
        "number": 1,
        "day": 90,
        "status": "alive",
        "at": D90,
        "side": "origin",
        "actor": world.doctor,
        "recorded_at": D90,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Outcome.objects.create(**{**right, **wrong})


def test_statements_are_numbered_from_one(world: World) -> None:
    case = world.returned()
    for person in (world.doctor, world.specialist):
        case = say(case, person, 28, "alive", D28 + DAY)
    assert [*case.outcomes.order_by("number").values_list("number", flat=True)] == [1, 2]
