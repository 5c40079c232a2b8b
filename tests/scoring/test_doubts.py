"""Values that were probably meant otherwise are asked about, or refused, with what was meant."""

from typing import Any

import pytest

from scoring import INPUTS, aclf_grade, organ_inputs, read_inputs, texts
from tests.scoring.patients import everything, patient


def asked(raw: dict[str, Any]) -> list[tuple[str, str]]:
    """Field and code of every question about values that are possible."""
    reading = read_inputs(raw)
    assert reading.issues == ()
    return [(warning.field, warning.code) for warning in reading.unconfirmed]


def refused(raw: dict[str, Any]) -> str:
    """The message of the one refusal."""
    (issue,) = read_inputs(raw).issues
    return issue.message


@pytest.mark.parametrize("typed", [10.1, 12.8, 18.5, 25])
def test_an_inr_that_would_be_a_prothrombin_time_asks_about_the_seconds(typed: float) -> None:
    assert asked(patient(inr=typed)) == [("inr", "perhaps_seconds")]
    message = read_inputs(patient(inr=typed)).warnings[0].message
    assert (
        f"INR {typed} is unusual; usual is 0.8 to 10. Is it the prothrombin time (PT) in seconds" in message
    )


@pytest.mark.parametrize("typed", [26, 30])
def test_an_inr_that_would_be_a_prothrombin_activity_asks_about_the_per_cent(typed: float) -> None:
    assert asked(patient(inr=typed)) == [("inr", "perhaps_pta")]


@pytest.mark.parametrize("typed", [38, "62", 0.38])
def test_an_impossible_inr_is_refused_with_what_it_may_be(typed: object) -> None:
    assert "Is it the prothrombin activity (PTA) in %" in refused(patient(inr=typed))


@pytest.mark.parametrize(
    ("raw", "field", "code", "words"),
    [
        ({"urea": 26}, "urea", "perhaps_mg_dl", "26 BUN mg/dL would be 9.29 mmol/L"),
        ({"urea": 5, "urea_unit": "BUN mg/dL"}, "urea", "perhaps_mmol_l", "5 mmol/L would be 14 BUN mg/dL"),
        ({"urea": 9, "urea_unit": "urea mg/dL"}, "urea", "perhaps_mmol_l", "9 mmol/L would be"),
        ({"bilirubin": 35}, "bilirubin", "perhaps_mg_dl", "35 mg/dL would be 598 umol/L"),
        (
            {"bilirubin": 45, "bilirubin_unit": "mg/dL"},
            "bilirubin",
            "perhaps_umol_l",
            "choose the unit umol/L",
        ),
        ({"lactate_mmol_l": 18}, "lactate_mmol_l", "perhaps_mg_dl", "18 mg/dL would be 2 mmol/L"),
        (
            {"lactate_mmol_l": 2, "lactate_unit": "mg/dL"},
            "lactate_mmol_l",
            "perhaps_mmol_l",
            "2 mmol/L would be",
        ),
        (
            {"wbc_10e9_l": 12, "wbc_unit": "/uL"},
            "wbc_10e9_l",
            "perhaps_10e9_l",
            "12 10^9/L would be 12000 /uL",
        ),
        (
            {"platelets_10e9_l": 90, "platelets_unit": "/uL"},
            "platelets_10e9_l",
            "perhaps_10e9_l",
            "90 10^9/L would",
        ),
        ({"neutrophils_10e9_l": 78}, "neutrophils_10e9_l", "perhaps_percent", "Is it the share in %?"),
        ({"sodium_mmol_l": 102}, "sodium_mmol_l", "perhaps_chloride", "Is it the chloride?"),
        ({"map_mmhg": 125}, "map_mmhg", "perhaps_systolic", "Is it the systolic pressure?"),
        ({"map_mmhg": 11}, "map_mmhg", "perhaps_map_kpa", "1 kPa is 7.5 mmHg"),
        ({"pao2_fio2": 85}, "pao2_fio2", "perhaps_pao2", "Enter PaO2 and FiO2"),
        ({"pao2": 12, "pao2_unit": "mmHg", "fio2": 0.21}, "pao2", "perhaps_kpa", "would be 90 mmHg"),
        ({"spo2_percent": 97, "fio2": 1}, "fio2", "perhaps_flow", "Is it the oxygen flow in L/min?"),
    ],
)
def test_a_number_that_is_usual_for_something_else_is_asked_about(
    raw: dict[str, Any], field: str, code: str, words: str
) -> None:
    assert asked(patient(**raw)) == [(field, code)]
    (warning,) = read_inputs(patient(**raw)).warnings
    assert words in warning.message
    assert asked(patient(**raw, confirmed=[field])) == []


@pytest.mark.parametrize("sodium", [108.5, 112, 114.9])
def test_a_severe_hyponatraemia_is_not_taken_for_a_chloride(sodium: float) -> None:
    (warning,) = read_inputs(patient(sodium_mmol_l=sodium)).warnings
    assert (warning.code, "chloride" in warning.message) == ("unusually_low", False)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"creatinine": 0.9, "creatinine_unit": "umol/L"}, "choose the unit mg/dL"),
        ({"creatinine": 95, "creatinine_unit": "mg/dL"}, "choose the unit umol/L"),
        ({"bilirubin": 310, "bilirubin_unit": "mg/dL"}, "choose the unit umol/L"),
        ({"albumin_g_l": 2.8}, "2.8 g/dL would be 28 g/L"),
        ({"albumin_g_l": 28, "albumin_unit": "g/dL"}, "choose the unit g/L"),
        ({"wbc_10e9_l": 8500}, "8500 /uL would be 8.5 10^9/L"),
        ({"neutrophils_10e9_l": 4200}, "choose the unit /uL"),
        ({"platelets_10e9_l": 85_000}, "choose the unit /uL"),
        ({"sodium_mmol_l": 4.1}, "Is it the potassium?"),
        ({"spo2_percent": 0.98, "fio2": 0.21}, "in %, such as 98"),
        ({"spo2_percent": 467, "fio2": 0.21}, "the ratio is computed"),
        ({"spo2_percent": 98, "fio2": 4}, "oxygen flow in L/min"),
        ({"spo2_fio2": 98}, "Is it the saturation? Enter SpO2 in %"),
        ({"spo2_fio2": 100}, "Is it the saturation?"),
    ],
)
def test_what_is_impossible_is_refused_with_what_was_probably_meant(raw: dict[str, Any], words: str) -> None:
    assert words in refused(patient(**raw))


@pytest.mark.parametrize(
    "unit", ["BUN mmol/L", "urea mmol/l", "尿素氮 mmol/L", "尿素mmol/L", "mmol/L", "ＭＭＯＬ／Ｌ"]
)
def test_urea_and_urea_nitrogen_in_mmol_are_the_same_number(unit: str) -> None:
    assert read_inputs(patient(urea=9, urea_unit=unit)).values["urea_mmol_l"] == 9


def test_bun_in_mg_dl_is_a_unit_of_its_own_and_converted() -> None:
    reading = read_inputs(patient(urea=26, urea_unit="尿素氮 mg/dL"))
    assert float(reading.values["urea_mmol_l"]) == pytest.approx(26 * 0.357, abs=0.01)
    assert reading.entered["urea"] == {"value": 26, "unit": "尿素氮 mg/dL"}
    assert reading.warnings == ()


@pytest.mark.parametrize(
    ("typed", "fraction"), [(0.21, 0.21), ("21", 0.21), ("40 %", 0.4), (0.6, 0.6), (60, 0.6)]
)
def test_fio2_is_a_fraction_or_per_cent_by_its_size(typed: object, fraction: float) -> None:
    reading = read_inputs({"spo2_percent": 95, "fio2": typed})
    assert reading.values["fio2"] == pytest.approx(fraction)
    assert reading.values["spo2_fio2"] == pytest.approx(95 / fraction, abs=0.1)


def test_oxygen_and_its_fraction_give_the_ratio_and_no_failure_on_room_air() -> None:
    reading = read_inputs({"spo2_percent": 98, "fio2": 0.21})
    assert reading.values["spo2_fio2"] == pytest.approx(466.7)
    assert aclf_grade(organ_inputs(reading)).subscores["respiration"] == 1
    gas = read_inputs({"pao2": 8, "pao2_unit": "kPa", "fio2": 0.4})
    assert gas.values["pao2_fio2"] == pytest.approx(150)
    assert aclf_grade(organ_inputs(gas)).failures == ("respiration",)


def test_half_of_a_ratio_asks_for_the_other_half_and_gives_no_points() -> None:
    reading = read_inputs({"spo2_percent": 98})
    assert [(w.field, w.code) for w in reading.unconfirmed] == [("fio2", "needs_fio2")]
    assert "respiration" in aclf_grade(organ_inputs(reading)).missing
    assert asked({"fio2": 0.4}) == [("spo2_percent", "needs_oxygen")]
    assert asked({"spo2_percent": 98, "mechanical_ventilation": True}) == []


def test_a_ratio_that_no_lungs_reach_asks_for_the_oxygen_that_was_given() -> None:
    assert asked({"pao2": 180, "pao2_unit": "mmHg", "fio2": 0.21}) == [("fio2", "ratio_out_of_reach")]


def test_a_usual_patient_is_asked_nothing_in_any_unit() -> None:
    other_units: dict[str, Any] = {
        **{"bilirubin": 9, "bilirubin_unit": "mg/dL", "urea": 18, "urea_unit": "BUN mg/dL"},
        **{"albumin_g_l": 2.9, "albumin_unit": "g/dL", "lactate_mmol_l": 19, "lactate_unit": "mg/dL"},
        **{"wbc_10e9_l": 8200, "wbc_unit": "/uL", "neutrophils_10e9_l": 5100, "neutrophils_unit": "/uL"},
        **{"platelets_10e9_l": 88_000, "platelets_unit": "/uL", "pao2_fio2": None},
        **{"pao2": 11, "pao2_unit": "kPa", "fio2": 21},
    }
    assert asked(everything(**other_units)) == []


def test_no_ratio_is_in_per_cent() -> None:
    assert INPUTS["spo2_fio2"].unit == ""


def test_a_question_kept_before_its_hints_were_known_can_still_be_read() -> None:
    stored = {"field": "bilirubin", "code": "perhaps_mg_dl", "params": {"value": 20, "unit": "umol/L"}}
    assert texts.stored_issue_text(stored).endswith("Was the laboratory's value in mg/dL?")
