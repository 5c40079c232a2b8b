"""Statements that contradict each other, or the record of the ward: shown, settled, never overwritten."""

from typing import Any

import pytest

from notifications.hooks import render
from notifications.models import Notification
from referral.models import Case, OrganFailureAssessment
from referral.outcomes.resolve import outcomes_of
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError, PathwayError
from referral.pathway.vocabulary import State, Verb
from referral.queries import cases
from tests.referral.stating import D28, D90, DAY, refused, say, status_at
from tests.world import HOUR, NOW, World


def test_two_sides_that_disagree_are_both_kept_and_the_coordinator_is_told(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28)
    died = NOW + 20 * DAY
    case = say(case, world.specialist, 28, "dead", D28 + DAY, occurred_at=died)
    assert case.state == State.FOLLOW_UP
    assert case.outcomes.count() == 2
    assert len(outcomes_of(case).disputes) == 1
    assert case.events.filter(what="record_outcome").latest("number").details["disputed"] is True
    notification = Notification.objects.get(
        recipient=world.coordinator, alert__payload__verb="record_outcome"
    )
    assert (notification.alert.kind, notification.alert.severity) == ("contradicted", "severe")
    assert (
        "contradict" in render(notification, "en").title
        and "settle the outcome" in render(notification, "en").body
    )


def test_day_90_does_not_close_what_is_disputed(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28)
    case = say(case, world.specialist, 28, "transplanted", D28, occurred_at=NOW + 9 * DAY)
    case = say(case, world.doctor, 90, "alive", D90)
    assert case.state == State.FOLLOW_UP
    case = say(
        case, world.coordinator, 28, "alive", D90 + DAY, verb=Verb.SETTLE_OUTCOME, note="asked the family"
    )
    assert case.state == State.CLOSED
    assert (status_at(case, 28), status_at(case, 90)) == ("alive", "alive")
    assert case.outcomes.count() == 4


def test_a_settled_death_closes_the_case_and_is_told_to_both(world: World) -> None:
    died = NOW + 20 * DAY
    case = say(world.returned(), world.doctor, 28, "alive", D28)
    case = say(case, world.specialist, 28, "dead", D28 + DAY, occurred_at=died)
    case = say(
        case,
        world.coordinator,
        28,
        "dead",
        D28 + 2 * DAY,
        occurred_at=died,
        verb=Verb.SETTLE_OUTCOME,
        note="death certificate",
    )
    assert (case.state, case.died_at, status_at(case, 28)) == (State.CLOSED, died, "dead")
    assert not outcomes_of(case).disputes
    notifications = Notification.objects.filter(alert__payload__verb="settle_outcome")
    assert {row.recipient for row in notifications} == {world.doctor, world.specialist}


def test_a_death_that_somebody_outlived_is_a_contradiction_across_the_days(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28 + 3 * DAY)
    case = say(case, world.specialist, 90, "dead", NOW + 60 * DAY, occurred_at=D28 + DAY)
    assert len(outcomes_of(case).disputes) == 1
    assert case.state == State.FOLLOW_UP


def test_different_answers_about_organ_failure_are_a_contradiction(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28, organ_failure="no")
    case = say(case, world.specialist, 28, "alive", D28, organ_failure="yes")
    assert len(outcomes_of(case).disputes) == 1
    case = say(case, world.specialist, 28, "alive", D28, organ_failure="unknown")
    assert not outcomes_of(case).disputes


def test_a_side_may_think_better_of_its_own_statement_and_both_stay(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "transplanted", D28, occurred_at=D28)
    case = say(case, world.doctor, 28, "alive", D28 + DAY)
    assert not outcomes_of(case).disputes
    assert (case.outcomes.count(), status_at(case, 28)) == (2, "alive")


def test_one_side_cannot_give_two_dates_of_death(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28)
    case = say(case, world.specialist, 28, "dead", D28, occurred_at=NOW + 20 * DAY)
    again = refused(case, world.specialist, 28, "dead", D28 + DAY, occurred_at=NOW + 21 * DAY)
    assert again == ("occurred_at", "other_date_of_death")


def test_one_side_cannot_give_another_date_by_recording_the_death(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28)
    case = say(case, world.specialist, 28, "dead", D28, occurred_at=NOW + 20 * DAY)
    with pytest.raises(InputError) as refusal:
        perform(case, Verb.RECORD_DEATH, actor=world.specialist, now=D28, occurred_at=NOW + 22 * DAY)
    [(field, code, _message)] = refusal.value.rows
    assert (field, code) == ("occurred_at", "other_date_of_death")
    assert Case.objects.get(pk=case.pk).state == State.FOLLOW_UP
    same_day = perform(case, Verb.RECORD_DEATH, actor=world.specialist, now=D28, occurred_at=NOW + 20 * DAY)
    assert same_day.state == State.CLOSED


def test_after_a_death_another_date_of_death_is_refused_until_it_is_called_a_correction(world: World) -> None:
    case = perform(
        world.returned(), Verb.RECORD_DEATH, actor=world.doctor, now=D28, occurred_at=NOW + 20 * DAY
    )
    for verb, inputs in (
        (Verb.RECORD_DEATH, {}),
        (Verb.RECORD_OUTCOME, {"day": 28, "status": "dead"}),
    ):
        with pytest.raises(PathwayError, match="verb_not_allowed"):
            perform(case, verb, actor=world.doctor, now=D28, occurred_at=NOW + 21 * DAY, **inputs)


def test_two_dates_of_death_from_two_sides_are_kept_until_the_coordinator_settles_them(world: World) -> None:
    first, second = NOW + 20 * DAY, NOW + 22 * DAY
    case = perform(world.returned(), Verb.RECORD_DEATH, actor=world.doctor, now=D28, occurred_at=first)
    case = say(
        case, world.specialist, 28, "dead", D28, occurred_at=second, verb=Verb.CORRECT_OUTCOME, note="called"
    )
    assert (case.state, len(outcomes_of(case).disputes)) == (State.CLOSED, 1)
    case = say(
        case,
        world.coordinator,
        28,
        "dead",
        D28,
        occurred_at=second,
        verb=Verb.SETTLE_OUTCOME,
        note="certificate",
    )
    assert (case.died_at, outcomes_of(case).disputes) == (second, ())
    assert case.outcomes.count() == 3


def test_two_hours_of_one_day_are_one_date_of_death(world: World) -> None:
    case = perform(
        world.returned(), Verb.RECORD_DEATH, actor=world.doctor, now=D28, occurred_at=NOW + 20 * DAY
    )
    case = say(
        case,
        world.specialist,
        28,
        "dead",
        D28,
        occurred_at=NOW + 20 * DAY + HOUR,
        verb=Verb.CORRECT_OUTCOME,
        note="x",
    )
    assert not outcomes_of(case).disputes


def test_a_correction_by_who_said_it_replaces_it_and_nothing_is_overwritten(world: World) -> None:
    case = say(world.returned(), world.doctor, 90, "alive", D90)
    case = say(
        case,
        world.doctor,
        90,
        "dead",
        D90 + DAY,
        occurred_at=D90 - 2 * DAY,
        verb=Verb.CORRECT_OUTCOME,
        note="wrong patient",
    )
    assert (status_at(case, 90), case.died_at) == ("dead", D90 - 2 * DAY)
    assert list(case.outcomes.values_list("status", "source")) == [
        ("alive", "reported"),
        ("dead", "corrected"),
    ]


def test_nothing_is_settled_where_nothing_is_disputed(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28)
    with pytest.raises(PathwayError, match="nothing_disputed"):
        say(case, world.coordinator, 28, "alive", D28, verb=Verb.SETTLE_OUTCOME, note="x")


def test_an_open_case_is_not_corrected_but_recorded(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28)
    with pytest.raises(PathwayError, match="verb_not_allowed"):
        say(case, world.doctor, 28, "alive", D28, verb=Verb.CORRECT_OUTCOME, note="x")


def test_a_recorded_death_that_contradicts_a_statement_is_told_to_the_coordinator(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28)
    case = perform(case, Verb.RECORD_DEATH, actor=world.specialist, now=D28 + DAY, occurred_at=NOW + 20 * DAY)
    assert case.outcome_disputed
    assert case.events.get(what="record_death").details["disputed"] is True
    assert Notification.objects.filter(
        recipient=world.coordinator, alert__payload__verb="record_death"
    ).exists()


def discharged(world: World, *verbs: tuple[Verb, dict[str, Any]]) -> Case:
    """A case that went home a day after these verbs of the ward."""
    case = world.diagnosed()
    for verb, inputs in verbs:
        case = perform(case, verb, actor=world.specialist, now=NOW + HOUR, **inputs)
    return perform(case, Verb.DISCHARGE, actor=world.specialist, now=NOW + DAY, to="home")


def test_the_wards_transplant_contradicts_a_patient_alive_without_one(world: World) -> None:
    case = discharged(world, (Verb.DECIDE_TRANSPLANT, {"decision": "transplanted"}))
    case = say(case, world.doctor, 90, "alive", D90)
    assert (case.state, case.outcome_disputed) == (State.FOLLOW_UP, True)
    assert [row.status for row in outcomes_of(case).against_records] == ["alive"]
    notifications = Notification.objects.filter(
        recipient=world.coordinator, alert__payload__verb="record_outcome"
    )
    assert notifications.exists()
    case = say(
        case,
        world.coordinator,
        90,
        "transplanted",
        D90 + DAY,
        occurred_at=NOW + HOUR,
        verb=Verb.SETTLE_OUTCOME,
        note="called both",
    )
    assert (case.state, case.outcome_disputed, case.outcomes.count()) == (State.CLOSED, False, 2)


def test_the_wards_organ_table_contradicts_who_says_that_no_organ_failed(world: World) -> None:
    case = discharged(world, (Verb.ASSESS_ORGAN_FAILURE, {"dialysis": True}))
    case = say(case, world.doctor, 28, "alive", D28, organ_failure="no")
    assert case.outcome_disputed
    case = say(case, world.doctor, 28, "alive", D28 + DAY, organ_failure="yes")
    assert (case.outcome_disputed, case.organ_failure_28) == (False, "yes")


def test_a_death_from_before_the_discharge_contradicts_it(world: World) -> None:
    case = say(discharged(world), world.doctor, 28, "dead", D28, occurred_at=NOW + HOUR)
    assert (case.state, len(outcomes_of(case).against_records)) == (State.FOLLOW_UP, 1)


def test_what_the_ward_records_later_can_contradict_a_statement_too(world: World) -> None:
    case = say(world.diagnosed(), world.doctor, 28, "alive", D28, organ_failure="no")
    assert not case.outcome_disputed
    case = perform(
        case,
        Verb.ASSESS_ORGAN_FAILURE,
        actor=world.specialist,
        now=D28 + DAY,
        occurred_at=NOW + DAY,
        dialysis=True,
    )
    assert case.outcome_disputed
    notifications = Notification.objects.filter(
        recipient=world.coordinator, alert__payload__verb="assess_organ_failure"
    )
    assert notifications.exists()
    organs = OrganFailureAssessment.objects.get()
    case = perform(
        case,
        Verb.RETRACT_RECORD,
        actor=world.specialist,
        now=D28 + DAY,
        record=organs,
        reason="wrong_patient",
    )
    assert not case.outcome_disputed


def test_answers_about_organ_failure_contradict_each_other_across_the_days(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28, organ_failure="no")
    case = say(case, world.specialist, 90, "alive", D90, organ_failure="yes")
    assert (len(outcomes_of(case).disputes), case.state) == (1, State.FOLLOW_UP)
    assert case.organ_failure_28 == ""


def test_what_depends_on_which_statement_is_right_does_not_hold_until_it_is_settled(world: World) -> None:
    case = say(world.returned(), world.doctor, 28, "alive", D28)
    died = D28 - 9 * DAY
    case = say(case, world.specialist, 28, "dead", D28, occurred_at=died)
    assert (status_at(case, 28), status_at(case, 90), case.died_at) == (None, None, None)
    assert cases.awaited_of(case) == cases.SETTLEMENT
    assert len(cases.statements(case)) == 2
    case = say(
        case,
        world.coordinator,
        28,
        "dead",
        D28,
        verb=Verb.SETTLE_OUTCOME,
        occurred_at=died,
        note="both asked",
    )
    assert (status_at(case, 28), status_at(case, 90), case.died_at) == ("dead", "dead", died)
    assert cases.awaited_of(case) is None


def test_what_holds_whichever_date_of_death_is_right_is_kept(world: World) -> None:
    case = world.returned()
    case = say(case, world.doctor, 28, "dead", D28, occurred_at=D28 - 9 * DAY)
    case = say(
        case,
        world.specialist,
        28,
        "dead",
        D28,
        verb=Verb.CORRECT_OUTCOME,
        occurred_at=D28 - 5 * DAY,
        note="x",
    )
    assert case.outcome_disputed
    assert (status_at(case, 28), status_at(case, 90)) == ("dead", "dead")
    assert cases.awaited_of(case) == cases.SETTLEMENT
