"""A launch from a patient record: what it has of the patient is read, kept for a day, and proposed.

Nothing becomes a value, or a part of an identity, before a person takes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts import audit
from accounts.models import User
from integrations import messages, smart
from integrations.models import ExchangedMessage, Integration, RecordLaunch
from integrations.smart import Granted, LaunchFailed
from labs.fhir_report import OtherPatient, object_of, objects_in, text_of
from labs.models import LabReading, ReadingState
from referral.intake import results
from referral.intake.patient_record import SEARCHES, PatientRecord, read_record
from referral.models import Case

KEPT_FOR = timedelta(hours=24)
LONGEST = 80


@dataclass(frozen=True)
class Launched:
    """What came of a launch; `case` is the patient's open case, where there is one that agrees."""

    row: RecordLaunch
    case: Case | None


def read_launched(integration: Integration, granted: Granted) -> PatientRecord:
    """Read the launched patient from the record's server. Raises LaunchFailed."""
    patient = smart.read(integration, granted, f"Patient/{smart.as_parameter(granted.patient)}")
    if patient.get("resourceType") != "Patient" or patient.get("id") != granted.patient:
        raise LaunchFailed("two_patients", integration)
    resources = {name: _resources(integration, granted, search) for name, search in SEARCHES.items()}
    zone = ZoneInfo(integration.hospital.zone)
    try:
        return read_record(patient, resources["conditions"], resources["observations"], zone)
    except OtherPatient as error:
        raise LaunchFailed("two_patients", integration) from error


def _resources(integration: Integration, granted: Granted, search: str) -> list[Mapping[str, Any]]:
    patient = smart.as_parameter(granted.patient)
    bundle = smart.read(integration, granted, search.format(patient=patient).replace("|", "%7C"))
    if bundle.get("resourceType") != "Bundle":
        raise LaunchFailed("not_understood", integration)
    asked = search.partition("?")[0]
    rows = [object_of(entry.get("resource")) for entry in objects_in(bundle.get("entry"))]
    return [row for row in rows if row.get("resourceType") == asked]


@transaction.atomic
def keep(*, integration: Integration, user: User, record: PatientRecord, now: datetime) -> Launched:
    """Keep what was read for this person, as proposals; and the open case of the patient that they see."""
    reading = LabReading.objects.create(
        asked_by=user,
        asked_at=now,
        form="fhir",
        state=ReadingState.READ,
        result=record.report.as_dict(),
        settled_at=now,
        kept_until=now + KEPT_FOR,
    )
    row = RecordLaunch.objects.create(
        integration=integration,
        user=user,
        reading=reading.pk,
        content=_content(record),
        launched_at=now,
        kept_until=now + KEPT_FOR,
    )
    case = _open_case(record, integration, user)
    audit.record(
        actor=user,
        action="launch_from_record",
        subject_type="case",
        subject_id=case.pk if case else "",
        now=now,
        network=integration.hospital.network_id,
        integration=str(integration.pk),
    )
    log_launch(integration, now=now, status="200")
    return Launched(row, case)


def log_launch(integration: Integration, *, now: datetime, status: str, reason: str = "") -> None:
    """A line in the log of the system."""
    messages.log(
        integration=integration,
        interface=ExchangedMessage.Interface.SMART,
        what="SMART launch",
        status=status,
        reason=reason,
        address=None,
        now=now,
    )


def _content(record: PatientRecord) -> dict[str, Any]:
    person = record.results.person
    return {
        "name": (person.name or "")[:LONGEST],
        "sex": person.sex or "",
        "birth_date": record.results.birth_date,
        "national_id": record.results.resident_number[:40],
        "local_number": (person.number or "")[:40],
        "phone": _phone(record.results.patient)[:30],
        "chronic_liver_disease": record.disease,
        "answers": dict(record.answers),
        "diagnoses": [f"{row.code} {row.text}".strip() for row in record.diagnoses][:20],
    }


def _phone(patient: Mapping[str, Any]) -> str:
    rows = objects_in(patient.get("telecom"))
    return next((text_of(row.get("value")) for row in rows if row.get("system") == "phone"), "")


def _open_case(record: PatientRecord, integration: Integration, user: User) -> Case | None:
    matching = results.matching_cases(record.results, integration.account)
    if len(matching) != 1 or results.contradiction(record.results, matching[0].patient):
        return None
    return Case.objects.visible_to(user).filter(pk=matching[0].pk).first()


def launch_of(user: User, given: str, now: datetime) -> RecordLaunch | None:
    """The person's own launch that an address names; None for what is none, or is over."""
    try:
        key = UUID(given)
    except ValueError:
        return None
    rows = RecordLaunch.objects.select_related("integration__hospital").filter(user=user, kept_until__gt=now)
    return rows.filter(pk=key).first()
