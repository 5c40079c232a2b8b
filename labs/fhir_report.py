"""A patient and Observations of FHIR R4 (as JSON) as a report: proposals that wait for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import Any

from labs import doubts
from labs.coded import OF_LOINC, unit_said
from labs.coded_result import CodedResult
from labs.report import Finding, Person, Report
from scoring.numbers import Printed, is_number, read_number

LOINC = "http://loinc.org"
RESIDENT_ID = "urn:oid:2.16.156.10011.1.3"
"""The system of a Chinese resident's number; any other identifier is a number of the hospital."""
FINAL, CORRECTED = frozenset({"final"}), frozenset({"amended", "corrected"})
SEXES = frozenset({"male", "female"})
_ABSENT: Mapping[str, Any] = {}


class OtherPatient(ValueError):
    """A resource is about somebody else than the patient it came with; `reference` says about whom."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


@dataclass(frozen=True)
class RecordedResults:
    """What a patient record says, for a hospital whose clocks show the time of `zone`."""

    patient: Mapping[str, Any]
    observations: Sequence[Mapping[str, Any]]
    zone: tzinfo

    @cached_property
    def patient_numbers(self) -> list[str]:
        """The numbers by which the hospital knows the patient."""
        rows = objects_in(self.patient.get("identifier"))
        own = [text_of(row.get("value")) for row in rows if row.get("system") != RESIDENT_ID]
        return list(dict.fromkeys(number for number in own if number))

    @cached_property
    def resident_number(self) -> str:
        """The resident's number; empty where there is none."""
        rows = objects_in(self.patient.get("identifier"))
        own = (text_of(row.get("value")) for row in rows if row.get("system") == RESIDENT_ID)
        return next(filter(None, own), "")

    @cached_property
    def birth_date(self) -> str:
        """As an ISO date; empty where the record has no whole one."""
        try:
            return date.fromisoformat(text_of(self.patient.get("birthDate"))).isoformat()
        except ValueError:
            return ""

    @cached_property
    def person(self) -> Person:
        sex = text_of(self.patient.get("gender"))
        number = next(iter(self.patient_numbers), None)
        return Person(name_in(self.patient) or None, sex if sex in SEXES else None, None, number)

    def report(self) -> Report:
        """The newest result of each test as a proposal; what is not final is shown and not proposed.

        Raises OtherPatient.
        """
        findings: list[Finding] = []
        unread: list[str] = []
        for resource in self.observations:
            check_subject(resource, self.patient)
            finding, line = self._result(resource)
            findings += [finding] if finding else []
            unread += [line] if line else []
        times = sorted(finding.sampled_at for finding in findings if finding.sampled_at)
        return Report(
            form="fhir",
            patient=self.person,
            sampled_at=times[-1] if times else None,
            findings=doubts.repeated(_newest(findings)),
            unread=unread,
        )

    def _result(self, resource: Mapping[str, Any]) -> tuple[Finding | None, str]:
        """The proposal of an Observation, or the line that says why there is none."""
        result, line = _coded(resource)
        status = text_of(resource.get("status"))
        if status not in FINAL | CORRECTED:
            return None, f"{line} ({status or '-'})"
        moment = self._time(_effective(resource))
        finding = result.finding(text=line, sampled_at=moment, is_corrected=status in CORRECTED)
        return finding, "" if finding else line

    def _time(self, text: str) -> str | None:
        """`YYYY-MM-DDTHH:MM` in the hospital's time; None for a day without a time, and for what is none."""
        try:
            moment = datetime.fromisoformat(text) if "T" in text else None
            return (
                moment.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M") if moment and moment.tzinfo else None
            )
        except (ValueError, OverflowError):
            return None


def _effective(resource: Mapping[str, Any]) -> str:
    """The time of sampling, in whichever of its forms it stands; of a period its beginning."""
    period = text_of(object_of(resource.get("effectivePeriod")).get("start"))
    return text_of(resource.get("effectiveDateTime")) or text_of(resource.get("effectiveInstant")) or period


def _newest(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of each test with its latest time of sampling; without a time counts as the earliest."""
    latest: dict[str, str] = {}
    for row in findings:
        latest[row.test] = max(latest.get(row.test, ""), row.sampled_at or "")
    return [row for row in findings if (row.sampled_at or "") == latest[row.test]]


def _coded(resource: Mapping[str, Any]) -> tuple[CodedResult, str]:
    """The Observation as a coded result, and its line for people."""
    code = object_of(resource.get("code"))
    codings = objects_in(code.get("coding"))
    codes = [text_of(row.get("code")) for row in codings if row.get("system") == LOINC]
    names = [text_of(code.get("text")), *(text_of(row.get("display")) for row in codings)]
    names = [name for name in dict.fromkeys(names) if name]
    quantity = object_of(resource.get("valueQuantity"))
    number, printed = _number(quantity, _text_value(resource))
    loinc = next((one for one in codes if one in OF_LOINC), next(iter(codes), ""))
    unit = unit_said(loinc, text_of(quantity.get("code")), text_of(quantity.get("unit")))
    line = " ".join(filter(None, (next(iter(names), "") or loinc, printed, unit)))
    return CodedResult(loinc, tuple(names), number, unit, f"{printed} {unit}"), line


def _text_value(resource: Mapping[str, Any]) -> str:
    """A result in words: a text, or the text or display of a coded answer."""
    coded = object_of(resource.get("valueCodeableConcept"))
    displays = [text_of(row.get("display")) for row in objects_in(coded.get("coding"))]
    return (
        text_of(resource.get("valueString")) or text_of(coded.get("text")) or next(filter(None, displays), "")
    )


def _number(quantity: Mapping[str, Any], text: str) -> tuple[Printed | None, str]:
    """The number of a Quantity, or of a text, and how it is written."""
    value = quantity.get("value")
    if not is_number(value):
        return read_number(text), text
    sign = text_of(quantity.get("comparator"))[:1]
    return Printed(float(value), sign if sign in ("<", ">") else ""), f"{sign}{value}"


def check_subject(resource: Mapping[str, Any], patient: Mapping[str, Any]) -> None:
    """Raises OtherPatient where `resource` names another patient than this one."""
    reference = text_of(object_of(resource.get("subject")).get("reference"))
    own = text_of(patient.get("id"))
    if reference and own and reference.partition("/_history/")[0].rpartition("/")[2] != own:
        raise OtherPatient(reference)


def name_in(patient: Mapping[str, Any]) -> str:
    """The official name, in one text; without a blank between Chinese characters."""
    names = objects_in(patient.get("name"))
    official = next((row for row in names if row.get("use") == "official"), names[0] if names else _ABSENT)
    if text := text_of(official.get("text")):
        return text
    given = official.get("given")
    parts = [text_of(official.get("family")), *(map(text_of, given) if isinstance(given, list) else ())]
    plain = [part for part in parts if part]
    is_chinese = all(ord(sign) > 0x2E80 for part in plain for sign in part)
    return ("" if is_chinese else " ").join(plain)


def object_of(value: Any) -> Mapping[str, Any]:
    """The object; an empty one for anything else."""
    return value if isinstance(value, dict) else _ABSENT


def objects_in(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none where it is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""
