"""The verbs of the specialist ward on what was found: kit result, precipitant, intervention."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from referral.codes import PrecipitantCode
from referral.models import (
    Assessment,
    Case,
    Intervention,
    KitResult,
    OrganFailureAssessment,
    Precipitant,
)
from referral.pathway.change import Change
from referral.pathway.corrections import hold_to_the_stay, judge_in_its_place
from referral.pathway.perform import ADMISSION, effect
from referral.pathway.refusals import AccessError, InputError, Text
from referral.pathway.vocabulary import Kind, Verb
from referral.ward.precipitants import CODINGS, ICD10, usual_icd10
from scoring import Reading, aclf_grade, organ_inputs


def written(change: Change, note: str = "", **more: Any) -> dict[str, Any]:
    """What every record of the ward is made with; the note also stands on the timeline.

    Raises InputError for the correction of a record that says what was after the stay.
    """
    hold_to_the_stay(change)
    change.note = note
    return {
        "case": change.case,
        "actor": change.person,
        "occurred_at": change.occurred_at,
        "recorded_at": change.now,
        "note": note or None,
        **more,
    }


@effect(Verb.RECORD_KIT_RESULT)
def record_kit_result(
    change: Change,
    *,
    lot: str,
    sampled_at: datetime,
    answer: str,
    reported_at: datetime | None = None,
    probability: float | None = None,
    assay: dict[str, float | str] | None = None,
    note: str = "",
) -> None:
    """Keep the answer of the kit, an outside result; reported now where no time is given."""
    wrong = change.corrects
    ward = wrong.ward if isinstance(wrong, KitResult) else change.case.ward
    if ward is None:
        raise AccessError
    sampled_at = change.past(sampled_at, "sampled_at")
    change.date(change.past(reported_at or change.occurred_at, "reported_at"), "reported_at")
    if sampled_at > change.occurred_at:
        raise InputError(
            ("sampled_at", "after_report", _("The sample cannot have been taken after the result came."))
        )
    if sampled_at < change.case.first_visit_at:
        raise InputError(
            ("sampled_at", "out_of_order", _("The sample cannot be older than the first visit."))
        )
    result = KitResult.objects.create(
        ward=ward,
        lot=lot,
        sampled_at=sampled_at,
        answer=answer,
        probability=probability,
        assay=assay or {},
        organ_failure_at_sampling=_organ_failed(sampled_at, *_valued(change.case)),
        **written(change, note),
    )
    change.details.update(record=str(result.pk), kit=answer, beside_purpose=result.organ_failure_at_sampling)


def reread_kits(change: Change) -> None:
    """Compute anew whether an organ was failing when a kit's sample was taken, after the tables changed."""
    case, moved = change.case, {}
    kits = list(KitResult.objects.filter(case=case))
    tables, assessments = _valued(case) if kits else ([], [])
    for kit in kits:
        failing = _organ_failed(kit.sampled_at, tables, assessments)
        if failing != kit.organ_failure_at_sampling:
            KitResult.objects.filter(pk=kit.pk).update(organ_failure_at_sampling=failing)
            moved[str(kit.pk)] = failing
    if moved:
        change.details["kits"] = moved


def _valued(case: Case) -> tuple[list[OrganFailureAssessment], list[Assessment]]:
    """The tables and the indicators of a case that count, each in their order."""
    tables = OrganFailureAssessment.objects.counting().filter(case=case)
    indicators = Assessment.objects.filter(case=case, retraction=None).order_by("assessed_at", "number")
    return list(tables), list(indicators)


def _organ_failed(
    moment: datetime, tables: Sequence[OrganFailureAssessment], assessments: Sequence[Assessment]
) -> bool | None:
    """Whether the last values before `moment` show a failing organ; None where there are none."""
    table = next((row for row in reversed(tables) if row.occurred_at <= moment), None)
    indicators = next((row for row in reversed(assessments) if row.assessed_at <= moment), None)
    if table is not None and (indicators is None or table.occurred_at >= indicators.assessed_at):
        return table.failures > 0
    if indicators is None:
        return None
    inputs = organ_inputs(Reading(values=indicators.values, entered={}, missing=()))
    return bool(aclf_grade(inputs).failures)


@effect(Verb.RECORD_PRECIPITANT)
def record_precipitant(change: Change, *, precipitant: str, icd10: str = "", note: str = "") -> None:
    """Name a precipitant; "none found" ends the search."""
    change.not_before(change.case.admitted_at, ADMISSION)
    if icd10 and icd10 not in CODINGS[PrecipitantCode(precipitant)].icd10:
        raise InputError(("icd10", "other_precipitant", _fitting(PrecipitantCode(precipitant))))
    if precipitant == PrecipitantCode.OTHER and not note:
        raise InputError(("note", "required", _("Say in the note what the precipitant was.")))
    none_found = precipitant == PrecipitantCode.UNKNOWN
    if none_found and identified_precipitants(change.case).exists():
        raise InputError(
            ("precipitant", "found_before", _("A precipitant is recorded already, so “none found” is wrong."))
        )
    added = add_precipitant(change, precipitant, icd10, note)
    change.details.update(record=str(added.pk), precipitant=precipitant)
    if none_found:
        change.also_meets.add(Kind.TREAT_PRECIPITANT)
        judge_in_its_place(change, Kind.TREAT_PRECIPITANT)


def _fitting(precipitant: PrecipitantCode) -> Text:
    """What to say of a code that belongs to another precipitant: those that fit this one."""
    fitting = [str(ICD10(code).label) for code in CODINGS[precipitant].icd10]
    if not fitting:
        return _("This code belongs to another precipitant, and this one has none. Leave it empty.")
    words = _("This code belongs to another precipitant. Those that fit: %(codes)s. Empty takes the first.")
    return words % {"codes": _(", ").join(fitting)}


def identified_precipitants(case: Case) -> Any:
    """The precipitants of a case, "none found" left out."""
    rows = Precipitant.objects.counting().filter(case=case)
    return rows.exclude(precipitant=PrecipitantCode.UNKNOWN)


def add_precipitant(change: Change, precipitant: str, icd10: str = "", note: str = "") -> Precipitant:
    return Precipitant.objects.create(
        precipitant=precipitant, icd10=icd10 or usual_icd10(precipitant), **written(change, note)
    )


@effect(Verb.RECORD_INTERVENTION)
def record_intervention(change: Change, *, precipitant: str, note: str, treatment: str = "") -> None:
    """What was done against a precipitant, which is recorded with it where nobody had."""
    change.not_before(change.case.admitted_at, ADMISSION)
    if precipitant == PrecipitantCode.UNKNOWN:
        raise InputError(
            ("precipitant", "nothing_to_treat", _("Choose the precipitant that the treatment is against."))
        )
    named = identified_precipitants(change.case).filter(precipitant=precipitant).last()
    treated = named or add_precipitant(change, precipitant)
    done = Intervention.objects.create(precipitant=treated, treatment=treatment, **written(change, note))
    change.details.update(record=str(done.pk), precipitant=precipitant)
    if treatment:
        change.details["treatment"] = treatment
    change.also_meets.add(Kind.TREAT_PRECIPITANT)
    judge_in_its_place(change, Kind.TREAT_PRECIPITANT)
