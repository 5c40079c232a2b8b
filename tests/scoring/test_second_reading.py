"""Every score and grade agrees with a second reading of its publication, at its edges above all."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from scoring import AclfGrade, ScoreValue, aclf_grade, comparators, organ_inputs, read_inputs
from tests.scoring import second_reading

PATIENTS = 2000

RANGES: dict[str, tuple[float, float, tuple[float, ...]]] = {
    "bili": (0.1, 60, (1, 2, 3, 6, 12, 15, 25)),
    "cr": (0.3, 12, (0.7, 1, 1.5, 2, 3, 3.5, 4)),
    "inr": (0.7, 12, (1, 1.7, 1.8, 2, 2.3, 2.5)),
    "alb": (0.8, 6, (1.5, 2.8, 3.5)),
    "na": (100, 180, (125, 137)),
    "age": (1, 110, (18, 17.9)),
    "wbc": (0.5, 100, ()),
    "urea": (0.5, 80, ()),
    "lactate": (0.2, 30, (1.5, 2.5)),
    "platelets": (5, 1000, ()),
    "alt": (5, 9000, ()),
    "ast": (5, 9000, ()),
    "ast_limit": (20, 60, ()),
    "map": (30, 140, (70,)),
    "pf": (40, 600, (200, 300)),
}


def drawn(seed: int) -> dict[str, Any]:
    """One patient, who has values at and beside the edges of the scores more often than patients do."""
    dice = random.Random(seed)
    v: dict[str, Any] = {}
    for name, (low, high, edges) in RANGES.items():
        if edges and dice.random() < 0.4:
            v[name] = round(dice.choice(edges) + dice.choice((0, 0, 0.01, -0.01)), 2)
        else:
            v[name] = round(math.exp(dice.uniform(math.log(low), math.log(high))), 2)
    v["neutrophils"] = round(v["wbc"] * dice.uniform(0.1, 0.9), 3)
    v["he"] = dice.randint(0, 4)
    v["ascites"] = dice.choice(["none", "mild", "moderate_severe"])
    v["sex"] = dice.choice(["male", "female"])
    return v | {name: dice.random() < 0.1 for name in ("dialysis", "vasopressors", "ventilated")}


def as_typed(v: dict[str, Any]) -> dict[str, Any]:
    names = {
        **{"he": "encephalopathy_grade", "na": "sodium_mmol_l", "age": "age_years", "wbc": "wbc_10e9_l"},
        **{"lactate": "lactate_mmol_l", "platelets": "platelets_10e9_l", "alt": "alt_u_l", "ast": "ast_u_l"},
        **{"ast_limit": "ast_upper_limit_u_l", "map": "map_mmhg", "pf": "pao2_fio2", "bili": "bilirubin"},
        **{"neutrophils": "neutrophils_10e9_l", "ventilated": "mechanical_ventilation", "cr": "creatinine"},
    }
    raw = {names.get(name, name): value for name, value in v.items() if name != "alb"}
    units = {"bilirubin_unit": "mg/dL", "creatinine_unit": "mg/dL", "urea_unit": "mmol/L"}
    return raw | units | {"albumin_g_l": round(v["alb"] * 10, 1)}


@dataclass(frozen=True)
class Patient:
    drawn: dict[str, Any]
    scores: Mapping[str, ScoreValue]
    organs: AclfGrade


@pytest.fixture(scope="module")
def patients() -> list[Patient]:
    """As drawn, and as `scoring` counts them."""
    findings = []
    for v in map(drawn, range(PATIENTS)):
        reading = read_inputs(as_typed(v))
        assert not reading.issues, v
        findings.append(Patient(v, comparators(reading), aclf_grade(organ_inputs(reading))))
    return findings


@pytest.mark.parametrize("name", second_reading.SCORES)
def test_a_score_agrees_with_the_second_reading(name: str, patients: list[Patient]) -> None:
    for patient in patients:
        value, grade = second_reading.SCORES[name](patient.drawn)
        result = patient.scores[name]
        assert result.value == pytest.approx(value, abs=1e-9), patient.drawn
        assert result.grade == grade, patient.drawn


def test_the_predicted_mortality_agrees_with_the_second_reading(patients: list[Patient]) -> None:
    for patient in patients:
        aclf, ad = (
            score(patient.drawn)[0] for score in (second_reading.clif_c_aclf, second_reading.clif_c_ad)
        )
        expected = {
            ("CLIF-C ACLF", "28d"): (0.0022, 0.0995 * aclf),
            ("CLIF-C ACLF", "90d"): (0.0079, 0.0869 * aclf),
            ("CLIF-C AD", "90d"): (0.00056, 0.1007 * ad),
            ("CLIF-C AD", "365d"): (0.00879, 0.0698 * ad),
        }
        for (name, horizon), (baseline, exponent) in expected.items():
            risk = (patient.scores[name].risk or {})[horizon]
            assert risk == pytest.approx(1 - math.exp(-baseline * math.exp(exponent)), abs=1e-12)


def test_organ_failures_and_grades_agree_with_the_second_reading(patients: list[Patient]) -> None:
    for patient in patients:
        organs = patient.organs
        assert organs.subscores == second_reading.subscores(patient.drawn), patient.drawn
        assert set(organs.failures) == second_reading.failing(patient.drawn), patient.drawn
        assert organs.grade == second_reading.easl_clif(patient.drawn), patient.drawn
        assert organs.simple_grade == (None, "I", "II", "III")[min(3, len(organs.failures))]


def test_the_drawn_patients_reach_both_sides_of_every_clamp(patients: list[Patient]) -> None:
    for name, (_low, _high, edges) in RANGES.items():
        for edge in edges:
            sides = {(patient.drawn[name] > edge) - (patient.drawn[name] < edge) for patient in patients}
            assert sides == {-1, 0, 1}, (name, edge)
    assert {patient.organs.grade for patient in patients} == {"none", "1a", "1b", "2", "3a", "3b"}
