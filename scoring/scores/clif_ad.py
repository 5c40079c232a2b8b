"""CLIF-C AD. Jalan R, J Hepatol 2015;62:831-840, doi 10.1016/j.jhep.2014.11.012."""

import math

from scoring.measured import measured


@measured
def clif_c_ad(
    *, age_years: float, creatinine_mg_dl: float, inr: float, wbc_10e9_l: float, sodium_mmol_l: float
) -> tuple[float, str]:
    """10 (0.03 age + 0.66 ln creatinine (mg/dL) + 1.71 ln INR + 0.88 ln WBC - 0.05 Na + 8), unrounded, and
    band.

    Band: low up to 45, intermediate below 60, high from 60. For acute decompensation without ACLF.
    """
    score = 10 * (
        0.03 * age_years
        + 0.66 * math.log(creatinine_mg_dl)
        + 1.71 * math.log(inr)
        + 0.88 * math.log(wbc_10e9_l)
        - 0.05 * sodium_mmol_l
        + 8
    )
    return score, "low" if score <= 45 else "intermediate" if score < 60 else "high"


def clif_c_ad_risks(score: float) -> dict[str, float]:
    """Predicted mortality (0-1) at 90 and 365 days: 1 - exp(-c exp(b score))."""
    return {
        "90d": -math.expm1(-0.00056 * math.exp(0.1007 * score)),
        "365d": -math.expm1(-0.00879 * math.exp(0.0698 * score)),
    }
