"""The values of a case over the API: of either side, with unit, time, origin and person."""

from datetime import datetime

import pytest

from referral.models import Case
from tests.api.conftest import Caller
from tests.world import HOUR, World

TABLE = {
    **{"bilirubin": 18.1, "bilirubin_unit": "mg/dL", "inr": 2.6, "spo2_percent": 96, "fio2": 0.4},
    **{"wbc_10e9_l": 9100, "wbc_unit": "/uL"},
}


@pytest.fixture
def case(world: World, now: datetime) -> Case:
    return world.admitted(now - 6 * HOUR)


def test_what_the_ward_enters_is_in_the_case_and_in_the_list_of_values(
    doctor: Caller, specialist: Caller, case: Case, now: datetime
) -> None:
    drawn = (now - HOUR).isoformat()
    answer = specialist.post(f"/cases/{case.pk}/assess-organ-failure", {**TABLE, "sampled_at": drawn})
    assert answer.status == 200, answer.body

    seen = doctor.get(f"/cases/{case.pk}").body["values"]
    newest = {row["input"]: row for row in seen["latest"]}
    assert newest["inr"]["value"] == 2.6
    assert newest["bilirubin"]["typed"] == 18.1
    assert (newest["bilirubin"]["typed_unit"], newest["bilirubin"]["unit"]) == ("mg/dL", "umol/L")
    assert newest["spo2_fio2"]["value"] == 240
    assert newest["wbc_10e9_l"]["value"] == pytest.approx(9.1)

    listed = doctor.get(f"/cases/{case.pk}/values").body
    inrs = [row for row in listed["values"] if row["input"] == "inr"]
    assert [row["origin"] for row in inrs] == ["assessment", "organ_failure"]
    assert inrs[1]["entered_by"]["name"] == "specialist"
    assert datetime.fromisoformat(inrs[1]["sampled_at"]) == now - HOUR


def test_a_draft_its_gaps_and_the_words_of_the_referral_reach_the_ward(
    doctor: Caller, specialist: Caller, world: World, now: datetime
) -> None:
    case = world.register(now=now - HOUR)
    typed = {"inr": 2.4, "encephalopathy_grade": 3}
    assert doctor.patch(f"/cases/{case.pk}/indicators", typed).status == 200
    referred = {"reason": "values_missing", "note": "reagent is out"}
    assert doctor.post(f"/cases/{case.pk}/refer", referred).status == 200

    seen = specialist.get(f"/cases/{case.pk}").body
    assert {row["input"]: row["origin"] for row in seen["values"]["latest"]} == {
        "inr": "draft",
        "encephalopathy_grade": "draft",
    }
    assert "urea" in seen["values"]["missing"]
    assert seen["values"]["red_flags"]
    assert [ground["note"] for ground in seen["grounds"]] == ["reagent is out"]
    (row,) = [row for row in specialist.get("/board").body["results"] if row["id"] == str(case.pk)]
    assert len(row["values"]["latest"]) == 2


def test_a_trap_is_a_question_over_the_api_and_a_ratio_in_per_cent_is_refused(
    specialist: Caller, case: Case
) -> None:
    where = f"/cases/{case.pk}/assess-organ-failure"
    for typed, field, words in (
        ({"inr": 18.5}, "inr", "PT"),
        ({"spo2_fio2": 98}, "spo2_fio2", "SpO2 in %"),
        ({"inr": 1.5, "urea": 26, "urea_unit": "mmol/L"}, "urea", "BUN"),
    ):
        answer = specialist.post(where, typed)
        assert answer.status == 422
        (row,) = answer.body["errors"]
        assert row["field"] == field
        assert words in row["message"]


def test_the_values_of_a_case_that_is_not_seen_are_not_there(second_specialist: Caller, case: Case) -> None:
    assert second_specialist.get(f"/cases/{case.pk}/values").status == 404
