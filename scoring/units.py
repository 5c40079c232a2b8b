"""Laboratory units: which are accepted, how they are spelt, and how they convert.

Factors (value in the unit x factor = value in SI): bilirubin 17.1 umol/L per mg/dL; creatinine 88.4 umol/L
per mg/dL; urea 1/2.8 mmol/L per mg/dL of urea *nitrogen* (BUN); 1 mg/dL of BUN is 2.14 mg/dL of urea;
albumin 10 g/L per g/dL; lactate 9.008 mg/dL per mmol/L; glucose 18.016 mg/dL per mmol/L; ammonia 1.703 ug/dL
per umol/L; 1000 cells/uL per 10^9/L; 7.50062 mmHg per kPa. Urea and urea nitrogen have the same number in
mmol/L, so that "BUN mmol/L" is mmol/L. Conversions to mg/dL are rounded to ten decimals, so that 2.0 mg/dL
stored as umol/L comes back as 2.0 and lands on the same side of a cut-off.
"""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

UMOL_L_PER_MG_DL_BILIRUBIN = 17.1
UMOL_L_PER_MG_DL_CREATININE = 88.4
BUN_MG_DL_PER_MMOL_L_UREA = 2.8
UREA_MG_PER_BUN_MG = 2.14
G_L_PER_G_DL = 10.0
MG_DL_PER_MMOL_L_LACTATE = 9.008
MMHG_PER_KPA = 7.50062
MG_DL_PER_MMOL_L_GLUCOSE = 18.016
UG_DL_PER_UMOL_L_AMMONIA = 1.703

BILIRUBIN_UNITS: Mapping[str, float] = MappingProxyType({"umol/L": 1.0, "mg/dL": UMOL_L_PER_MG_DL_BILIRUBIN})
CREATININE_UNITS: Mapping[str, float] = MappingProxyType(
    {"umol/L": 1.0, "mg/dL": UMOL_L_PER_MG_DL_CREATININE}
)
UREA_UNITS: Mapping[str, float] = MappingProxyType(
    {
        "mmol/L": 1.0,
        "urea mg/dL": 1 / (BUN_MG_DL_PER_MMOL_L_UREA * UREA_MG_PER_BUN_MG),
        "BUN mg/dL": 1 / BUN_MG_DL_PER_MMOL_L_UREA,
    }
)
ALBUMIN_UNITS: Mapping[str, float] = MappingProxyType({"g/L": 1.0, "g/dL": G_L_PER_G_DL})

LACTATE_UNITS: Mapping[str, float] = MappingProxyType({"mmol/L": 1.0, "mg/dL": 1 / MG_DL_PER_MMOL_L_LACTATE})
COUNT_UNITS: Mapping[str, float] = MappingProxyType({"10^9/L": 1.0, "/uL": 0.001})
PRESSURE_UNITS: Mapping[str, float] = MappingProxyType({"mmHg": 1.0, "kPa": MMHG_PER_KPA})
GLUCOSE_UNITS: Mapping[str, float] = MappingProxyType({"mmol/L": 1.0, "mg/dL": 1 / MG_DL_PER_MMOL_L_GLUCOSE})
AMMONIA_UNITS: Mapping[str, float] = MappingProxyType({"umol/L": 1.0, "ug/dL": 1 / UG_DL_PER_UMOL_L_AMMONIA})
FIBRINOGEN_UNITS: Mapping[str, float] = MappingProxyType({"g/L": 1.0, "mg/dL": 0.01})
CRP_UNITS: Mapping[str, float] = MappingProxyType({"mg/L": 1.0, "mg/dL": 10.0})
FRACTION_UNITS: Mapping[str, float] = MappingProxyType({"": 1.0, "%": 0.01})

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("bunmmol/l", "ureammol/l", "尿素mmol/l", "尿素氮mmol/l"), "mmol/L"),
        **dict.fromkeys(("mg/dlbun", "尿素氮mg/dl"), "BUN mg/dL"),
        **dict.fromkeys(("mg/dlurea", "尿素mg/dl"), "urea mg/dL"),
        **dict.fromkeys(("10*9/l", "x10^9/l", "×10^9/l", "×109/l", "10^3/ul", "k/ul"), "10^9/L"),
        **dict.fromkeys(("/mm3", "cells/ul"), "/uL"),
    }
)
"""Other ways to write a unit, by their `spelling`; each counts only where that unit is accepted."""

_CONVERSION_DECIMALS = 10


def canonical_unit(text: str, units: Mapping[str, float]) -> str | None:
    """The accepted spelling of a unit typed in any case, spacing, sign or word; None if unknown."""
    if text in units:
        return text
    spelt = spelling(text)
    canonical = {spelling(unit): unit for unit in units}.get(spelt, _ALIASES.get(spelt))
    return canonical if canonical in units else None


def spelling(text: str) -> str:
    """A unit as typed, without its differences of case, width, spaces and micro sign."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("μ", "u").lower()


def bilirubin_mg_dl(umol_l: float) -> float:
    """Bilirubin in mg/dL from umol/L."""
    return round(umol_l / UMOL_L_PER_MG_DL_BILIRUBIN, _CONVERSION_DECIMALS)


def bilirubin_umol_l(mg_dl: float) -> float:
    """Bilirubin in umol/L from mg/dL."""
    return mg_dl * UMOL_L_PER_MG_DL_BILIRUBIN


def creatinine_mg_dl(umol_l: float) -> float:
    """Creatinine in mg/dL from umol/L."""
    return round(umol_l / UMOL_L_PER_MG_DL_CREATININE, _CONVERSION_DECIMALS)


def creatinine_umol_l(mg_dl: float) -> float:
    """Creatinine in umol/L from mg/dL."""
    return mg_dl * UMOL_L_PER_MG_DL_CREATININE


def bun_mg_dl(urea_mmol_l: float) -> float:
    """Urea nitrogen in mg/dL from urea in mmol/L."""
    return round(urea_mmol_l * BUN_MG_DL_PER_MMOL_L_UREA, _CONVERSION_DECIMALS)


def urea_mmol_l(bun_mg_dl: float) -> float:
    """Urea in mmol/L from urea nitrogen in mg/dL."""
    return bun_mg_dl / BUN_MG_DL_PER_MMOL_L_UREA


def albumin_g_dl(g_l: float) -> float:
    """Albumin in g/dL from g/L."""
    return round(g_l / G_L_PER_G_DL, _CONVERSION_DECIMALS)
