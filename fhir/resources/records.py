"""Files, the talk, the timeline, and who read what."""

from accounts.models import AuditEntry
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
from files.models import PartRole, StoredPart
from referral.models import CaseFile, Event, Message

AUDIT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
CODED = {"read": "R", "list": "R", "search_cases": "R"}


def binary_id(file: object, role: str, number: int) -> str:
    return f"{file}-{role}-{number}"


def document_reference(row: Row) -> Json:
    parts = [part for part in row.file.parts.all() if part.role != PartRole.PREVIEW]
    content = [{"attachment": _attachment(row, part)} for part in parts]
    unchecked = {"attachment": {"title": "Not checked yet, or refused by the check"}}
    return without_empty(
        {
            "resourceType": "DocumentReference",
            "id": str(row.pk),
            "meta": meta(version_at(row.updated), row.updated),
            "status": "entered-in-error" if row.error_at else "current",
            "type": concept(coding(own_system("file-kind"), row.kind), text=row.get_kind_display()),
            "subject": reference("Patient", row.case.patient_id),
            "date": instant(row.added_at),
            "author": [agent(row.added_by)],
            "description": row.caption,
            "content": content or [unchecked],
            "context": without_empty(
                {
                    "period": {"start": instant(row.taken_at)} if row.taken_at else None,
                    "related": [reference("ServiceRequest", row.case_id)],
                }
            ),
        }
    )


def _attachment(row: CaseFile, part: StoredPart) -> Json:
    return {
        "contentType": part.media_type,
        "url": f"Binary/{binary_id(row.pk, part.role, part.number)}",
        "size": part.size,
        "title": f"{part.role} {part.number}",
        "creation": instant(row.added_at),
    }


def communication(row: Message) -> Json:
    return {
        "resourceType": "Communication",
        "id": str(row.pk),
        "meta": meta(version_at(row.sent_at), row.sent_at),
        "basedOn": [reference("ServiceRequest", row.case_id)],
        "status": "completed",
        "subject": reference("Patient", row.case.patient_id),
        "sent": instant(row.sent_at),
        "sender": agent(row.author),
        "payload": [{"contentString": row.text}],
    }


def communication_request(row: Row) -> Json:
    answer = [{"text": row.answer, "time": instant(row.answered_at)}] if row.answer else []
    status = "completed" if row.answered_at else "revoked" if row.closed_at else "active"
    return without_empty(
        {
            "resourceType": "CommunicationRequest",
            "id": str(row.pk),
            "meta": meta(version_at(row.updated), row.updated),
            "basedOn": [reference("ServiceRequest", row.case_id)],
            "status": status,
            "category": [concept(coding(own_system("request"), "advice"), text="Advice")],
            "subject": reference("Patient", row.case.patient_id),
            "payload": [{"contentString": row.text}],
            "authoredOn": instant(row.asked_at),
            "requester": agent(row.asked_by),
            "recipient": [reference("HealthcareService", row.ward_id, row.ward.name_zh)],
            "note": answer,
        }
    )


def provenance(row: Event) -> Json:
    return {
        "resourceType": "Provenance",
        "id": str(row.pk),
        "meta": meta(row.number, row.recorded_at),
        "target": [reference("ServiceRequest", row.case_id)],
        "occurredDateTime": instant(row.occurred_at),
        "recorded": instant(row.recorded_at),
        "activity": concept(coding(own_system("event"), row.what)),
        "agent": [{"who": agent(row.actor)}],
    }


def audit_event(row: AuditEntry) -> Json:
    about = row.subject_id if row.subject_type == "case" and row.subject_id else None
    return without_empty(
        {
            "resourceType": "AuditEvent",
            "id": str(row.pk),
            "meta": meta(version_at(row.at), row.at),
            "type": coding(AUDIT_TYPE, "rest", "RESTful Operation"),
            "subtype": [coding(own_system("audit-action"), row.action)],
            "action": CODED.get(row.action, "E"),
            "recorded": instant(row.at),
            "outcome": "0",
            "agent": [{"who": agent(row.actor), "requestor": True}],
            "source": {"observer": {"display": "ACLF referral platform"}},
            "entity": [{"what": reference("ServiceRequest", about)}] if about else [],
        }
    )
