"""The verbs of the specialist ward: precipitant, intervention, diagnosis."""

from referral.codes import DiagnosisCategory
from referral.pathway import Kind, State, Verb
from referral.performing import Change, effect


@effect(Verb.RECORD_PRECIPITANT)
def record_precipitant(change: Change, *, precipitant: str, note: str = "") -> None:
    """Name a precipitant; "none found" ends the search."""
    change.not_before(change.case.admitted_at)
    change.facts["precipitant"], change.note = precipitant, note
    if precipitant == "UNKNOWN":
        change.also_meets.add(Kind.TREAT_PRECIPITANT)


@effect(Verb.RECORD_INTERVENTION)
def record_intervention(change: Change, *, precipitant: str, note: str) -> None:
    """What was done against a precipitant."""
    change.not_before(change.case.admitted_at)
    change.facts["precipitant"], change.note = precipitant, note
    change.also_meets.add(Kind.TREAT_PRECIPITANT)


@effect(Verb.DIAGNOSE)
def diagnose(change: Change, *, category: str, note: str = "") -> State:
    """Fix the diagnosis and what the primary hospital should know."""
    change.not_before(change.case.admitted_at)
    change.facts["category"], change.note = DiagnosisCategory(category).value, note
    change.case.diagnosed_at = change.occurred_at
    return State.DIAGNOSED
