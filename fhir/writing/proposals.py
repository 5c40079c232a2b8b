"""Observations and reports that were sent later: proposals on a case, which wait for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.moments import read_moment
from fhir.datatypes import as_uuid
from fhir.outcomes import refused
from fhir.writing.elements import Findings, codings_of, objects_in, reference_of, text_of
from fhir.writing.values import read_values
from integrations.models import Integration
from labs.coded import OF_LOINC
from labs.report import Finding, Report
from referral.intake import results
from referral.models import Case
from referral.pathway.vocabulary import OPEN
from scoring import INPUTS
from scoring.numbers import is_number

OF_A_REPORT = (
    *("status", "code", "subject", "basedOn", "effectiveDateTime", "issued", "result", "contained"),
    *("identifier", "category", "performer", "resultsInterpreter", "specimen"),
)
WITHDRAWN = frozenset({"cancelled", "entered-in-error", "unknown"})
MOST_RESULTS = 60


@dataclass(frozen=True, slots=True)
class Sent:
    """What a program sent, as it came and as a resource."""

    content: bytes
    resource: Mapping[str, Any]


def propose(
    sent: Sent, *, integration: Integration, user: User, now: datetime, findings: Findings
) -> tuple[Case, int]:
    """Propose the values of an Observation or a DiagnosticReport; the case, and how many there are.

    The same one again is proposed once. Raises Refused and Case.DoesNotExist.
    """
    observations = _observations(sent.resource, findings)
    values, names = read_values(observations, findings)
    case = _case(sent.resource, user, findings)
    zone = ZoneInfo(case.hospital.zone)
    report = Report(
        form="fhir",
        findings=[
            _finding(name, values, resource, zone, place, findings)
            for name, (place, resource) in zip(names, observations, strict=True)
            if name
        ],
    )
    findings.check()
    results.propose_report(
        integration=integration,
        case=case,
        report=report,
        control_id=_identifier(sent.resource),
        content=sent.content,
        now=now,
    )
    return case, len(report.findings)


def _observations(resource: Mapping[str, Any], findings: Findings) -> Sequence[tuple[str, Mapping[str, Any]]]:
    if resource["resourceType"] == "Observation":
        return [("Observation", resource)]
    findings.refuse_unknown(resource, "DiagnosticReport", OF_A_REPORT)
    if text_of(resource.get("status")) in WITHDRAWN:
        text = _("A report that is “%(status)s” has no results to propose. Nothing was taken.")
        findings.add("DiagnosticReport.status", text % {"status": resource["status"]}, "business-rule")
    contained = objects_in(resource.get("contained"))
    by_id = {f"#{text_of(row.get('id'))}": row for row in contained}
    named = [reference_of(row) for row in objects_in(resource.get("result"))]
    missing = [reference for reference in named if reference not in by_id]
    if missing or not 0 < len(named) <= MOST_RESULTS:
        text = _("A report has from 1 to %(most)s results, each contained in it and named by “#” and its id.")
        findings.add("DiagnosticReport.result", text % {"most": MOST_RESULTS}, "structure")
        return []
    return [(f"DiagnosticReport.contained[{reference}]", by_id[reference]) for reference in named]


def _case(resource: Mapping[str, Any], user: User, findings: Findings) -> Case:
    """The open visible case that `basedOn` or `subject` names."""
    requests = [reference_of(row) for row in objects_in(resource.get("basedOn"))]
    named = next((one for one in requests if one.startswith("ServiceRequest/")), "")
    subject = reference_of(resource.get("subject"))
    field, reference = ("pk", named) if named else ("patient", subject)
    key = as_uuid(reference.partition("/")[2])
    if key is None or not (named or subject.startswith("Patient/")):
        findings.check()
        text = _("Name whose it is: “Patient/…” in subject, or “ServiceRequest/…” in basedOn.")
        raise refused(422, text, f"{resource['resourceType']}.subject", kind="required")
    rows = Case.objects.visible_to(user).filter(state__in=OPEN).select_related("hospital", "ward")
    return rows.get(**{field: key})


def _finding(
    name: str,
    values: Mapping[str, Any],
    resource: Mapping[str, Any],
    zone: ZoneInfo,
    place: str,
    findings: Findings,
) -> Finding:
    spec, unit_field = INPUTS[name], INPUTS[name].unit_field
    codes = [row["code"] for row in codings_of(resource.get("code"))]
    test = next((OF_LOINC[code].code for code in codes if code in OF_LOINC), name)
    value = values[name]
    if not is_number(value):
        findings.add(f"{place}.value[x]", _("Only numbers are proposed: a person enters the others."))
        value = 0
    unit = str(values.get(unit_field, "")) if unit_field else ""
    text = " ".join(filter(None, (codes[0] if codes else name, str(value), unit or spec.unit)))
    return Finding(
        test=test,
        input=name,
        value=float(value),
        comparator=None,
        unit=unit or None,
        text=text,
        sampled_at=_sampled(resource, zone, place, findings),
        doubts=("corrected",) if text_of(resource.get("status")) in ("corrected", "amended") else (),
    )


def _sampled(resource: Mapping[str, Any], zone: ZoneInfo, place: str, findings: Findings) -> str | None:
    given = text_of(resource.get("effectiveDateTime"))
    try:
        return read_moment(given).astimezone(zone).strftime("%Y-%m-%dT%H:%M") if given else None
    except (ValueError, TypeError):
        text = _("This is no date and time with a time zone, such as 2026-05-17T08:30:00+08:00.")
        findings.add(f"{place}.effectiveDateTime", text)
        return None


def _identifier(resource: Mapping[str, Any]) -> str:
    """What the sender calls it; empty where it has no identifier."""
    rows = [text_of(row.get("value")) for row in objects_in(resource.get("identifier"))]
    return f"{resource['resourceType']} {next(filter(None, rows), '')}".strip()[:199]
