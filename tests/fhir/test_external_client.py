"""A client library that we did not write takes a patient through the whole pathway."""

from typing import Any

import pytest
import requests
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound
from pytest_django.live_server_helper import LiveServer

from accounts import clock
from integrations.models import Integration
from referral.models import Case
from tests.fhir.conftest import ASSERTION_TYPE, BASE, assertion, integrate
from tests.fhir.sending import referral
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


def client(server: LiveServer, integration: Integration) -> SyncFHIRClient:
    """The library, with a token that a signed proof got it."""
    configuration = requests.get(f"{server.url}{BASE}/.well-known/smart-configuration", timeout=30).json()
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion(integration),
        "scope": "system/*.cruds",
    }
    answer = requests.post(configuration["token_endpoint"], form, timeout=30)
    answer.raise_for_status()
    return SyncFHIRClient(f"{server.url}{BASE}", authorization=f"Bearer {answer.json()['access_token']}")


def send_back(task: Any, status: str, business: str = "", **inputs: str) -> None:
    """Save the Task with another status, as a program does that knows FHIR and not us."""
    task["status"] = status
    if business:
        task["businessStatus"] = {"coding": [{"code": business}]}
    task["input"] = [
        {"type": {"coding": [{"code": name}]}, "valueString": value} for name, value in inputs.items()
    ]
    task.save()


def test_fhirpy_refers_accepts_admits_and_refers_back(
    world: World, live_server: LiveServer, settings: Any
) -> None:
    settings.BASE_URL = live_server.url
    hospital = client(live_server, integrate(world.hospital, world.doctor))
    ward = client(live_server, integrate(world.ward.hospital, world.lead, world.ward))

    hospital.execute("", data=referral(clock.now()))
    request = hospital.resources("ServiceRequest").search(status="active").fetch_all()[0]
    assert request["subject"].to_resource()["name"][0]["text"] == "测试患者"

    task = ward.resources("Task").search(status="requested").first()
    assert task["focus"].id == request.id
    send_back(task, "accepted", bed="12")
    send_back(task, "in-progress", "admitted")
    send_back(task, "in-progress", "5.1.4", category="early_aclf")
    send_back(task, "completed", plan="抗病毒，每周复查")

    back = hospital.resources("Task").search(status="requested").first()
    assert back["focus"].to_resource()["basedOn"][0]["reference"] == f"ServiceRequest/{request.id}"
    send_back(back, "completed")

    case = Case.objects.get()
    assert (case.state, case.bed) == ("follow_up", "12")
    assert case.back_referrals.get().confirmed_at is not None
    risks = hospital.resources("RiskAssessment").search(patient=request["subject"].id).fetch_all()
    assert risks[0]["prediction"][0]["probabilityDecimal"] == case.assessment.risk_90d


def test_what_is_refused_reaches_the_library_as_what_fhir_says(
    world: World, live_server: LiveServer, settings: Any
) -> None:
    settings.BASE_URL = live_server.url
    hospital = client(live_server, integrate(world.hospital, world.doctor))
    with pytest.raises(ResourceNotFound):
        hospital.reference("ServiceRequest", "nobody").to_resource()
    with pytest.raises(OperationOutcome, match="not-supported"):
        hospital.resources("Task").search(nonsense="1").fetch()


def test_every_page_is_fetched(world: World, live_server: LiveServer, settings: Any) -> None:
    settings.BASE_URL = live_server.url
    for number in range(5):
        world.register(name=f"患{number}", now=clock.now())
    hospital = client(live_server, integrate(world.hospital, world.doctor))
    rows = hospital.resources("Patient").search(_count=2).fetch_all()
    assert len({row.id for row in rows}) == 5
