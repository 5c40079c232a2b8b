"""Acute kidney injury: stages by KDIGO, and by the International Club of Ascites (ICA-AKI).

KDIGO, Kidney Int Suppl 2012;2:1-138, by creatinine and, where it is known, by urine output: the higher stage
counts. Angeli P, Gut 2015;64:531-537, table 2, with stage 1 divided at 1.5 mg/dL; it has no urine output.
They differ at their edges: exactly twofold is KDIGO 2 and ICA 1, exactly threefold KDIGO 3 and ICA 2.
"""

from collections.abc import Callable
from dataclasses import replace

from scoring.definitions.answers import Answer
from scoring.definitions.bedside import Bedside, reaches
from scoring.definitions.easl_clif import DYSFUNCTION_MG_DL

RISE_UMOL_L = 26.5
FOLD_1, FOLD_2, FOLD_3 = 1.5, 2.0, 3.0
STAGE_3_UMOL_L = 353.6
LITTLE_ML_KG_H, LEAST_ML_KG_H = 0.5, 0.3
HOURS_1, HOURS_2, HOURS_3 = 6.0, 12.0, 24.0
STAGES = ("none", "1", "2", "3")
_NOISE = 6
_Stage = Callable[[Bedside, float, float], str]


def kdigo(bedside: Bedside) -> Answer:
    """Stage `none`, `1`, `2`, `3`; open without a baseline, unless something else decides."""
    by_creatinine, urine = _answer("kdigo", bedside, _kdigo), urine_stage(bedside)
    if urine is None or STAGES.index(urine) <= STAGES.index(by_creatinine.at_least):
        return by_creatinine
    if by_creatinine.value is None and urine != STAGES[-1]:
        return replace(by_creatinine, at_least=urine, why=("urine_output",))
    return Answer("kdigo", urine, urine, (), ("urine_output",))


def urine_stage(bedside: Bedside) -> str | None:
    """The stage of KDIGO by urine output alone; None where that is not known of six hours or more.

    Below 0.5 mL/kg/h for 6 to 12 hours: 1, for 12 or more: 2. Below 0.3 for 24 or more, or none for 12 or
    more: 3.
    """
    rate, hours = bedside.urine_ml_kg_h, bedside.urine_hours
    if rate is None or hours is None or hours < HOURS_1:
        return None
    if (rate < LEAST_ML_KG_H and hours >= HOURS_3) or (rate == 0 and hours >= HOURS_2):
        return "3"
    if rate < LITTLE_ML_KG_H:
        return "2" if hours >= HOURS_2 else "1"
    return "none"


def ica_aki(bedside: Bedside) -> Answer:
    """Stage `none`, `1a`, `1b`, `2`, `3`; open as `kdigo` is."""
    return _answer("ica_aki", bedside, _ica)


def rise_umol_l(bedside: Bedside) -> float | None:
    """Creatinine over its baseline; None where one of them is unknown."""
    if bedside.creatinine_umol_l is None or bedside.baseline_creatinine_umol_l is None:
        return None
    return round(bedside.creatinine_umol_l - bedside.baseline_creatinine_umol_l, _NOISE)


def fold(bedside: Bedside) -> float | None:
    """Creatinine as a multiple of its baseline; None where one of them is unknown."""
    if bedside.creatinine_umol_l is None or not bedside.baseline_creatinine_umol_l:
        return None
    return round(bedside.creatinine_umol_l / bedside.baseline_creatinine_umol_l, _NOISE)


def rests_on_rise_alone(bedside: Bedside) -> bool:
    """Whether only the rise, which counts within 48 hours, makes it an injury."""
    times, rise = fold(bedside), rise_umol_l(bedside)
    return bool(times is not None and rise is not None and times < FOLD_1 and rise >= RISE_UMOL_L)


def _answer(name: str, bedside: Bedside, stage_of: _Stage) -> Answer:
    if bedside.dialysis:
        return Answer(name, "3", "3", (), ("kidney_replacement",))
    times, rise = fold(bedside), rise_umol_l(bedside)
    if times is not None and rise is not None:
        stage = stage_of(bedside, times, rise)
        return Answer(name, stage, stage, (), ("creatinine_over_baseline",))
    if reaches(bedside.creatinine_umol_l, STAGE_3_UMOL_L):
        return Answer(name, "3", "3", (), ("creatinine_without_baseline",))
    needed = ("creatinine_umol_l", "baseline_creatinine_umol_l")
    return Answer(name, None, "none", tuple(each for each in needed if getattr(bedside, each) is None))


def _kdigo(bedside: Bedside, times: float, rise: float) -> str:
    if times < FOLD_1 and rise < RISE_UMOL_L:
        return "none"
    if times >= FOLD_3 or reaches(bedside.creatinine_umol_l, STAGE_3_UMOL_L):
        return "3"
    return "2" if times >= FOLD_2 else "1"


def _ica(bedside: Bedside, times: float, rise: float) -> str:
    if times < FOLD_1 and rise < RISE_UMOL_L:
        return "none"
    high = reaches(bedside.creatinine_umol_l, STAGE_3_UMOL_L) and rise >= RISE_UMOL_L
    if times > FOLD_3 or high:
        return "3"
    if times > FOLD_2:
        return "2"
    return "1b" if reaches(bedside.creatinine_mg_dl, DYSFUNCTION_MG_DL) else "1a"
