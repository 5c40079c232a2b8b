"""The CapabilityStatement, made of what is served."""

from typing import Any

from fhir.datatypes import OWN, Json
from fhir.formats import MEDIA_TYPE
from fhir.subscriptions.topics import TYPES_WITH_TOPIC, topic_of
from fhir.tokens import base_url, token_url
from fhir.types import TYPES, DerivedType, ResourceType

COMMON = {"_id": "token", "_lastUpdated": "date"}
OAUTH = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"
WRITES: dict[str, tuple[str, ...]] = {
    "Task": ("update",),
    "DocumentReference": ("create",),
    "Observation": ("create",),
    "Subscription": ("create", "update", "delete"),
}
"""By type: the interactions that change something."""
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport"
TOPICS = f"{BACKPORT}/StructureDefinition/capabilitystatement-subscriptiontopic-canonical"
OPERATIONS = f"{BACKPORT}/OperationDefinition/backport-subscription-"
PROCESS_MESSAGE = "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"
EVERYTHING = {
    "Patient": "http://hl7.org/fhir/OperationDefinition/Patient-everything",
    "ServiceRequest": f"{OWN}operation:everything",
}
SINCE = "2026-11-29"


def capability_statement() -> Json:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": SINCE,
        "kind": "instance",
        "software": {"name": "ACLF referral"},
        "implementation": {"description": "ACLF referral platform", "url": base_url()},
        "fhirVersion": "4.0.1",
        "format": ["json", MEDIA_TYPE],
        "rest": [
            {
                "mode": "server",
                "security": _security(),
                "interaction": [{"code": "transaction"}],
                "operation": [{"name": "process-message", "definition": PROCESS_MESSAGE}],
                "resource": [*map(_resource, TYPES.values()), _binary(), _report()],
            }
        ],
    }


def _security() -> Json:
    return {
        "extension": [{"url": OAUTH, "extension": [{"url": "token", "valueUri": token_url()}]}],
        "service": [{"coding": [{"system": SECURITY, "code": "SMART-on-FHIR"}]}],
    }


def _resource(served: ResourceType | DerivedType) -> Json:
    codes = ("read", "vread", "search-type", *WRITES.get(served.name, ()))
    described: dict[str, Any] = {
        "type": served.name,
        "interaction": [{"code": code} for code in codes],
        "versioning": "versioned-update" if served.name == "Task" else "versioned",
        "readHistory": False,
        "searchParam": [
            {"name": name, "type": kind} for name, kind in {**COMMON, **served.parameters}.items()
        ],
    }
    if served.includes:
        described["searchInclude"] = [f"{served.name}:{name}" for name in served.includes]
    if served.name == "Subscription":
        described["extension"] = [
            {"url": TOPICS, "valueCanonical": topic_of(one)} for one in TYPES_WITH_TOPIC
        ]
        described["operation"] = [
            {"name": name, "definition": f"{OPERATIONS}{name}"} for name in ("status", "events")
        ]
    if served.name in EVERYTHING:
        described["operation"] = [{"name": "everything", "definition": EVERYTHING[served.name]}]
    return described


def _report() -> Json:
    return {"type": "DiagnosticReport", "interaction": [{"code": "create"}]}


def _binary() -> Json:
    return {"type": "Binary", "interaction": [{"code": "read"}]}
