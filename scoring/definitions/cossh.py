"""ACLF by the Chinese Group on the Study of Severe Hepatitis B, with or without cirrhosis.

Wu T, Gut 2018;67:2181-2191. The organ failures as Crit Care 2023, doi 10.1186/s13054-023-04540-4 (table 1),
prints them; how they are graded, and that bilirubin with INR suffices, is general knowledge.
"""

from scoring.definitions.answers import Definition
from scoring.definitions.bedside import CAUSE_UNKNOWN, HEPATITIS_B, Bedside
from scoring.definitions.easl_clif import ORGAN_VALUES, has_brain_dysfunction, has_kidney_dysfunction

LEAST_INR = 1.5
"""INR from which failure of the liver (bilirubin of 12 mg/dL or more) is ACLF by itself."""


def decide(bedside: Bedside) -> str:
    """`none`, `1`, `2`, `3`; `none` where the liver disease is not of hepatitis B."""
    failing = bedside.failing
    if bedside.cause != HEPATITIS_B or not failing:
        return "none"
    if len(failing) > 1:
        return "2" if len(failing) == 2 else "3"
    return "1" if failing == {"kidney"} or _single_failure_counts(bedside) else "none"


def has_liver_and_inr(bedside: Bedside) -> bool:
    """Bilirubin of 12 mg/dL or more with INR of 1.5 or more."""
    return "liver" in bedside.failing and bedside.inr is not None and bedside.inr >= LEAST_INR


def explain(bedside: Bedside) -> tuple[str, ...]:
    """Why the answer is what it is."""
    if bedside.cause not in (None, CAUSE_UNKNOWN, HEPATITIS_B):
        return ("not_hepatitis_b",)
    failing = bedside.failing
    if not failing:
        return ("no_failing_organ",)
    if failing == {"liver"} and has_liver_and_inr(bedside):
        return ("bilirubin_and_inr",)
    if decide(bedside.having(cause=HEPATITIS_B)) == "none":
        return ("single_failure_alone",)
    return ("failing_organs",)


def _single_failure_counts(bedside: Bedside) -> bool:
    if has_kidney_dysfunction(bedside) or has_liver_and_inr(bedside):
        return True
    return bedside.failing != {"brain"} and has_brain_dysfunction(bedside)


COSSH = Definition("cossh", ("none", "1", "2", "3"), lambda _: ORGAN_VALUES | {"cause"}, decide, explain)
