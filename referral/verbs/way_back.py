"""The verbs from diagnosis to the way back: diagnose, refer back, discharge, confirm the return."""

from django.utils.translation import gettext_lazy as _

from referral.errors import PathwayError
from referral.models import BackReferral, Diagnosis, OrganFailureAssessment
from referral.pathway import Kind, State, Verb
from referral.performing import ADMISSION, DIAGNOSIS, Change, effect


@effect(Verb.DIAGNOSE)
def diagnose(change: Change, *, category: str, should_know: str = "", note: str = "") -> State:
    """Fix the diagnosis, and what the first hospital should know."""
    change.not_before(change.case.admitted_at, ADMISSION)
    tables = OrganFailureAssessment.objects.counting()
    table = tables.filter(case=change.case, occurred_at__lte=change.occurred_at).last()
    Diagnosis.objects.create(
        case=change.case,
        category=category,
        grade=table.grade if table else "",
        simple_grade=table.simple_grade if table else "",
        should_know=should_know or None,
        note=note or None,
        actor=change.person,
        occurred_at=change.occurred_at,
        recorded_at=change.now,
    )
    change.facts["category"], change.note = category, note
    change.case.diagnosed_at = change.occurred_at
    return State.DIAGNOSED


@effect(Verb.BACK_REFER)
def back_refer(
    change: Change, *, plan: str, medicines: str = "", appointments: str = "", red_flags: str = ""
) -> State:
    """Send the patient back to the first hospital with a plan."""
    change.not_before(change.case.diagnosed_at, DIAGNOSIS)
    BackReferral.objects.create(
        case=change.case,
        hospital=change.case.hospital,
        plan=plan,
        medicines=medicines or None,
        appointments=appointments or None,
        red_flags=red_flags or None,
        actor=change.person,
        occurred_at=change.occurred_at,
        recorded_at=change.now,
    )
    change.note = plan
    change.also_opens.add(Kind.CONFIRM_RETURN)
    return State.FOLLOW_UP


@effect(Verb.DISCHARGE)
def discharge(change: Change, *, to: str, note: str = "") -> State:
    """Acute care ends without a way back to the first hospital."""
    change.not_before(change.case.diagnosed_at, DIAGNOSIS)
    change.facts["to"], change.note = to, note
    return State.FOLLOW_UP


@effect(Verb.CONFIRM_RETURN)
def confirm_return(change: Change, *, note: str = "") -> None:
    """The first hospital has the patient again."""
    back = BackReferral.objects.filter(case=change.case).first()
    if back is None:
        raise PathwayError(
            "not_referred_back",
            _("The ward has not referred this patient back, so there is no return to confirm."),
        )
    if back.confirmed_at is not None:
        raise PathwayError("return_confirmed", _("The return is confirmed already. Nothing more is needed."))
    change.not_before(back.occurred_at, _("the back-referral"))
    back.confirmed_at, back.confirmed_by = change.occurred_at, change.person
    back.save()
    change.note = note
