"""A file of FHIR R4 (JSON) as a report: a Bundle, a DiagnosticReport with its contents, an Observation."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

from labs.fhir_report import RecordedResults, object_of, objects_in, text_of
from labs.report import Report


class NoResults(ValueError):
    """The text is no FHIR, or there is no laboratory result in it."""


def read_fhir(text: str, zone: tzinfo) -> Report:
    """The report in a resource, in the time of `zone`. Raises NoResults.

    Where the results are of several patients, or of another one than the patient that is named, all of them
    are doubted.
    """
    parts = _parts(text)
    if not parts.observations:
        raise NoResults
    patient = parts.patients[0] if len(parts.patients) == 1 and parts.is_of_one_patient else {}
    results = RecordedResults(_without_id(patient), parts.observations, zone)
    report = replace(results.report(), reported_at=_reported(parts.reports, zone))
    if parts.is_of_one_patient:
        return report
    return replace(report, findings=[row.with_doubts("several_patients") for row in report.findings])


@dataclass
class _Parts:
    """The resources of a file by kind; `ids` are those by which its patients are referred to."""

    patients: list[Mapping[str, Any]] = field(default_factory=list)
    observations: list[Mapping[str, Any]] = field(default_factory=list)
    reports: list[Mapping[str, Any]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    @property
    def is_of_one_patient(self) -> bool:
        named = {_tail(text_of(object_of(row.get("subject")).get("reference"))) for row in self.observations}
        subjects = named - {""}
        is_named = not self.ids or subjects <= self.ids
        return len(self.patients) <= 1 and len(subjects) <= 1 and is_named


def _parts(text: str) -> _Parts:
    try:
        whole = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        raise NoResults from None
    parts = _Parts()
    for address, resource in _resources(object_of(whole)):
        kind = resource.get("resourceType")
        if kind == "Patient":
            parts.patients.append(resource)
            parts.ids |= {_tail(address), text_of(resource.get("id"))} - {""}
        elif kind == "Observation":
            parts.observations += _single(resource)
        elif kind == "DiagnosticReport":
            parts.reports.append(resource)
    return parts


def _resources(whole: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every resource with the address that its Bundle gives it, those that others contain too."""
    rows = [("", whole)]
    for entry in objects_in(whole.get("entry")):
        rows.append((text_of(entry.get("fullUrl")), object_of(entry.get("resource"))))
    for address, resource in rows:
        yield address, resource
        yield from (("", contained) for contained in objects_in(resource.get("contained")))


def _single(observation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The observation, and each of its components as one."""
    shared = {name: value for name, value in observation.items() if not name.startswith(("value", "comp"))}
    has_value = any(name.startswith("value") for name in observation)
    components: list[Mapping[str, Any]] = [
        shared | component for component in objects_in(observation.get("component"))
    ]
    return [observation, *components] if has_value or not components else components


def _tail(reference: str) -> str:
    """The id at the end of a reference, whatever stands before it."""
    return reference.partition("/_history/")[0].rpartition("/")[2].lstrip("#")


def _without_id(patient: Mapping[str, Any]) -> Mapping[str, Any]:
    """References were compared here, where addresses of a Bundle count too."""
    return {name: value for name, value in patient.items() if name != "id"}


def _reported(reports: Sequence[Mapping[str, Any]], zone: tzinfo) -> str | None:
    issued = sorted(filter(None, (text_of(row.get("issued")) for row in reports)))
    try:
        moment = datetime.fromisoformat(issued[-1]) if issued else None
        return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
