"""What the specialist ward records on a case, and what it refuses."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from referral.models import (
    ArtificialLiverSession,
    Case,
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
from referral.models.ward_records import RECORDS
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.refusals import AccessError, InputError, VerbNotAllowed
from referral.pathway.vocabulary import Kind, State, Verb
from tests.referral.in_ward import DAY, LATER, THREE, TWO, deadline, does, refusal
from tests.world import HOUR, MINUTE, NOW, World

SECOND = timedelta(seconds=1)


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
    assert event.details["kit"] == "positive"
    assert event.note == "second tube"


def test_a_kit_sample_of_the_future_or_from_before_the_first_visit_is_refused(world: World) -> None:
    case = world.admitted()
    verb = Verb.RECORD_KIT_RESULT
    assert refusal(world, case, verb, **kit(sampled_at=LATER + 3 * MINUTE)) == {("sampled_at", "in_future")}
    assert refusal(world, case, verb, **kit(sampled_at=NOW - MINUTE)) == {("sampled_at", "out_of_order")}
    assert refusal(world, case, verb, **kit(reported_at=LATER + 3 * MINUTE)) == {("reported_at", "in_future")}
    reported = {"reported_at": NOW + MINUTE}
    assert refusal(world, case, verb, **kit(**reported)) == {("sampled_at", "after_report")}


def test_a_kit_result_says_whether_an_organ_had_failed_when_the_sample_was_taken(world: World) -> None:
    case = world.admitted()
    # The eight indicators hold a bilirubin of 310 umol/L, which fails the liver.
    does(world, case, Verb.RECORD_KIT_RESULT, **kit())
    assert KitResult.objects.get().organ_failure_at_sampling is True
    assert case.events.get(what="record_kit_result").details["beside_purpose"] is True

    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 3 * HOUR, inr=1.2)
    does(world, case, Verb.RECORD_KIT_RESULT, NOW + 5 * HOUR, **kit(sampled_at=NOW + 4 * HOUR))
    assert KitResult.objects.last().organ_failure_at_sampling is False  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("sampled", "failing"),
    [(-SECOND, True), (timedelta(0), False), (HOUR - SECOND, False), (HOUR, True)],
)
def test_of_values_of_the_same_moment_the_table_says_whether_an_organ_had_failed(
    world: World, sampled: timedelta, failing: bool
) -> None:
    """The indicators of NOW fail the liver; the table two hours later nothing, the next the kidney."""
    case, table = world.admitted(), NOW + 2 * HOUR
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, table, inr=1.2)
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, table + HOUR, dialysis=True)
    does(world, case, Verb.RECORD_KIT_RESULT, NOW + 9 * HOUR, **kit(sampled_at=table + sampled))
    assert KitResult.objects.get().organ_failure_at_sampling is failing


def test_a_table_of_the_moment_of_the_indicators_counts_before_them(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW, inr=1.2)
    does(world, case, Verb.RECORD_KIT_RESULT, **kit(sampled_at=NOW))
    assert KitResult.objects.get().organ_failure_at_sampling is False


def test_without_any_value_nobody_knows_whether_an_organ_had_failed(world: World) -> None:
    case = perform(world.register(), Verb.REFER, actor=world.doctor, now=NOW, reason="values_missing")
    case = perform(case, Verb.ADMIT, actor=world.specialist, now=NOW)
    does(world, case, Verb.RECORD_KIT_RESULT, **kit())
    assert KitResult.objects.get().organ_failure_at_sampling is None


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
    inputs = {"precipitant": "HBV_FLARE", "icd10": "J18.9"}
    assert refusal(world, case, Verb.RECORD_PRECIPITANT, **inputs) == {("icd10", "other_precipitant")}


@pytest.mark.parametrize(
    ("precipitant", "words"), [("HBV_FLARE", "Those that fit: B18.1"), ("NUC_STOP", "this one has none")]
)
def test_the_refusal_of_a_code_names_those_that_fit(world: World, precipitant: str, words: str) -> None:
    case = world.admitted()
    with pytest.raises(InputError) as refused:
        does(world, case, Verb.RECORD_PRECIPITANT, precipitant=precipitant, icd10="J18.9")
    assert words in str(refused.value.rows[0][2])


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
    inputs = {"precipitant": "UNKNOWN", "note": "x"}
    assert refusal(world, case, Verb.RECORD_INTERVENTION, **inputs) == {("precipitant", "nothing_to_treat")}


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
    assert refusal(world, case, verb, **session(ended_at=LATER + 3 * MINUTE)) == {("ended_at", "in_future")}
    before = session(started_at=NOW - MINUTE)
    assert refusal(world, case, verb, **before) == {("started_at", "out_of_order")}


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
    markers = {"mhladr_per_cell": 6200, "mhladr_percent": 24, "ferritin_ng_ml": "1850", "igm_g_l": 0.9}
    does(world, case, Verb.RECORD_IMMUNE_STATUS, sampled_at=NOW + HOUR, **markers)
    row = ImmuneStatus.objects.get(case=case)
    assert row.values == {**markers, "ferritin_ng_ml": 1850}
    assert (row.occurred_at, row.recorded_at) == (NOW + HOUR, LATER)


def test_immune_markers_have_hard_and_soft_limits(world: World) -> None:
    case = world.admitted()
    verb, at = Verb.RECORD_IMMUNE_STATUS, {"sampled_at": NOW}
    assert refusal(world, case, verb, **at, ferritin_ng_ml=900_000) == {("ferritin_ng_ml", "out_of_range")}
    assert refusal(world, case, verb, **at, mhladr_per_cell=900) == {
        ("mhladr_per_cell", "needs_confirmation")
    }
    assert refusal(world, case, verb, **at) == {("mhladr_per_cell", "required")}
    assert refusal(world, case, verb, sampled_at=LATER + 3 * MINUTE, igm_g_l=1) == {
        ("sampled_at", "in_future")
    }
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
    notifications = world.second_specialist.notifications.filter(alert__payload__case=str(case.pk))
    assert notifications.filter(alert__payload__verb="transfer").exists()


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
    expected = {("occurred_at", "out_of_order")}
    assert refusal(world, case, Verb.ASSESS_ORGAN_FAILURE, **TWO, **early) == expected
    assert refusal(world, case, Verb.DECIDE_TRANSPLANT, decision="listed", **early) == expected
    assert refusal(world, case, Verb.TRANSFER, ward=world.second_ward, **early) == expected


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
    does(world, case, Verb.RECORD_PANEL, sampled_at=NOW, albumin_g_l=31)
    for model in RECORDS.values():
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
