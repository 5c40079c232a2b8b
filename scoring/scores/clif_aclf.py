"""CLIF-C ACLF. Jalan R, J Hepatol 2014;61:1038-1047, doi 10.1016/j.jhep.2014.06.012."""

import math

from scoring.measured import measured
from scoring.scores.rounding import clamp


@measured
def clif_c_aclf(*, clif_c_of: int, age_years: float, wbc_10e9_l: float) -> float:
    """10 (0.33 OF + 0.04 age + 0.63 ln WBC - 2), held to 0-100, unrounded. For patients with ACLF."""
    score = 10 * (0.33 * clif_c_of + 0.04 * age_years + 0.63 * math.log(wbc_10e9_l) - 2)
    return clamp(score, 0, 100)


def clif_c_aclf_risks(score: float) -> dict[str, float]:
    """Predicted mortality (0-1) at 28 and 90 days: 1 - exp(-c exp(b score))."""
    return {
        "28d": -math.expm1(-0.0022 * math.exp(0.0995 * score)),
        "90d": -math.expm1(-0.0079 * math.exp(0.0869 * score)),
    }
