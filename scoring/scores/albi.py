"""Albumin-bilirubin grade. Johnson PJ, J Clin Oncol 2015;33:550-558, doi 10.1200/JCO.2014.57.9151."""

import math

from scoring.measured import measured


@measured
def albi(*, bilirubin_umol_l: float, albumin_g_l: float) -> tuple[float, int]:
    """0.66 log10 bilirubin (umol/L) - 0.085 albumin (g/L), unrounded, and grade.

    Grade 1 up to -2.60, 2 up to -1.39, 3 above. Some public calculators use 0.0852; the publication has
    0.085.
    """
    score = 0.66 * math.log10(bilirubin_umol_l) - 0.085 * albumin_g_l
    return score, 1 if score <= -2.60 else 2 if score <= -1.39 else 3
