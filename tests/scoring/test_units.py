"""Every accepted unit converts by its factor, and what is stored is in the unit of its name."""

from typing import Any

import pytest

from scoring import read_inputs
from scoring.inputs import ANY_INPUT


@pytest.mark.parametrize(
    ("name", "typed", "unit", "key", "stored"),
    [
        ("bilirubin", 10, "mg/dL", "bilirubin_umol_l", 171),
        ("bilirubin", 171, "umol/L", "bilirubin_umol_l", 171),
        ("creatinine", 2, "mg/dL", "creatinine_umol_l", 176.8),
        ("creatinine", 176.8, "umol/L", "creatinine_umol_l", 176.8),
        ("urea", 28, "BUN mg/dL", "urea_mmol_l", 10),
        ("urea", 59.92, "urea mg/dL", "urea_mmol_l", 10),
        ("urea", 10, "mmol/L", "urea_mmol_l", 10),
        ("albumin_g_l", 3.5, "g/dL", "albumin_g_l", 35),
        ("albumin_g_l", 35, "g/L", "albumin_g_l", 35),
        ("lactate_mmol_l", 18.016, "mg/dL", "lactate_mmol_l", 2),
        ("lactate_mmol_l", 2, "mmol/L", "lactate_mmol_l", 2),
        ("wbc_10e9_l", 8000, "/uL", "wbc_10e9_l", 8),
        ("wbc_10e9_l", 8, "10^9/L", "wbc_10e9_l", 8),
        ("pao2", 10, "kPa", "pao2_mmhg", 75.0062),
        ("pao2", 75, "mmHg", "pao2_mmhg", 75),
        ("glucose_mmol_l", 90.08, "mg/dL", "glucose_mmol_l", 5),
        ("glucose_mmol_l", 5, "mmol/L", "glucose_mmol_l", 5),
        ("ammonia_umol_l", 170.3, "ug/dL", "ammonia_umol_l", 100),
        ("ammonia_umol_l", 100, "umol/L", "ammonia_umol_l", 100),
        ("fibrinogen_g_l", 200, "mg/dL", "fibrinogen_g_l", 2),
        ("fibrinogen_g_l", 2, "g/L", "fibrinogen_g_l", 2),
        ("crp_mg_l", 4, "mg/dL", "crp_mg_l", 40),
        ("crp_mg_l", 40, "mg/L", "crp_mg_l", 40),
    ],
)
def test_a_value_is_stored_in_the_unit_of_its_name(
    name: str, typed: float, unit: str, key: str, stored: float
) -> None:
    spec = ANY_INPUT[name]
    raw: dict[str, Any] = {name: typed, spec.unit_field: unit}
    reading = read_inputs(raw, inputs={name: spec})
    assert not reading.issues
    assert reading.values[key] == pytest.approx(stored)


@pytest.mark.parametrize(
    ("typed", "grade"),
    [("0", 0), ("零级", 0), ("一级", 1), ("二级", 2), ("三期", 3), ("肝性脑病四度", 4)]
    + [("i", 1), ("II", 2), ("iii级", 3), ("IV", 4), ("无", 0)],
)
def test_a_grade_of_encephalopathy_is_read_as_people_write_it(typed: str, grade: int) -> None:
    spec = ANY_INPUT["encephalopathy_grade"]
    reading = read_inputs({"encephalopathy_grade": typed}, inputs={"encephalopathy_grade": spec})
    assert reading.values["encephalopathy_grade"] == grade
