"""SMART App Launch: from a patient's page in a record to a form that is offered what the record has."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import User
from config.values import signing_key
from integrations import messages, smart
from integrations.models import ExchangedMessage, Integration, RecordLaunch
from labs.models import LabReading
from referral.models import Case
from tests.fhir import hook_calls as calls
from tests.fhir.conftest import integrate
from tests.portal.launch import record_server
from tests.portal.launch.record_server import RecordServer
from tests.world import World

START, BACK = "/smart/launch/", "/smart/callback/"


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    return make_world()


@pytest.fixture
def now(world: World) -> datetime:
    return clock.now()


@pytest.fixture
def record(now: datetime, settings: Any) -> Iterator[RecordServer]:
    settings.PRIVATE_NETWORKS = ["127.0.0.1/32"]
    server = RecordServer(now)
    yield server
    server.close()


@pytest.fixture
def emr(world: World, record: RecordServer) -> Integration:
    return integrate(world.hospital, world.doctor, fhir_base=record.base, smart_client_id="aclf")


def signed_in(user: User) -> Client:
    """A browser of somebody who reads English."""
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def browser(world: World) -> Client:
    return signed_in(world.doctor)


def begin(browser: Client, record: RecordServer, **changes: str) -> Any:
    return browser.get(START, {"iss": record.base, "launch": "xyz", **changes})


def launch(browser: Client, record: RecordServer) -> Any:
    """There and back."""
    begun = begin(browser, record)
    assert begun.status_code == 302, begun.content
    return browser.get(BACK, record.authorize(begun["Location"]))


def said(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_launch_opens_the_form_with_proposals_and_no_values(
    emr: Integration, record: RecordServer, browser: Client
) -> None:
    answer = launch(browser, record)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("portal:new_case") + "?launch=")
    page = said(browser.get(answer["Location"]))
    row = RecordLaunch.objects.get()
    assert f'data-arrived="{row.reading}"' in page
    for value in ("测试甲", "1970-01-02", "A-17", "hepatitis_b"):
        assert f'data-value="{value}"' in page
    assert 'value="测试甲"' not in page.replace('data-value="测试甲"', "")
    assert "From the patient record" in page
    assert not Case.objects.exists()


def test_the_laboratory_values_are_read_as_proposals_of_their_person(
    world: World, emr: Integration, record: RecordServer, browser: Client
) -> None:
    launch(browser, record)
    reading = LabReading.objects.get()
    assert {row["input"] for row in reading.result["findings"]} == {
        "bilirubin",
        "inr",
        "urea",
        "sodium_mmol_l",
    }
    page = said(browser.get(reverse("portal:reading", args=[reading.pk])))
    assert page.count("data-take ") + page.count("data-take>") >= 4
    assert not LabReading.objects.visible_to(world.other_doctor).exists()


def test_the_record_is_asked_for_little_and_with_s256(
    emr: Integration, record: RecordServer, browser: Client
) -> None:
    begun = begin(browser, record)
    query = parse_qs(urlsplit(begun["Location"]).query)
    assert query["scope"] == [smart.SCOPES]
    assert query["aud"] == [record.base]
    assert query["launch"] == ["xyz"]
    browser.get(BACK, record.authorize(begun["Location"]))
    types = [urlsplit(path).path.rpartition("/fhir/")[2].partition("/")[0] for path in record.asked]
    assert sorted(set(types) - {".well-known"}) == ["Condition", "Observation", "Patient"]


def test_a_confidential_client_says_its_secret_in_the_header(
    emr: Integration, record: RecordServer, browser: Client
) -> None:
    record.secret = emr.smart_secret = "s3cret"
    emr.save()
    assert launch(browser, record).status_code == 302


PRIVATE_KEYS = {
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "RS384": lambda: rsa.generate_private_key(65537, 2048),
}


@pytest.mark.parametrize("algorithm", sorted(PRIVATE_KEYS))
def test_with_a_key_of_its_own_the_product_signs_and_says_no_secret(
    emr: Integration, record: RecordServer, browser: Client, settings: Any, algorithm: str
) -> None:
    key = PRIVATE_KEYS[algorithm]()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    settings.SMART_PRIVATE_KEY = signing_key(pem.decode())
    record.key_set = Client().get("/smart/jwks.json").json()
    assert [row["alg"] for row in record.key_set["keys"]] == [algorithm]
    assert "d" not in record.key_set["keys"][0]
    for _ in range(2):
        answer = launch(browser, record)
        assert answer.status_code == 302 and answer["Location"].startswith(reverse("portal:new_case"))
    assert len(record.used) == 2


def test_without_a_key_no_key_is_published(settings: Any) -> None:
    assert Client().get("/smart/jwks.json").json() == {"keys": []}


@pytest.mark.parametrize("text", ["", "k" * 60, "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"])
def test_a_setting_that_is_no_private_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="P-384"):
        signing_key(text)


def test_who_is_not_signed_in_signs_in_first(emr: Integration, record: RecordServer) -> None:
    answer = begin(Client(), record)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]
    assert not record.asked


def test_an_open_case_of_the_patient_is_opened_instead(
    world: World, emr: Integration, record: RecordServer, browser: Client
) -> None:
    case = world.register(local_number="A-17")
    answer = launch(browser, record)
    assert answer["Location"].startswith(reverse("portal:indicators", args=[case.pk]))
    assert "From the patient record" in said(browser.get(answer["Location"]))


def test_a_case_of_another_name_with_that_number_is_not_opened(
    world: World, emr: Integration, record: RecordServer, browser: Client
) -> None:
    world.register(local_number="A-17")
    record.changes["Patient"] = calls.patient(name=[{"text": "别人"}])
    assert launch(browser, record)["Location"].startswith(reverse("portal:new_case"))


def test_an_unknown_record_is_refused_before_it_is_called(
    emr: Integration, record: RecordServer, browser: Client
) -> None:
    for iss in ("https://evil.example/fhir", "", record.base + "x", "http://169.254.169.254/"):
        answer = begin(browser, record, iss=iss)
        assert answer.status_code == 400
        assert "not connected here" in said(answer)
    assert not record.asked


def test_the_record_of_another_hospital_is_refused(
    world: World, record: RecordServer, browser: Client
) -> None:
    integrate(world.other_hospital, world.other_doctor, fhir_base=record.base, smart_client_id="aclf")
    answer = begin(browser, record)
    assert (answer.status_code, "do not refer for" in said(answer)) == (400, True)
    assert not record.asked


def test_a_state_works_once_and_only_where_it_was_begun(
    world: World, emr: Integration, record: RecordServer, browser: Client
) -> None:
    back = record.authorize(begin(browser, record)["Location"])
    other = signed_in(world.doctor)
    assert other.get(BACK, back).status_code == 400
    assert browser.get(BACK, back).status_code == 302
    again = browser.get(BACK, back)
    assert (again.status_code, "used already" in said(again)) == (400, True)
    assert RecordLaunch.objects.count() == 1


def test_a_launch_that_was_begun_long_ago_is_over(
    emr: Integration, record: RecordServer, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = record.authorize(begin(browser, record)["Location"])
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr("portal.pages.launch.views.clock.now", lambda: later)
    assert browser.get(BACK, back).status_code == 400


def test_a_record_that_refuses_is_said(emr: Integration, record: RecordServer, browser: Client) -> None:
    begun = begin(browser, record)
    state = parse_qs(urlsplit(begun["Location"]).query)["state"][0]
    answer = browser.get(BACK, {"error": "access_denied", "state": state})
    assert (answer.status_code, "refused the launch" in said(answer)) == (502, True)
    assert ExchangedMessage.objects.get(interface="smart").reason == "refused"


@pytest.mark.parametrize(
    ("path", "change", "status", "words"),
    [
        ("smart-configuration", {"authorization_endpoint": "x"}, 502, "PKCE"),
        ("smart-configuration", {"code_challenge_methods_supported": ["S256"]}, 502, "cannot be understood"),
        ("smart-configuration", record_server.failing, 503, "does not answer"),
        ("smart-configuration", record_server.redirecting, 503, "does not answer"),
        ("smart-configuration", record_server.slow, 503, "does not answer"),
        ("token", {"access_token": "t", "token_type": "Bearer"}, 400, "named no patient"),
        ("token", {"access_token": 7, "patient": "x"}, 502, "cannot be understood"),
        ("token", {"access_token": "wrong", "token_type": "Bearer", "patient": "emr-7"}, 502, "refused"),
        ("Patient", {"resourceType": "Patient", "id": "another"}, 400, "more than one patient"),
        ("Patient", [], 502, "cannot be understood"),
        ("Condition", {"resourceType": "OperationOutcome"}, 502, "cannot be understood"),
        ("Observation", record_server.huge, 502, "more than can be read"),
        ("Observation", record_server.failing, 503, "does not answer"),
    ],
)
def test_a_record_that_answers_wrongly_leaves_a_sentence_and_nothing_else(
    emr: Integration,
    record: RecordServer,
    browser: Client,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    change: Any,
    status: int,
    words: str,
) -> None:
    monkeypatch.setattr(smart, "SECONDS", 1.0)
    record.changes[path] = change
    begun = begin(browser, record)
    answer = begun if begun.status_code != 302 else browser.get(BACK, record.authorize(begun["Location"]))
    assert (answer.status_code, words in said(answer)) == (status, True)
    assert not RecordLaunch.objects.exists()
    assert not LabReading.objects.exists()


def test_a_record_that_is_down_is_said(emr: Integration, record: RecordServer, browser: Client) -> None:
    record.close()
    answer = begin(browser, record)
    assert (answer.status_code, "by hand" in said(answer)) == (503, True)


def test_values_of_two_patients_are_refused(emr: Integration, record: RecordServer, browser: Client) -> None:
    other = calls.observation("6301-6", 2.0, "{INR}", None, subject={"reference": "Patient/other"})
    record.changes["Observation"] = calls.searchset([other])
    answer = launch(browser, record)
    assert (answer.status_code, "more than one patient" in said(answer)) == (400, True)


def test_a_unit_that_contradicts_its_code_is_a_doubt_and_never_converted(
    emr: Integration, record: RecordServer, browser: Client, now: datetime
) -> None:
    record.changes["Observation"] = calls.searchset([calls.observation("1975-2", 310, "umol/L", now)])
    launch(browser, record)
    (finding,) = LabReading.objects.get().result["findings"]
    assert (finding["doubts"], finding["unit"]) == (["code_contradicts_unit"], None)


def test_a_launch_of_somebody_else_shows_nothing(
    world: World, emr: Integration, record: RecordServer, browser: Client
) -> None:
    address = launch(browser, record)["Location"]
    other = signed_in(world.other_doctor)
    assert "From the patient record" not in said(other.get(address))
    assert "From the patient record" not in said(browser.get(reverse("portal:new_case") + "?launch=x"))


def test_what_a_record_had_is_forgotten_after_a_day(
    emr: Integration, record: RecordServer, browser: Client
) -> None:
    launch(browser, record)
    later = clock.now() + timedelta(hours=25)
    messages.purge(later, clock.wall())
    assert not RecordLaunch.objects.exists()


def test_the_record_stays_on_public_machines_where_none_of_its_own_is_allowed(
    emr: Integration, record: RecordServer, browser: Client, settings: Any
) -> None:
    settings.PRIVATE_NETWORKS = []
    assert begin(browser, record).status_code == 503
    assert not record.asked
