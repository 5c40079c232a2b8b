"""Risk, band, flag, red flags, contributions and warnings of one patient."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import DEFAULT_MODEL, DEFAULT_THRESHOLD, Evaluation, band_of, evaluate, read_inputs
from scoring.texts import risk_text
from tests.scoring.patients import patient


def scored(**changes: Any) -> Evaluation:
    return evaluate(read_inputs(patient(**changes)))


def by_hand(values: dict[str, Any], h: float, cirrhosis: float) -> tuple[float, float]:
    """The provisional model written out: linear predictor and 90-day risk."""
    level = (0, 1, 1, 2, 2)[values["encephalopathy_grade"]]
    lp = (
        0.032 * values["age_years"]
        + 1.68 * math.log(values["inr"])
        + 0.396 * math.log(values["bilirubin"])
        + 0.576 * math.log(values["urea"])
        + 0.457 * level
        - 0.051 * min(values["sodium_mmol_l"], 145)
        + 0.34 * values["variceal_bleeding"]
        + cirrhosis * values["cirrhosis"]
    )
    return lp, 1 - math.exp(-math.exp(h + lp))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"age_years": 70, "inr": 2.4, "bilirubin": 400, "encephalopathy_grade": 2},
        {"cirrhosis": False, "sodium_mmol_l": 150},
        {"variceal_bleeding": True, "urea": 20, "encephalopathy_grade": 4},
        {"inr": 0.9, "bilirubin": 31, "age_years": 19, "sodium_mmol_l": 144},
    ],
)
def test_the_provisional_model_is_its_written_formula(changes: dict[str, Any]) -> None:
    cirrhosis = next(term for term in DEFAULT_MODEL.terms if term.input == "cirrhosis").coefficients[0]
    lp, risk = by_hand(patient(**changes), DEFAULT_MODEL.horizons[0].log_cumulative_hazard, cirrhosis)
    result = scored(**changes)
    assert result.linear_predictor == pytest.approx(lp, abs=1e-12)
    assert result.risk_90d == pytest.approx(risk, abs=1e-12)


def test_the_result_says_which_model_made_it_and_that_it_is_provisional() -> None:
    result = scored()
    assert (result.model_name, result.model_version, result.model_status) == (
        "aclf8-provisional",
        1,
        "provisional",
    )
    assert result.as_dict()["status"] == "provisional"
    assert result.as_dict()["model_checksum"] == DEFAULT_MODEL.checksum


@pytest.mark.parametrize("name", ["bilirubin", "inr", "urea", "sodium_mmol_l", "age_years", "cirrhosis"])
def test_without_one_of_the_eight_there_is_no_score(name: str) -> None:
    result = scored(**{name: None})
    assert result.status == "incomplete"
    assert (result.risk_90d, result.band, result.high_risk, result.linear_predictor) == (
        None,
        None,
        None,
        None,
    )
    assert result.missing == (name,)
    assert result.contributions == {}


def test_a_refused_value_is_not_replaced_by_anything() -> None:
    assert scored(inr="x").missing == ("inr",)
    assert scored(bilirubin_unit=None).risk_90d is None


def test_without_chronic_liver_disease_the_model_does_not_apply() -> None:
    result = evaluate(read_inputs(patient(inr=3)), chronic_liver_disease=False)
    assert result.status == "not_applicable"
    assert (result.risk_90d, result.band, result.high_risk) == (None, None, None)
    assert not result.flagged


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"encephalopathy_grade": 3}, "encephalopathy_grade_3_4"),
        ({"inr": 2.5}, "inr_ge_2_5"),
        ({"bilirubin": 12, "bilirubin_unit": "mg/dL"}, "bilirubin_ge_12_mg_dl"),
        ({"bilirubin": 205}, "bilirubin_ge_12_mg_dl"),
        ({"creatinine": 2, "creatinine_unit": "mg/dL"}, "creatinine_ge_2_mg_dl"),
        ({"creatinine": 177, "creatinine_unit": "umol/L"}, "creatinine_ge_2_mg_dl"),
        ({"variceal_bleeding": True}, "variceal_bleeding"),
    ],
)
def test_a_red_flag_flags_whatever_the_score_says(changes: dict[str, Any], flag: str) -> None:
    result = evaluate(
        read_inputs(patient(age_years=18, cirrhosis=False, urea=1.5, **changes)), threshold=0.999
    )
    assert result.red_flags == (flag,)
    assert result.high_risk is True
    assert result.band in ("high", "very_high")
    assert result.flagged


@pytest.mark.parametrize(
    "changes",
    [
        {"encephalopathy_grade": 2},
        {"inr": 2.49},
        {"bilirubin": 204},
        {"creatinine": 1.99, "creatinine_unit": "mg/dL"},
        {"variceal_bleeding": False},
    ],
)
def test_just_below_there_is_no_red_flag(changes: dict[str, Any]) -> None:
    assert scored(**changes).red_flags == ()


def test_red_flags_are_seen_before_the_eight_are_complete() -> None:
    result = evaluate(read_inputs({"inr": 2.6}))
    assert (result.red_flags, result.high_risk, result.band) == (("inr_ge_2_5",), None, None)
    assert result.flagged


def test_the_threshold_belongs_to_the_policy_and_is_met_when_reached() -> None:
    reading = read_inputs(patient())
    risk = evaluate(reading).risk_90d
    assert risk is not None
    assert evaluate(reading, threshold=risk).high_risk is True
    assert evaluate(reading, threshold=math.nextafter(risk, 1)).high_risk is False


@pytest.mark.parametrize(
    ("risk", "band"),
    [
        (0.0, "low"),
        (0.0499, "low"),
        (0.05, "moderate"),
        (0.1499, "moderate"),
        (0.15, "high"),
        (0.5, "high"),
        (0.5001, "very_high"),
        (1.0, "very_high"),
    ],
)
def test_bands_meet_without_a_gap(risk: float, band: str) -> None:
    assert band_of(risk) == band


@pytest.mark.parametrize("risk", [0.01, 0.1, 0.3, 0.9])
def test_a_red_flagged_patient_is_never_shown_as_low_or_moderate(risk: float) -> None:
    assert band_of(risk, red_flag=True) in ("high", "very_high")


def test_the_sickest_are_shown_as_above_95_percent() -> None:
    result = scored(inr=10, bilirubin=800, urea=40, encephalopathy_grade=4, age_years=79)
    assert risk_text(result.risk_90d) == "above 95 %"
    assert "above" not in risk_text(scored().risk_90d)


def test_contributions_sum_to_the_distance_from_the_median_patient() -> None:
    result = scored(age_years=66, inr=2.3, bilirubin=310, urea=12, sodium_mmol_l=126, encephalopathy_grade=2)
    assert result.linear_predictor is not None
    distance = result.linear_predictor - result.reference_linear_predictor
    assert math.fsum(result.contributions.values()) == pytest.approx(distance, abs=1e-12)


def test_the_median_patient_has_nothing_to_explain() -> None:
    assert set(scored().contributions.values()) == {0.0}
    assert tuple(scored().contributions) == DEFAULT_MODEL.inputs


def test_only_the_changed_indicator_contributes() -> None:
    contributions = scored(inr=2.84).contributions
    assert contributions.pop("inr") == pytest.approx(1.68 * math.log(2))
    assert set(contributions.values()) == {0.0}


def test_a_minor_is_outside_the_population_and_is_told_so() -> None:
    warnings = {warning.code for warning in scored(age_years=16).warnings}
    assert "outside_population" in warnings


def test_a_value_beyond_the_model_is_scored_with_a_warning() -> None:
    result = scored(sodium_mmol_l=154)
    assert [(w.field, w.code) for w in result.warnings] == [("sodium_mmol_l", "outside_model_range")]
    assert not result.warnings[0].needs_confirmation
    assert result.risk_90d is not None


def test_sodium_above_145_counts_as_145() -> None:
    assert scored(sodium_mmol_l=150).risk_90d == scored(sodium_mmol_l=145).risk_90d


def test_a_result_survives_json() -> None:
    result = scored(bilirubin=20)
    stored = json.loads(json.dumps(result.as_dict()))
    assert stored["risk_90d"] == result.risk_90d
    assert stored["warnings"][0]["code"] == "perhaps_mg_dl"
    assert stored["values"]["bilirubin_umol_l"] == 20


def test_another_model_can_be_asked() -> None:
    other = replace(DEFAULT_MODEL, name="other", status="validated")
    result = evaluate(read_inputs(patient()), model=other)
    assert (result.model_name, result.model_status) == ("other", "validated")


sicker = st.tuples(st.floats(0.9, 8), st.floats(0.9, 8))


@given(pair=sicker)
def test_a_higher_inr_never_lowers_the_risk(pair: tuple[float, float]) -> None:
    low, high = (scored(inr=inr).risk_90d for inr in sorted(pair))
    assert low is not None and high is not None and 0 <= low <= high <= 1


@given(pair=st.tuples(st.floats(115, 152), st.floats(115, 152)))
def test_a_higher_sodium_never_raises_the_risk(pair: tuple[float, float]) -> None:
    low, high = (scored(sodium_mmol_l=sodium).risk_90d for sodium in sorted(pair))
    assert low is not None and high is not None and low >= high


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("inr", 0.9, None),
        ("inr", 0.89, "outside_model_range"),
        ("inr", 8, None),
        ("inr", 8.01, "outside_model_range"),
        ("age_years", 18, None),
        ("age_years", 17.9, "outside_population"),
        ("age_years", 79, None),
        ("age_years", 79.1, "outside_model_range"),
    ],
)
def test_the_range_of_the_model_includes_its_ends_and_only_a_minor_is_outside_the_population(
    name: str, value: float, code: str | None
) -> None:
    lines = {
        warning.code for warning in scored(**{name: value}).warnings if warning.code.startswith("outside")
    }
    assert lines == ({code} if code else set())


def test_the_rule_that_is_shipped_refers_from_15_percent() -> None:
    assert DEFAULT_THRESHOLD == 0.15
