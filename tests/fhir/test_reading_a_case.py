"""What a hospital's program reads of a case that has been through everything: valid, and all of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry
from fhir.types import TYPES
from integrations.models import ExchangedMessage
from referral.models import Case
from tests.conftest import Keep
from tests.fhir.conftest import BASE, Answer, Program
from tests.fhir.scene import Scene, connect_with_case, with_question
from tests.fhir.validator import findings
from tests.world import World

BESIDE = ("Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Location", "AuditEvent")
OF_PROGRAMS = {"Subscription"}
"""What belongs to a program and not to a case: test_subscriptions has it."""


@pytest.fixture(scope="module")
def kept(keep: Keep) -> Callable[[], Scene]:
    return keep(connect_with_case)


@pytest.fixture
def case(connected: Scene) -> Case:
    return connected.case


def test_every_resource_that_is_served_is_valid(
    world: World, case: Case, first: Program, ward: Program
) -> None:
    with_question(world)
    world.flagged(name="请")
    served = first.get(f"ServiceRequest/{case.pk}/$everything").resources()
    for program in (first, ward):
        served += program.get(f"ServiceRequest/{case.pk}/$everything").resources()
        for name in (*BESIDE, "Task", "ServiceRequest", "CommunicationRequest"):
            served += program.get(name).resources()
    served.append(Answer(Client().get(f"{BASE}/metadata")).body)
    served.append(first.get("Patient?nonsense=1").body)
    served.append(first.get(f"Task?patient=Patient/{case.patient_id}&_include=Task:focus").body)
    assert {row["resourceType"] for row in served} >= set(TYPES) - OF_PROGRAMS
    assert findings(served) == {}


def test_everything_of_a_case_is_there_and_each_can_be_read_by_itself(
    world: World, case: Case, first: Program
) -> None:
    resources = first.get(f"ServiceRequest/{case.pk}/$everything").resources()
    kinds = {row["resourceType"] for row in resources}
    assert kinds >= set(TYPES) - {*BESIDE, *OF_PROGRAMS, "CommunicationRequest"}
    for row in resources:
        alone = first.get(f"{row['resourceType']}/{row['id']}")
        assert (alone.status, alone.body) == (200, row)
    file = next(row for row in resources if row["resourceType"] == "DocumentReference")
    part = file["content"][0]["attachment"]
    binary = first.get(part["url"]).body
    assert (binary["resourceType"], binary["contentType"]) == ("Binary", part["contentType"])
    assert findings([binary]) == {}


def test_the_predicted_risk_says_model_checksum_basis_and_that_it_is_provisional(
    case: Case, first: Program
) -> None:
    (row,) = first.get(f"RiskAssessment?patient={case.patient_id}").resources()
    assessment = case.assessments.get()
    assert row["prediction"][0]["probabilityDecimal"] == assessment.risk_90d
    assert assessment.model_checksum in row["method"]["text"]
    assert "provisional" in row["note"][0]["text"]
    named = [one["reference"] for one in row["basis"]]
    assert len(named) == 7  # the eighth indicator is the age, which is the patient's
    assert all(first.get(reference).status == 200 for reference in named)


def test_values_carry_loinc_and_ucum(case: Case, first: Program) -> None:
    rows = first.get(f"Observation?patient={case.patient_id}&code=http://loinc.org|14631-6").resources()
    assert rows[0]["valueQuantity"] == {
        "value": 310,
        "unit": "umol/L",
        "system": "http://unitsofmeasure.org",
        "code": "umol/L",
    }
    grade = first.get(f"Observation?patient={case.patient_id}&code=encephalopathy_grade").resources()[0]
    assert grade["valueCodeableConcept"]["coding"][0]["code"] == "2"


def test_nobody_reads_another_hospitals_case(world: World, case: Case, program: Any) -> None:
    from tests.fhir.conftest import integrate

    stranger = program(integrate(world.other_hospital, world.other_doctor))
    for address in (
        f"ServiceRequest/{case.pk}",
        f"Patient/{case.patient_id}",
        f"ServiceRequest/{case.pk}/$everything",
        f"Observation/{case.pk}-inr",
        f"Condition/{case.pk}-liver-disease",
        f"Binary/{case.files.get().pk}-original-0",
    ):
        answer = stranger.get(address)
        assert (answer.status, answer.issues) == (404, ["not-found"]), address
    for name in TYPES:
        if name not in BESIDE:
            query = f"?patient={case.patient_id}" if name in ("Observation", "Condition") else ""
            assert stranger.get(f"{name}{query}").resources() == [], name


def test_what_is_read_of_a_case_is_on_the_trail_and_in_the_log(case: Case, first: Program) -> None:
    before = AuditEntry.objects.filter(action="read", subject_id=str(case.pk)).count()
    first.get(f"ServiceRequest?patient={case.patient_id}")
    first.get("Organization")
    assert AuditEntry.objects.filter(action="read", subject_id=str(case.pk)).count() == before + 1
    assert ExchangedMessage.objects.filter(interface="fhir", status="200").count() == 2


def test_values_are_paged_too(case: Case, first: Program) -> None:
    whole = first.get(f"Observation?patient={case.patient_id}").resources()
    body = first.get(f"Observation?patient={case.patient_id}&_count=4").body
    following = next(link["url"] for link in body["link"] if link["relation"] == "next")
    rest = first.get(following.partition("/fhir/R4/")[2] + "&_count=200").resources()
    assert [*(entry["resource"] for entry in body["entry"]), *rest] == whole


def test_included_resources_come_once_and_are_marked(case: Case, first: Program) -> None:
    body = first.get(f"Task?patient={case.patient_id}&_include=Task:focus&_include=Task:owner").body
    modes = {(entry["resource"]["resourceType"], entry["search"]["mode"]) for entry in body["entry"]}
    assert modes >= {
        ("Task", "match"),
        ("ServiceRequest", "include"),
        ("HealthcareService", "include"),
    }
    ids = [entry["fullUrl"] for entry in body["entry"]]
    assert len(ids) == len(set(ids))


def test_a_search_may_be_posted_so_that_nothing_stands_in_an_address(case: Case, first: Program) -> None:
    body = f"patient=Patient/{case.patient_id}&_count=1".encode()
    answer = first.send("POST", "Task/_search", body, Content_Type="application/x-www-form-urlencoded")
    assert len(answer.resources("Task")) == 1


def test_the_capability_statement_says_what_is_served_and_nothing_else(
    world: World, case: Case, first: Program
) -> None:
    statement = Answer(Client().get(f"{BASE}/metadata")).body
    (rest,) = statement["rest"]
    assert {row["type"] for row in rest["resource"]} == {*TYPES, "Binary", "DiagnosticReport"}
    for row in rest["resource"]:
        if row["type"] not in TYPES:
            continue
        name, start = row["type"], f"?patient={case.patient_id}"
        start = start if name in ("Observation", "Condition") else "?_count=1"
        for parameter in row["searchParam"]:
            value = "2026-01-01" if parameter["type"] == "date" else "x"
            assert first.get(f"{name}{start}&{parameter['name']}={value}").status == 200, parameter
        for include in row.get("searchInclude", ()):
            assert first.get(f"{name}{start}&_include={include}").status == 200, include


def test_everything_can_be_had_by_the_patient_by_types_and_since(
    world: World, case: Case, first: Program
) -> None:
    whole = first.get(f"ServiceRequest/{case.pk}/$everything").resources()
    assert first.get(f"Patient/{case.patient_id}/$everything").resources() == whole
    some = first.get(f"ServiceRequest/{case.pk}/$everything?_type=Task,Patient").resources()
    assert {row["resourceType"] for row in some} == {"Task", "Patient"}
    assert first.get(f"Patient/{case.patient_id}/$everything?_since=2199-01-01T00:00:00Z").resources() == []
    assert (
        first.get(f"Patient/{case.patient_id}/$everything?_since=2001-01-01T00:00:00Z").resources() == whole
    )


def test_all_codes_of_a_system_are_searched_for_with_a_bar(case: Case, first: Program) -> None:
    rows = first.get(f"Observation?patient={case.patient_id}&code=http://loinc.org|").resources()
    assert rows
    assert all("http://loinc.org" in str(row["code"]) for row in rows)
    other = first.get(f"Observation?patient={case.patient_id}&code=http://elsewhere.example|").resources()
    assert other == []
