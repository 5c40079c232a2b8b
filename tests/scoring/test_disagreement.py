"""The model and the published scores of the same values: who disagrees, and by how much."""

from dataclasses import replace

import pytest

from scoring import Reading, ScoreValue, comparators
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


@pytest.mark.parametrize(
    ("meld", "risk"),
    [
        *((6, 0.019), (9, 0.019), (10, 0.060), (19, 0.060), (20, 0.196), (29, 0.196)),
        *((30, 0.526), (39, 0.526), (40, 0.713)),
    ],
)
def test_a_meld_stands_for_the_mortality_that_was_published_of_its_band(meld: int, risk: float) -> None:
    [opinion] = opinions(0.1, {"MELD": ScoreValue(meld)})
    assert (opinion.score, opinion.value, opinion.risk) == ("MELD", meld, risk)


def test_meld_is_silent_beside_meld_na() -> None:
    both = {"MELD": ScoreValue(15), "MELD-Na": ScoreValue(25)}
    assert [one.score for one in opinions(0.1, both)] == ["MELD-Na"]


BANDS = {"low": 0.02, "moderate": 0.1, "high": 0.3, "very_high": 0.7}


@pytest.mark.parametrize(
    ("grade", "nearest", "are_far"),
    [
        ("low", "low low low low", "no no yes yes"),
        ("intermediate", "moderate moderate high high", "no no no no"),
        ("high", "high high high very_high", "yes no no no"),
    ],
)
def test_a_band_of_cossh_aclf_2_stands_for_the_nearest_of_ours(
    grade: str, nearest: str, are_far: str
) -> None:
    said = [
        one for risk in BANDS.values() for one in opinions(risk, {"COSSH-ACLF II": ScoreValue(8.0, grade)})
    ]
    assert [one.band for one in said] == nearest.split()
    assert [one.is_far for one in said] == [word == "yes" for word in are_far.split()]
    assert {one.risk for one in said} == {None}


@pytest.mark.parametrize("name", ["CLIF-C ACLF", "CLIF-C AD"])
def test_a_clif_score_speaks_by_its_risk_at_90_days_and_of_its_own_patients_only(name: str) -> None:
    score = ScoreValue(60, risk={"28d": 0.01, "90d": 0.3, "365d": 0.9}, applies=None)
    [opinion] = opinions(BANDS["low"], {name: score})
    assert (opinion.risk, opinion.band, opinion.is_far) == (0.3, "high", True)
    assert [one.is_far for one in opinions(BANDS["moderate"], {name: score})] == [False]
    assert opinions(0.1, {name: replace(score, applies=False)}) == []


@pytest.mark.parametrize("risk", [0.0, 0.1, 0.2, 0.5, 1.0])
def test_only_scores_whose_inputs_suffice_have_an_opinion(risk: float) -> None:
    assert opinions(risk, {}) == []
    scores = comparators(Reading(values={"bilirubin_umol_l": 20}, entered={}, missing=()))
    assert opinions(risk, scores) == []
