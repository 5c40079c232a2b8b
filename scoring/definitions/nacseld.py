"""ACLF by the North American Consortium for the Study of End-Stage Liver Disease: two or more of four organs.

Bajaj JS, Hepatology 2014;60:250-256. Organs and number as Clin Mol Hepatol 2023;29:670 (table 1) prints
them; the edges of shock and of encephalopathy are general knowledge.
"""

from scoring.definitions.answers import Definition
from scoring.definitions.bedside import Bedside, reaches

SHOCK_MMHG = 60.0
LEAST_ORGANS = 2


def failing_organs(bedside: Bedside) -> frozenset[str]:
    """Circulation in shock (vasopressors or mean pressure below 60), brain (III-IV), kidney on replacement,
    lungs ventilated."""
    shock = bedside.vasopressors or (bedside.map_mmhg is not None and bedside.map_mmhg < SHOCK_MMHG)
    brain = bedside.ventilated_for_encephalopathy or reaches(bedside.encephalopathy_grade, 3)
    fails_by_organ = {
        "circulation": shock,
        "brain": brain,
        "kidney": bedside.dialysis,
        "respiration": bedside.mechanical_ventilation or bedside.ventilated_for_encephalopathy,
    }
    return frozenset(organ for organ, fails in fails_by_organ.items() if fails)


def decide(bedside: Bedside) -> str:
    """`yes` with two or more failures in cirrhosis, else `no`."""
    return "yes" if bedside.cirrhosis and len(failing_organs(bedside)) >= LEAST_ORGANS else "no"


def explain(bedside: Bedside) -> tuple[str, ...]:
    """Why the answer is what it is."""
    if bedside.cirrhosis is False:
        return ("not_cirrhosis",)
    return ("failing_organs",) if len(failing_organs(bedside)) >= LEAST_ORGANS else ("fewer_than_two",)


NACSELD = Definition(
    "nacseld",
    ("no", "yes"),
    lambda _: frozenset({"cirrhosis", "encephalopathy_grade", "vasopressors"}),
    decide,
    explain,
)
