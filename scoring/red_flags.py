"""Findings that call for referral whatever the score says."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from scoring.issues import gettext_noop
from scoring.parsing import Value
from scoring.units import creatinine_mg_dl

_BILIRUBIN_UMOL_L = 205.0
"""12 mg/dL is 205.2 umol/L; laboratories and guidelines that count in umol/L say 205."""

_RULES: Mapping[str, tuple[str, Callable[[Value], bool]]] = MappingProxyType(
    {
        "encephalopathy_grade_3_4": ("encephalopathy_grade", lambda grade: float(grade) >= 3),
        "inr_ge_2_5": ("inr", lambda inr: float(inr) >= 2.5),
        "bilirubin_ge_12_mg_dl": ("bilirubin_umol_l", lambda umol_l: float(umol_l) >= _BILIRUBIN_UMOL_L),
        "creatinine_ge_2_mg_dl": ("creatinine_umol_l", lambda umol_l: creatinine_mg_dl(float(umol_l)) >= 2.0),
        "variceal_bleeding": ("variceal_bleeding", lambda bleeding: bleeding is True),
    }
)

RED_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "encephalopathy_grade_3_4": gettext_noop("Hepatic encephalopathy grade III-IV"),
        "inr_ge_2_5": gettext_noop("INR 2.5 or more"),
        "bilirubin_ge_12_mg_dl": gettext_noop("Total bilirubin 205 µmol/L (12 mg/dL) or more"),
        "creatinine_ge_2_mg_dl": gettext_noop("Creatinine 177 µmol/L (2 mg/dL) or more"),
        "variceal_bleeding": gettext_noop("Active variceal bleeding"),
    }
)
"""English text of every red flag, by code."""


def red_flags(values: Mapping[str, Value]) -> tuple[str, ...]:
    """Codes of the red flags among normalised values by key; values that are not there raise none."""
    return tuple(code for code, (key, met) in _RULES.items() if key in values and met(values[key]))
