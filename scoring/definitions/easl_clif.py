"""ACLF by EASL-CLIF: cirrhosis with acute decompensation, graded by the organs that fail.

Moreau R, Gastroenterology 2013;144:1426-1437. Grades and organ table as World J Gastroenterol 2022;28:6922
(table 1) and 2023;29:232 (tables 2 and 3) print them.
"""

from scoring.definitions.answers import Definition
from scoring.definitions.bedside import Bedside

DYSFUNCTION_MG_DL = 1.5
"""Creatinine from which the kidney, not yet failing, makes a single failure count."""

ORGAN_VALUES = frozenset(
    {"bilirubin_umol_l", "inr", "creatinine_umol_l", "encephalopathy_grade", "vasopressors", "spo2_fio2"}
)
"""What tells which organs fail."""


def has_kidney_dysfunction(bedside: Bedside) -> bool:
    """Creatinine of 1.5 mg/dL or more."""
    return bedside.creatinine_mg_dl is not None and bedside.creatinine_mg_dl >= DYSFUNCTION_MG_DL


def has_brain_dysfunction(bedside: Bedside) -> bool:
    """Encephalopathy of grade I or II."""
    return bedside.encephalopathy_grade in (1, 2)


def decide(bedside: Bedside) -> str:
    """`none`, `1a`, `1b`, `2`, `3a` (three failures), `3b` (four to six); `none` without cirrhosis."""
    failing = bedside.failing
    if not bedside.cirrhosis or not failing:
        return "none"
    if len(failing) > 1:
        return {2: "2", 3: "3a"}.get(len(failing), "3b")
    if failing == {"kidney"}:
        return "1a"
    counts = has_kidney_dysfunction(bedside) or (failing != {"brain"} and has_brain_dysfunction(bedside))
    return "1b" if counts else "none"


def explain(bedside: Bedside) -> tuple[str, ...]:
    """Why the answer is what it is."""
    if bedside.cirrhosis is False:
        return ("not_cirrhosis",)
    failing = bedside.failing
    if not failing:
        return ("no_failing_organ",)
    if len(failing) == 1 and failing != {"kidney"} and decide(bedside.having(cirrhosis=True)) == "none":
        return ("single_failure_alone",)
    return ("failing_organs",)


EASL_CLIF = Definition(
    "easl_clif",
    ("none", "1a", "1b", "2", "3a", "3b"),
    lambda _: ORGAN_VALUES | {"cirrhosis"},
    decide,
    explain,
)
