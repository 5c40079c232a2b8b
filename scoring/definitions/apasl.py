"""ACLF by the Asian Pacific Association for the Study of the Liver.

Sarin SK, Hepatol Int 2009;3:269-282 (read at second hand); later consensus keeps the core: Hepatol Int
2019;13:353-390, 2025;19:1-69.
"""

from scoring.definitions.answers import Definition
from scoring.definitions.bedside import NO_LIVER_DISEASE, Bedside, reaches

BILIRUBIN_MG_DL = 5.0
INR = 1.5
PTA_PERCENT = 40.0


def decide(bedside: Bedside) -> str:
    """`yes` with bilirubin of 5 mg/dL or more, INR of 1.5 or more (PTA below 40 %), and ascites or
    encephalopathy; else `no`."""
    jaundice = reaches(bedside.bilirubin_mg_dl, BILIRUBIN_MG_DL)
    coagulation = reaches(bedside.inr, INR) or (
        bedside.pta_percent is not None and bedside.pta_percent < PTA_PERCENT
    )
    complicated = bedside.has_encephalopathy or bedside.ascites not in (None, "none")
    met = jaundice and coagulation and complicated and bedside.cause != NO_LIVER_DISEASE
    return "yes" if met else "no"


def explain(bedside: Bedside) -> tuple[str, ...]:
    """Why the answer is what it is."""
    if bedside.cause == NO_LIVER_DISEASE:
        return ("no_liver_disease",)
    return ("criteria_met",) if decide(bedside) == "yes" else ("criteria_not_met",)


def needs(bedside: Bedside) -> frozenset[str]:
    """Bilirubin, INR or PTA, ascites and encephalopathy."""
    coagulation = frozenset() if bedside.pta_percent is not None else frozenset({"inr"})
    return frozenset({"bilirubin_umol_l", "ascites", "encephalopathy_grade"}) | coagulation


APASL = Definition("apasl", ("no", "yes"), needs, decide, explain)
