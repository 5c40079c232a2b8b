"""MELD with sodium: the OPTN score of 2016 and the two formulas before it, which differ.

OPTN policy 9.1.D (January 2016); Kim WR, N Engl J Med 2008;359:1018-1026, doi 10.1056/NEJMoa0801209; Biggins
SW, Gastroenterology 2006;130:1652-1660, doi 10.1053/j.gastro.2006.02.010.
"""

from scoring.measured import measured
from scoring.scores.meld import meld_unrounded
from scoring.scores.rounding import clamp, half_up

_SODIUM_COUNTS_ABOVE = 11


@measured
def meld_na(
    *,
    bilirubin_mg_dl: float,
    creatinine_mg_dl: float,
    inr: float,
    sodium_mmol_l: float,
    dialysis: bool = False,
) -> int:
    """MELD-Na (OPTN 2016), 6-40. MELD(i) is rounded first; sodium counts only when MELD(i) is above 11."""
    initial = meld_unrounded(
        bilirubin_mg_dl=bilirubin_mg_dl, creatinine_mg_dl=creatinine_mg_dl, inr=inr, dialysis=dialysis
    )
    return int(clamp(half_up(add_sodium(half_up(initial), sodium_mmol_l)), 6, 40))


def add_sodium(meld_i: float, sodium_mmol_l: float) -> float:
    """MELD(i) + (1.32 - 0.033 MELD(i)) (137 - Na) if MELD(i) > 11, Na within 125-137."""
    if meld_i <= _SODIUM_COUNTS_ABOVE:
        return meld_i
    deficit = 137 - clamp(sodium_mmol_l, 125, 137)
    return meld_i + 1.32 * deficit - 0.033 * meld_i * deficit


@measured
def meld_na_kim_2008(*, meld: float, sodium_mmol_l: float) -> float:
    """MELD - Na - 0.025 MELD (140 - Na) + 140; Na within 125-140 (clamp: general knowledge)."""
    sodium = clamp(sodium_mmol_l, 125, 140)
    return meld - sodium - 0.025 * meld * (140 - sodium) + 140


@measured
def meld_na_biggins_2006(*, meld: float, sodium_mmol_l: float) -> float:
    """MELD + 1.59 (135 - Na), unrounded; Na within 120-135 (clamp from general knowledge)."""
    return meld + 1.59 * (135 - clamp(sodium_mmol_l, 120, 135))
