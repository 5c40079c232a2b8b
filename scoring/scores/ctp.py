"""Child-Turcotte-Pugh. Pugh RN, Br J Surg 1973;60:646-649, doi 10.1002/bjs.1800600817 (with INR)."""

from typing import Literal

from scoring.measured import measured
from scoring.scores.encephalopathy import points as encephalopathy_points

Ascites = Literal["none", "mild", "moderate_severe"]

_ASCITES_POINTS = {"none": 1, "mild": 2, "moderate_severe": 3}


@measured
def ctp(
    *,
    bilirubin_mg_dl: float,
    albumin_g_dl: float,
    inr: float,
    ascites: Ascites,
    encephalopathy_grade: int,
    cholestatic: bool = False,
) -> tuple[int, str]:
    """Points 5-15 and class: A 5-6, B 7-9, C 10-15. Encephalopathy by West Haven grade 0-4.

    Bilirubin < 2 / 2-3 / > 3 mg/dL (cholestatic disease < 4 / 4-10 / > 10); albumin > 3.5 / 2.8-3.5 / < 2.8
    g/dL; INR < 1.7 / 1.7-2.3 / > 2.3. The edges belong to the middle band.
    """
    bilirubin_edges = (4.0, 10.0) if cholestatic else (2.0, 3.0)
    total = (
        rising_points(bilirubin_mg_dl, *bilirubin_edges)
        + 4
        - rising_points(albumin_g_dl, 2.8, 3.5)
        + rising_points(inr, 1.7, 2.3)
        + _ASCITES_POINTS[ascites]
        + encephalopathy_points(encephalopathy_grade)
    )
    return total, "A" if total <= 6 else "B" if total <= 9 else "C"


def rising_points(value: float, low: float, high: float) -> int:
    """1 below `low`, 2 from `low` to `high` inclusive, 3 above."""
    return 1 if value < low else 2 if value <= high else 3
