"""The right record in the place of one that was entered in error, in the ward and after the stay."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from referral.deadlines.engine import run_cycle
from referral.models import (
    RETRACTABLE,
    Case,
    CaseFacts,
    Deadline,
    Intervention,
    KitResult,
    OrganFailureAssessment,
    Record,
)
from referral.models.statistics import IN_TIME, LATE
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.refusals import AccessError
from referral.pathway.vocabulary import Kind, Verb
from referral.queries.cases import diagnosis_of
from referral.statistics.reports.kit import kit_record
from referral.ward.codes import RecordKind
from referral.ward.record import counting, ward_record
from tests.referral.in_ward import DAY, THREE, TWO, deadline, does, refusal
from tests.referral.pathway.test_retraction import RECORDED, retract, stored_equal_events, without_indicators
from tests.world import HOUR, MINUTE, NOW, World

MOMENT = {
    Verb.RECORD_KIT_RESULT: "reported_at",
    Verb.RECORD_ARTIFICIAL_LIVER: "started_at",
    Verb.RECORD_IMMUNE_STATUS: "sampled_at",
    Verb.RECORD_PANEL: "sampled_at",
}
LEFT = NOW + DAY


def back(world: World, case: Case) -> Case:
    case = does(world, case, Verb.DIAGNOSE, NOW + 20 * HOUR, category="aclf")
    return does(world, case, Verb.BACK_REFER, LEFT, plan="plan")


def dead(world: World, case: Case) -> Case:
    return does(world, case, Verb.RECORD_DEATH, LEFT)


def closed(world: World, case: Case) -> Case:
    case = back(world, case)
    return perform(
        case, Verb.RECORD_OUTCOME, actor=world.doctor, now=NOW + 91 * DAY, day=90, status="alive"
    )  # fmt: skip


def corrected(world: World, case: Case, wrong: Record, verb: Verb, at: datetime, **inputs: Any) -> Case:
    timed = {MOMENT.get(verb, "occurred_at"): at}
    if verb == Verb.RECORD_ARTIFICIAL_LIVER:
        timed["ended_at"] = at + 30 * MINUTE
    return does(world, case, verb, NOW + 95 * DAY, corrects=wrong, **{**inputs, **timed})


def usable(world: World, case: Case) -> set[Verb]:
    return set(usable_verbs(world.specialist, case))


@pytest.mark.parametrize("leaves", [back, dead, closed])
@pytest.mark.parametrize("kind", RECORDED)
def test_what_was_taken_back_after_the_stay_is_entered_rightly_once_with_its_true_time(
    world: World, kind: RecordKind, leaves: Callable[[World, Case], Case]
) -> None:
    verb, inputs = RECORDED[kind]
    case = leaves(world, does(world, world.admitted(), verb, **inputs))
    state, open_before = case.state, case.deadlines.open().count()
    assert verb not in usable(world, case)
    wrong = RETRACTABLE[kind].objects.get()
    case = retract(world, case, wrong, NOW + 94 * DAY)
    assert verb in usable(world, case)

    case = corrected(world, case, wrong, verb, NOW + 90 * MINUTE, **inputs)
    [right] = RETRACTABLE[kind].objects.counting().filter(case=case)
    assert (right.occurred_at, right.recorded_at) == (NOW + 90 * MINUTE, NOW + 95 * DAY)
    assert (case.state, case.deadlines.open().count()) == (state, open_before)
    event = case.events.filter(what=verb).last()
    assert event is not None
    assert (event.details["corrects"], event.details["record"]) == (str(wrong.pk), str(right.pk))
    assert verb not in usable(world, case)
    again = {**inputs, MOMENT.get(verb, "occurred_at"): NOW + 90 * MINUTE}
    assert refusal(world, case, verb, NOW + 96 * DAY, corrects=wrong, **again) == {("corrects", "not_found")}
    assert stored_equal_events(case)

    case = retract(world, case, right, NOW + 96 * DAY)
    assert verb in usable(world, case), "a correction can be a mistake as well"


@pytest.mark.parametrize("kind", RECORDED)
def test_after_the_stay_nothing_else_is_added_and_nothing_of_a_later_time(
    world: World, kind: RecordKind
) -> None:
    verb, inputs = RECORDED[kind]
    other = does(world, world.admitted(name="甲二"), verb, **inputs)
    foreign = RETRACTABLE[kind].objects.get(case=other)
    case = back(world, does(world, world.admitted(name="甲一"), verb, **inputs))
    kept = RETRACTABLE[kind].objects.get(case=case)
    later, moment = NOW + 95 * DAY, MOMENT.get(verb, "occurred_at")

    assert refusal(world, case, verb, later, **inputs) == {("corrects", "required")}
    for wrong in (kept, foreign):
        assert refusal(world, case, verb, later, corrects=wrong, **inputs) == {("corrects", "not_found")}
    case = retract(world, case, kept, later)
    too_late = {**inputs, moment: LEFT + MINUTE, "corrects": kept}
    if verb == Verb.RECORD_ARTIFICIAL_LIVER:
        moment = "ended_at"
        too_late[moment] = LEFT + HOUR
    assert refusal(world, case, verb, later, **too_late) == {(moment, "out_of_order")}


def test_a_session_that_ends_after_the_stay_is_not_the_right_one(world: World) -> None:
    verb, inputs = RECORDED[RecordKind.ARTIFICIAL_LIVER]
    case = back(world, does(world, world.admitted(), verb, **inputs))
    wrong = RETRACTABLE[RecordKind.ARTIFICIAL_LIVER].objects.get()
    case = retract(world, case, wrong, NOW + 2 * DAY)
    timed = {**inputs, "started_at": LEFT - HOUR, "ended_at": LEFT + MINUTE, "corrects": wrong}
    assert refusal(world, case, verb, NOW + 2 * DAY, **timed) == {("ended_at", "out_of_order")}
    does(world, case, verb, NOW + 2 * DAY, **{**timed, "ended_at": LEFT})


def test_a_record_is_not_the_correction_of_another_kind(world: World) -> None:
    case = does(world, world.admitted(), Verb.RECORD_PRECIPITANT, precipitant="HEV")
    wrong = RETRACTABLE[RecordKind.PRECIPITANT].objects.get()
    case = back(world, retract(world, case, wrong))
    assert refusal(
        world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 2 * DAY, corrects=wrong, **TWO
    ) == {("corrects", "not_found")}  # fmt: skip


def test_only_the_ward_that_may_take_back_corrects(world: World) -> None:
    case = does(world, world.admitted(), Verb.ASSESS_ORGAN_FAILURE, **TWO)
    wrong = OrganFailureAssessment.objects.get()
    case = retract(world, back(world, case), wrong, NOW + 2 * DAY)
    for stranger in (world.doctor, world.coordinator, world.second_specialist):
        assert Verb.ASSESS_ORGAN_FAILURE not in usable_verbs(stranger, case)
        with pytest.raises(AccessError):
            perform(
                case, Verb.ASSESS_ORGAN_FAILURE, actor=stranger, now=NOW + 3 * DAY, corrects=wrong, **TWO
            )  # fmt: skip


def test_the_ward_a_patient_was_transferred_to_corrects_and_the_kit_stays_with_who_used_it(
    world: World,
) -> None:
    verb, inputs = RECORDED[RecordKind.KIT_RESULT]
    case = does(world, without_indicators(world), verb, **inputs)
    wrong = KitResult.objects.get()
    case = does(world, case, Verb.TRANSFER, NOW + 5 * HOUR, ward=world.second_ward)
    for step, given in ((Verb.RETRACT_RECORD, {"record": wrong, "reason": "wrong_values"}),
                        (verb, {**inputs, "answer": "negative", "corrects": wrong})):  # fmt: skip
        case = perform(case, step, actor=world.second_specialist, now=NOW + 6 * HOUR, **given)
    assert [row.ward for row in KitResult.objects.counting()] == [world.ward]
    assert CaseFacts.objects.get(pk=case.pk).kit_ward_id == world.ward.pk
    assert stored_equal_events(case)


def test_a_corrected_result_and_table_are_what_the_statistics_and_the_diagnosis_count(world: World) -> None:
    verb, inputs = RECORDED[RecordKind.KIT_RESULT]
    case = does(world, without_indicators(world), verb, **inputs)
    case = does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 3 * HOUR, inr=1.1)
    case = closed(world, case)
    kit, table = KitResult.objects.get(), OrganFailureAssessment.objects.get()
    rows = CaseFacts.objects.filter(pk=case.pk)

    def cells() -> tuple[int, int, int, int]:
        whole = kit_record(rows, now=NOW + 200 * DAY, hides_small=False).with_close
        assert whole is not None
        return (whole.true_positive, whole.false_positive, whole.false_negative, whole.true_negative)

    case = retract(world, case, table, NOW + 92 * DAY)
    case = corrected(world, case, table, Verb.ASSESS_ORGAN_FAILURE, NOW + 3 * HOUR, **TWO)
    assert cells() == (1, 0, 0, 0)
    case = retract(world, case, kit, NOW + 95 * DAY)
    case = corrected(world, case, kit, verb, NOW + 2 * HOUR, **{**inputs, "answer": "negative"})
    assert cells() == (0, 0, 1, 0)
    assert stored_equal_events(case)
    diagnosis = diagnosis_of(case)
    assert diagnosis is not None
    assert diagnosis.simple_grade == "II"


def test_a_corrected_table_is_held_against_what_was_said_about_the_outcome(world: World) -> None:
    case = back(world, does(world, world.admitted(), Verb.ASSESS_ORGAN_FAILURE, inr=1.1))
    table = OrganFailureAssessment.objects.get()
    case = perform(
        case, Verb.RECORD_OUTCOME, actor=world.doctor, now=NOW + 29 * DAY, day=28, status="alive",
        organ_failure="no",
    )  # fmt: skip
    case = retract(world, case, table, NOW + 30 * DAY)
    assert not case.outcome_disputed
    case = corrected(world, case, table, Verb.ASSESS_ORGAN_FAILURE, NOW + 3 * HOUR, **TWO)
    assert case.outcome_disputed


@pytest.mark.parametrize(
    ("left", "decided", "state", "verdict"),
    [
        (NOW + 2 * DAY, None, "cancelled", None),
        (NOW + 9 * DAY, None, "missed", LATE),
        (NOW + 9 * DAY, NOW + 4 * DAY, "met", IN_TIME),
    ],
)
def test_a_third_failure_entered_rightly_after_the_stay_is_judged_and_neither_runs_nor_alerts(
    world: World, left: datetime, decided: datetime | None, state: str, verdict: int | None
) -> None:
    case = does(world, world.admitted(), Verb.ASSESS_ORGAN_FAILURE, inr=1.1)
    if decided:
        case = does(world, case, Verb.DECIDE_TRANSPLANT, decided, decision="transplanted")
    case = does(world, case, Verb.DIAGNOSE, left, category="aclf")
    case = does(world, case, Verb.BACK_REFER, left, plan="plan")
    wrong = OrganFailureAssessment.objects.get()
    case = retract(world, case, wrong, NOW + 20 * DAY)
    case = does(
        world,
        case,
        Verb.ASSESS_ORGAN_FAILURE,
        NOW + 20 * DAY,
        corrects=wrong,
        occurred_at=NOW + HOUR,
        **THREE,
    )
    row = deadline(case, Kind.TRANSPLANT)
    assert (row.state, row.starts_at, row.closed_at is None) == (state, NOW + HOUR, False)
    assert CaseFacts.objects.get(pk=case.pk).transplant_verdict == verdict
    assert stored_equal_events(case)
    count = case.events.count()
    run_cycle(NOW + 21 * DAY)
    assert not case.events.filter(number__gt=count, details__kind="transplant").exists()


def test_a_corrected_treatment_answers_for_the_time_limit_in_the_place_of_the_mistake(world: World) -> None:
    verb, inputs = RECORDED[RecordKind.INTERVENTION]
    case = does(world, world.admitted(), verb, **inputs)
    case = does(world, case, Verb.DIAGNOSE, NOW + 3 * DAY, category="aclf")
    case = does(world, case, Verb.BACK_REFER, NOW + 3 * DAY, plan="plan")
    wrong = Intervention.objects.get()
    case = retract(world, case, wrong, NOW + 9 * DAY)
    assert deadline(case, Kind.TREAT_PRECIPITANT).state == "missed"
    case = corrected(world, case, wrong, verb, NOW + 90 * MINUTE, **inputs)
    row = deadline(case, Kind.TREAT_PRECIPITANT)
    assert (row.state, row.closed_at) == ("met", NOW + 90 * MINUTE)
    assert CaseFacts.objects.get(pk=case.pk).treat_precipitant_verdict == IN_TIME
    assert stored_equal_events(case)


def test_in_the_ward_a_correction_names_its_mistake_or_not_and_deadlines_run(world: World) -> None:
    case = does(world, world.admitted(), Verb.ASSESS_ORGAN_FAILURE, **TWO)
    wrong = OrganFailureAssessment.objects.get()
    case = retract(world, case, wrong)
    case = does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 5 * HOUR, corrects=wrong, **THREE)
    assert Deadline.objects.open().filter(case=case, kind=Kind.TRANSPLANT).count() == 1
    case = does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 6 * HOUR, **THREE)
    assert len(counting(ward_record(case).organs)) == 2
    assert stored_equal_events(case)
