"""The simple grade: how many organs fail, whatever the liver disease.

He K, Li H, J Clin Hepatol 2025;41:1025-1029, doi 10.12449/JCH250604.
"""

from scoring.definitions.answers import Definition
from scoring.definitions.bedside import Bedside
from scoring.definitions.easl_clif import ORGAN_VALUES

_GRADES = ("none", "I", "II", "III")


def decide(bedside: Bedside) -> str:
    """`none`, `I`, `II`, `III` for no, one, two, three or more failing organs."""
    return _GRADES[min(len(bedside.failing), 3)]


def explain(bedside: Bedside) -> tuple[str, ...]:
    """Why the answer is what it is."""
    return ("failing_organs",) if bedside.failing else ("no_failing_organ",)


BY_NUMBER = Definition("by_number", _GRADES, lambda _: ORGAN_VALUES, decide, explain)
