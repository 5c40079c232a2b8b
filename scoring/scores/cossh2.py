"""COSSH-ACLF II, for HBV-related ACLF. Li J, J Hepatol 2021;75:1104-1115, doi 10.1016/j.jhep.2021.05.026."""

import math

from scoring.measured import measured
from scoring.scores.encephalopathy import points as encephalopathy_points


@measured
def cossh_aclf_2(
    *,
    inr: float,
    encephalopathy_grade: int,
    neutrophils_10e9_l: float,
    bilirubin_umol_l: float,
    urea_mmol_l: float,
    age_years: float,
) -> tuple[float, str]:
    """1.649 ln INR + 0.457 HE + 0.425 ln neutrophils + 0.396 ln bilirubin + 0.576 ln urea + 0.033 age; and
    band.

    HE counts 1 / 2 / 3 for West Haven 0 / I-II / III-IV; umol/L, mmol/L, 10^9/L. Unrounded. Band: low below
    7.4, intermediate below 8.4, high from 8.4. Units, HE points and cut-offs are general knowledge.
    """
    score = (
        1.649 * math.log(inr)
        + 0.457 * encephalopathy_points(encephalopathy_grade)
        + 0.425 * math.log(neutrophils_10e9_l)
        + 0.396 * math.log(bilirubin_umol_l)
        + 0.576 * math.log(urea_mmol_l)
        + 0.033 * age_years
    )
    return score, "low" if score < 7.4 else "intermediate" if score < 8.4 else "high"
