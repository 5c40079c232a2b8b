"""CDS Hooks 2.0: what a patient record is told, whose call is heard, and what comes of the cards."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from integrations import cards
from integrations.models import AdviceCard, ExchangedMessage, Integration
from tests.fhir import hook_calls as calls
from tests.fhir.conftest import integrate
from tests.world import World

OTHER = ec.generate_private_key(ec.SECP384R1())
CARD = {"uuid", "summary", "detail", "indicator", "source", "links", "overrideReasons"}


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    return make_world()


@pytest.fixture
def emr(world: World) -> Integration:
    """A record of the first hospital that has asked for nothing yet."""
    return integrate(world.hospital, world.doctor)


def test_discovery_lists_services_with_a_narrow_prefetch(db: None) -> None:
    listed = Client().get("/cds-services").json()["services"]
    assert {row["hook"] for row in listed} == {"patient-view", "encounter-start"}
    for row in listed:
        assert {"id", "hook", "title", "description", "prefetch"} <= row.keys()
        assert set(row["prefetch"]) == {"patient", "conditions", "observations"}
        assert "{{context.patientId}}" in row["prefetch"]["observations"]
        assert "http://loinc.org|14631-6" in row["prefetch"]["observations"]


def test_a_card_says_risk_band_model_times_and_where_to_go(emr: Integration, now: datetime) -> None:
    card = calls.only_card(calls.post(emr, calls.call(now)))
    assert card.keys() <= CARD
    assert card["indicator"] == "warning"
    assert re.fullmatch(r"ACLF: 90-day risk [\d.]+ %, .+ risk \(provisional model\)", card["summary"])
    assert len(card["summary"]) < 140
    assert "aclf8-provisional-1" in card["detail"]
    assert re.search(r"INR: 1.9, sampled \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d\n", card["detail"])
    assert card["source"]["url"].endswith("/models/aclf8-provisional-1/")
    (link,) = card["links"]
    assert (link["type"], link["url"].endswith("/cases/new/")) == ("absolute", True)
    assert {reason["code"] for reason in card["overrideReasons"]} >= {"values-not-current"}
    assert "suggestions" not in card


def test_only_red_flags_are_critical(emr: Integration, now: datetime) -> None:
    ill = calls.searchset(calls.laboratory(now, bilirubin=310, inr=2.6))
    card = calls.only_card(calls.post(emr, calls.call(now, observations=ill)))
    assert card["indicator"] == "critical"
    assert "INR 2.5 or more" in card["summary"]
    well = calls.searchset(
        [*calls.laboratory(now, bilirubin=20, inr=1.0, urea=4, sodium=140), *calls.answers()]
    )
    card = calls.only_card(calls.post(emr, calls.call(now, observations=well)))
    assert card["indicator"] == "info"
    assert "overrideReasons" not in card


def test_what_is_missing_is_named_and_no_risk_is_made_up(emr: Integration, now: datetime) -> None:
    card = calls.only_card(
        calls.post(emr, calls.call(now, observations=calls.searchset(calls.laboratory(now))))
    )
    assert card["indicator"] == "info"
    assert "3 of eight indicators are missing" in card["summary"]
    assert "Hepatic encephalopathy" in card["detail"]
    assert "risk **" not in card["detail"]


def test_a_diagnosis_says_cirrhosis_and_bleeding_and_nothing_says_no(emr: Integration, now: datetime) -> None:
    coded = calls.searchset([calls.condition("K74.600x001"), calls.condition("I85.0")])
    card = calls.only_card(
        calls.post(
            emr, calls.call(now, conditions=coded, observations=calls.searchset(calls.laboratory(now)))
        )
    )
    assert "Active variceal bleeding" in card["summary"]
    assert "1 of eight" not in card["summary"]
    assert "Missing: Hepatic encephalopathy" in card["detail"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"code": "1975-2", "value": 310, "unit": "umol/L"}, "Not used: 1975-2 310 umol/L"),
        ({"code": "14631-6", "value": 18.1, "unit": "mg/dL"}, "Not used"),
        ({"code": "14937-7", "value": 11.0, "unit": "mmol/L"}, "Ask yours which it means"),
        ({"code": "6301-6", "value": 38, "unit": "{INR}"}, "Not used"),
    ],
)
def test_a_doubtful_value_is_not_used_and_said(
    emr: Integration, now: datetime, row: dict[str, Any], said: str
) -> None:
    rows = [calls.observation(row["code"], row["value"], row["unit"], now - timedelta(hours=1))]
    card = calls.only_card(calls.post(emr, calls.call(now, observations=calls.searchset(rows))))
    assert said in card["detail"].replace("\\", "")
    assert card["indicator"] == "info"


def test_old_and_future_values_and_those_that_are_not_final_make_no_risk(
    emr: Integration, now: datetime
) -> None:
    for at in (now - timedelta(days=8), now + timedelta(hours=3)):
        rows = [calls.observation("14631-6", 310, "umol/L", at)]
        answer = calls.post(emr, calls.call(now, observations=calls.searchset(rows)))
        assert all(card["indicator"] == "info" for card in answer.body["cards"])
    rows = [calls.observation("14631-6", 310, "umol/L", now, status="preliminary")]
    assert calls.post(emr, calls.call(now, observations=calls.searchset(rows))).body == {"cards": []}


def test_the_newest_value_counts(emr: Integration, now: datetime) -> None:
    hour = timedelta(hours=1)
    rows = [
        calls.observation("6301-6", 2.8, "{INR}", now - 40 * hour),
        calls.observation("34714-6", 1.4, "{INR}", now - hour),
    ]
    card = calls.only_card(calls.post(emr, calls.call(now, observations=calls.searchset(rows))))
    assert "INR: 1.4" in card["detail"]
    assert card["indicator"] == "info"


@pytest.mark.parametrize(
    "conditions", [None, [], [("J18.9", {})], [("B18.1", {"clinicalStatus": "resolved"})]]
)
def test_without_liver_disease_and_without_a_case_nothing_is_said(
    emr: Integration, now: datetime, conditions: Any
) -> None:
    rows = [
        calls.condition(
            code, **({"clinicalStatus": {"coding": [{"code": given["clinicalStatus"]}]}} if given else {})
        )
        for code, given in conditions or ()
    ]
    body = calls.call(now, conditions=None if conditions is None else calls.searchset(rows))
    assert calls.post(emr, body).body == {"cards": []}
    assert not AdviceCard.objects.exists()


def test_an_open_case_of_the_patient_is_named_and_linked(
    world: World, emr: Integration, now: datetime
) -> None:
    case = world.register(local_number="A-17")
    card = calls.only_card(calls.post(emr, calls.call(now, conditions=None)))
    assert card["links"][0]["url"].endswith(f"/cases/{case.pk}/")
    assert case.number in card["detail"]
    assert case.number not in card["summary"]


def test_a_case_of_somebody_else_with_that_number_is_a_doubt(
    world: World, emr: Integration, now: datetime
) -> None:
    case = world.register(local_number="A-17")
    other = calls.patient(name=[{"text": "别人"}])
    card = calls.only_card(calls.post(emr, calls.call(now, patient=other)))
    assert "another name" in card["detail"]
    assert str(case.pk) not in json.dumps(card)


def test_no_case_of_another_hospital_is_shown(world: World, now: datetime) -> None:
    world.register(local_number="A-17")
    other = integrate(world.other_hospital, world.other_doctor)
    card = calls.only_card(calls.post(other, calls.call(now)))
    assert card["links"][0]["url"].endswith("/cases/new/")


def test_the_card_speaks_the_readers_language(emr: Integration, now: datetime) -> None:
    answer = calls.post(emr, calls.call(now), **{"Accept-Language": "zh-CN"})
    assert "死亡" in calls.only_card(answer)["detail"]


def test_encounter_start_is_answered_alike(emr: Integration, now: datetime) -> None:
    body = calls.call(now) | {"hook": "encounter-start"}
    body["context"]["encounterId"] = "e-1"
    assert calls.only_card(calls.post(emr, body, "aclf-encounter-start"))["indicator"] == "warning"


def test_no_card_names_a_drug(emr: Integration, now: datetime) -> None:
    ill = calls.searchset([*calls.laboratory(now, bilirubin=400, inr=3), *calls.answers()])
    said = json.dumps(calls.only_card(calls.post(emr, calls.call(now, observations=ill)))).lower()
    assert not re.search(r"entecavir|tenofovir|terlipressin|albumin|steroid|drug", said)


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        (lambda body: body.update(hook="order-sign"), 400, "patient-view"),
        (lambda body: body.update(hookInstance="7"), 400, "UUID"),
        (lambda body: body.pop("hookInstance"), 400, "UUID"),
        (lambda body: body.pop("context"), 400, "patientId"),
        (lambda body: body.update(context=["x"]), 400, "patientId"),
        (lambda body: body["context"].update(patientId="another"), 400, "another patient"),
        (lambda body: body.pop("prefetch"), 412, "prefetch"),
        (lambda body: body["prefetch"].pop("observations"), 412, "observations"),
        (lambda body: body["prefetch"].update(patient=None), 412, "patient"),
        (lambda body: body["prefetch"].update(conditions=[1]), 400, "Bundle"),
        (lambda body: body["prefetch"].update(patient={"resourceType": "Group"}), 400, "Patient"),
        (lambda body: body.update(fhirAuthorization={"access_token": "t"}), 400, "fhirServer"),
    ],
)
def test_a_call_that_lacks_something_is_refused_with_a_sentence(
    emr: Integration, now: datetime, change: Any, status: int, said: str
) -> None:
    body = calls.call(now)
    change(body)
    answer = calls.post(emr, body)
    assert answer.status == status
    assert said in " ".join(issue["details"]["text"] for issue in answer.body["issue"])


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b"{", b"\xff", b'{"hook": 1, "hook": 2}', b"9" * 100_000]
)
def test_what_is_no_call_is_refused(emr: Integration, raw: bytes) -> None:
    assert calls.post(emr, raw).status == 400


@pytest.mark.parametrize("part", ["conditions", "observations"])
def test_resources_of_two_patients_are_refused(emr: Integration, now: datetime, part: str) -> None:
    body = calls.call(now)
    body["prefetch"][part]["entry"][0]["resource"]["subject"] = {"reference": "Patient/somebody-else"}
    answer = calls.post(emr, body)
    assert answer.status == 400
    assert "another patient" in answer.body["issue"][0]["details"]["text"]


def test_the_records_server_is_never_called(emr: Integration, now: datetime, monkeypatch: Any) -> None:
    import socket

    def called(*_: Any, **__: Any) -> Any:
        raise AssertionError("a server that a request named was called")

    body = calls.call(now) | {
        "fhirServer": "http://169.254.169.254/latest",
        "fhirAuthorization": {"access_token": "secret-of-the-record", "token_type": "Bearer"},
    }
    body["prefetch"].pop("observations")
    monkeypatch.setattr(socket, "getaddrinfo", called)
    assert calls.post(emr, body).status == 412
    row = ExchangedMessage.objects.get()
    assert "secret-of-the-record" not in json.dumps(row.content)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://unknown.example"}, "unknown_client"),
        ({"iss": "x" * 300}, "unknown_client"),
        ({"aud": "https://elsewhere.example/cds-services/aclf-patient-view"}, "wrong_audience"),
        ({"aud": None}, "wrong_audience"),
        ({"exp": 1_000_000_000}, "expired"),
        ({"exp": None}, "no_expiry"),
        ({"jti": None}, "no_jti"),
        ({"key": OTHER}, "signature_wrong"),
        ({"key": "s" * 48, "alg": "HS384"}, "algorithm_not_allowed"),
        ({"key": None, "alg": "none"}, "algorithm_not_allowed"),
    ],
)
def test_a_call_without_a_valid_proof_is_not_heard(
    emr: Integration, now: datetime, changes: dict[str, Any], reason: str
) -> None:
    header = calls.signed(emr, **changes)
    answer = calls.post(emr, calls.call(now), **header)
    assert answer.status == 401
    assert reason in answer.body["issue"][0]["details"]["text"]
    assert not AdviceCard.objects.exists()


def test_a_proof_is_heard_once(emr: Integration, now: datetime) -> None:
    header = calls.signed(emr)
    assert calls.post(emr, calls.call(now), **header).status == 200
    again = calls.post(emr, calls.call(now), **header)
    assert (again.status, "replayed" in again.body["issue"][0]["details"]["text"]) == (401, True)
    assert ExchangedMessage.objects.filter(interface="cds", reason="replayed").exists()


def test_a_record_may_sign_as_its_issuer(emr: Integration, now: datetime) -> None:
    emr.issuer = "https://emr.hospital.example"
    emr.save()
    header = calls.signed(emr, iss=emr.issuer)
    assert calls.post(emr, calls.call(now), **header).status == 200


def test_without_a_proof_nothing_is_said(db: None) -> None:
    answer = Client().post("/cds-services/aclf-patient-view", {}, "application/json")
    assert answer.status_code == 401
    assert Client().get("/cds-services/aclf-patient-view").status_code == 401


def test_a_service_that_does_not_exist_is_absent(emr: Integration, now: datetime) -> None:
    assert calls.post(emr, calls.call(now), "aclf-order-sign").status == 404


def test_only_pages_that_are_named_may_call_from_a_browser(emr: Integration, now: datetime) -> None:
    emr.origins = ["https://emr.hospital.example"]
    emr.save()
    address = "/cds-services/aclf-patient-view"
    for origin, allowed in (("https://emr.hospital.example", True), ("https://evil.example", False)):
        asked = Client().options(address, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        assert asked.status_code == 204
        assert asked.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert "Origin" in asked.headers["Vary"]
        answer = calls.post(emr, calls.call(now), Origin=origin)
        assert ("Access-Control-Allow-Origin" in answer.headers) is allowed


def test_what_became_of_cards_is_kept_and_counted(emr: Integration, now: datetime) -> None:
    first, second = (calls.only_card(calls.post(emr, calls.call(now)))["uuid"] for _ in range(2))
    reason = {"reason": {"code": "other-cause"}, "userComment": "溶血"}
    rows = [
        {"card": first, "outcome": "accepted", "outcomeTimestamp": "2026-05-17T03:00:00Z"},
        {"card": second, "outcome": "overridden", "overrideReason": reason},
    ]
    answer = calls.post(emr, {"feedback": rows}, "aclf-patient-view/feedback")
    assert answer.status == 200
    assert cards.counts(emr) == {"given": 2, "accepted": 1, "overridden": 1}
    assert cards.override_reasons(emr) == {"other-cause": 1}
    assert AdviceCard.objects.get(pk=second).comment == "溶血"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "list"),
        ({"feedback": []}, "list"),
        ({"feedback": ["x"]}, "uuid"),
        ({"feedback": [{"card": "01970000-0000-7000-8000-000000000000", "outcome": "ignored"}]}, "accepted"),
        ({"feedback": [{"card": "01970000-0000-7000-8000-000000000000", "outcome": "accepted"}]}, "No card"),
    ],
)
def test_feedback_that_cannot_be_kept_is_refused(emr: Integration, body: Any, said: str) -> None:
    answer = calls.post(emr, body, "aclf-patient-view/feedback")
    assert answer.status == 400
    assert said in answer.body["issue"][0]["details"]["text"]


def test_the_cards_of_one_system_are_not_anothers(world: World, emr: Integration, now: datetime) -> None:
    card = calls.only_card(calls.post(emr, calls.call(now)))["uuid"]
    other = integrate(world.other_hospital, world.other_doctor)
    row = {"card": card, "outcome": "accepted"}
    assert calls.post(other, {"feedback": [row]}, "aclf-patient-view/feedback").status == 400
    assert AdviceCard.objects.get().outcome == ""
