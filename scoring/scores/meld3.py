"""MELD 3.0. Kim WR, Gastroenterology 2021;161:1887-1895, doi 10.1053/j.gastro.2021.08.050."""

import math
from typing import Literal

from scoring.measured import measured
from scoring.scores.rounding import clamp, half_up

CREATININE_CAP_MG_DL = 3.0

Sex = Literal["male", "female"]


@measured
def meld_3(
    *,
    bilirubin_mg_dl: float,
    creatinine_mg_dl: float,
    inr: float,
    sodium_mmol_l: float,
    albumin_g_dl: float,
    sex: Sex | None,
    dialysis: bool = False,
    registered_before_18: bool = False,
) -> int:
    """MELD 3.0, 6-40, of `meld_3_unrounded` rounded half up."""
    score = meld_3_unrounded(
        bilirubin_mg_dl=bilirubin_mg_dl,
        creatinine_mg_dl=creatinine_mg_dl,
        inr=inr,
        sodium_mmol_l=sodium_mmol_l,
        albumin_g_dl=albumin_g_dl,
        sex=sex,
        dialysis=dialysis,
        registered_before_18=registered_before_18,
    )
    return int(clamp(half_up(score), 6, 40))


@measured
def meld_3_unrounded(
    *,
    bilirubin_mg_dl: float,
    creatinine_mg_dl: float,
    inr: float,
    sodium_mmol_l: float,
    albumin_g_dl: float,
    sex: Sex | None,
    dialysis: bool = False,
    registered_before_18: bool = False,
) -> float:
    """The formula before rounding, not held to 6-40. mg/dL, mmol/L, g/dL.

    Bilirubin, INR and creatinine are at least 1.0; creatinine at most 3.0, and 3.0 on dialysis; sodium within
    125-137; albumin within 1.5-3.5. For those registered before 18 the constant is 7.33 for both sexes.
    ValueError if an adult's sex is None.
    """
    if sex is None and not registered_before_18:
        raise ValueError("MELD 3.0 needs the sex of an adult")
    ln_bilirubin = math.log(clamp(bilirubin_mg_dl, 1.0))
    creatinine = CREATININE_CAP_MG_DL if dialysis else clamp(creatinine_mg_dl, 1.0, CREATININE_CAP_MG_DL)
    sodium_deficit = 137 - clamp(sodium_mmol_l, 125, 137)
    albumin_deficit = 3.5 - clamp(albumin_g_dl, 1.5, 3.5)
    return (
        (7.33 if registered_before_18 or sex == "female" else 6.0)
        + 4.56 * ln_bilirubin
        + 0.82 * sodium_deficit
        - 0.24 * sodium_deficit * ln_bilirubin
        + 9.09 * math.log(clamp(inr, 1.0))
        + 11.14 * math.log(creatinine)
        + 1.85 * albumin_deficit
        - 1.83 * albumin_deficit * math.log(creatinine)
    )
