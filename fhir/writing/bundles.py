"""A Bundle that registers a case: patient, referral, disease, values; done or refused as a whole."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.moments import read_moment
from fhir.authentication import Grant
from fhir.datatypes import Json, as_uuid, instant
from fhir.outcomes import Refused, outcome, refused
from fhir.resources.findings import observation_id
from fhir.writing.elements import Findings, objects_in, reference_of, text_of
from fhir.writing.patients import read_disease, read_patient
from fhir.writing.values import read_values
from integrations import bundles
from labs.fhir_report import object_of
from referral.intake.first_visit import FirstVisit
from referral.intake.submission import submit
from referral.models import Case
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb
from scoring import read_inputs

OF_A_REQUEST = (
    *("identifier", "status", "intent", "code", "subject", "occurrenceDateTime", "authoredOn", "requester"),
    *("priority", "category", "reasonReference", "supportingInfo", "performer"),
)
TYPES = ("Patient", "ServiceRequest", "Condition", "Observation")
MOST_ENTRIES = 60
_OTHER_CONTENT = _(
    "This referral was registered already, with other content. Send what is new by itself, not as a Bundle."
)


@dataclass
class Entries:
    """The entries of a Bundle by type, each with where it stands; `order` is that in which they came.

    `content` is what recognises the same again: the resources with their addresses.
    """

    of_type: dict[str, list[tuple[str, Json]]] = field(default_factory=dict)
    order: list[tuple[str, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    content: list[Any] = field(default_factory=list)

    def one(self, name: str) -> tuple[str, Json]:
        return self.of_type[name][0]


def read_entries(bundle: Mapping[str, Any], grant: Grant, findings: Findings, *, begin: int = 0) -> Entries:
    """The entries from `begin` on. Raises Refused for what no case can be registered from."""
    rows = bundle.get("entry")
    if not isinstance(rows, list) or not rows or len(rows) > MOST_ENTRIES:
        text = _("A Bundle has from 1 to %(most)s entries.") % {"most": MOST_ENTRIES}
        raise refused(400, text, "Bundle.entry", kind="structure")
    entries = Entries()
    for position, row in enumerate(rows[begin:], begin):
        _sort(entries, position, row, findings)
    for name in ("Patient", "ServiceRequest"):
        if len(entries.of_type.get(name, ())) != 1:
            text = _("A Bundle that registers a case has one %(type)s.") % {"type": name}
            findings.add("Bundle.entry", text, "required")
    if len(entries.of_type.get("Condition", ())) > 1:
        findings.add("Bundle.entry", _("One Condition is taken: the chronic liver disease."), "too-long")
    findings.check()
    _check_subjects(entries, findings)
    for name in entries.of_type:
        grant.check("c", name)
    return entries


def _check_subjects(entries: Entries, findings: Findings) -> None:
    """All of a Bundle is about its one Patient: what names another is not taken for theirs."""
    _where, patient = entries.one("Patient")
    numbers = {text_of(row.get("value")) for row in objects_in(patient.get("identifier"))}
    for name in TYPES[1:]:
        for where, row in entries.of_type.get(name, ()):
            subject = object_of(row.get("subject"))
            number = text_of(object_of(subject.get("identifier")).get("value"))
            reference = reference_of(subject)
            if (reference and not _is_of(reference, patient)) or (number and number not in numbers):
                text = _("This names another patient than the one of the Bundle.")
                findings.add(f"{where}.subject", text)


def _is_of(reference: str, patient: Mapping[str, Any]) -> bool:
    """Whether a reference is that of the Patient of the Bundle, by its address there or its id."""
    address, key = text_of(patient.get("fullUrl")), text_of(patient.get("id"))
    return reference in (address, f"Patient/{key}") or address.endswith(f"/{reference}")


def _sort(entries: Entries, position: int, row: Any, findings: Findings) -> None:
    where = f"Bundle.entry[{position}]"
    resource = row.get("resource") if isinstance(row, Mapping) else None
    if not isinstance(resource, Mapping):
        findings.add(f"{where}.resource", _("Each entry holds a resource."), "structure")
        return
    name, request = text_of(resource.get("resourceType")), row.get("request")
    if name not in TYPES:
        text = _("“%(type)s” is not taken in a Bundle: only %(types)s.")
        findings.add(where, text % {"type": name[:40], "types": ", ".join(TYPES)}, "not-supported")
        return
    if request is not None:
        _check_request(request, name, f"{where}.request", findings)
    given = {**resource, "fullUrl": text_of(row.get("fullUrl"))}
    entries.content.append(given)
    rows = entries.of_type.setdefault(name, [])
    rows.append((f"{where}.resource", given))
    entries.order.append((name, len(rows) - 1))


def _check_request(request: Any, name: str, where: str, findings: Findings) -> None:
    """An entry creates its resource, under no condition."""
    if not isinstance(request, Mapping) or request.get("method") != "POST":
        findings.add(f"{where}.method", _("Entries are created: the method is POST."), "not-supported")
        return
    findings.refuse_unknown(request, where, ("method", "url"))
    if text_of(request.get("url")).strip("/") != name:
        text = _("The address of an entry is its type: %(type)s.") % {"type": name}
        findings.add(f"{where}.url", text)


@dataclass(frozen=True, slots=True)
class Registered:
    """The case that entries are about, and whether they have begun it."""

    case: Case
    is_new: bool


def register_case(
    bundle: Mapping[str, Any], *, actor: User, grant: Grant, now: datetime, findings: Findings
) -> Json:
    """Register what a transaction says and answer each entry; the same one again is answered as before.

    Raises Refused and what `submit` raises.
    """
    entries = read_entries(bundle, grant, findings)
    result = register(entries, actor=actor, grant=grant, now=now, findings=findings)
    if result.is_new:
        return _answer(result.case, entries, entries.names, "201 Created", findings)
    return _answer(result.case, entries, _names(entries), "200 OK", findings)


def register(
    entries: Entries, *, actor: User, grant: Grant, now: datetime, findings: Findings, message: str = ""
) -> Registered:
    """Register what entries say, or find the case that the same ones have begun.

    With `status: active` and all indicators the case is assessed, and referred where that flags it; with
    `draft`, or while values are missing, they wait as a draft. `message` is the id of the message that
    brought them. Raises Refused and what `submit` raises.
    """
    where, request = entries.one("ServiceRequest")
    case_id = _case_id(request, grant, message)
    if case_id and (there := Case.objects.filter(pk=case_id, registered_by=actor).first()):
        if not bundles.is_same(case=there.pk, content=entries.content):
            raise refused(409, _OTHER_CONTENT, where, kind="conflict", code="other_content")
        return Registered(there, is_new=False)
    visit, values = _read(entries, case_id, findings)
    findings.check()
    then = Verb.ASSESS if request.get("status") == "active" and _is_complete(values) else None
    hospital = grant.integration.hospital
    try:
        case = submit(
            actor=actor, hospital=hospital, visit=visit, values=values, then=then, inputs={}, now=now
        )
    except InputError as error:
        raise Refused(422, *((_kind(code), name, text) for name, code, text in error.rows)) from error
    content, integration = entries.content, grant.integration
    bundles.keep(integration=integration, case=case.pk, content=content, message=message, now=now)
    return Registered(case, is_new=True)


def _kind(code: str) -> str:
    return "required" if code == "required" else "business-rule" if code.startswith("needs") else "value"


def _read(
    entries: Entries, case_id: uuid.UUID | None, findings: Findings
) -> tuple[FirstVisit, dict[str, Any]]:
    where, request = entries.one("ServiceRequest")
    findings.refuse_unknown(request, where, (*OF_A_REQUEST, "fullUrl"))
    if request.get("status") not in ("active", "draft"):
        text = _("The status is “active” (assess and refer) or “draft” (values still come).")
        findings.add(f"{where}.status", text)
    at = _moment(request, where, findings)
    patient_at, patient = entries.one("Patient")
    person = read_patient(_without_url(patient), patient_at, findings)
    disease = presentation = ""
    for place, condition in entries.of_type.get("Condition", ()):
        disease, presentation = read_disease(_without_url(condition), place, findings)
    rows = [(place, _without_url(row)) for place, row in entries.of_type.get("Observation", ())]
    values, entries.names = read_values(rows, findings)
    visit = FirstVisit(
        person=person,
        at=at or datetime.max,
        chronic_liver_disease=disease,
        presentation=presentation,
        case_id=case_id,
    )
    return visit, values if entries.names else {}


def _without_url(resource: Mapping[str, Any]) -> Json:
    return {name: value for name, value in resource.items() if name != "fullUrl"}


def _moment(request: Mapping[str, Any], where: str, findings: Findings) -> datetime | None:
    text = text_of(request.get("occurrenceDateTime"))
    if not text:
        findings.required(f"{where}.occurrenceDateTime")
        return None
    try:
        return read_moment(text)
    except (ValueError, TypeError):
        findings.add(
            f"{where}.occurrenceDateTime",
            _("This is no date and time with a time zone, such as 2026-05-17T08:30:00+08:00."),
        )
        return None


def _case_id(request: Mapping[str, Any], grant: Grant, message: str) -> uuid.UUID | None:
    """The id of the case: that of `fullUrl` or `id` where it is a UUID, else made of the first identifier,
    or of the message.

    So the same Bundle, sent again after an answer that was lost, is the same case.
    """
    for text in (text_of(request.get("fullUrl")).rpartition(":")[2], text_of(request.get("id"))):
        if key := as_uuid(text):
            return key
    for row in objects_in(request.get("identifier")):
        if value := text_of(row.get("value")):
            return uuid.uuid5(grant.integration.pk, f"{text_of(row.get('system'))}|{value}")
    return uuid.uuid5(grant.integration.pk, f"message|{message}") if message else None


def _is_complete(values: Mapping[str, Any]) -> bool:
    return bool(values) and not set(read_inputs(values).missing) - {"age_years"}


def _names(entries: Entries) -> list[str]:
    rows = [(place, _without_url(row)) for place, row in entries.of_type.get("Observation", ())]
    return read_values(rows, Findings(lenient=True))[1]


def _answer(case: Case, entries: Entries, names: list[str], status: str, findings: Findings) -> Json:
    set_of_values = case.assessment_id or case.pk
    ids = {
        "Patient": [str(case.patient_id)],
        "ServiceRequest": [str(case.pk)],
        "Condition": [f"{case.pk}-liver-disease"],
        "Observation": [observation_id(set_of_values, name) for name in names],
    }
    rows = []
    for name, position in entries.order:
        response: Json = {"status": status, "location": f"{name}/{ids[name][position]}"}
        if name == "ServiceRequest":
            response |= {"etag": f'W/"{case.version}"', "lastModified": instant(case.updated_at)}
            if findings.warnings:
                response["outcome"] = outcome(findings.warnings, severity="warning")
        rows.append({"response": response})
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": rows}
