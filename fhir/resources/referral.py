"""The patient, the referral and its way back, the requests to wards, the stay."""

from accounts.models import Ward
from fhir.datatypes import (
    OWN,
    Json,
    Row,
    agent,
    coding,
    concept,
    identifier,
    instant,
    meta,
    own_system,
    reference,
    version_at,
    without_empty,
)
from fhir.mapping import COMPLETED, REQUESTED, request_status, task_status
from labs.fhir_report import RESIDENT_ID
from referral.models import Case, Patient
from referral.pathway.vocabulary import IN_WARD

CASE_NUMBER = f"{OWN}case-number"
TASK_CODE = "http://hl7.org/fhir/CodeSystem/task-code"
ENCOUNTER_CLASS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
FULFILL = concept(coding(TASK_CODE, "fulfill", "Fulfill the focal request"))


def local_number_system(hospital: object) -> str:
    """The system of a hospital's own patient numbers."""
    return f"{OWN}hospital:{hospital}:patient-number"


def patient(row: Patient) -> Json:
    case = row.case
    national, local, phone = (row.detail(name) for name in ("national_id", "local_number", "phone"))
    numbers = [
        identifier(RESIDENT_ID, national, "official") if national else None,
        identifier(local_number_system(case.hospital_id), local, "usual") if local else None,
    ]
    return without_empty(
        {
            "resourceType": "Patient",
            "id": str(row.pk),
            "meta": meta(case.version, case.updated_at),
            "identifier": [one for one in numbers if one],
            "name": [{"use": "official", "text": row.name}],
            "telecom": [{"system": "phone", "value": phone}] if phone else [],
            "gender": row.sex,
            "birthDate": str(row.identity["birth_date"]),
            "deceasedDateTime": instant(case.died_at),
            "managingOrganization": reference("Organization", case.hospital_id, case.hospital.name_zh),
        }
    )


def service_request(case: Case) -> Json:
    flagged = case.assessment is not None and case.assessment.high_risk
    return without_empty(
        {
            "resourceType": "ServiceRequest",
            "id": str(case.pk),
            "meta": meta(case.version, case.updated_at),
            "identifier": [identifier(CASE_NUMBER, case.number, "official")],
            "status": request_status(case),
            "intent": "order",
            "category": [concept(coding(own_system("state"), case.state))],
            "priority": "urgent" if flagged or case.flagged_at else "routine",
            "code": concept(
                coding(own_system("request"), "aclf-referral"),
                text="Referral to a specialist ward for acute-on-chronic liver failure",
            ),
            "subject": reference("Patient", case.patient_id),
            "occurrenceDateTime": instant(case.first_visit_at),
            "authoredOn": instant(case.registered_at),
            "requester": agent(case.registered_by)
            if case.registered_by.is_program
            else reference("Organization", case.hospital_id, case.hospital.name_zh),
            "performer": [_of_ward(case.ward)] if case.ward else [],
            "reasonReference": [reference("Condition", f"{case.pk}-liver-disease")]
            if case.chronic_liver_disease != "none"
            else [],
            "supportingInfo": [reference("RiskAssessment", case.assessment_id)] if case.assessment_id else [],
        }
    )


def _of_ward(ward: Ward) -> Json:
    return reference("HealthcareService", ward.pk, ward.name_zh)


def way_back(row: Row) -> Json:
    texts = (("Plan", row.plan), ("Medicines", row.medicines), ("Appointments", row.appointments))
    notes = [{"text": f"{name}: {text}"} for name, text in (*texts, ("Red flags", row.red_flags)) if text]
    return without_empty(
        {
            "resourceType": "ServiceRequest",
            "id": str(row.pk),
            "meta": meta(version_at(row.updated), row.updated),
            "basedOn": [reference("ServiceRequest", row.case_id)],
            "status": "completed" if row.confirmed_at else "active",
            "intent": "order",
            "code": concept(coding(own_system("request"), "back-referral"), text="Back-referral"),
            "subject": reference("Patient", row.case.patient_id),
            "authoredOn": instant(row.occurred_at),
            "requester": agent(row.actor),
            "performer": [reference("Organization", row.hospital_id, row.hospital.name_zh)],
            "note": notes,
        }
    )


def task_of_offer(row: Row) -> Json:
    status, sees = task_status(row, row.sees), row.sees
    returns = row.case.standing_returns if sees and status == COMPLETED else ()
    reason = (
        [coding(own_system("decline-reason"), row.reason, row.get_reason_display())] if row.reason else []
    )
    return without_empty(
        {
            "resourceType": "Task",
            "id": str(row.pk),
            "meta": meta(row.case.version if sees else version_at(row.updated), row.updated),
            "status": status.status,
            "statusReason": concept(*reason) if reason else None,
            "businessStatus": status.concept,
            "intent": "order",
            "code": FULFILL,
            "focus": reference("ServiceRequest", row.case_id),
            "for": reference("Patient", row.case.patient_id) if sees else None,
            "authoredOn": instant(row.offered_at),
            "lastModified": instant(row.updated),
            "requester": reference("Organization", row.case.hospital_id),
            "owner": _of_ward(row.ward),
            "output": [
                {
                    "type": concept(coding(own_system("task-output"), "back-referral")),
                    "valueReference": reference("ServiceRequest", one.pk),
                }
                for one in returns
            ],
        }
    )


def task_of_return(row: Row) -> Json:
    status = COMPLETED if row.confirmed_at else REQUESTED
    return without_empty(
        {
            "resourceType": "Task",
            "id": str(row.pk),
            "meta": meta(version_at(row.updated), row.updated),
            "status": status.status,
            "businessStatus": status.concept,
            "intent": "order",
            "code": FULFILL,
            "focus": reference("ServiceRequest", row.pk),
            "for": reference("Patient", row.case.patient_id),
            "authoredOn": instant(row.occurred_at),
            "lastModified": instant(row.updated),
            "requester": agent(row.actor),
            "owner": reference("Organization", row.hospital_id, row.hospital.name_zh),
        }
    )


def encounter(row: Row) -> Json:
    in_ward = row.case.state in IN_WARD and row.undone_at is None
    status = "entered-in-error" if row.undone_at else "in-progress" if in_ward else "finished"
    return without_empty(
        {
            "resourceType": "Encounter",
            "id": str(row.pk),
            "meta": meta(version_at(row.updated), row.updated),
            "status": status,
            "class": coding(ENCOUNTER_CLASS, "IMP", "inpatient encounter"),
            "subject": reference("Patient", row.case.patient_id),
            "basedOn": [reference("ServiceRequest", row.case_id)],
            "period": {"start": instant(row.admitted_at)},
            "location": [{"location": reference("Location", row.ward_id, row.ward.name_zh)}],
            "serviceProvider": reference("Organization", row.ward.hospital_id, row.ward.hospital.name_zh),
        }
    )
