"""MELD, the model for end-stage liver disease, as UNOS counts it, and the original of 2001.

Kamath PS, Hepatology 2001;33:464-470, doi 10.1053/jhep.2001.22172; OPTN policy 9.1.D.
"""

import math
from typing import Literal

from scoring.measured import measured
from scoring.scores.rounding import clamp, half_up

CREATININE_CAP_MG_DL = 4.0


@measured
def meld(*, bilirubin_mg_dl: float, creatinine_mg_dl: float, inr: float, dialysis: bool = False) -> int:
    """MELD (UNOS), 6-40, of `meld_unrounded` rounded half up; mg/dL."""
    score = meld_unrounded(
        bilirubin_mg_dl=bilirubin_mg_dl, creatinine_mg_dl=creatinine_mg_dl, inr=inr, dialysis=dialysis
    )
    return int(clamp(half_up(score), 6, 40))


@measured
def meld_unrounded(
    *, bilirubin_mg_dl: float, creatinine_mg_dl: float, inr: float, dialysis: bool = False
) -> float:
    """10 (0.957 ln creatinine + 0.378 ln bilirubin + 1.120 ln INR + 0.643), not held to 6-40.

    All three are at least 1.0; creatinine is at most 4.0 mg/dL, and 4.0 with `dialysis` (twice or more in the
    last week, or 24 h of continuous treatment).
    """
    creatinine = CREATININE_CAP_MG_DL if dialysis else clamp(creatinine_mg_dl, 1.0, CREATININE_CAP_MG_DL)
    return 10 * (
        0.957 * math.log(creatinine)
        + 0.378 * math.log(clamp(bilirubin_mg_dl, 1.0))
        + 1.120 * math.log(clamp(inr, 1.0))
        + 0.643
    )


@measured
def meld_2001_unrounded(
    *,
    bilirubin_mg_dl: float,
    creatinine_mg_dl: float,
    inr: float,
    cause: Literal["cholestatic_or_alcoholic", "other"],
) -> float:
    """The original of 2001: `meld_unrounded` with its constant for other causes only."""
    score = meld_unrounded(bilirubin_mg_dl=bilirubin_mg_dl, creatinine_mg_dl=creatinine_mg_dl, inr=inr)
    return score - (6.43 if cause == "cholestatic_or_alcoholic" else 0.0)
