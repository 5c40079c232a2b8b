"""What the specialist ward records through the API, and what everybody who sees the case can read of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts import clock
from referral.evidence import load_bundled
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.api.conftest import Answer, Caller
from tests.conftest import Keep
from tests.world import HOUR, MINUTE, World, build

THREE = {"inr": 2.6, "dialysis": True, "vasopressors": True}


def six_hours_in_bed() -> tuple[World, Case]:
    """A patient in the first ward's bed."""
    world = build()
    return world, world.admitted(clock.now() - 6 * HOUR)


@pytest.fixture(scope="module")
def kept(keep: Keep) -> Callable[[], Any]:
    return keep(six_hours_in_bed)


@pytest.fixture
def both(db: None, kept: Callable[[], Any]) -> Any:
    return kept()


@pytest.fixture
def world(both: tuple[World, Case]) -> World:
    return both[0]


@pytest.fixture
def case(both: tuple[World, Case]) -> Case:
    return both[1]


@pytest.fixture
def does(specialist: Caller, case: Case) -> Callable[..., Answer]:
    def post(verb: str, **inputs: Any) -> Answer:
        return specialist.post(f"/cases/{case.pk}/{verb}", inputs)

    return post


def record(caller: Caller, case: Case) -> Any:
    answer = caller.get(f"/cases/{case.pk}/ward-record")
    assert answer.status == 200, answer.body
    return answer.body


def test_a_kit_result_is_recorded_and_read(does, specialist: Caller, case: Case, now: datetime) -> None:  # type: ignore[no-untyped-def]
    sampled = (now - 2 * HOUR).isoformat()
    answer = does(
        "record-kit-result", lot="K1", sampled_at=sampled, answer="negative", probability=0.12,
        assay={"m1": 1.5, "m2": "below range"}, note="first tube",
    )  # fmt: skip
    assert answer.status == 200, answer.body

    [kit] = record(specialist, case)["kit_results"]
    assert (kit["lot"], kit["answer"], kit["probability"], kit["note"]) == (
        "K1",
        "negative",
        0.12,
        "first tube",
    )
    assert kit["assay"] == {"m1": 1.5, "m2": "below range"}
    assert kit["organ_failure_at_sampling"] is True
    assert kit["actor"]["name"] == "specialist"
    assert kit["reported_at"] == kit["occurred_at"]


def test_a_mistyped_record_is_taken_back_once_and_stays_readable(  # type: ignore[no-untyped-def]
    does, specialist: Caller, case: Case, now: datetime
) -> None:
    does("record-kit-result", lot="K1", sampled_at=(now - 2 * HOUR).isoformat(), answer="negative")
    does("record-immune-status", sampled_at=(now - 2 * HOUR).isoformat(), ferritin_ng_ml=900)
    read = record(specialist, case)
    for kind in ("kit_results", "immune_samples"):
        assert read[kind][0]["retraction"] is None
        inputs = {"record": read[kind][0]["id"], "reason": "wrong_values"}
        assert does("retract-record", **inputs).status == 200
        [row] = record(specialist, case)[kind]
        assert (row["retraction"]["reason"], row["retraction"]["actor"]["name"]) == (
            "wrong_values", "specialist"
        )  # fmt: skip
        again = does("retract-record", **inputs)
        assert (again.status, again.body["errors"][0]["field"]) == (422, "record")
    assert record(specialist, case)["immune_markers"] == []
    assert does("retract-record", record="x", reason="wrong_values").status == 422


def test_after_the_stay_the_right_result_is_entered_in_the_place_of_the_wrong_one(  # type: ignore[no-untyped-def]
    does, specialist: Caller, case: Case, now: datetime
) -> None:
    inputs = {"lot": "K1", "sampled_at": (now - 2 * HOUR).isoformat(), "answer": "negative"}
    does("record-kit-result", **inputs)
    does("diagnose", category="early_aclf")
    assert "record_kit_result" not in does("discharge", to="home").body["allowed_verbs"]
    wrong = record(specialist, case)["kit_results"][0]["id"]
    taken = does("retract-record", record=wrong, reason="wrong_values")
    assert "record_kit_result" in taken.body["allowed_verbs"]

    right = {**inputs, "answer": "positive", "reported_at": (now - HOUR).isoformat()}
    for corrects in ({}, {"corrects": None}, {"corrects": "x"}, {"corrects": str(case.pk)}):
        refused = does("record-kit-result", **right, **corrects)
        assert (refused.status, list(refused.fields)) == (422, ["corrects"])
    done = does("record-kit-result", **right, corrects=wrong)
    assert done.status == 200, done.body
    assert "record_kit_result" not in done.body["allowed_verbs"]
    kept = {row["answer"]: row["retraction"] for row in record(specialist, case)["kit_results"]}
    assert kept["positive"] is None
    assert kept["negative"]["reason"] == "wrong_values"
    assert does("record-kit-result", **right, corrects=wrong).status == 422


@pytest.mark.parametrize(
    ("inputs", "field", "code"),
    [
        ({"answer": "perhaps"}, "answer", "invalid"),
        ({"probability": 1.2}, "probability", "invalid"),
        ({"probability": True}, "probability", "invalid"),
        ({"probability": "NaN"}, "probability", "invalid"),
        ({"assay": [1]}, "assay", "invalid"),
        ({"assay": {"": 1}}, "assay", "invalid"),
        ({"assay": {"m1": None}}, "assay", "invalid"),
        ({"assay": {f"m{n}": n for n in range(21)}}, "assay", "invalid"),
        ({"lot": ""}, "lot", "required"),
        ({"colour": "red"}, "colour", "unknown_field"),
    ],
)
def test_a_strange_kit_result_is_refused_at_its_field(  # type: ignore[no-untyped-def]
    does, now: datetime, inputs: dict[str, Any], field: str, code: str
) -> None:
    sound = {"lot": "K1", "sampled_at": (now - HOUR).isoformat(), "answer": "positive"}
    answer = does("record-kit-result", **{**sound, **inputs})
    assert (answer.status, answer.fields) == (422, {field: code})


def test_a_kit_sample_of_the_future_is_refused(does, now: datetime) -> None:  # type: ignore[no-untyped-def]
    ahead = (now + HOUR).isoformat()
    answer = does("record-kit-result", lot="K1", sampled_at=ahead, answer="positive")
    assert (answer.status, answer.fields) == (422, {"sampled_at": "in_future"})


def test_organ_failures_are_graded_and_a_grade_typed_by_hand_is_refused(  # type: ignore[no-untyped-def]
    does, specialist: Caller, case: Case
) -> None:
    typed = {"bilirubin": 300, "bilirubin_unit": "umol/L", "inr": 1.4, "encephalopathy_grade": 2}
    for name in ("grade", "simple_grade", "failures"):
        answer = does("assess-organ-failure", **typed, **{name: "2"})
        assert (answer.status, answer.fields) == (422, {name: "unknown_field"})
        assert "is computed from the values and never typed. Leave it out." in answer.body["detail"]
    assert does("assess-organ-failure", **typed).status == 200
    body = record(specialist, case)
    [row] = body["organ_failures"]
    assert (row["grade"], row["simple_grade"], row["failing"]) == ("1b", "I", ["liver"])
    assert body["grade"] == "I"


def test_an_organ_value_without_its_unit_is_refused_in_words(does) -> None:  # type: ignore[no-untyped-def]
    answer = does("assess-organ-failure", bilirubin=300, inr=1.4)
    assert (answer.status, answer.fields) == (422, {"bilirubin_unit": "unit_missing"})
    assert "µmol/L" in answer.body["errors"][0]["message"]
    assert does("assess-organ-failure", bilirubin={"value": 300}).fields == {"bilirubin": "invalid"}
    assert does("assess-organ-failure", inr=[1]).fields == {"inr": "invalid"}


def test_an_unusual_organ_value_needs_a_confirmation(does) -> None:  # type: ignore[no-untyped-def]
    typed = {"bilirubin": 20, "bilirubin_unit": "umol/L"}
    assert does("assess-organ-failure", **typed).fields == {"bilirubin": "needs_confirmation"}
    assert does("assess-organ-failure", **typed, confirmed=["bilirubin"]).status == 200


def test_the_third_failure_shows_its_deadline_on_the_case(does) -> None:  # type: ignore[no-untyped-def]
    body = does("assess-organ-failure", **THREE).body
    [deadline] = [row for row in body["deadlines"] if row["kind"] == "transplant"]
    assert deadline["state"] == "open"
    assert datetime.fromisoformat(deadline["due_at"]) - datetime.fromisoformat(deadline["starts_at"]) == (
        timedelta(days=7)
    )
    assert "decide_transplant" in body["allowed_verbs"]


def item(body: Any, code: str) -> Any:
    return next(row for row in body["checklist"] if row["item"] == code)


def test_the_checklist_follows_the_grade(does, specialist: Caller, case: Case) -> None:  # type: ignore[no-untyped-def]
    basis = ["liver_protection", "nutrition", "infection_prevention", "symptoms"]
    assert [row["item"] for row in record(specialist, case)["checklist"]] == basis
    does("assess-organ-failure", inr=2.6)
    assert [row["item"] for row in record(specialist, case)["checklist"]] == [
        *basis, "organ_support", "artificial_liver"
    ]  # fmt: skip
    does("assess-organ-failure", **THREE)
    assert [row["item"] for row in record(specialist, case)["checklist"]] == [
        *basis, "organ_support", "artificial_liver", "icu", "transplant_listing", "transplant"
    ]  # fmt: skip


def test_the_latest_word_on_an_item_stands_with_its_author(does, specialist: Caller, case: Case) -> None:  # type: ignore[no-untyped-def]
    does("record-treatment", item="icu", progress="planned")
    does("record-treatment", item="icu", progress="declined", reason="refused", note="family")
    row = item(record(specialist, case), "icu")
    assert (row["progress"], row["note"], row["by"]["name"]) == ("declined", "family", "specialist")
    assert row["verb"] == "record_treatment"
    assert does("record-treatment", item="icu", progress="declined").fields == {"reason": "required"}


def test_sessions_and_decisions_tick_their_items(  # type: ignore[no-untyped-def]
    does, specialist: Caller, case: Case, now: datetime
) -> None:
    times = {"started_at": (now - 3 * HOUR).isoformat(), "ended_at": (now - HOUR).isoformat()}
    answer = does("record-artificial-liver", mode="dpmas", complications=["bleeding", "bleeding"], **times)
    assert answer.status == 200, answer.body
    does("decide-transplant", decision="listed")
    body = record(specialist, case)
    assert item(body, "artificial_liver")["progress"] == "done"
    assert item(body, "transplant_listing")["progress"] == "done"
    [session] = body["artificial_liver_sessions"]
    assert session["complications"] == ["bleeding"]

    does("decide-transplant", decision="decided_against", reason="improved")
    body = record(specialist, case)
    assert item(body, "transplant")["progress"] == item(body, "transplant_listing")["progress"] == "declined"
    assert [row["decision"] for row in body["transplant_decisions"]] == ["listed", "decided_against"]


def test_a_session_with_an_unknown_complication_is_refused(does, now: datetime) -> None:  # type: ignore[no-untyped-def]
    times = {"started_at": (now - 3 * HOUR).isoformat(), "ended_at": (now - HOUR).isoformat()}
    for strange in (["hiccups"], "hiccups", {"bleeding": True}, [None], [["bleeding"]]):
        answer = does("record-artificial-liver", mode="dpmas", complications=strange, **times)
        assert (answer.status, answer.fields) == (422, {"complications": "invalid"}), strange


def test_precipitants_carry_their_codes_and_what_was_done(does, specialist: Caller, case: Case) -> None:  # type: ignore[no-untyped-def]
    does("record-precipitant", precipitant="GI_BLEED", icd10="I85.0")
    does("record-precipitant", precipitant="NUC_STOP")
    does("record-intervention", precipitant="GI_BLEED", note="banding")
    bleed, stopped = record(specialist, case)["precipitants"]
    assert (bleed["icd10"], bleed["snomed"], bleed["certainty"]) == ("I85.0", "17709002", "verified")
    assert [row["note"] for row in bleed["interventions"]] == ["banding"]
    assert (stopped["icd10"], stopped["snomed"], stopped["certainty"]) == ("", "", "none")


def test_nutrition_has_a_target_with_its_source_and_the_progress_of_each_day(  # type: ignore[no-untyped-def]
    does, specialist: Caller, case: Case, now: datetime
) -> None:
    today = (now + 8 * HOUR).date().isoformat()
    does("record-intake", day=today, kcal=902)
    assert record(specialist, case)["nutrition_days"] == [
        {"day": today, "kcal": 902, "share": None, "protein_g": None, "night_snack": None}
    ]
    does("set-nutrition-target", height_cm=170, weight_kg=60)
    does("record-intake", day=today, kcal=1200)
    body = record(specialist, case)
    target = body["nutrition_target"]
    assert target["equation"] == "Mifflin-St Jeor"
    assert "Mifflin MD" in target["citation"]
    assert target["target_kcal"] == round(1.3 * (10 * 60 + 6.25 * 170 - 5 * target["age_years"] + 5))
    [day] = body["nutrition_days"]
    assert (day["kcal"], day["share"]) == (1200, pytest.approx(1200 / target["target_kcal"]))


@pytest.mark.parametrize(
    ("verb", "inputs", "field"),
    [
        ("set-nutrition-target", {"height_cm": 1.7, "weight_kg": 60}, "height_cm"),
        ("set-nutrition-target", {"height_cm": 170, "weight_kg": "heavy"}, "weight_kg"),
        ("set-nutrition-target", {"height_cm": 170, "weight_kg": 10**400}, "weight_kg"),
        ("record-intake", {"day": "today", "kcal": 1}, "day"),
        ("record-intake", {"day": 20260517.5, "kcal": 1}, "day"),
        ("record-intake", {"day": "2026-05-17", "kcal": -1}, "kcal"),
    ],
)
def test_an_impossible_number_or_day_is_refused_at_its_field(  # type: ignore[no-untyped-def]
    does, verb: str, inputs: dict[str, Any], field: str
) -> None:
    answer = does(verb, **inputs)
    assert (answer.status, answer.fields) == (422, {field: "invalid"})


def test_immune_markers_lie_beside_published_ranges_with_their_source_and_no_treatment(  # type: ignore[no-untyped-def]
    does, specialist: Caller, case: Case, now: datetime
) -> None:
    for hours, value in ((4, 4100), (1, 6800)):
        at = (now - hours * HOUR).isoformat()
        assert does("record-immune-status", sampled_at=at, mhladr_per_cell=value, il6_pg_ml=90).status == 200
    body = record(specialist, case)
    hladr, il6 = body["immune_markers"]
    assert [point["value"] for point in hladr["points"]] == [4100, 6800]
    severe = hladr["ranges"][0]
    assert (severe["high"], severe["certainty"]) == (5000, "read")
    assert "NCT04990232" in severe["source"]
    assert {row["certainty"] for row in hladr["ranges"]} == {"read", "general_knowledge"}
    assert il6["ranges"] == []
    shown = str(body["immune_markers"]) + body["immune_caution"]
    assert not [drug for drug in ("nakinra", "nterferon", "GM-CSF", "hymosin") if drug in shown]


def test_a_transferred_case_leaves_the_ward_that_had_it(  # type: ignore[no-untyped-def]
    does, specialist: Caller, second_specialist: Caller, world: World, case: Case
) -> None:
    does("assess-organ-failure", inr=2.6)
    answer = does("transfer", ward=str(world.second_ward.pk))
    assert (answer.status, answer.body["patient"]) == (200, None)
    assert specialist.get(f"/cases/{case.pk}/ward-record").status == 404
    assert record(second_specialist, case)["grade"] == "I"


def test_the_first_hospital_reads_the_record_and_strangers_do_not(  # type: ignore[no-untyped-def]
    does, doctor: Caller, other_doctor: Caller, as_user: Callable[..., Caller], world: World, case: Case
) -> None:
    does("assess-organ-failure", inr=2.6)
    assert record(doctor, case)["grade"] == "I"
    assert other_doctor.get(f"/cases/{case.pk}/ward-record").status == 404
    assert as_user(world.researcher).get(f"/cases/{case.pk}/ward-record").status == 404
    assert as_user(None).get(f"/cases/{case.pk}/ward-record").status in (401, 403)
    assert doctor.post(f"/cases/{case.pk}/assess-organ-failure", {"inr": 2.6}).status == 403


def test_the_record_answers_with_as_many_queries_however_long_it_is(  # type: ignore[no-untyped-def]
    specialist: Caller, world: World, case: Case, now: datetime, django_assert_max_num_queries
) -> None:
    for number in range(6):
        at = now - HOUR + number * MINUTE
        perform(case, Verb.ASSESS_ORGAN_FAILURE, actor=world.specialist, now=at, inr=1.2 + number / 10)
        perform(case, Verb.RECORD_INTERVENTION, actor=world.specialist, now=at, precipitant="HEV", note="x")
        perform(case, Verb.RECORD_TREATMENT, actor=world.specialist, now=at, item="icu", progress="done")
    with django_assert_max_num_queries(32):
        record(specialist, case)


def test_the_evidence_library_is_searched_and_paged(doctor: Caller, now: datetime) -> None:
    load_bundled(now=now)
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 20}
    while query.get("cursor", "first"):
        page = doctor.get("/evidence", **query).body
        seen += [row["id"] for row in page["results"]]
        query["cursor"] = page["next"]
    assert len(seen) == len(set(seen)) == 63

    [row] = doctor.get("/evidence", q="ImmunoSep").body["results"]
    assert row["registry_number"] == "NCT04990232"
    assert row["certainty_label"] == "read in the source"
    assert doctor.get("/evidence", therapy_class="cell_therapy").body["results"][0]["therapy"] == (
        "Mesenchymal stem cells (MSC)"
    )
    assert doctor.get("/evidence", q="nothing like it").body == {"results": [], "next": None}


def test_the_evidence_library_speaks_the_readers_language_and_refuses_strange_questions(
    world: World, doctor: Caller, now: datetime
) -> None:
    load_bundled(now=now)
    [row] = Caller(world.doctor, "zh-hans").get("/evidence", q="immunosep").body["results"]
    assert "按生物标志物" in row["therapy"]
    assert doctor.get("/evidence", q="x" * 101).status == 422
    assert len(doctor.get("/evidence", q=" ", therapy_class="").body["results"]) > 1
    assert doctor.get("/evidence", q="\x00").status == 422
    assert doctor.get("/evidence", q="%_").body["results"] == []
    assert Caller(None).get("/evidence").status in (401, 403)
