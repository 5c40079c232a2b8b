"""A call of a service, read: what it lacks is refused with a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from fhir.datatypes import as_uuid
from fhir.hooks.services import PREFETCH, Service
from fhir.outcomes import refused
from labs.fhir_report import OtherPatient, object_of, objects_in, text_of
from referral.intake.patient_record import PatientRecord, read_record

MOST_ENTRIES = 500


@dataclass(frozen=True)
class Call:
    """One call: the record it is about, and whether the record had more than was sent."""

    record: PatientRecord
    is_cut: bool


def read_call(body: Any, service: Service, zone: ZoneInfo) -> Call:
    """Raises Refused: 400 for what is no call of this service, 412 while data are missing."""
    if not isinstance(body, Mapping):
        raise refused(400, _("The body must be a JSON object: a call of CDS Hooks."), kind="structure")
    context = _context(body, service)
    prefetch = body.get("prefetch")
    missing = [name for name in PREFETCH if name not in object_of(prefetch)]
    patient = object_of(object_of(prefetch).get("patient"))
    if missing or not patient:
        text = _("These parts of the prefetch are missing: %(names)s. This service fetches nothing itself.")
        names = ", ".join(missing or ["patient"])
        raise refused(412, text % {"names": names}, "prefetch", kind="required", code="prefetch_missing")
    _check_patient(patient, context)
    conditions, cut_conditions = _resources(object_of(prefetch), "conditions", "Condition")
    observations, cut_observations = _resources(object_of(prefetch), "observations", "Observation")
    try:
        record = read_record(patient, conditions, observations, zone)
    except OtherPatient as error:
        text = _("A resource of the prefetch is about another patient (%(reference)s). Nothing was read.")
        message = text % {"reference": error.reference[:60]}
        raise refused(400, message, "prefetch", code="two_patients") from error
    return Call(record, cut_conditions or cut_observations)


def _context(body: Mapping[str, Any], service: Service) -> Mapping[str, Any]:
    if body.get("hook") != service.hook:
        text = _("“hook” must be “%(hook)s” for this service.") % {"hook": service.hook}
        raise refused(400, text, "hook", code="wrong_hook")
    if as_uuid(text_of(body.get("hookInstance"))) is None:
        raise refused(400, _("“hookInstance” must be a UUID."), "hookInstance")
    context = object_of(body.get("context"))
    missing = [name for name in service.context if not text_of(context.get(name))]
    if missing:
        text = _("“context” lacks: %(names)s.") % {"names": ", ".join(missing)}
        raise refused(400, text, "context", kind="required")
    if "fhirAuthorization" in body and not text_of(body.get("fhirServer")):
        raise refused(400, _("“fhirAuthorization” needs “fhirServer”."), "fhirServer")
    return context


def _check_patient(patient: Mapping[str, Any], context: Mapping[str, Any]) -> None:
    if patient.get("resourceType") != "Patient":
        raise refused(400, _("“prefetch.patient” must be a Patient."), "prefetch.patient", kind="structure")
    if text_of(patient.get("id")) != context["patientId"]:
        text = _("“prefetch.patient” is another patient than “context.patientId”. Nothing was read.")
        raise refused(400, text, "prefetch.patient.id", code="two_patients")


def _resources(
    prefetch: Mapping[str, Any], name: str, resource_type: str
) -> tuple[list[Mapping[str, Any]], bool]:
    """The resources of a searchset, and whether it says that there are more; none for null."""
    given = prefetch[name]
    if given is None:
        return [], False
    where = f"prefetch.{name}"
    bundle = object_of(given)
    entries = bundle.get("entry", [])
    if bundle.get("resourceType") != "Bundle" or not isinstance(entries, list):
        text = _("“%(where)s” must be a Bundle, or null where there is nothing.") % {"where": where}
        raise refused(400, text, where, kind="structure")
    if len(entries) > MOST_ENTRIES:
        text = _("“%(where)s” has more than %(most)s entries.") % {"where": where, "most": MOST_ENTRIES}
        raise refused(400, text, where, kind="too-long")
    resources = [object_of(entry.get("resource")) for entry in objects_in(entries)]
    is_cut = any(link.get("relation") == "next" for link in objects_in(bundle.get("link")))
    return [row for row in resources if row.get("resourceType") == resource_type], is_cut
