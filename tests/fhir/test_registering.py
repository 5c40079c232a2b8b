"""A Bundle registers and assesses a case, or is refused as a whole and by name."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from referral.models import Case
from tests.fhir.conftest import Program
from tests.fhir.sending import EXAMPLES, Json, observation, of, referral, without
from tests.fhir.validator import findings


def test_every_example_of_the_documents_is_valid() -> None:
    examples = [json.loads(file.read_text()) for file in sorted(EXAMPLES.glob("*.json"))]
    assert examples
    assert findings(examples) == {}


def test_a_bundle_registers_assesses_and_refers(first: Program, now: datetime) -> None:
    bundle = referral(now)
    answer = first.send("POST", "/fhir/R4", bundle)
    assert answer.status == 200, answer.body
    case = Case.objects.get()
    assert (case.state, case.chronic_liver_disease, case.presentation) == (
        "offered",
        "hepatitis_b",
        "acute_liver_injury",
    )
    assert case.patient.detail("local_number") == "A-1024"
    assert case.assessment is not None
    assert case.assessment.high_risk
    places = [entry["response"]["location"] for entry in answer.body["entry"]]
    assert len(places) == len(bundle["entry"])
    assert all(first.get(place).status == 200 for place in places)
    assert findings([answer.body]) == {}


def test_the_same_bundle_again_is_the_same_case(first: Program, now: datetime) -> None:
    bundle = referral(now)
    once, twice = first.send("POST", "", bundle), first.send("POST", "", bundle)
    assert twice.body["entry"][1]["response"]["status"] == "200 OK"
    assert [e["response"]["location"] for e in once.body["entry"]] == [
        e["response"]["location"] for e in twice.body["entry"]
    ]
    assert Case.objects.count() == 1


def test_an_identifier_of_the_hospital_recognises_a_referral_too(first: Program, now: datetime) -> None:
    bundle = referral(now, ServiceRequest={"identifier": [{"system": "urn:x", "value": "R-1"}]})
    del bundle["entry"][1]["fullUrl"]
    first.send("POST", "", bundle)
    assert first.send("POST", "", bundle).body["entry"][1]["response"]["status"] == "200 OK"
    assert Case.objects.count() == 1


def test_other_content_under_the_same_id_is_refused_and_not_lost_in_silence(
    first: Program, now: datetime
) -> None:
    bundle = referral(now)
    first.send("POST", "", bundle)
    observation(bundle, "14631-6")["valueQuantity"]["value"] = 99
    answer = first.send("POST", "", bundle)
    assert (answer.status, answer.issues) == (409, ["conflict"])


def test_a_draft_waits_for_its_values(first: Program, now: datetime) -> None:
    answer = first.send("POST", "", referral(now, ServiceRequest={"status": "draft"}))
    assert answer.status == 200
    case = Case.objects.get()
    assert (case.state, case.assessment) == ("registered", None)
    assert case.draft is not None
    assert case.draft.values["bilirubin"] == 310
    values = first.get(f"Observation?patient={case.patient_id}").resources()
    assert {row["status"] for row in values} == {"preliminary"}


def test_a_patient_alone_can_be_registered(first: Program, now: datetime) -> None:
    bundle = without(without(referral(now), "Observation"), "Condition")
    assert first.send("POST", "", bundle).status == 200
    assert Case.objects.get().state == "registered"


def _unit(code: str, unit: str) -> Callable[[Json], None]:
    def change(bundle: Json) -> None:
        observation(bundle, code)["valueQuantity"] |= {"unit": unit, "code": unit}

    return change


def _written(code: str, unit: str) -> Callable[[Json], None]:
    def change(bundle: Json) -> None:
        observation(bundle, code)["valueQuantity"]["unit"] = unit

    return change


OTHER = "0199d1a2-7c00-7000-8000-00000000ffff"


def _code(code: str, other: str) -> Callable[[Json], None]:
    def change(bundle: Json) -> None:
        observation(bundle, code)["code"]["coding"][0]["code"] = other

    return change


def _set(resource_type: str, **elements: Any) -> Callable[[Json], None]:
    def change(bundle: Json) -> None:
        of(bundle, resource_type).update(elements)

    return change


def _drop(resource_type: str, element: str) -> Callable[[Json], None]:
    def change(bundle: Json) -> None:
        del of(bundle, resource_type)[element]

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_unit("14631-6", "mg/dL"), "“mg/dL” contradicts the code 14631-6"),
        (_unit("22664-7", "mg/dL"), "“mg/dL” contradicts the code 22664-7"),
        (_unit("2951-2", ""), "No unit is given. The code 2951-2 is measured in mmol/L"),
        (_written("14631-6", "mg/dL"), "“umol/L / mg/dL” contradicts the code 14631-6"),
        (_set("ServiceRequest", subject={"reference": f"urn:uuid:{OTHER}"}), "names another patient"),
        (_set("Observation", subject={"reference": f"Patient/{OTHER}"}), "names another patient"),
        (_set("Condition", subject={"identifier": {"value": "B-9"}}), "names another patient"),
        (_code("22664-7", "14937-7"), "22664-7, 3091-6, 3094-0"),
        (_code("14631-6", "1975-2"), "contradicts the code 1975-2, which is measured in mg/dL"),
        (_code("14631-6", "99999-9"), "LOINC code 99999-9 is not known"),
        (_code("cirrhosis", "shoe_size"), "This code is not known here"),
        (_set("Observation", status="preliminary"), "preliminary"),
        (_set("Observation", valueQuantity={"value": "310"}), "a number"),
        (_set("Observation", bodySite={"text": "x"}), "resource.bodySite"),
        (_set("Patient", maritalStatus={"text": "x"}), "resource.maritalStatus"),
        (_set("Patient", birthDate="1970-13"), "whole date"),
        (_set("Patient", gender="other"), "male and female"),
        (_set("Condition", code={"coding": [{"system": "http://x", "code": "Z1"}]}), "“Z1”"),
        (_set("ServiceRequest", status="on-hold"), "active"),
        (_set("ServiceRequest", occurrenceDateTime="2026-05-17"), "time zone"),
        (_drop("ServiceRequest", "occurrenceDateTime"), "occurrenceDateTime"),
        (_drop("Observation", "effectiveDateTime"), "effectiveDateTime"),
        (_drop("Patient", "name"), "name"),
    ],
)
def test_what_is_not_understood_or_contradicts_itself_is_refused_by_name(
    first: Program, now: datetime, change: Callable[[Json], None], words: str
) -> None:
    bundle = referral(now)
    change(bundle)
    answer = first.send("POST", "", bundle)
    assert answer.status == 422, answer.body
    assert answer.issues
    assert words in json.dumps(answer.body, ensure_ascii=False)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("address", "reference"),
    [
        ("https://emr.example/fhir/Patient/7", "Patient/7"),
        ("https://emr.example/fhir/Patient/7", "https://emr.example/fhir/Patient/7"),
        ("", "Patient/p1"),
    ],
)
def test_the_patient_of_a_bundle_is_named_by_its_address_or_its_id(
    first: Program, now: datetime, address: str, reference: str
) -> None:
    bundle = referral(now, Patient={"id": "p1"})
    bundle["entry"][0]["fullUrl"] = address
    for entry in bundle["entry"][1:]:
        entry["resource"]["subject"] = {"reference": reference}
    assert first.send("POST", "", bundle).status == 200


def test_a_bound_is_no_value(first: Program, now: datetime) -> None:
    bundle = referral(now)
    observation(bundle, "14631-6")["valueQuantity"]["comparator"] = ">"
    assert "bound" in first.send("POST", "", bundle).said


def test_two_values_for_one_input_are_for_a_person(first: Program, now: datetime) -> None:
    bundle = referral(now)
    bundle["entry"].append(bundle["entry"][3])
    assert first.send("POST", "", bundle).issues == ["duplicate"]


def test_mass_and_substance_are_both_read_in_their_own_units(first: Program, now: datetime) -> None:
    bundle = referral(now)
    urea = observation(bundle, "22664-7")
    urea["code"]["coding"][0]["code"] = "3094-0"
    urea["valueQuantity"] = {"value": 30.8, "code": "mg/dL"}
    bilirubin = observation(bundle, "14631-6")
    bilirubin["code"]["coding"][0]["code"] = "1975-2"
    bilirubin["valueQuantity"] = {"value": 18, "code": "mg/dL"}
    assert first.send("POST", "", bundle).status == 200
    values = Case.objects.get().assessment.values
    assert values["urea_mmol_l"] == pytest.approx(11.0)
    assert values["bilirubin_umol_l"] == pytest.approx(307.8)


def test_what_is_not_taken_is_left_out_and_said_for_who_asks_for_that(first: Program, now: datetime) -> None:
    bundle = referral(now, Patient={"maritalStatus": {"text": "married"}})
    answer = first.send("POST", "", bundle, Prefer="handling=lenient")
    assert answer.status == 200
    said = answer.body["entry"][1]["response"]["outcome"]["issue"][0]
    assert (said["severity"], said["expression"]) == (
        "warning",
        ["Bundle.entry[0].resource.maritalStatus"],
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"resourceType": "Bundle", "type": "batch"}', 400),
        (b'{"resourceType": "Bundle", "type": "transaction"}', 400),
        (b'{"resourceType": "Bundle", "type": "transaction", "entry": [1]}', 422),
        (b'{"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": {}}]}', 422),
        (b'{"resourceType": "Patient"}', 400),
        (b'{"a": 1, "a": 2}', 400),
        (b'{"resourceType": "Bundle\\u0000"}', 400),
        (b"[" * 100_000, 400),
        (b" " * (4 * 1024 * 1024 + 1), 413),
        ("总胆红素".encode("gb18030"), 400),
    ],
)
def test_a_body_that_is_none_is_refused(first: Program, body: bytes, status: int) -> None:
    answer = first.send("POST", "", body)
    assert answer.status == status
    assert answer.issues


def test_another_form_than_json_is_refused(first: Program) -> None:
    answer = first.send("POST", "", b"<Bundle/>", Content_Type="application/fhir+xml")
    assert (answer.status, answer.issues) == (415, ["not-supported"])


def test_what_the_pathway_asks_about_is_asked_of_the_program_too(first: Program, now: datetime) -> None:
    bundle = referral(now)
    observation(bundle, "6301-6")["valueQuantity"]["value"] = 25
    answer = first.send("POST", "", bundle)
    assert (answer.status, answer.issues) == (422, ["business-rule"])
    old = referral(now - timedelta(days=40))
    assert first.send("POST", "", old).status == 422


def test_a_token_to_read_registers_nothing(emr: Any, program: Any, now: datetime) -> None:
    answer = program(emr, "system/*.rs").send("POST", "", referral(now))
    assert (answer.status, answer.issues) == (403, ["forbidden"])
    assert not Case.objects.exists()


def test_a_ward_registers_nothing(ward: Program, now: datetime) -> None:
    assert ward.send("POST", "", referral(now)).status == 403
    assert not Case.objects.exists()
