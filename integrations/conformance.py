"""What a system sends and what is understood of it: its last messages, and a message that is only tried.

No value and no name of a patient leaves this module but of a message that the reader has just pasted.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import strict_json
from integrations import mllp
from integrations.models import ExchangedMessage, Integration, ReceivedMessage
from integrations.receiving import LONGEST_ID, RESULTS
from labs.fhir_report import OtherPatient, RecordedResults, object_of, objects_in, text_of
from labs.hl7 import NotHL7, read_message
from labs.hl7_report import Results
from labs.models import LabReading
from labs.report import Report
from labs.texts import doubt_text
from scoring import EIGHT, INPUTS
from scoring.texts import label

LATEST = 20
MOST_BYTES = 1024 * 1024
DEEPEST = 32
MEASURED = tuple(name for name in EIGHT if INPUTS[name].laboratory)
"""Those of the eight indicators that a laboratory measures."""
OF_VALUES = ("Observation", "DiagnosticReport", "Bundle.entry")
PROBLEMS: Mapping[str, Any] = {
    "no_msh": gettext_lazy("The message does not begin with MSH."),
    "charset": gettext_lazy("MSH-18 names a character set that is not read here, or the text is not in it."),
    "separators": gettext_lazy("MSH-1 and MSH-2 do not name the separators."),
    "too_many_segments": gettext_lazy("The message has too many segments."),
    "several_messages": gettext_lazy("A second MSH is in it: end each message with 0x1C 0x0D."),
    "not_results": gettext_lazy("Only results are taken: MSH-9 must be ORU^R01."),
    "two_patients": gettext_lazy("Results of more than one patient are in it."),
    "not_connected": gettext_lazy("It came from an address that this system may not call from."),
    "no_control_id": gettext_lazy("MSH-10 is missing or too long."),
    "nothing": gettext_lazy("Paste a message or choose a file."),
    "too_large": gettext_lazy("The message is larger than 1 MiB."),
    "unknown_form": gettext_lazy(
        "This is neither a message of HL7 v2, which begins with MSH, nor a resource of FHIR in JSON."
    ),
    "no_results": gettext_lazy(
        "No Observation is in it. Give an Observation, a DiagnosticReport or a Bundle."
    ),
}


@dataclass(frozen=True)
class Refused:
    """A result that was not mapped as it stood: the test, and why."""

    test: str
    why: str


@dataclass(frozen=True)
class Line:
    """One message: when, over what, what it was answered; which indicators it had, which not and why."""

    at: datetime
    interface: str
    what: str
    answer: str
    mapped: Sequence[str] = ()
    refused: Sequence[Refused] = ()


@dataclass(frozen=True)
class Trial:
    """What would be read of a message. `problems` are why it would not be taken; `findings` are
    pairs of the line as it stood and its doubts."""

    problems: Sequence[Any]
    report: Report | None = None
    mapped: Sequence[str] = ()
    missing: Sequence[str] = ()
    findings: Sequence[tuple[str, list[str]]] = field(default_factory=list)


def latest(integration: Integration) -> list[Line]:
    """The last messages of a system, the newest first."""
    received = list(integration.received.select_related("integration")[:LATEST])
    readings = LabReading.objects.in_bulk([row.reading for row in received if row.reading])
    lines = [_of_received(row, readings) for row in received]
    lines += [_of_exchanged(row) for row in integration.exchanged.all()[:LATEST]]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:LATEST]


def _of_received(row: ReceivedMessage, readings: Mapping[Any, LabReading]) -> Line:
    reading = readings.get(row.reading)
    findings = reading.result["findings"] if reading and reading.result else []
    interface = "FHIR" if reading and reading.form == "fhir" else "HL7 v2"
    answer = str(row.get_state_display())
    if row.reason in PROBLEMS:
        answer = f"{answer}: {PROBLEMS[row.reason]}"
    rows = [(row["input"], row["doubts"]) for row in findings if row["input"]]
    return Line(row.received_at, interface, _("results"), answer, *_sorted_out(rows))


def _of_exchanged(row: ExchangedMessage) -> Line:
    content = row.content or {}
    answer = " ".join(filter(None, (row.status, str(PROBLEMS.get(row.reason, row.reason)))))
    mapped, refused = _sent(_object(content.get("sent")))
    refused = [*refused, *_issues(_object(content.get("refusal")))]
    return Line(row.at, str(row.get_interface_display()), row.what, answer, mapped, refused)


def _sent(sent: Mapping[str, Any]) -> tuple[list[str], list[Refused]]:
    """What was mapped of a body that was logged: a summary of CDS Hooks, or resources of FHIR."""
    if "unused" in sent:
        rows = [(name, ()) for name in sent.get("read", ())]
        return _sorted_out([*rows, *((row["input"], row["doubts"]) for row in sent["unused"])])
    observations = list(_observations(sent))
    if not observations:
        return [], []
    try:
        report = RecordedResults({}, observations, ZoneInfo("UTC")).report()
    except OtherPatient:
        return [], []
    return _sorted_out((row.input, row.doubts) for row in report.findings if row.input)


def _sorted_out(rows: Iterable[tuple[str, Sequence[str]]]) -> tuple[list[str], list[Refused]]:
    """The labels of indicators without doubts, and the doubts of the others."""
    given = list(rows)
    mapped = [label(name) for name, doubts in given if not doubts and name in EIGHT]
    refused = [Refused(label(name), doubt_text(code)) for name, doubts in given for code in doubts]
    return list(dict.fromkeys(mapped)), list(dict.fromkeys(refused))


def _issues(outcome: Mapping[str, Any]) -> Iterator[Refused]:
    """What was refused of values; what is about a person may quote them and is left out."""
    for issue in objects_in(outcome.get("issue")):
        where = next(iter(issue.get("expression", [])), "")
        text = text_of(object_of(issue.get("details")).get("text"))
        if where.startswith(OF_VALUES) and issue.get("code") in ("value", "code-invalid", "duplicate"):
            yield Refused(where, text)


def try_message(integration: Integration, raw: bytes) -> Trial:
    """What would be read of a message of this system. Nothing is stored, and nobody is looked for."""
    content = raw.strip().strip(mllp.START + b"\x1c").strip()
    if not content:
        return Trial([PROBLEMS["nothing"]])
    if len(content) > MOST_BYTES:
        return Trial([PROBLEMS["too_large"]])
    if content[:1] in (b"{", b"["):
        return _of_fhir(integration, content)
    return _of_hl7(integration, content)


def _of_hl7(integration: Integration, content: bytes) -> Trial:
    try:
        message = read_message(content)
    except NotHL7 as error:
        is_other = error.code == "no_msh"
        return Trial([PROBLEMS["unknown_form" if is_other else error.code]])
    problems = []
    if message.is_several:
        problems.append(PROBLEMS["several_messages"])
    if message.kind != RESULTS:
        problems.append(PROBLEMS["not_results"])
    if message.has_several_patients:
        problems.append(PROBLEMS["two_patients"])
    if not 0 < len(message.control_id) <= LONGEST_ID:
        problems.append(PROBLEMS["no_control_id"])
    own = (integration.hl7_application, integration.hl7_facility)
    if message.sender != own:
        words = _("MSH-3 and MSH-4 are “%(sent)s”; this system is connected as “%(own)s”.")
        problems.append(words % {"sent": " · ".join(message.sender), "own": " · ".join(own)})
    return _read(Results(message, ZoneInfo(integration.hospital.zone)).report(), problems)


def _of_fhir(integration: Integration, content: bytes) -> Trial:
    try:
        value = strict_json.loads(content, deepest=DEEPEST)
    except (strict_json.MalformedJSON, strict_json.UnstorableText):
        return Trial([PROBLEMS["unknown_form"]])
    resource = object_of(value)
    observations = list(_observations(resource))
    if not observations:
        return Trial([PROBLEMS["no_results" if "resourceType" in resource else "unknown_form"]])
    patients = [row for row in _resources(resource) if row.get("resourceType") == "Patient"]
    patient = patients[0] if len(patients) == 1 else {}
    zone = ZoneInfo(integration.hospital.zone)
    try:
        return _read(RecordedResults(patient, observations, zone).report(), [])
    except OtherPatient:
        return Trial([PROBLEMS["two_patients"]])


def _read(report: Report, problems: Sequence[Any]) -> Trial:
    rows = [(row.input, row.doubts) for row in report.findings if row.input]
    mapped, _refused = _sorted_out(rows)
    missing = [label(name) for name in MEASURED if label(name) not in mapped]
    findings = [(row.text, [doubt_text(code) for code in row.doubts]) for row in report.findings]
    return Trial(problems, report, mapped, missing, findings)


def _observations(resource: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    return (row for row in _resources(resource) if row.get("resourceType") == "Observation")


def _resources(resource: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The resource, those of a Bundle's entries, and those contained in them."""
    entries = [object_of(entry.get("resource")) for entry in objects_in(resource.get("entry"))]
    for each in (resource, *entries):
        yield dict(each)
        yield from objects_in(each.get("contained"))


def _object(text: Any) -> Mapping[str, Any]:
    """The object of a JSON text that was logged; empty for what was cut off."""
    try:
        return object_of(json.loads(text)) if isinstance(text, str) else {}
    except ValueError:
        return {}
