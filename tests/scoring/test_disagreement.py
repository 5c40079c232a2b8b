"""The model and the published scores of the same values: who disagrees, and by how much."""

import pytest

from scoring import Reading, comparators
from scoring.disagreement import opinions

ILL = {
    "age_years": 55, "bilirubin_umol_l": 420, "inr": 2.9, "creatinine_umol_l": 150, "sodium_mmol_l": 128,
    "encephalopathy_grade": 3, "urea_mmol_l": 15, "neutrophils_10e9_l": 11,
}  # fmt: skip
WELL = {**ILL, "bilirubin_umol_l": 20, "inr": 1.0, "creatinine_umol_l": 70, "sodium_mmol_l": 140,
        "encephalopathy_grade": 0, "urea_mmol_l": 5, "neutrophils_10e9_l": 3}  # fmt: skip


def far(risk: float, values: dict[str, float], cause: str = "") -> set[str]:
    scores = comparators(Reading(values=values, entered={}, missing=()))
    return {one.score for one in opinions(risk, scores, cause=cause) if one.is_far}


def test_a_high_risk_with_scores_that_say_the_same_is_no_disagreement() -> None:
    assert far(0.97, ILL) == set()
    assert far(0.02, WELL) == set()


def test_more_than_a_band_apart_is_named() -> None:
    assert far(0.97, WELL) == {"MELD-Na", "COSSH-ACLF II"}
    assert "MELD-Na" in far(0.01, ILL)


def test_the_score_of_hepatitis_b_has_no_say_of_another_liver_disease() -> None:
    assert far(0.97, WELL, "alcohol") == {"MELD-Na"}
    for cause in ("hepatitis_b", "unknown"):
        assert far(0.97, WELL, cause) == {"MELD-Na", "COSSH-ACLF II"}


@pytest.mark.parametrize("risk", [0.0, 0.1, 0.2, 0.5, 1.0])
def test_only_scores_whose_inputs_suffice_have_an_opinion(risk: float) -> None:
    assert opinions(risk, {}) == []
    scores = comparators(Reading(values={"bilirubin_umol_l": 20}, entered={}, missing=()))
    assert opinions(risk, scores) == []
