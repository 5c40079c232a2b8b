"""Raw inputs for the tests of this room."""

from typing import Any

MEDIAN: dict[str, Any] = {
    "age_years": 48.5,
    "cirrhosis": True,
    "variceal_bleeding": False,
    "encephalopathy_grade": 0,
    "bilirubin": 95,
    "bilirubin_unit": "umol/L",
    "inr": 1.42,
    "urea": 4.9,
    "urea_unit": "mmol/L",
    "sodium_mmol_l": 137.4,
}
"""The model's median patient: the eight indicators and their units."""

LABS: dict[str, Any] = {
    "creatinine": 1.2,
    "creatinine_unit": "mg/dL",
    "albumin_g_l": 30,
    "wbc_10e9_l": 8,
    "neutrophils_10e9_l": 5,
    "platelets_10e9_l": 120,
    "alt_u_l": 60,
    "ast_u_l": 80,
    "ast_upper_limit_u_l": 40,
    "lactate_mmol_l": 1.8,
    "ascites": "mild",
    "sex": "female",
    "map_mmhg": 80,
    "pao2_fio2": 380,
    "vasopressors": False,
    "mechanical_ventilation": False,
    "dialysis": False,
}
"""What the comparators want beside the eight."""


def patient(**changes: Any) -> dict[str, Any]:
    """The median patient with some inputs changed; None takes one away."""
    return {name: value for name, value in {**MEDIAN, **changes}.items() if value is not None}


def everything(**changes: Any) -> dict[str, Any]:
    """A patient with every input there is."""
    return patient(**{**LABS, **changes})
