"""A file of FHIR R4 as a report: of one patient, in the time of China, and doubted where parts disagree."""

import json
from typing import Any

import pytest

from labs.reading import LONGEST_TEXT, read, read_text
from labs.refusals import UnreadableReportError

PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"text": "王小明"}], "gender": "male"}
REPORT = {"resourceType": "DiagnosticReport", "issued": "2026-11-29T00:10:00Z"}


def observation(loinc: str, value: float, unit: str, subject: str = "Patient/p1") -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": subject},
        "effectiveDateTime": "2026-11-28T22:30:00Z",
        "valueQuantity": {"value": value, "code": unit},
    }


BILIRUBIN = observation("14631-6", 356.8, "umol/L")


def bundle(*resources: dict[str, Any], address: str = "") -> str:
    entries = [{"fullUrl": address, "resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "entry": entries})


def test_a_bundle_is_a_report_with_its_patient_and_its_times() -> None:
    report = read_text(bundle(PATIENT, REPORT, BILIRUBIN, observation("6301-6", 2.31, "{INR}")))
    assert (report.form, report.patient.as_dict()) == ("fhir", {"name": "王小明", "sex": "male"})
    assert (report.sampled_at, report.reported_at) == ("2026-11-29T06:30", "2026-11-29T08:10")
    assert [(row.input, row.value, row.unit, row.doubts) for row in report.findings] == [
        ("bilirubin", 356.8, "umol/L", ()),
        ("inr", 2.31, None, ()),
    ]


def test_one_observation_and_what_a_report_contains_are_read_too() -> None:
    alone = read_text(json.dumps(BILIRUBIN))
    contained = read_text(json.dumps({**REPORT, "contained": [PATIENT, BILIRUBIN]}))
    assert [row.value for row in (*alone.findings, *contained.findings)] == [356.8, 356.8]
    assert contained.patient.name == "王小明"


def test_the_components_of_a_panel_are_results_of_their_own() -> None:
    parts = [{"code": BILIRUBIN["code"], "valueQuantity": BILIRUBIN["valueQuantity"]}]
    panel = {name: value for name, value in BILIRUBIN.items() if not name.startswith("value")}
    (finding,) = read_text(json.dumps({**panel, "component": parts})).findings
    assert (finding.value, finding.sampled_at) == (356.8, "2026-11-29T06:30")


@pytest.mark.parametrize(
    "reference", ["Patient/p1", "urn:uuid:7", "https://a.example/fhir/Patient/p1", "#p1"]
)
def test_the_patient_is_the_one_that_results_refer_to_in_any_form(reference: str) -> None:
    of_patient = observation("14631-6", 356.8, "umol/L", reference)
    report = read_text(bundle(PATIENT, of_patient, address="urn:uuid:7"))
    assert (report.patient.name, report.findings[0].doubts) == ("王小明", ())


@pytest.mark.parametrize(
    "resources",
    [
        (PATIENT, BILIRUBIN, observation("6301-6", 2.31, "{INR}", "Patient/p2")),
        (PATIENT, observation("14631-6", 356.8, "umol/L", "Patient/p2")),
        (PATIENT, {**PATIENT, "id": "p2"}, BILIRUBIN),
    ],
)
def test_results_of_another_patient_are_never_taken_at_once(resources: tuple[dict[str, Any], ...]) -> None:
    report = read_text(bundle(*resources))
    assert report.patient.as_dict() == {}
    assert all("several_patients" in finding.doubts for finding in report.findings)


def test_urea_in_moles_under_the_disputed_code_is_asked_about() -> None:
    (finding,) = read_text(bundle(PATIENT, observation("14937-7", 7.3, "mmol/L"))).findings
    assert (finding.value, finding.unit, finding.doubts) == (7.3, None, ("code_unsettled",))


def test_a_result_that_is_not_final_is_shown_and_not_proposed() -> None:
    report = read_text(bundle(PATIENT, {**BILIRUBIN, "status": "preliminary"}))
    assert (list(report.findings), report.unread) == ([], ["14631-6 356.8 umol/L (preliminary)"])


def test_a_large_file_is_read_though_so_much_is_never_pasted() -> None:
    text = bundle(PATIENT, BILIRUBIN, {"resourceType": "Basic", "text": "x" * LONGEST_TEXT})
    assert [row.value for row in read(text.encode()).findings] == [356.8]
    with pytest.raises(UnreadableReportError, match="text_too_long"):
        read_text(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"resourceType": "Bundle"}',
        '{"resourceType": "Bundle", "entry": [1, {"resource": 2}]}',
        '{"resourceType": "Patient"}',
        '{"resourceType": "Observation"',
        '{"resourceType": ' + "[" * 9000,
    ],
)
def test_what_has_no_results_says_what_to_do(text: str) -> None:
    with pytest.raises(UnreadableReportError, match="fhir_damaged") as refusal:
        read_text(text)
    assert "Paste the text" in refusal.value.message
