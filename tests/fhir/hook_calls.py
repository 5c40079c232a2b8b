"""Calls of CDS Hooks as a patient record makes them: a patient, diagnoses, laboratory values."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.test import Client

from accounts import clock
from integrations.models import Integration
from tests.fhir.conftest import Answer, assertion

ICD10 = "http://hl7.org/fhir/sid/icd-10"
LOINC = "http://loinc.org"
OWN = "urn:aclf-referral:code:input"
PATIENT = "emr-7"
Json = dict[str, Any]


def observation(code: str, value: float, unit: str, at: datetime | None, **changes: Any) -> Json:
    row: Json = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }
    if at is not None:
        row["effectiveDateTime"] = at.isoformat()
    return row | changes


def answer(name: str, value: Any) -> Json:
    """An Observation with our own code."""
    kind = "valueBoolean" if isinstance(value, bool) else "valueInteger"
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": OWN, "code": name}]},
        "subject": {"reference": f"Patient/{PATIENT}"},
        kind: value,
    }


def condition(code: str, system: str = ICD10, **changes: Any) -> Json:
    row: Json = {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": f"Patient/{PATIENT}"},
    }
    return row | changes


def patient(**changes: Any) -> Json:
    row: Json = {
        "resourceType": "Patient",
        "id": PATIENT,
        "identifier": [{"system": "urn:hospital:mrn", "value": "A-17"}],
        "name": [{"text": "测试甲"}],
        "gender": "male",
        "birthDate": "1970-01-02",
    }
    return row | changes


def searchset(rows: list[Json], **changes: Any) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": row} for row in rows],
    } | changes


def laboratory(now: datetime, **values: float) -> list[Json]:
    """Bilirubin, INR, urea and sodium of an hour ago."""
    at = now - timedelta(hours=1)
    numbers = {"bilirubin": 180.0, "inr": 1.9, "urea": 11.0, "sodium": 129.0} | values
    return [
        observation("14631-6", numbers["bilirubin"], "umol/L", at),
        observation("6301-6", numbers["inr"], "{INR}", at),
        observation("22664-7", numbers["urea"], "mmol/L", at),
        observation("2951-2", numbers["sodium"], "mmol/L", at),
    ]


def answers() -> list[Json]:
    return [answer("cirrhosis", True), answer("variceal_bleeding", False), answer("encephalopathy_grade", 1)]


def call(now: datetime, **changes: Any) -> Json:
    """A call of `patient-view` about an ill patient with everything; `changes` replace parts of prefetch."""
    prefetch = {
        "patient": patient(),
        "conditions": searchset([condition("B18.1")]),
        "observations": searchset([*laboratory(now), *answers()]),
    }
    return {
        "hook": "patient-view",
        "hookInstance": str(uuid4()),
        "context": {"userId": "Practitioner/1", "patientId": PATIENT},
        "prefetch": prefetch | changes,
    }


def signed(integration: Integration, path: str = "aclf-patient-view", **changes: Any) -> dict[str, str]:
    """The header of a record that signs for the address it calls."""
    given = {"aud": f"{settings.BASE_URL}/cds-services/{path}", "sub": None, "iat": _second(), **changes}
    return {"Authorization": f"Bearer {assertion(integration, **given)}", "Accept-Language": "en"}


def _second() -> int:
    return int(clock.wall().timestamp())


def post(integration: Integration, body: Any, path: str = "aclf-patient-view", **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = signed(integration, path) | headers
    response = Client().generic("POST", f"/cds-services/{path}", raw, "application/json", headers=given)
    return Answer(response)


def only_card(answer: Answer) -> Json:
    assert answer.status == 200, answer.body
    (card,) = answer.body["cards"]
    return dict(card)
