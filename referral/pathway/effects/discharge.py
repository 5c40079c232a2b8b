"""The verbs from diagnosis to the way back: diagnose, refer back, discharge, confirm the return, correct."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from referral.deadlines import lifecycle
from referral.models import BackReferral, Case, Diagnosis, OrganFailureAssessment
from referral.pathway.change import Change
from referral.pathway.corrections import END_OF_STAY
from referral.pathway.perform import ADMISSION, DIAGNOSIS, effect
from referral.pathway.refusals import ConfirmationNeeded, InputError, PathwayError, Text
from referral.pathway.retracted_records import end_of_stay
from referral.pathway.vocabulary import AFTER_WARD, Kind, State, Verb
from referral.ward.consistency import contradiction


@effect(Verb.DIAGNOSE)
def diagnose(
    change: Change,
    *,
    category: str,
    should_know: str = "",
    confirmed: Sequence[str] = (),
    note: str = "",
) -> State:
    """Fix the diagnosis, and what the first hospital should know. One that contradicts the last table of
    organ failure is confirmed, with a note that says why."""
    change.not_before(change.case.admitted_at, ADMISSION)
    table = _table_by_then(change)
    _ask_about_contradiction(table, category, confirmed, why=note)
    _keep_diagnosis(change, table, category=category, should_know=should_know or None, note=note or None)
    change.note = note
    return State.DIAGNOSED


@effect(Verb.CORRECT_DIAGNOSIS)
def correct_diagnosis(
    change: Change,
    *,
    category: str,
    why: str,
    should_know: str = "",
    confirmed: Sequence[str] = (),
    note: str = "",
    diagnosed_at: datetime | None = None,
) -> None:
    """Say the diagnosis anew in the place of one that was wrong; its deadline is judged by its own time."""
    case = change.case
    wrong = Diagnosis.objects.current().filter(case=case, stay=case.voided_stays).first()
    if wrong is None:
        raise PathwayError("not_diagnosed", _("No diagnosis is recorded, so there is none to correct."))
    change.date(change.past(diagnosed_at or wrong.occurred_at, "diagnosed_at"), "diagnosed_at")
    change.not_before(case.admitted_at, ADMISSION)
    if case.state in AFTER_WARD:
        change.not_after(end_of_stay(case), END_OF_STAY)
    table = _table_by_then(change)
    _ask_about_contradiction(table, category, confirmed, why=why)
    said: dict[str, Any] = {"category": category, "should_know": should_know or None, "note": note or None}
    _keep_diagnosis(change, table, **said, replaces=wrong, why=why)
    change.details["instead_of"], change.note = wrong.category, why
    for row in case.deadlines.filter(kind=Kind.DIAGNOSE, closed_at=wrong.occurred_at):
        lifecycle.close_by_another(row, change.occurred_at)


def _ask_about_contradiction(
    table: OrganFailureAssessment | None, category: str, confirmed: Sequence[str], *, why: str
) -> None:
    """Raises ConfirmationNeeded for a diagnosis that the last table contradicts, until it is confirmed, and
    InputError until somebody says why."""
    question = contradiction(category, table)
    if question and "category" not in confirmed:
        raise ConfirmationNeeded(("category", "needs_confirmation", question))
    if question and not why:
        raise InputError(("note", "required", _("Say why the diagnosis differs from the table.")))


def _table_by_then(change: Change) -> OrganFailureAssessment | None:
    tables = OrganFailureAssessment.objects.counting()
    return tables.filter(case=change.case, occurred_at__lte=change.occurred_at).last()


def _keep_diagnosis(
    change: Change, table: OrganFailureAssessment | None, *, category: str, **said: Any
) -> None:
    """Keep what is said now, with the grade of the last organ table by then."""
    Diagnosis.objects.create(
        case=change.case,
        stay=change.case.voided_stays,
        category=category,
        grade=table.grade if table else "",
        simple_grade=table.simple_grade if table else "",
        actor=change.person,
        occurred_at=change.occurred_at,
        recorded_at=change.now,
        **said,
    )
    change.details["category"] = category
    change.case.diagnosed_at = change.occurred_at


@effect(Verb.BACK_REFER)
def back_refer(
    change: Change, *, plan: str, medicines: str = "", appointments: str = "", red_flags: str = ""
) -> State:
    """Send the patient back to the first hospital with a plan."""
    change.not_before(change.case.diagnosed_at, DIAGNOSIS)
    _keep_letter(change, plan, medicines, appointments, red_flags, occurred_at=change.occurred_at)
    change.note = plan
    change.also_opens.add(Kind.CONFIRM_RETURN)
    return State.FOLLOW_UP


@effect(Verb.CORRECT_BACK_REFERRAL)
def correct_back_referral(
    change: Change, *, plan: str, why: str, medicines: str = "", appointments: str = "", red_flags: str = ""
) -> None:
    """Write what goes back with the patient anew, until the first hospital has confirmed the return."""
    wrong = _unconfirmed(
        change.case, _("The first hospital has confirmed the return. Write a message, and call it.")
    )
    _keep_letter(
        change,
        plan,
        medicines,
        appointments,
        red_flags,
        occurred_at=wrong.occurred_at,
        replaces=wrong,
        why=why,
    )
    change.note = why


def _keep_letter(
    change: Change, plan: str, medicines: str, appointments: str, red_flags: str, **more: Any
) -> None:
    BackReferral.objects.create(
        case=change.case,
        hospital=change.case.hospital,
        plan=plan,
        medicines=medicines or None,
        appointments=appointments or None,
        red_flags=red_flags or None,
        actor=change.person,
        recorded_at=change.now,
        **more,
    )


def _unconfirmed(case: Case, confirmed: Text) -> BackReferral:
    """The back-referral that stands. Raises PathwayError without one, and `confirmed` where it is."""
    back = BackReferral.objects.current().filter(case=case).first()
    if back is None:
        raise PathwayError(
            "not_referred_back",
            _("The ward has not referred this patient back, so there is nothing to confirm or correct."),
        )
    if back.confirmed_at is not None:
        raise PathwayError("return_confirmed", confirmed)
    return back


@effect(Verb.DISCHARGE)
def discharge(change: Change, *, to: str, note: str = "") -> State:
    """Acute care ends without a way back to the first hospital."""
    change.not_before(change.case.diagnosed_at, DIAGNOSIS)
    change.details["to"], change.note = to, note
    return State.FOLLOW_UP


@effect(Verb.CONFIRM_RETURN)
def confirm_return(change: Change, *, note: str = "") -> None:
    """The first hospital has the patient again."""
    back = _unconfirmed(change.case, _("The return is confirmed already. Nothing more is needed."))
    change.not_before(back.occurred_at, _("the back-referral"))
    back.confirmed_at, back.confirmed_by = change.occurred_at, change.person
    back.save()
    change.note = note
