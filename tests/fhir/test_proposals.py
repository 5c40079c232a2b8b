"""Values that a system sends for an open case: proposals, no values before a person takes them."""

import json
from datetime import datetime
from typing import Any

import pytest

from integrations.models import ReceivedMessage
from labs.models import LabReading
from referral.intake import results
from referral.models import Case
from tests.fhir.conftest import Program
from tests.fhir.sending import EXAMPLES
from tests.world import World

Json = dict[str, Any]


def report(case: Case, **changes: Any) -> Json:
    row: Json = json.loads((EXAMPLES / "results.json").read_text())
    return row | {"basedOn": [{"reference": f"ServiceRequest/{case.pk}"}]} | changes


def observation(case: Case, **changes: Any) -> Json:
    row: Json = report(case)["contained"][0]
    return row | {"subject": {"reference": f"Patient/{case.patient_id}"}} | changes


def test_a_report_waits_on_its_case_for_a_person(world: World, first: Program) -> None:
    case = world.register()
    answer = first.send("POST", "DiagnosticReport", report(case))
    assert (answer.status, answer.issues) == (202, ["informational"])
    assert case.number in answer.said
    (row,) = results.arrived(world.doctor, case)
    reading = LabReading.objects.visible_to(world.doctor).get(pk=row.reading)
    rows = [(one["input"], one["value"], one["unit"], one["doubts"]) for one in reading.result["findings"]]
    assert rows == [("bilirubin", 287, "umol/L", []), ("inr", 2.1, None, [])]
    case.refresh_from_db()
    assert case.draft is None
    assert first.get(f"Observation?patient={case.patient_id}").resources() == []


def test_the_same_report_again_is_proposed_once(world: World, first: Program) -> None:
    case = world.register()
    for _ in range(3):
        assert first.send("POST", "DiagnosticReport", report(case)).status == 202
    assert ReceivedMessage.objects.count() == LabReading.objects.count() == 1


def test_an_observation_by_itself_and_a_correction_are_proposed(world: World, first: Program) -> None:
    case = world.register()
    assert first.send("POST", "Observation", observation(case)).status == 202
    assert first.send("POST", "Observation", observation(case, status="corrected")).status == 202
    doubts = [one.result["findings"][0]["doubts"] for one in LabReading.objects.order_by("pk")]
    assert doubts == [[], ["corrected"]]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"valueQuantity": {"value": 18, "code": "mg/dL"}}, 422, "contradicts the code"),
        ({"valueQuantity": {"value": 18, "code": "umol/L", "comparator": "<"}}, 422, "bound"),
        ({"status": "preliminary"}, 422, "preliminary"),
        ({"effectiveDateTime": "2026-05-17"}, 422, "time zone"),
        ({"subject": {}}, 422, "Name whose it is"),
        ({"subject": {"reference": "Patient/01970000-0000-7000-8000-000000000000"}}, 404, "does not exist"),
        ({"bodySite": {"text": "x"}}, 422, "bodySite"),
        ({"code": {"coding": [{"system": "http://loinc.org", "code": "14937-7"}]}}, 422, "Use one of"),
    ],
)
def test_what_cannot_be_proposed_is_refused_by_name(
    world: World, first: Program, changes: Json, status: int, words: str
) -> None:
    answer = first.send("POST", "Observation", observation(world.register(), **changes))
    assert (answer.status, bool(answer.issues)) == (status, True)
    assert words in json.dumps(answer.body, ensure_ascii=False)
    assert not ReceivedMessage.objects.exists()


@pytest.mark.parametrize("changes", [{"result": []}, {"result": [{"reference": "#z"}]}, {"contained": 3}])
def test_a_report_names_the_results_that_it_contains(world: World, first: Program, changes: Json) -> None:
    answer = first.send("POST", "DiagnosticReport", report(world.register(), **changes))
    assert (answer.status, answer.issues) == (422, ["structure"])


def test_another_hospitals_case_does_not_exist(world: World, first: Program, now: datetime) -> None:
    case = world.register(actor=world.other_doctor, hospital=world.other_hospital)
    assert first.send("POST", "DiagnosticReport", report(case)).status == 404
    assert first.send("POST", "Observation", observation(case)).status == 404
