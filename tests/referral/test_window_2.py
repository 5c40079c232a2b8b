"""What the specialist ward records on a case, and what it refuses."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from referral.errors import AccessError, ConfirmationNeeded, FactError, VerbNotAllowed
from referral.models import (
    ArtificialLiverSession,
    Case,
    Deadline,
    ImmuneStatus,
    Intervention,
    KitResult,
    NutritionDay,
    NutritionTarget,
    OrganFailureAssessment,
    Precipitant,
    TransplantDecision,
    TreatmentRecord,
)
from referral.models.window_2 import RECORDS
from referral.pathway import Kind, State, Verb
from referral.performing import perform, usable_verbs
from tests.world import HOUR, MINUTE, NOW, World

LATER = NOW + 2 * HOUR
TWO = {"inr": 2.6, "dialysis": True}
THREE = {**TWO, "vasopressors": True}
SOUND = {
    "bilirubin": 310, "bilirubin_unit": "umol/L", "creatinine": 1.2, "creatinine_unit": "mg/dL", "inr": 1.6,
    "encephalopathy_grade": 1, "map_mmhg": 82, "vasopressors": False, "pao2_fio2": 380,
}  # fmt: skip
DAY = timedelta(days=1)


def does(world: World, case: Case, verb: Verb, now: Any = LATER, **facts: Any) -> Case:
    return perform(case, verb, actor=world.specialist, now=now, **facts)


def refusal(world: World, case: Case, verb: Verb, now: Any = LATER, **facts: Any) -> set[tuple[str, str]]:
    """The fields and codes of a refused verb, which leaves no trace."""
    before = case.events.count()
    with pytest.raises(FactError) as refused:
        does(world, case, verb, now, **facts)
    assert case.events.count() == before
    return {(field, code) for field, code, _message in refused.value.rows}


def deadline(case: Case, kind: Kind) -> Deadline:
    return Deadline.objects.get(case=case, kind=kind)


def kit(**changes: Any) -> dict[str, Any]:
    return {"lot": "K2503", "sampled_at": NOW + HOUR, "answer": "positive", **changes}


def test_a_kit_result_is_kept_with_lot_times_answer_and_assay(world: World) -> None:
    case = world.admitted()
    reported = {"reported_at": NOW + 90 * MINUTE}
    more = {"probability": 0.81, "assay": {"m1": 2.5}, "note": "second tube"}
    does(world, case, Verb.RECORD_KIT_RESULT, **kit(**more, **reported))

    row = KitResult.objects.get(case=case)
    assert (row.lot, row.answer, row.probability, row.assay) == ("K2503", "positive", 0.81, {"m1": 2.5})
    assert (row.sampled_at, row.occurred_at, row.recorded_at) == (NOW + HOUR, NOW + 90 * MINUTE, LATER)
    assert (row.actor, row.note) == (world.specialist, "second tube")
    event = case.events.get(what="record_kit_result")
    assert event.facts["kit"] == "positive"
    assert event.note == "second tube"


def test_a_kit_sample_of_the_future_or_from_before_the_first_visit_is_refused(world: World) -> None:
    case = world.admitted()
    verb = Verb.RECORD_KIT_RESULT
    assert refusal(world, case, verb, **kit(sampled_at=LATER + MINUTE)) == {("sampled_at", "in_future")}
    assert refusal(world, case, verb, **kit(sampled_at=NOW - MINUTE)) == {("sampled_at", "out_of_order")}
    assert refusal(world, case, verb, **kit(reported_at=LATER + MINUTE)) == {("reported_at", "in_future")}
    reported = {"reported_at": NOW + MINUTE}
    assert refusal(world, case, verb, **kit(**reported)) == {("sampled_at", "after_report")}


def test_a_kit_result_says_whether_an_organ_had_failed_when_the_sample_was_taken(world: World) -> None:
    case = world.admitted()
    # The eight indicators hold a bilirubin of 310 umol/L, which fails the liver.
    does(world, case, Verb.RECORD_KIT_RESULT, **kit())
    assert KitResult.objects.get().organ_failure_at_sampling is True
    assert case.events.get(what="record_kit_result").facts["beside_purpose"] is True

    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 3 * HOUR, inr=1.2)
    does(world, case, Verb.RECORD_KIT_RESULT, NOW + 5 * HOUR, **kit(sampled_at=NOW + 4 * HOUR))
    assert KitResult.objects.last().organ_failure_at_sampling is False  # type: ignore[union-attr]


def test_without_any_value_nobody_knows_whether_an_organ_had_failed(world: World) -> None:
    case = perform(world.register(), Verb.REFER, actor=world.doctor, now=NOW, reason="values_missing")
    case = perform(case, Verb.ADMIT, actor=world.specialist, now=NOW)
    does(world, case, Verb.RECORD_KIT_RESULT, **kit())
    assert KitResult.objects.get().organ_failure_at_sampling is None


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
    assert case.events.filter(what="assess_organ_failure").last().facts["third_failure"] == "from_two"


def test_three_failures_seen_at_once_open_the_deadline_and_are_marked_as_first_seen(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **THREE)
    assert deadline(case, Kind.TRANSPLANT).state == "open"
    assert OrganFailureAssessment.objects.get().from_two is False
    assert case.events.get(what="assess_organ_failure").facts["third_failure"] == "first_seen"


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


def test_several_precipitants_are_kept_with_the_codes_that_fit(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.RECORD_PRECIPITANT, precipitant="HBV_FLARE")
    does(world, case, Verb.RECORD_PRECIPITANT, precipitant="BACT_INF", icd10="J18.9", note="left lower lobe")
    rows = Precipitant.objects.filter(case=case)
    assert [(row.precipitant, row.icd10) for row in rows.order_by("pk")] == [
        ("HBV_FLARE", "B18.1"), ("BACT_INF", "J18.9")
    ]  # fmt: skip
    assert deadline(case, Kind.TREAT_PRECIPITANT).state == "open"


def test_an_icd_code_of_another_precipitant_is_refused(world: World) -> None:
    case = world.admitted()
    facts = {"precipitant": "HBV_FLARE", "icd10": "J18.9"}
    assert refusal(world, case, Verb.RECORD_PRECIPITANT, **facts) == {("icd10", "other_precipitant")}


def test_the_first_intervention_against_a_precipitant_meets_its_deadline(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.RECORD_PRECIPITANT, precipitant="BACT_INF")
    does(world, case, Verb.RECORD_INTERVENTION, precipitant="BACT_INF", note="cultures, antibiotics")
    assert deadline(case, Kind.TREAT_PRECIPITANT).state == "met"
    row = Intervention.objects.get(case=case)
    assert (row.precipitant.precipitant, row.note) == ("BACT_INF", "cultures, antibiotics")


def test_an_intervention_records_the_precipitant_that_nobody_had_recorded(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.RECORD_INTERVENTION, precipitant="GI_BLEED", note="banding")
    does(world, case, Verb.RECORD_INTERVENTION, precipitant="GI_BLEED", note="second banding")
    assert Precipitant.objects.get(case=case).interventions.count() == 2


def test_none_found_ends_the_search_and_holds_only_while_nothing_was_found(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.RECORD_PRECIPITANT, precipitant="UNKNOWN")
    assert deadline(case, Kind.TREAT_PRECIPITANT).state == "met"

    does(world, case, Verb.RECORD_PRECIPITANT, precipitant="HEV")
    verb = Verb.RECORD_PRECIPITANT
    assert refusal(world, case, verb, precipitant="UNKNOWN") == {("precipitant", "found_before")}


def test_nothing_is_treated_against_an_unknown_precipitant(world: World) -> None:
    case = world.admitted()
    facts = {"precipitant": "UNKNOWN", "note": "x"}
    assert refusal(world, case, Verb.RECORD_INTERVENTION, **facts) == {("precipitant", "nothing_to_treat")}


def test_the_checklist_keeps_every_word_on_an_item(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.RECORD_TREATMENT, item="icu", progress="planned")
    does(world, case, Verb.RECORD_TREATMENT, item="icu", progress="declined", reason="not_available")
    assert [(row.progress, row.reason) for row in TreatmentRecord.objects.order_by("pk")] == [
        ("planned", ""), ("declined", "not_available")
    ]  # fmt: skip


def test_a_declined_item_needs_a_reason_and_a_done_one_has_none(world: World) -> None:
    case = world.admitted()
    verb = Verb.RECORD_TREATMENT
    assert refusal(world, case, verb, item="icu", progress="declined") == {("reason", "required")}
    done = {"item": "icu", "progress": "done", "reason": "other"}
    assert refusal(world, case, verb, **done) == {("reason", "not_needed")}


def session(**changes: Any) -> dict[str, Any]:
    return {"mode": "dpmas_pe", "started_at": NOW + MINUTE, "ended_at": NOW + HOUR, **changes}


def test_an_artificial_liver_session_is_kept_with_mode_times_and_complications(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.RECORD_ARTIFICIAL_LIVER, **session(complications=["hypotension", "clotting"]))
    row = ArtificialLiverSession.objects.get(case=case)
    assert (row.mode, row.complications) == ("dpmas_pe", ["hypotension", "clotting"])
    assert (row.occurred_at, row.ended_at, row.recorded_at) == (NOW + MINUTE, NOW + HOUR, LATER)


def test_a_session_cannot_end_before_it_began_nor_in_the_future_nor_begin_before_admission(
    world: World,
) -> None:
    case = world.admitted()
    verb = Verb.RECORD_ARTIFICIAL_LIVER
    assert refusal(world, case, verb, **session(ended_at=NOW)) == {("ended_at", "not_after_start")}
    assert refusal(world, case, verb, **session(ended_at=LATER + MINUTE)) == {("ended_at", "in_future")}
    before = session(started_at=NOW - MINUTE)
    assert refusal(world, case, verb, **before) == {("occurred_at", "out_of_order")}


def test_the_nutrition_target_is_1_3_times_the_resting_expenditure(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.SET_NUTRITION_TARGET, height_cm=170, weight_kg=60)
    row = NutritionTarget.objects.get(case=case)
    # 10 x 60 + 6.25 x 170 - 5 x 56 + 5 for a man of 56 years
    assert (row.age_years, row.sex, row.equation) == (56, "male", "Mifflin-St Jeor")
    assert (row.resting_kcal, row.target_kcal) == (1388, 1804)


def test_the_energy_of_a_day_is_kept_and_no_day_outside_the_stay(world: World) -> None:
    case = world.admitted()
    today = (NOW + 8 * HOUR).date()
    does(world, case, Verb.RECORD_INTAKE, day=today, kcal=1250.4)
    does(world, case, Verb.RECORD_INTAKE, day=today, kcal=1400)
    assert [row.kcal for row in NutritionDay.objects.order_by("pk")] == [1250, 1400]
    assert refusal(world, case, Verb.RECORD_INTAKE, day=today + DAY, kcal=1) == {("day", "in_future")}
    assert refusal(world, case, Verb.RECORD_INTAKE, day=today - DAY, kcal=1) == {("day", "out_of_order")}


def test_immune_markers_are_kept_with_the_time_of_their_sample(world: World) -> None:
    case = world.admitted()
    markers = {"mhladr_per_cell": 6200, "ferritin_ng_ml": "1850", "igm_g_l": 0.9}
    does(world, case, Verb.RECORD_IMMUNE_STATUS, sampled_at=NOW + HOUR, **markers)
    row = ImmuneStatus.objects.get(case=case)
    assert row.values == {"mhladr_per_cell": 6200, "ferritin_ng_ml": 1850, "igm_g_l": 0.9}
    assert (row.occurred_at, row.recorded_at) == (NOW + HOUR, LATER)


def test_immune_markers_have_hard_and_soft_limits(world: World) -> None:
    case = world.admitted()
    verb, at = Verb.RECORD_IMMUNE_STATUS, {"sampled_at": NOW}
    assert refusal(world, case, verb, **at, ferritin_ng_ml=900_000) == {("ferritin_ng_ml", "out_of_range")}
    assert refusal(world, case, verb, **at, mhladr_per_cell=900) == {
        ("mhladr_per_cell", "needs_confirmation")
    }
    assert refusal(world, case, verb, **at) == {("mhladr_per_cell", "required")}
    assert refusal(world, case, verb, sampled_at=LATER + MINUTE, igm_g_l=1) == {("sampled_at", "in_future")}
    does(world, case, verb, **at, mhladr_per_cell=900, confirmed=["mhladr_per_cell"])
    assert ImmuneStatus.objects.get().confirmed == ["mhladr_per_cell"]


def test_a_transfer_moves_the_case_to_the_other_ward_and_the_window_runs_on(world: World) -> None:
    case = world.admitted()
    due_at = deadline(case, Kind.DIAGNOSE).due_at
    case = does(world, case, Verb.TRANSFER, ward=world.second_ward, bed="31")

    assert (case.state, case.ward, case.bed) == (State.ADMITTED, world.second_ward, "31")
    assert deadline(case, Kind.DIAGNOSE).due_at == due_at
    assert not Case.objects.visible_to(world.specialist).filter(pk=case.pk).exists()
    assert Verb.DIAGNOSE in usable_verbs(world.second_specialist, case)
    told = world.second_specialist.notifications.filter(payload__case=str(case.pk))
    assert told.filter(payload__verb="transfer").exists()


def test_a_transfer_goes_to_another_ward_only(world: World) -> None:
    case = world.admitted()
    assert refusal(world, case, Verb.TRANSFER, ward=world.ward) == {("ward", "not_another_ward")}


def test_a_coordinator_may_transfer_and_the_first_hospital_may_record_nothing(world: World) -> None:
    case = world.admitted()
    assert Verb.TRANSFER in usable_verbs(world.coordinator, case)
    for verb in (Verb.RECORD_KIT_RESULT, Verb.ASSESS_ORGAN_FAILURE, Verb.RECORD_TREATMENT):
        with pytest.raises(AccessError):
            perform(case, verb, actor=world.doctor, now=LATER)


def test_the_ward_records_nothing_before_admission(world: World) -> None:
    case = world.accepted()
    with pytest.raises(VerbNotAllowed):
        does(world, case, Verb.ASSESS_ORGAN_FAILURE, **TWO)


def test_nothing_happens_in_the_ward_before_the_patient_is_there(world: World) -> None:
    case = perform(world.accepted(), Verb.ADMIT, actor=world.specialist, now=NOW + HOUR)
    early = {"occurred_at": NOW + MINUTE}
    wanted = {("occurred_at", "out_of_order")}
    assert refusal(world, case, Verb.ASSESS_ORGAN_FAILURE, **TWO, **early) == wanted
    assert refusal(world, case, Verb.DECIDE_TRANSPLANT, decision="listed", **early) == wanted
    assert refusal(world, case, Verb.TRANSFER, ward=world.second_ward, **early) == wanted


def test_the_records_of_the_ward_are_never_changed_or_deleted(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.RECORD_KIT_RESULT, **kit())
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **THREE)
    does(world, case, Verb.DECIDE_TRANSPLANT, decision="listed")
    does(world, case, Verb.RECORD_INTERVENTION, precipitant="HEV", note="x")
    does(world, case, Verb.RECORD_TREATMENT, item="icu", progress="done")
    does(world, case, Verb.RECORD_ARTIFICIAL_LIVER, **session())
    does(world, case, Verb.SET_NUTRITION_TARGET, height_cm=170, weight_kg=60)
    does(world, case, Verb.RECORD_INTAKE, day=NOW.date(), kcal=1)
    does(world, case, Verb.RECORD_IMMUNE_STATUS, sampled_at=NOW, igm_g_l=1)
    for model in RECORDS:
        assert model._default_manager.exists(), model
        for statement in ("UPDATE {} SET id = id", "DELETE FROM {}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement.format(model._meta.db_table))


def test_a_note_lies_encrypted_in_the_database(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.RECORD_TREATMENT, item="icu", progress="done", note="named 李四")
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM referral_treatmentrecord")
        assert "李四" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (KitResult, {"lot": "1", "sampled_at": NOW + HOUR, "answer": "positive"}),
        (KitResult, {"lot": "1", "sampled_at": NOW, "answer": "perhaps"}),
        (KitResult, {"lot": "1", "sampled_at": NOW, "answer": "positive", "probability": 1.2}),
        (TransplantDecision, {"decision": "decided_against"}),
        (TreatmentRecord, {"item": "icu", "progress": "declined"}),
        (TreatmentRecord, {"item": "prayer", "progress": "done"}),
        (ArtificialLiverSession, {"mode": "dpmas", "ended_at": NOW}),
        (
            OrganFailureAssessment,
            {
                **dict.fromkeys(("entered", "values", "subscores"), {}), "failures": 3, "grade": "3a",
                "simple_grade": "II",
            },
        ),
    ],
)  # fmt: skip
def test_the_database_refuses_what_cannot_be(world: World, model: Any, values: dict[str, Any]) -> None:
    case = world.admitted()
    common = {"case": case, "actor": world.specialist, "occurred_at": NOW, "recorded_at": NOW}
    if model is KitResult:
        common["ward"] = world.ward
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**common, **values)
