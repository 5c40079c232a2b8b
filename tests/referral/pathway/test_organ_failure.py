"""Organ failure and transplant: both grades, the third failure and its seven days, the decision."""

from typing import Any

import pytest

from referral.deadlines.engine import run_cycle
from referral.models import (
    Case,
    CaseFacts,
    OrganFailureAssessment,
    TransplantDecision,
)
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.refusals import ConfirmationNeeded
from referral.pathway.vocabulary import Kind, Verb
from referral.queries.cases import diagnosis_of
from referral.statistics.reports.kit import kit_record
from referral.ward.record import ward_record
from tests.referral.in_ward import DAY, SOUND, THREE, TWO, deadline, does, refusal
from tests.referral.statistics.replaying import case_facts_from_events
from tests.world import HOUR, MINUTE, NOW, World


def test_both_grades_of_organ_failure_are_computed_and_kept(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **SOUND, note="after fluids")

    row = OrganFailureAssessment.objects.get(case=case)
    assert (row.grade, row.simple_grade, row.failures, row.failing) == ("1b", "I", 1, ["liver"])
    assert row.subscores == {
        "liver": 3, "kidney": 1, "brain": 2, "coagulation": 1, "circulation": 1, "respiration": 1
    }  # fmt: skip
    assert (row.clif_c_of, row.missing) == (9, [])
    assert row.values["creatinine_umol_l"] == pytest.approx(106.08)
    assert row.entered["creatinine"] == {"value": 1.2, "unit": "mg/dL"}


def test_the_two_grades_differ_where_their_rules_do(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, bilirubin=12, bilirubin_unit="mg/dL", inr=1.2)
    row = OrganFailureAssessment.objects.get()
    assert (row.grade, row.simple_grade) == ("none", "I")
    assert set(row.missing) == {"kidney", "brain", "circulation", "respiration"}
    assert row.clif_c_of is None


def test_ventilation_for_encephalopathy_fails_the_brain_and_other_ventilation_the_lung(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, inr=1.1, ventilated_for_encephalopathy=True)
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, inr=1.1, mechanical_ventilation=True)
    assert [row.failing for row in OrganFailureAssessment.objects.order_by("pk")] == [
        ["brain"], ["respiration"]
    ]  # fmt: skip


def test_an_organ_value_without_its_unit_is_refused(world: World) -> None:
    case = world.admitted()
    typed = {"bilirubin": 310, "creatinine": 90, "inr": 1.5}
    assert refusal(world, case, Verb.ASSESS_ORGAN_FAILURE, **typed) == {
        ("bilirubin_unit", "unit_missing"), ("creatinine_unit", "unit_missing")
    }  # fmt: skip


def test_impossible_and_absent_organ_values_are_refused(world: World) -> None:
    case = world.admitted()
    verb = Verb.ASSESS_ORGAN_FAILURE
    assert refusal(world, case, verb, inr=99) == {("inr", "out_of_range")}
    assert refusal(world, case, verb, map_mmhg="low") == {("map_mmhg", "not_a_number")}
    assert refusal(world, case, verb, note="nothing else") == {("bilirubin", "required")}


def test_an_unusual_organ_value_is_asked_about_and_kept_once_confirmed(world: World) -> None:
    case = world.admitted()
    typed = {"bilirubin": 20, "bilirubin_unit": "umol/L"}
    with pytest.raises(ConfirmationNeeded):
        does(world, case, Verb.ASSESS_ORGAN_FAILURE, **typed)
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **typed, confirmed=["bilirubin"])
    assert OrganFailureAssessment.objects.get().failures == 0


def test_the_step_from_two_failures_to_three_opens_seven_days_to_a_transplant(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **TWO)
    assert not case.deadlines.filter(kind=Kind.TRANSPLANT).exists()

    step = NOW + 5 * HOUR
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 6 * HOUR, **THREE, occurred_at=step)
    assert deadline(case, Kind.TRANSPLANT).due_at == step + 7 * DAY
    row = OrganFailureAssessment.objects.get(opens_transplant=True)
    assert (row.simple_grade, row.from_two) == ("III", True)
    assert case.events.filter(what="assess_organ_failure").last().details["third_failure"] == "from_two"


def test_three_failures_seen_at_once_open_the_deadline_and_are_marked_as_first_seen(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **THREE)
    assert deadline(case, Kind.TRANSPLANT).state == "open"
    assert OrganFailureAssessment.objects.get().from_two is False
    assert case.events.get(what="assess_organ_failure").details["third_failure"] == "first_seen"


def test_only_the_first_third_failure_opens_the_deadline(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **THREE)
    does(world, case, Verb.DECIDE_TRANSPLANT, decision="decided_against", reason="too_ill")
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + DAY, **TWO)
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 2 * DAY, **THREE)
    assert deadline(case, Kind.TRANSPLANT).state == "met"
    assert OrganFailureAssessment.objects.filter(opens_transplant=True).count() == 1


def test_a_listing_leaves_the_transplant_deadline_open_and_a_transplant_meets_it(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **THREE)
    does(world, case, Verb.DECIDE_TRANSPLANT, decision="listed")
    assert deadline(case, Kind.TRANSPLANT).state == "open"

    does(world, case, Verb.DECIDE_TRANSPLANT, NOW + 3 * DAY, decision="transplanted")
    assert deadline(case, Kind.TRANSPLANT).state == "met"
    assert [row.decision for row in TransplantDecision.objects.all()] == ["listed", "transplanted"]


def test_a_transplant_after_seven_days_is_missed(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **THREE)
    does(world, case, Verb.DECIDE_TRANSPLANT, NOW + 8 * DAY, decision="transplanted")
    assert deadline(case, Kind.TRANSPLANT).state == "missed"


def test_a_decision_against_a_transplant_needs_its_reason_and_only_that_one_has_it(world: World) -> None:
    case = world.admitted()
    verb = Verb.DECIDE_TRANSPLANT
    assert refusal(world, case, verb, decision="decided_against") == {("reason", "required")}
    assert refusal(world, case, verb, decision="listed", reason="cost") == {("reason", "not_needed")}


def test_a_transplant_is_decided_before_and_after_the_diagnosis(world: World) -> None:
    case = world.admitted()
    assert Verb.DECIDE_TRANSPLANT in usable_verbs(world.specialist, case)
    case = does(world, case, Verb.DIAGNOSE, category="aclf")
    assert Verb.DECIDE_TRANSPLANT in usable_verbs(world.specialist, case)


def latest_retraction(case: Case) -> dict[str, Any]:
    details: dict[str, Any] = case.events.filter(what="retract_record").latest("number").details
    return details


def retract(world: World, case: Case, place: int, now: Any = NOW + 3 * HOUR) -> Case:
    """Mark the organ assessment in that place, by time, as entered in error."""
    organs = OrganFailureAssessment.objects.filter(case=case)[place]
    return does(world, case, Verb.RETRACT_RECORD, now, record=organs, reason="wrong_values")


def test_an_assessment_entered_in_error_stays_readable_and_the_grade_follows(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **SOUND)
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 150 * MINUTE, **TWO)
    assert ward_record(case).grade == "II"

    retract(world, case, 1)
    record = ward_record(case)
    assert (record.grade, len(record.organs), len(record.counting)) == ("I", 2, 1)
    assert record.organs[1].retraction.reason == "wrong_values"
    assert latest_retraction(case)["simple_grade"] == "I"
    assert not [item for item in record.checklist if item.code == "icu"]


def test_a_third_failure_entered_in_error_takes_the_days_to_a_transplant_back(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **TWO)
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 150 * MINUTE, **THREE)
    run_cycle(NOW + 9 * DAY)
    assert deadline(case, Kind.TRANSPLANT).state == "missed"

    retract(world, case, 1, NOW + 9 * DAY)
    row = deadline(case, Kind.TRANSPLANT)
    assert (row.state, row.missed_at, row.closed_at) == ("cancelled", None, row.starts_at)
    assert CaseFacts.objects.get(pk=case.pk).transplant_verdict is None

    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 10 * DAY, **THREE)
    again = case.deadlines.open().get(kind=Kind.TRANSPLANT)
    assert again.due_at == NOW + 17 * DAY


def test_the_days_to_a_transplant_count_from_the_next_third_failure_that_is_left(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **THREE)
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 4 * HOUR, **THREE)
    retract(world, case, 0, NOW + 5 * HOUR)
    assert deadline(case, Kind.TRANSPLANT).due_at == NOW + 4 * HOUR + 7 * DAY
    third = ward_record(case).third_failure
    assert third is not None
    assert third.occurred_at == NOW + 4 * HOUR


def test_the_facts_of_a_case_with_retracted_assessments_equal_its_events(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **THREE)
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 4 * HOUR, **THREE)
    run_cycle(NOW + 8 * DAY)
    for place in (0, 1):
        case = retract(world, case, place, NOW + 8 * DAY)
        stored = CaseFacts.objects.filter(pk=case.pk).values().get()
        assert {name: stored[name] for name in case_facts_from_events(case)} == case_facts_from_events(case)


def test_the_grade_of_the_diagnosis_follows_what_counts(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **SOUND)
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 150 * MINUTE, **THREE)
    case = does(world, case, Verb.DIAGNOSE, NOW + 3 * HOUR, category="aclf")
    diagnosis = diagnosis_of(case)
    assert diagnosis is not None
    assert diagnosis.simple_grade == "III"
    case = retract(world, case, 1, NOW + 4 * HOUR)
    diagnosis = diagnosis_of(case)
    assert diagnosis is not None
    assert (diagnosis.grade, diagnosis.simple_grade) == ("1b", "I")


def test_a_kit_result_is_no_longer_beside_its_purpose_when_the_failure_was_a_mistake(world: World) -> None:
    case = perform(world.register(), Verb.REFER, actor=world.doctor, now=NOW, reason="worried")
    case = perform(case, Verb.ADMIT, actor=world.specialist, now=NOW)
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **TWO)
    sample = NOW + 150 * MINUTE
    inputs = {"lot": "K1", "sampled_at": sample, "answer": "positive"}
    does(world, case, Verb.RECORD_KIT_RESULT, NOW + 3 * HOUR, **inputs)
    rows = CaseFacts.objects.filter(pk=case.pk)
    assert kit_record(rows, now=NOW + 40 * DAY, hides_small=False).beside_purpose == 1
    retract(world, case, 0, NOW + 4 * HOUR)
    assert kit_record(rows, now=NOW + 40 * DAY, hides_small=False).beside_purpose == 0
