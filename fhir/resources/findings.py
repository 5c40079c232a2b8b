"""What was measured and found on a case: values, diseases, the predicted risk."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from fhir.codes import (
    INR_UNIT,
    LOINC,
    LOINC_BY_UNIT,
    OBSERVATION_CATEGORY,
    SAID_EXACTLY,
    SNOMED,
    UCUM,
    UCUM_BY_UNIT,
)
from fhir.datatypes import (
    Json,
    Row,
    agent,
    coding,
    concept,
    instant,
    meta,
    own_system,
    reference,
    version_at,
    without_empty,
)
from referral.icd10 import DISEASES, ICD10
from referral.models import Assessment, Case, Diagnosis, KitResult, Precipitant
from referral.queries.case_values import OF_THE_PATIENT, Origin, Value, case_values
from referral.ward.precipitants import snomed_of
from scoring import EIGHT
from scoring.inputs import ANY_INPUT

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
PROVISIONAL = "The model is provisional and has not been validated. Its result informs and never decides."
NINETY_DAYS = timedelta(days=90)


def observations(case: Row) -> list[Json]:
    """Every value of a case read by `referral.queries.exchange.with_findings`, and its kit results."""
    values = case_values(case).values
    return [*(_of_value(case, value) for value in values), *map(_of_kit, case.counting_kits)]


def observation_id(record: Any, name: str) -> str:
    return f"{record}-{name.replace('_', '-')}"


def _stay_of(case: Row, of_ward: bool) -> Json | None:
    stays = case.standing_admissions
    return reference("Encounter", stays[0].pk) if of_ward and stays else None


def _of_value(case: Case, value: Value) -> Json:
    spec = ANY_INPUT[value.input]
    of_ward = value.origin not in (Origin.DRAFT, Origin.ASSESSMENT)
    place = case.ward.hospital_id if of_ward and case.ward else case.hospital_id
    return without_empty(
        {
            "resourceType": "Observation",
            "id": observation_id(value.record or case.pk, value.input),
            "meta": meta(version_at(value.entered_at), value.entered_at),
            "basedOn": [reference("ServiceRequest", case.pk)],
            "status": "preliminary" if value.origin is Origin.DRAFT else "final",
            "category": [concept(coding(OBSERVATION_CATEGORY, "laboratory" if spec.laboratory else "exam"))],
            "code": _code(value.input),
            "subject": reference("Patient", case.patient_id),
            "encounter": _stay_of(case, of_ward),
            "effectiveDateTime": instant(value.at),
            "issued": instant(value.entered_at),
            "performer": [reference("Organization", place)],
            **_measured(value.input, value.value),
        }
    )


def _code(name: str) -> Json:
    spec = ANY_INPUT[name]
    loinc = LOINC_BY_UNIT.get((name, spec.unit))
    codings = [coding(LOINC, loinc)] if loinc else []
    return concept(*codings, coding(own_system("input"), name), text=name.replace("_", " "))


def _measured(name: str, value: Any) -> Json:
    """value[x] of an input, normalised."""
    spec = ANY_INPUT[name]
    if value is None:
        return {"dataAbsentReason": concept(coding(ABSENT, "error"))}
    if spec.kind == "flag":
        return {"valueBoolean": bool(value)}
    if name == "encephalopathy_grade":
        grade = coding(own_system("west-haven"), str(value), f"West Haven grade {value}")
        return {"valueCodeableConcept": concept(grade)}
    if spec.kind == "choice":
        return {"valueCodeableConcept": concept(coding(own_system(name), str(value)))}
    if spec.kind in ("count", "grade"):
        return {"valueInteger": int(value)}
    unit = INR_UNIT if name == "inr" else UCUM_BY_UNIT.get(spec.unit, "1")
    return {"valueQuantity": {"value": value, "unit": spec.unit or unit, "system": UCUM, "code": unit}}


def _of_kit(row: KitResult) -> Json:
    answer = coding(own_system("kit-answer"), row.answer, row.get_answer_display())
    probability = {
        "code": concept(coding(own_system("kit"), "probability")),
        "valueQuantity": {"value": row.probability, "unit": "1", "system": UCUM, "code": "1"},
    }
    return without_empty(
        {
            "resourceType": "Observation",
            "id": f"{row.pk}-kit",
            "meta": meta(version_at(row.recorded_at), row.recorded_at),
            "basedOn": [reference("ServiceRequest", row.case_id)],
            "status": "final",
            "category": [concept(coding(OBSERVATION_CATEGORY, "laboratory"))],
            "code": concept(coding(own_system("kit"), "six-metabolites"), text="Six-metabolite kit"),
            "subject": reference("Patient", row.case.patient_id),
            "effectiveDateTime": instant(row.sampled_at),
            "issued": instant(row.occurred_at),
            "valueCodeableConcept": concept(answer),
            "component": [probability] if row.probability is not None else [],
        }
    )


def conditions(case: Row) -> list[Json]:
    """The chronic liver disease, the precipitants and the diagnosis of a case."""
    return [*_disease(case), *map(_precipitant, case.counting_precipitants), *_diagnoses(case)]


def _condition(case: Case, pk: str, code: Json, moment: Any, category: str, **more: Any) -> Json:
    return without_empty(
        {
            "resourceType": "Condition",
            "id": pk,
            "meta": meta(version_at(moment), moment),
            "clinicalStatus": concept(coding(CLINICAL, "active")),
            "verificationStatus": concept(coding(VERIFICATION, more.pop("verified", "confirmed"))),
            "category": [concept(coding(CONDITION_CATEGORY, category))],
            "code": code,
            "subject": reference("Patient", case.patient_id),
            "recordedDate": instant(moment),
            **more,
        }
    )


def _disease(case: Case) -> Iterator[Json]:
    disease = case.chronic_liver_disease
    if disease == "none":
        return
    exact = [coding(ICD10, DISEASES[disease][0])] if disease in SAID_EXACTLY else []
    own = coding(own_system("chronic-liver-disease"), disease)
    verified = "unconfirmed" if disease == "unknown" else "confirmed"
    code = concept(*exact, own, text=case.get_chronic_liver_disease_display())
    yield _condition(
        case,
        f"{case.pk}-liver-disease",
        code,
        case.registered_at,
        "problem-list-item",
        verified=verified,
        evidence=[{"code": [concept(coding(own_system("presentation"), case.presentation))]}]
        if case.presentation
        else [],
    )


def _precipitant(row: Precipitant) -> Json:
    snomed = snomed_of(row.precipitant, row.icd10)
    codings = [
        *([coding(ICD10, row.icd10)] if row.icd10 else []),
        *([coding(SNOMED, snomed)] if snomed else []),
        coding(own_system("precipitant"), row.precipitant),
    ]
    code = concept(*codings, text=row.get_precipitant_display())
    onset = instant(row.occurred_at)
    return _condition(
        row.case, str(row.pk), code, row.recorded_at, "encounter-diagnosis", onsetDateTime=onset
    )


def _diagnoses(case: Row) -> Iterator[Json]:
    for row in case.standing_diagnoses:
        code = concept(coding(own_system("diagnosis"), row.category), text=row.get_category_display())
        yield _condition(
            case,
            str(row.pk),
            code,
            row.recorded_at,
            "encounter-diagnosis",
            onsetDateTime=instant(row.occurred_at),
            stage=_stages(row),
            note=[{"text": row.should_know}] if row.should_know else [],
        )


def _stages(row: Diagnosis) -> list[Json]:
    named = (("easl-clif-grade", row.grade), ("simple-grade", row.simple_grade))
    return [{"summary": concept(coding(own_system(name), grade))} for name, grade in named if grade]


def risk_assessment(row: Row) -> Json:
    retraction = getattr(row, "retraction", None)
    updated = row.updated
    return without_empty(
        {
            "resourceType": "RiskAssessment",
            "id": str(row.pk),
            "meta": meta(version_at(updated), updated),
            "basedOn": reference("ServiceRequest", row.case_id),
            "status": "entered-in-error" if retraction else "final",
            "method": _method(row.result) if row.model_name else None,
            "subject": reference("Patient", row.case.patient_id),
            "occurrenceDateTime": instant(row.assessed_at),
            "performer": agent(row.assessed_by) if not row.assessed_by.is_program else None,
            "basis": [] if retraction else _basis(row),
            "prediction": _prediction(row),
            "mitigation": "",
            "note": [{"text": PROVISIONAL}] if row.model_status != "validated" else [],
        }
    )


def _method(result: Mapping[str, Any]) -> Json:
    name, version = result.get("model", ""), result.get("model_version", "")
    checksum = result.get("model_checksum", "")
    return concept(
        coding(own_system("risk-model"), name) | {"version": str(version)},
        text=f"{name}, version {version}, checksum {checksum}",
    )


def _basis(row: Assessment) -> list[Json]:
    entered = row.entered.get("entered") or {}
    names = (
        name
        for name in EIGHT
        if name not in OF_THE_PATIENT and (name in entered or ANY_INPUT[name].key in row.values)
    )
    return [reference("Observation", observation_id(row.pk, name)) for name in names]


def _prediction(row: Assessment) -> list[Json]:
    until = instant(row.assessed_at + NINETY_DAYS)
    period = {"whenPeriod": {"start": instant(row.assessed_at), "end": until}}
    outcome = concept(text=str(row.result.get("end_point") or "death within 90 days"))
    band = concept(coding(own_system("risk-band"), row.band)) if row.band else None
    risk = without_empty(
        {"outcome": outcome, "probabilityDecimal": row.risk_90d, "qualitativeRisk": band, **period}
    )
    flags = [{"outcome": concept(coding(own_system("red-flag"), flag)), **period} for flag in row.red_flags]
    return [*([risk] if row.risk_90d is not None else []), *flags]
