"""AARC score of the APASL ACLF research consortium. Choudhury A, Hepatol Int 2017;11:461-471."""

from scoring.measured import measured
from scoring.scores.ctp import rising_points
from scoring.scores.encephalopathy import points as encephalopathy_points

_MORTALITY_28D = {"I": 0.127, "II": 0.445, "III": 0.859}


@measured
def aarc(
    *,
    bilirubin_mg_dl: float,
    creatinine_mg_dl: float,
    inr: float,
    lactate_mmol_l: float,
    encephalopathy_grade: int,
) -> tuple[int, str]:
    """Points 5-15 and grade: I 5-7, II 8-10, III 11-15. Encephalopathy by West Haven grade.

    Bilirubin < 15 / 15-25 / > 25 mg/dL; creatinine < 0.7 / 0.7-1.5 / > 1.5 mg/dL; INR < 1.8 / 1.8-2.5 / >
    2.5; lactate < 1.5 / 1.5-2.5 / > 2.5 mmol/L. The edges belong to the middle band.
    """
    total = (
        rising_points(bilirubin_mg_dl, 15, 25)
        + rising_points(creatinine_mg_dl, 0.7, 1.5)
        + rising_points(inr, 1.8, 2.5)
        + rising_points(lactate_mmol_l, 1.5, 2.5)
        + encephalopathy_points(encephalopathy_grade)
    )
    return total, "I" if total <= 7 else "II" if total <= 10 else "III"


def aarc_risks(grade: str) -> dict[str, float]:
    """Observed 28-day mortality (0-1) of the grade in the publication (from general knowledge)."""
    return {"28d": _MORTALITY_28D[grade]}
