"""A referral that comes as a message is registered once, and answered by a message."""

import copy
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from referral.models import Case
from tests.fhir.conftest import Answer, Program, integrate
from tests.fhir.sending import Json, observation, of, referral
from tests.fhir.validator import findings

OPERATION = "$process-message"
EVENT = {"system": "urn:aclf-referral:code:message-event", "code": "referral"}


def message(now: datetime, **header: Any) -> Json:
    """The example of a referral as a message; `header` replaces elements of its header."""
    bundle = referral(now)
    for entry in bundle["entry"]:
        del entry["request"]
        entry.setdefault("fullUrl", f"urn:uuid:{uuid4()}")
    head = {
        "resourceType": "MessageHeader",
        "id": str(uuid4()),
        "eventCoding": EVENT,
        "source": {"endpoint": "https://his.hospital.example/messages"},
        "focus": [{"reference": bundle["entry"][1]["fullUrl"]}],
        **header,
    }
    entries = [{"fullUrl": f"urn:uuid:{head['id']}", "resource": head}, *bundle["entry"]]
    return {
        "resourceType": "Bundle",
        "id": "m1",
        "type": "message",
        "timestamp": now.isoformat(),
        "entry": entries,
    }


def send(program: Program, body: Json) -> Answer:
    return program.send("POST", OPERATION, body)


def test_a_message_registers_assesses_refers_and_is_answered_by_one(first: Program, now: datetime) -> None:
    sent = message(now)
    answer = send(first, sent)
    assert answer.status == 200, answer.body
    case = Case.objects.get()
    assert case.state == "offered"
    header = answer.body["entry"][0]["resource"]
    assert header["response"] == {"identifier": sent["entry"][0]["resource"]["id"], "code": "ok"}
    assert [one["reference"] for one in header["focus"]] == [
        f"ServiceRequest/{case.pk}",
        f"Patient/{case.patient_id}",
    ]
    assert findings([sent, answer.body]) == {}


def test_the_same_message_again_is_answered_as_before(first: Program, now: datetime) -> None:
    sent = message(now)
    sent["entry"][2].pop("fullUrl")
    sent["entry"][0]["resource"]["focus"] = [{"reference": "ServiceRequest/r1"}]
    of(sent, "ServiceRequest")["id"] = "r1"
    once = send(first, sent)
    assert once.status == 200, once.body
    resent = copy.deepcopy(sent) | {"id": "another-envelope"}
    assert send(first, resent).body == once.body
    assert Case.objects.count() == 1


def test_another_content_under_the_same_message_id_is_refused(first: Program, now: datetime) -> None:
    sent = message(now)
    send(first, sent)
    observation(sent, "14631-6")["valueQuantity"]["value"] = 99
    answer = send(first, sent)
    assert (answer.status, answer.issues) == (409, ["conflict"])
    assert Case.objects.count() == 1


def test_two_programs_may_use_the_same_message_id(
    world: Any, first: Program, program: Any, now: datetime
) -> None:
    other = program(integrate(world.other_hospital, world.other_doctor))
    mine, theirs = (message(now, id="1") for _program in range(2))
    of(theirs, "Patient").update(name=[{"text": "另一位"}], birthDate="1966-06-06")
    of(theirs, "Patient")["identifier"][0]["value"] = "B-7"
    answers = [send(first, mine), send(other, theirs)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body["id"] != answers[1].body["id"]
    assert Case.objects.count() == 2


def _header(**elements: Any) -> Callable[[Json], None]:
    return lambda bundle: bundle["entry"][0]["resource"].update(elements)


def _without_ids(bundle: Json) -> None:
    del bundle["entry"][0]["resource"]["id"], bundle["id"]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        (_header(eventCoding={**EVENT, "code": "discharge"}), 422, "discharge"),
        (_header(eventCoding=None), 422, "event"),
        (_header(eventCoding="x"), 422, "event"),
        (_header(focus=[]), 422, "focus"),
        (_header(focus=[{"reference": "urn:uuid:other"}]), 422, "focus"),
        (_header(focus=[{"reference": ""}]), 422, "focus"),
        (_header(source={}), 422, "source.endpoint"),
        (_header(source=None), 422, "source.endpoint"),
        (_header(response={"identifier": "x", "code": "ok"}), 422, "resource.response"),
        (_header(id="x" * 65), 422, "64"),
        (_without_ids, 422, "id"),
        (lambda bundle: bundle["entry"].pop(0), 422, "MessageHeader"),
        (lambda bundle: bundle["entry"].pop(2), 422, "ServiceRequest"),
        (lambda bundle: bundle.update(entry=[]), 422, "MessageHeader"),
        (lambda bundle: bundle.update(entry="x"), 422, "MessageHeader"),
        (lambda bundle: bundle.update(type="transaction"), 400, "message"),
        (
            lambda bundle: bundle["entry"].append({"resource": {"resourceType": "Medication"}}),
            422,
            "Medication",
        ),
        (
            lambda bundle: observation(bundle, "14631-6").update(valueQuantity={"value": 1, "code": "g"}),
            422,
            "“g”",
        ),
    ],
)
def test_what_is_not_understood_is_refused_by_name_and_registers_nothing(
    first: Program, now: datetime, change: Callable[[Json], Any], status: int, words: str
) -> None:
    sent = message(now)
    change(sent)
    answer = send(first, sent)
    assert answer.status == status, answer.body
    assert answer.issues
    assert words in json.dumps(answer.body, ensure_ascii=False)
    assert not Case.objects.exists()


def test_messages_are_answered_at_once_and_from_programs_only(
    first: Program, ward: Program, emr: Any, program: Any, now: datetime
) -> None:
    refused = first.send("POST", f"{OPERATION}?async=true", message(now))
    assert (refused.status, refused.issues) == (400, ["not-supported"])
    assert program(emr, "system/*.rs").send("POST", OPERATION, message(now)).status == 403
    assert send(ward, message(now)).status == 403
    assert not Case.objects.exists()


def test_what_is_left_out_is_said_in_the_answer(first: Program, now: datetime) -> None:
    sent = message(now)
    of(sent, "Patient")["maritalStatus"] = {"text": "married"}
    answer = first.send("POST", OPERATION, sent, Prefer="handling=lenient")
    details = answer.body["entry"][0]["resource"]["response"]["details"]["reference"]
    said = next(entry["resource"] for entry in answer.body["entry"] if entry["fullUrl"] == details)
    assert "maritalStatus" in str(said)
    assert findings([answer.body]) == {}
