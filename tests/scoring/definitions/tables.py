"""Bedside tables for the tests of this room."""

from typing import Any

from scoring import read_inputs
from scoring.definitions import Bedside, Grading, grade_all
from scoring.inputs import TYPED_INPUTS

WELL: dict[str, Any] = {
    "bilirubin": 60,
    "bilirubin_unit": "umol/L",
    "inr": 1.2,
    "creatinine": 70,
    "creatinine_unit": "umol/L",
    "baseline_creatinine": 70,
    "encephalopathy_grade": 0,
    "map_mmhg": 85,
    "vasopressors": False,
    "spo2_percent": 98,
    "fio2": 0.21,
    "mechanical_ventilation": False,
    "dialysis": False,
    "ascites": "none",
    "cirrhosis": True,
    "earlier_decompensation": False,
    "cause": "hepatitis_b",
    "complications": 0,
}
"""A patient with compensated cirrhosis of hepatitis B in whom nothing fails."""

IN_MG_DL = {
    "bilirubin_unit": "mg/dL",
    "creatinine_unit": "mg/dL",
    "bilirubin": 3.5,
    "creatinine": 0.8,
    "baseline_creatinine": 0.8,
}

FAILING: dict[str, dict[str, Any]] = {
    "liver": {"bilirubin": 210},
    "kidney": {"creatinine": 180, "baseline_creatinine": None},
    "brain": {"encephalopathy_grade": 3},
    "coagulation": {"inr": 2.5},
    "circulation": {"vasopressors": True},
    "respiration": {"spo2_percent": 88, "fio2": 0.6},
}


def graded(*failing: str, **changes: Any) -> Grading:
    """What every definition says of the well patient with some organs failing and some values changed.

    None takes a value away.
    """
    raw = dict(WELL)
    for organ in failing:
        raw |= FAILING[organ]
    raw = {name: value for name, value in {**raw, **changes}.items() if value is not None}
    reading = read_inputs(raw, inputs=TYPED_INPUTS)
    assert not reading.issues, reading.issues
    return grade_all(Bedside.of(reading.values))


def said(name: str, *failing: str, **changes: Any) -> str | None:
    """What one definition says."""
    return graded(*failing, **changes).answers[name].value
