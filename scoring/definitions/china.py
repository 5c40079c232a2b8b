"""ACLF by the Chinese guideline for liver failure (2018, 2024), with type and stage.

J Clin Hepatol 2024;40:2371, doi 10.12449/JCH241206. Its criteria could not be read; edges, stages and types
here are general knowledge.
"""

from collections.abc import Mapping
from dataclasses import replace

from scoring.definitions.answers import Answer, Definition, answer
from scoring.definitions.bedside import NO_LIVER_DISEASE, Bedside, reaches

STAGES = ("none", "pre", "early", "middle", "late")
JAUNDICE_UMOL_L = 171.0
PRE_JAUNDICE_UMOL_L = 85.5
FAST_RISE_UMOL_L_DAY = 17.1
INR_EDGES = ((2.6, "late"), (1.9, "middle"), (1.5, "early"))
"""From this INR on, the stage."""
PTA_EDGES = ((20.0, "late"), (30.0, "middle"), (40.0, "early"))
"""Up to this activity in %, the stage."""
PRE_PTA_PERCENT = 50.0
MANY = 2
"""Complications from which the stage is the last one."""
_EXTRAHEPATIC = frozenset({"kidney", "circulation", "respiration"})


def by_inr(inr: float | None) -> str | None:
    """The stage by INR alone; None where it is unknown or below 1.5."""
    return None if inr is None else next((stage for edge, stage in INR_EDGES if inr >= edge), None)


def by_pta(pta_percent: float | None) -> str | None:
    """The stage by prothrombin activity alone; None where it is unknown or above 40 %."""
    if pta_percent is None:
        return None
    return next((stage for edge, stage in PTA_EDGES if pta_percent <= edge), None)


def by_complications(count: int) -> str:
    """The stage that a number of complications and extrahepatic failures points to."""
    return ("early", "middle", "late")[min(count, MANY)]


def shown_complications(bedside: Bedside) -> int:
    """How many complications the values show: encephalopathy; failure of kidney, circulation, lungs."""
    return int(bedside.has_encephalopathy) + len(bedside.failing & _EXTRAHEPATIC)


def counted_complications(bedside: Bedside) -> int:
    """Complications that count: those stated, and at least those that the values show."""
    return max(bedside.complications or 0, shown_complications(bedside))


def has_counted_complications(bedside: Bedside) -> bool:
    """Whether somebody counted the complications, or the values show as many as can change the stage."""
    return bedside.complications is not None or shown_complications(bedside) >= MANY


def rises_fast(bedside: Bedside) -> bool:
    """Bilirubin rises by 17.1 umol/L a day or more."""
    return reaches(bedside.bilirubin_rise_umol_l_day, FAST_RISE_UMOL_L_DAY)


def is_jaundiced(bedside: Bedside) -> bool:
    """The bilirubin of liver failure, or its rise."""
    return reaches(bedside.bilirubin_umol_l, JAUNDICE_UMOL_L) or rises_fast(bedside)


def pointers(bedside: Bedside) -> Mapping[str, str]:
    """The stage that each of INR, PTA and complications points to, by what points to it.

    Complications that nobody counted and the values do not show point nowhere.
    """
    count = counted_complications(bedside)
    stages = {
        "inr": by_inr(bedside.inr),
        "pta": by_pta(bedside.pta_percent),
        "complications": None if bedside.complications is None and not count else by_complications(count),
    }
    return {by: stage for by, stage in stages.items() if stage}


def decide(bedside: Bedside) -> str:
    """The stage; the latest of those that INR, PTA and complications point to."""
    if bedside.cause == NO_LIVER_DISEASE:
        return "none"
    stages = pointers(bedside)
    if is_jaundiced(bedside) and ("inr" in stages or "pta" in stages):
        return max(stages.values(), key=STAGES.index)
    return "pre" if _is_pre_failure(bedside) else "none"


def _is_pre_failure(bedside: Bedside) -> bool:
    """Bilirubin of 85.5 to below 171 umol/L or its rise; PTA above 40 to 50 % (without PTA: INR < 1.5)."""
    bilirubin = bedside.bilirubin_umol_l
    raised = reaches(bilirubin, PRE_JAUNDICE_UMOL_L) and not reaches(bilirubin, JAUNDICE_UMOL_L)
    if not (raised or rises_fast(bedside)):
        return False
    if by_inr(bedside.inr) or by_pta(bedside.pta_percent):
        return False
    return bedside.pta_percent is None or bedside.pta_percent <= PRE_PTA_PERCENT


def falls_between_stages(bedside: Bedside) -> bool:
    """Whether only one of bilirubin and coagulation is as in liver failure, so that no stage fits."""
    if bedside.bilirubin_umol_l is None or bedside.inr is bedside.pta_percent is None:
        return False
    coagulation = bool(by_inr(bedside.inr) or by_pta(bedside.pta_percent))
    jaundiced = bedside.bilirubin_umol_l >= PRE_JAUNDICE_UMOL_L
    return decide(bedside) == "none" and jaundiced and (coagulation or is_jaundiced(bedside))


def aclf_type(bedside: Bedside) -> str | None:
    """A without cirrhosis, B with compensated, C with decompensated cirrhosis; None while that is unknown."""
    if bedside.cirrhosis is False:
        return "A"
    if bedside.cirrhosis is None or bedside.earlier_decompensation is None:
        return None
    return "C" if bedside.earlier_decompensation else "B"


def explain(bedside: Bedside) -> tuple[str, ...]:
    """Why the answer is what it is."""
    if bedside.cause == NO_LIVER_DISEASE:
        return ("no_liver_disease",)
    stage = decide(bedside)
    if stage == "pre":
        return ("pre_failure",)
    if stage == "none":
        return ("between_stages",) if falls_between_stages(bedside) else ("below_the_edges",)
    return ("bilirubin_and_coagulation",)


def needs(bedside: Bedside) -> frozenset[str]:
    """Bilirubin, INR or PTA, and the count of complications; without it encephalopathy too, which is one.

    Organs that were not measured leave nothing open: a stated count is theirs too.
    """
    needed = {"bilirubin_umol_l"}
    if bedside.pta_percent is None:
        needed.add("inr")
    if not has_counted_complications(bedside):
        needed |= {"complications", "encephalopathy_grade"}
    return frozenset(needed)


CHINA = Definition("china", STAGES, needs, decide, explain)


def stage(bedside: Bedside) -> Answer:
    """The stage, open while nobody has counted the complications: each stage asks for their number.

    `at_least` is then what INR, PTA and the complications that the values show point to, be it the last.
    """
    decided = answer(CHINA, bedside)
    if decided.value in (None, "none", "pre") or has_counted_complications(bedside):
        return decided
    return replace(decided, value=None, missing=("complications",))


def type_needs(bedside: Bedside) -> tuple[str, ...]:
    """What is missing to say the type, by normalised name."""
    if aclf_type(bedside) is not None:
        return ()
    return ("cirrhosis",) if bedside.cirrhosis is None else ("earlier_decompensation",)


def rests_on_no_rise(bedside: Bedside) -> bool:
    """Whether a fast rise of bilirubin, which nobody stated, would make the stage another."""
    if bedside.bilirubin_rise_umol_l_day is not None:
        return False
    risen = stage(bedside.having(bilirubin_rise_umol_l_day=FAST_RISE_UMOL_L_DAY))
    given = stage(bedside)
    return (risen.value, risen.at_least) != (given.value, given.at_least)
