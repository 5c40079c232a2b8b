"""A Task sent back is a verb of the pathway."""

import base64
from datetime import datetime
from typing import Any

import pytest

from accounts import clock
from fhir.writing.tasks import VERB_SYSTEM
from referral.models import Case, CaseFile, Event
from referral.pathway.vocabulary import Verb
from tests.fhir.conftest import Answer, Program
from tests.files.pictures import jpeg
from tests.world import HOUR, World


def task(program: Program, case: Case) -> dict[str, Any]:
    """The newest Task of a case, as the program reads it."""
    rows = program.get(f"Task?focus=ServiceRequest/{case.pk}").resources()
    return dict(rows[-1])


def said(name: str, **value: Any) -> dict[str, Any]:
    return {"type": {"coding": [{"code": name}]}, **value}


def send(program: Program, case: Case, status: str, business: str = "", **elements: Any) -> Answer:
    """Send the Task back with another status."""
    row = task(program, case) | {"status": status, **elements}
    if business:
        row["businessStatus"] = {"coding": [{"code": business}]}
    return program.send("PUT", f"Task/{row['id']}", row)


def last_verb(case: Case) -> str:
    verbs = [verb.value for verb in Verb]
    return str(Event.objects.filter(case=case, what__in=verbs).order_by("number").last().what)


def test_a_ward_acknowledges_accepts_admits_diagnoses_and_refers_back(world: World, ward: Program) -> None:
    case = world.flagged()
    steps: list[tuple[str, str, dict[str, Any], Verb]] = [
        ("received", "", {}, Verb.ACKNOWLEDGE),
        ("accepted", "", {"input": [said("bed", valueString="12")]}, Verb.ACCEPT),
        ("in-progress", "admitted", {}, Verb.ADMIT),
        ("in-progress", "5.1.4", {"input": [said("category", valueCode="early_aclf")]}, Verb.DIAGNOSE),
        ("completed", "", {"input": [said("plan", valueString="抗病毒")]}, Verb.BACK_REFER),
    ]
    for status, business, elements, verb in steps:
        answer = send(ward, case, status, business, **elements)
        assert answer.status == 200, (verb, answer.body)
        assert answer.body["status"] == status
        assert last_verb(case) == verb
    case.refresh_from_db()
    assert (case.bed, case.state) == ("12", "follow_up")
    assert answer.body["output"][0]["valueReference"]["reference"].startswith("ServiceRequest/")


def test_the_first_hospital_departs_and_confirms_the_return(world: World, first: Program) -> None:
    case = world.accepted()
    arrival = [said("expected_arrival_at", valueDateTime=(clock.now() + HOUR).isoformat())]
    answer = send(first, case, "in-progress", "in-transit", input=arrival)
    assert (answer.status, last_verb(case)) == (200, Verb.DEPART)
    returned = world.returned(name="回")
    (row,) = first.get(f"Task?patient={returned.patient_id}&status=requested").resources()
    done = first.send("PUT", f"Task/{row['id']}", row | {"status": "completed"})
    assert (done.status, done.body["status"]) == (200, "completed")
    assert last_verb(returned) == Verb.CONFIRM_RETURN


def test_a_rejection_says_its_reason(world: World, ward: Program) -> None:
    case = world.flagged()
    without = send(ward, case, "rejected")
    assert (without.status, without.issues) == (422, ["required"])
    answer = send(ward, case, "rejected", statusReason={"coding": [{"code": "no_bed"}]})
    assert answer.status == 200
    case.refresh_from_db()
    assert case.offers.order_by("offered_at").first().reason == "no_bed"
    unknown = send(ward, world.flagged(name="二"), "rejected", statusReason={"coding": [{"code": "no_mood"}]})
    assert (unknown.status, unknown.issues) == (422, ["value"])


def test_the_same_task_again_changes_nothing(world: World, ward: Program) -> None:
    case = world.flagged()
    row = task(ward, case) | {"status": "accepted"}
    first_time = ward.send("PUT", f"Task/{row['id']}", row)
    case.refresh_from_db()
    version = case.version
    again = ward.send("PUT", f"Task/{row['id']}", first_time.body)
    case.refresh_from_db()
    assert (again.status, case.version) == (200, version)


def test_a_version_that_has_passed_is_refused(world: World, ward: Program) -> None:
    case = world.flagged()
    row = task(ward, case)
    tag = ward.get(f"Task/{row['id']}").headers["ETag"]
    send(ward, case, "received")
    answer = ward.send("PUT", f"Task/{row['id']}", row | {"status": "accepted"}, If_Match=tag)
    assert (answer.status, answer.issues) == (412, ["conflict"])


@pytest.mark.parametrize(
    ("elements", "status", "where"),
    [
        ({"status": "failed"}, 422, "Task.status"),
        ({"status": "completed", "input": [said("plan", valueString="x")]}, 409, ""),
        ({"owner": {"reference": "Organization/x"}}, 422, "Task.owner"),
        ({"status": "accepted", "input": [said("shoe", valueString="x")]}, 422, "Task.input[shoe]"),
        ({"status": "accepted", "input": [{"type": {"text": "x"}}]}, 422, "Task.input[0]"),
        ({"id": "other"}, 400, "Task.id"),
        ({"resourceType": "Patient"}, 400, "Task.id"),
        ({"businessStatus": {"coding": [{"system": VERB_SYSTEM, "code": "dance"}]}}, 422, "Task.business"),
    ],
)
def test_what_a_task_cannot_say_is_refused_where_it_stands(
    world: World, ward: Program, elements: dict[str, Any], status: int, where: str
) -> None:
    case = world.flagged()
    row = task(ward, case)
    answer = ward.send("PUT", f"Task/{row['id']}", row | elements)
    assert answer.status == status, answer.body
    assert answer.issues
    assert where in str(answer.body)
    case.refresh_from_db()
    assert case.state == "offered"


def test_where_several_verbs_fit_the_answer_asks_which(world: World, first: Program) -> None:
    case = world.accepted()
    answer = send(first, case, "cancelled", "6.0", statusReason={"coding": [{"code": "refused"}]})
    assert answer.status == 422
    assert "withdraw" in answer.said
    assert "end_referral" in answer.said
    coded = {"coding": [{"system": VERB_SYSTEM, "code": "withdraw"}]}
    done = send(
        first, case, "cancelled", businessStatus=coded, statusReason={"coding": [{"code": "improved"}]}
    )
    assert done.status == 200
    assert last_verb(case) == Verb.WITHDRAW


def test_a_ward_answers_for_its_own_task_only(world: World, ward: Program, first: Program) -> None:
    case = world.flagged()
    other = world.second_ward
    from tests.fhir.conftest import integrate

    stranger = Program(integrate(other.hospital, world.lead, other, name="second"))
    row = task(ward, case)
    absent = stranger.send("PUT", f"Task/{row['id']}", row | {"status": "accepted"})
    assert (absent.status, absent.issues) == (404, ["not-found"])
    refused = first.send("PUT", f"Task/{row['id']}", row | {"status": "accepted"})
    assert (refused.status, refused.issues) == (403, ["forbidden"])


def test_other_resources_cannot_be_sent_back(world: World, first: Program) -> None:
    case = world.register()
    answer = first.send("PUT", f"ServiceRequest/{case.pk}", {"resourceType": "ServiceRequest"})
    assert (answer.status, answer.issues) == (405, ["not-supported"])
    assert first.send("POST", "Patient", {"resourceType": "Patient"}).status == 405


def test_prefer_says_what_comes_back(world: World, ward: Program) -> None:
    row = task(ward, world.flagged())
    address = f"Task/{row['id']}"
    minimal = ward.send("PUT", address, row | {"status": "received"}, Prefer="return=minimal")
    assert (minimal.status, minimal.body) == (200, None)
    row = ward.get(address).body
    said_so = ward.send("PUT", address, row | {"status": "accepted"}, Prefer="return=OperationOutcome")
    assert said_so.issues == ["informational"]


def document(case: Case, content: bytes) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"code": "laboratory"}]},
        "content": [
            {"attachment": {"contentType": "image/jpeg", "data": base64.b64encode(content).decode()}}
        ],
        "context": {"related": [{"reference": f"ServiceRequest/{case.pk}"}]},
    }


def test_a_document_becomes_a_file_once(world: World, first: Program, now: datetime) -> None:
    case = world.flagged()
    answer = first.send("POST", "DocumentReference", document(case, jpeg()))
    assert answer.status == 201, answer.body
    assert answer.headers["Location"].endswith(answer.body["id"])
    again = first.send("POST", "DocumentReference", document(case, jpeg()))
    assert again.body["id"] == answer.body["id"]
    assert CaseFile.objects.get().kind == "laboratory"


@pytest.mark.parametrize(
    ("elements", "status"),
    [
        ({"content": []}, 422),
        ({"content": [{"attachment": {"data": "***"}}]}, 422),
        ({"content": [{"attachment": {"data": base64.b64encode(b"MZ").decode()}}]}, 422),
        ({"context": {}}, 422),
        ({"context": {"related": [{"reference": "ServiceRequest/x"}]}}, 422),
        (
            {"context": {"related": [{"reference": "ServiceRequest/01970000-0000-7000-8000-000000000000"}]}},
            404,
        ),
        ({"securityLabel": [{"text": "x"}]}, 422),
        ({"type": {"coding": [{"code": "poem"}]}}, 422),
    ],
)
def test_a_document_that_cannot_be_kept_is_refused(
    world: World, first: Program, elements: dict[str, Any], status: int
) -> None:
    answer = first.send("POST", "DocumentReference", document(world.flagged(), jpeg()) | elements)
    assert (answer.status, bool(answer.issues)) == (status, True)
    assert not CaseFile.objects.exists()
