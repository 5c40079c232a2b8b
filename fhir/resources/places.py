"""Hospitals, wards and people."""

from accounts.models import Hospital, Membership, User, Ward
from fhir.datatypes import Json, coding, concept, own_system, reference, without_empty

PHYSICAL_TYPE = "http://terminology.hl7.org/CodeSystem/location-physical-type"
ORGANISATION_TYPE = "http://terminology.hl7.org/CodeSystem/organization-type"


def _names(zh: str, en: str) -> Json:
    return without_empty({"name": zh, "alias": [en] if en and en != zh else []})


def _phone(number: str) -> list[Json]:
    return [{"system": "phone", "value": number, "use": "work"}] if number else []


def organization(hospital: Hospital) -> Json:
    return without_empty(
        {
            "resourceType": "Organization",
            "id": str(hospital.pk),
            "active": True,
            "type": [
                concept(
                    coding(ORGANISATION_TYPE, "prov", "Healthcare Provider"),
                    coding(own_system("hospital-level"), hospital.level),
                )
            ],
            **_names(hospital.name_zh, hospital.name_en),
            "telecom": _phone(hospital.phone),
        }
    )


def healthcare_service(ward: Ward) -> Json:
    return without_empty(
        {
            "resourceType": "HealthcareService",
            "id": str(ward.pk),
            "active": ward.is_open,
            "providedBy": reference("Organization", ward.hospital_id, ward.hospital.name_zh),
            "location": [reference("Location", ward.pk)],
            "name": ward.name_zh,
            "comment": ward.name_en if ward.name_en != ward.name_zh else "",
            "telecom": _phone(ward.phone),
        }
    )


def location(ward: Ward) -> Json:
    return without_empty(
        {
            "resourceType": "Location",
            "id": str(ward.pk),
            "status": "active" if ward.is_open else "suspended",
            "mode": "instance",
            **_names(ward.name_zh, ward.name_en),
            "telecom": _phone(ward.phone),
            "physicalType": concept(coding(PHYSICAL_TYPE, "wa", "Ward")),
            "managingOrganization": reference("Organization", ward.hospital_id, ward.hospital.name_zh),
        }
    )


def practitioner(user: User) -> Json:
    return {
        "resourceType": "Practitioner",
        "id": str(user.pk),
        "active": user.is_active,
        "name": [{"use": "official", "text": user.name}],
    }


def practitioner_role(row: Membership) -> Json:
    hospital = row.hospital or (row.ward.hospital if row.ward else None)
    return without_empty(
        {
            "resourceType": "PractitionerRole",
            "id": str(row.pk),
            "active": row.user.is_active,
            "practitioner": reference("Practitioner", row.user_id, row.user.name),
            "organization": reference("Organization", hospital.pk, hospital.name_zh) if hospital else None,
            "code": [concept(coding(own_system("role"), row.role))],
            "healthcareService": [reference("HealthcareService", row.ward_id, row.ward.name_zh)]
            if row.ward
            else [],
        }
    )
