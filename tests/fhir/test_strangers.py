"""A program is told of what is another network's, or another hospital's, as of what is not there."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts import clock
from accounts.models import Catchment, Hospital, Network, User, Ward
from fhir.types import TYPES
from referral.models import Case, PathwayPolicy
from tests.conftest import Keep
from tests.fhir.conftest import Answer, Program, integrate
from tests.fhir.scene import Scene, connect_with_case
from tests.fhir.subscribing import wish
from tests.fhir.test_tasks import document
from tests.files.pictures import jpeg
from tests.world import World

KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=/)\d+$")
ABSENT, ABSENT_NUMBER = "01970000-0000-7000-8000-00000000dead", "999999999"
PLACES = ("Organization", "HealthcareService", "Location", "Practitioner", "PractitionerRole")
"""What everybody of a network may see of it."""
NOT_COMPARED = ("X-Request-ID", "Content-Length")
SEARCHES = {
    "Patient": ("patient", "subject"),
    "ServiceRequest": ("based-on", "focus", "target"),
    "HealthcareService": ("performer", "owner", "service"),
    "Organization": ("organization", "owner"),
    "Location": ("location",),
    "Practitioner": ("practitioner",),
}
"""By type, the parameters that name one of it."""


def strangers_of_another_network() -> tuple[Program, Program]:
    network = Network.objects.create(name_zh="另一网络")
    now = clock.now()
    PathwayPolicy.objects.create(network=network, version=1, created_at=now, in_force_from=now)
    hospital = Hospital.objects.create(network=network, name_zh="远", level="tertiary")
    ward = Ward.objects.create(hospital=hospital, name_zh="远病房", phone="020-1", beds=1)
    Catchment.objects.create(hospital=hospital, ward=ward, rank=1)
    person = User.objects.create_user("far@test.example", "a-long-password", name="far")
    return Program(integrate(hospital, person)), Program(integrate(hospital, person, ward))


@pytest.fixture(scope="module")
def kept(keep: Keep) -> Callable[[], Scene]:
    return keep(connect_with_case)


@pytest.fixture
def case(connected: Scene) -> Case:
    return connected.case


@pytest.fixture
def there(case: Case, first: Program, ward: Program) -> list[str]:
    """`Type/id` of one resource of each type, that are there and are nobody else's."""
    first.send("POST", "Subscription", wish("https://his.hospital.example"))
    rows = first.get(f"ServiceRequest/{case.pk}/$everything").resources()
    for name in (*PLACES, "Subscription", "AuditEvent"):
        rows += first.get(name).resources()
    rows += ward.get("Task").resources()
    named = {row["resourceType"]: f"{row['resourceType']}/{row['id']}" for row in rows}
    assert named.keys() >= TYPES.keys() - {"CommunicationRequest"}
    part = next(row for row in rows if row["resourceType"] == "DocumentReference")["content"][0]
    return [*named.values(), part["attachment"]["url"]]


def without(answer: Answer, name: str) -> tuple[int, str]:
    """An answer without what names the thing that was asked for."""
    headers = sorted((key, value) for key, value in answer.headers.items() if key not in NOT_COMPARED)
    named = re.compile(rf"(?<=[/=F]){KEY.findall(name)[0]}(?!\d)")
    return answer.status, named.sub("it", json.dumps([headers, answer.body]))


def questions(reference: str) -> Iterator[tuple[str, str, Any]]:
    """Method, path and body of all that can be asked about `Type/id`."""
    name, _slash, key = reference.partition("/")
    yield "GET", reference, None
    yield "GET", f"{reference}/_history/1", None
    yield "GET", f"{reference}/$everything", None
    yield "PUT", reference, {"resourceType": name, "id": key, "status": "accepted"}
    if name == "Subscription":
        yield "DELETE", reference, None
        yield from (("GET", f"{reference}/{asked}", None) for asked in ("$status", "$events"))
        yield "GET", f"Subscription/$status?id={key}", None
    yield "GET", f"{name}?_id={key}", None
    for served in TYPES.values():
        for search in [one for one in SEARCHES.get(name, ()) if one in served.parameters]:
            yield "GET", f"{served.name}?{search}={reference}&_total=accurate", None


def observation(case: Case) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "34714-6"}]},
        "subject": {"reference": f"Patient/{case.patient_id}"},
        "basedOn": [{"reference": f"ServiceRequest/{case.pk}"}],
        "valueQuantity": {"value": 2.4, "system": "http://unitsofmeasure.org", "code": "{INR}"},
    }


def differences(stranger: Program, there: list[str]) -> list[str]:
    wrong = []
    for reference in there:
        key = KEY.findall(reference)[0]
        absent = reference.replace(key, ABSENT_NUMBER if key.isdecimal() else ABSENT)
        for one, other in zip(questions(reference), questions(absent), strict=True):
            answer, missing = (stranger.send(*question) for question in (one, other))
            if without(answer, reference) != without(missing, absent):
                wrong.append(f"{one[:2]}: {answer.status} {answer.body}, not {missing.status} {missing.body}")
    return wrong


def test_programs_of_another_network_cannot_tell_what_is_there(there: list[str]) -> None:
    _hospital, stranger = strangers_of_another_network()
    assert differences(stranger, there) == []


def test_a_program_of_another_hospital_cannot_tell_which_cases_are_there(
    world: World, there: list[str]
) -> None:
    stranger = Program(integrate(world.other_hospital, world.other_doctor))
    assert differences(stranger, [one for one in there if not one.startswith(PLACES)]) == []


def test_a_number_leads_a_program_of_another_network_nowhere(case: Case, there: list[str]) -> None:
    stranger, _ward = strangers_of_another_network()
    system = "urn:aclf-referral:case-number"
    for number in (case.number, f"{system}|{case.number}"):
        assert stranger.get(f"ServiceRequest?identifier={number}").body["total"] == 0


def test_what_is_sent_about_a_case_of_another_network_is_refused_as_about_none(case: Case) -> None:
    for stranger in strangers_of_another_network():
        for name, sent in (("DocumentReference", document(case, jpeg())), ("Observation", observation(case))):
            text = json.dumps(sent)
            missing = re.sub(KEY, ABSENT, text)
            answers = [stranger.send("POST", name, json.loads(one)) for one in (text, missing)]
            assert answers[0].status == 404
            assert answers[0].body == answers[1].body
