"""The verbs on organ failure and transplant, and the transfer to another ward."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Ward
from referral.models import Case, OrganFailureAssessment, TransplantDecision
from referral.pathway.change import Change
from referral.pathway.corrections import judge_in_its_place, judge_past
from referral.pathway.effects.findings import reread_kits, written
from referral.pathway.perform import ADMISSION, effect
from referral.pathway.refusals import ConfirmationNeeded, InputError
from referral.pathway.sources import counted, sources_in, with_sources
from referral.pathway.vocabulary import Kind, Verb
from referral.ward.codes import FINAL, NEEDS_REASON
from referral.ward.leading import leading_grade
from referral.ward.organ_table import OrganReading, background_of, read_organs
from scoring.texts import issue_text

MANY = 3


@effect(Verb.ASSESS_ORGAN_FAILURE)
def assess_organ_failure(
    change: Change,
    *,
    sampled_at: datetime | None = None,
    note: str = "",
    sources: Mapping[str, Any] | None = None,
    **values: Any,
) -> None:
    """Read the table and keep its values with what every definition says of them. The first third failure
    starts the days to a transplant. `sampled_at` is when the blood was drawn."""
    change.not_before(change.case.admitted_at, ADMISSION)
    if sampled_at is not None:
        sampled_at = _sampled(change, sampled_at)
    background = background_of(change.case)
    reading = read_organs(values, background)
    _refuse_unless_sound(reading)
    earlier = OrganFailureAssessment.objects.counting().filter(case=change.case)
    before = earlier.filter(occurred_at__lte=change.occurred_at).last()
    failures = len(reading.grade.failures)
    third = failures >= MANY and not earlier.filter(failures__gte=MANY).exists()
    row = OrganFailureAssessment.objects.create(
        opens_transplant=third,
        from_two=third and before is not None and before.failures == MANY - 1,
        sampled_at=sampled_at,
        entered=with_sources(reading.reading.entered, _sources(change, values, sources)),
        **_kept(reading, background, leading=change.case.policy.leading_definition),
        **written(change, note),
    )
    change.details.update(record=str(row.pk), failures=failures, **graded(row))
    if third:
        change.details["third_failure"] = "from_two" if row.from_two else "first_seen"
        _begin_days_to_transplant(change)
    reread_kits(change)


def _sources(
    change: Change, values: Mapping[str, Any], named: Mapping[str, Any] | None
) -> dict[str, dict[str, Any]]:
    """Where the values of a table are from, counted on the timeline too."""
    sources = sources_in({**values, "sources": named}, user=change.person, case=change.case)
    if sources:
        change.details["sources"] = counted(sources)
    return sources


def graded(row: OrganFailureAssessment) -> dict[str, Any]:
    """The grades of a table as an event keeps them."""
    return {
        "leading": leading_grade(row).as_details(),
        "grade": row.grade,
        "simple_grade": row.simple_grade,
        "is_lower_bound": bool(row.missing),
    }


def _sampled(change: Change, moment: datetime) -> datetime:
    """When the blood of a table was drawn, as it is kept: not after the table."""
    settled = change.past(moment, "sampled_at")
    if settled > change.occurred_at:
        message = _("The blood was drawn after the time of this table. Check both times.")
        raise InputError(("sampled_at", "out_of_order", message))
    return settled


def _begin_days_to_transplant(change: Change) -> None:
    """They run from now on; where the patient has left the ward, they are judged as they would have ended."""
    if not change.row.corrects:
        change.also_opens.add(Kind.TRANSPLANT)
        return
    decided = final_decisions(change.case).filter(occurred_at__gte=change.occurred_at).first()
    judge_past(change, Kind.TRANSPLANT, decided.occurred_at if decided else None)


def final_decisions(case: Case) -> QuerySet[TransplantDecision]:
    """The decisions that count and end the days to a transplant, the earliest first."""
    rows = TransplantDecision.objects.counting().filter(case=case)
    return rows.filter(decision__in=FINAL)


def _refuse_unless_sound(organs: OrganReading) -> None:
    reading = organs.reading
    if reading.issues:
        raise InputError(*((issue.field, issue.code, issue_text(issue)) for issue in reading.issues))
    if not organs.grade.subscores:
        raise InputError(("bilirubin", "required", _("Enter the values of at least one organ.")))
    if reading.unconfirmed:
        raise ConfirmationNeeded(
            *((issue.field, "needs_confirmation", issue_text(issue)) for issue in reading.unconfirmed)
        )


def _kept(reading: OrganReading, background: Mapping[str, Any], *, leading: str) -> dict[str, Any]:
    grade = reading.grade
    return {
        "values": dict(reading.reading.values),
        "background": dict(background),
        "definitions": reading.definitions.as_dict() | {"leading": leading},
        "subscores": dict(grade.subscores),
        "failing": list(grade.failures),
        "missing": list(grade.missing),
        "failures": len(grade.failures),
        "clif_c_of": grade.clif_c_of,
        "grade": grade.grade,
        "simple_grade": grade.simple_grade or "",
    }


@effect(Verb.DECIDE_TRANSPLANT)
def decide_transplant(change: Change, *, decision: str, reason: str = "", note: str = "") -> None:
    """Where the patient stands on the way to a transplant; what is final ends the days to it."""
    change.not_before(change.case.admitted_at, ADMISSION)
    is_refused = decision in NEEDS_REASON
    if is_refused and not reason:
        raise InputError(("reason", "required", _("Say why there is no transplant.")))
    if reason and not is_refused:
        raise InputError(("reason", "not_needed", _("A reason belongs to a decision against it.")))
    row = TransplantDecision.objects.create(decision=decision, reason=reason, **written(change, note))
    change.details.update(record=str(row.pk), transplant=decision, reason=reason)
    if decision in FINAL:
        change.also_meets.add(Kind.TRANSPLANT)
        judge_in_its_place(change, Kind.TRANSPLANT)


@effect(Verb.TRANSFER)
def transfer(change: Change, *, ward: Ward, bed: str = "", note: str = "") -> None:
    """Another ward of the network, which has agreed, has the patient now; the second window runs on."""
    case = change.case
    change.not_before(case.admitted_at, ADMISSION)
    if ward.hospital.network_id != case.network_id or ward.pk == case.ward_id:
        raise InputError(("ward", "not_another_ward", _("Choose another ward of this network.")))
    case.ward, case.bed = ward, bed
    change.details.update(ward=str(ward.pk), bed=bed)
    change.note = note
