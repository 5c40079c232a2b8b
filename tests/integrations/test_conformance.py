"""The conformance page: what a system sends, what was understood, and a message that is only tried."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts import clock
from integrations import mllp
from integrations.models import ExchangedMessage, Integration, ReceivedMessage
from integrations.receiving import Incoming, receive
from labs.models import LabReading
from referral.intake import results
from tests.fhir import hook_calls as calls
from tests.fhir.conftest import Program, integrate
from tests.fhir.sending import observation, referral
from tests.integrations.hl7_messages import OTHER_PATIENT, SENDER, obx, oru
from tests.integrations.test_administration import administrator, world
from tests.world import World

__all__ = ["administrator", "world"]


@pytest.fixture
def lis(world: World) -> Integration:
    row = integrate(world.hospital, world.doctor, name="LIS", kind="laboratory")
    row.hl7_application, row.hl7_facility = SENDER
    row.save()
    return row


@pytest.fixture
def now(world: World) -> datetime:
    return clock.now()


def address(row: Integration) -> str:
    return reverse("admin:integrations_integration_conformance", args=[row.pk])


def tried(browser: Client, row: Integration, message: Any) -> tuple[int, str]:
    is_file = isinstance(message, bytes)
    body = {"file": SimpleUploadedFile("m.hl7", message)} if is_file else {"message": message}
    answer = browser.post(address(row), body)
    return answer.status_code, answer.content.decode()


def stored() -> int:
    return sum(model.objects.count() for model in (ReceivedMessage, ExchangedMessage, LabReading))


def test_a_message_is_tried_and_changes_nothing(lis: Integration, administrator: Client) -> None:
    status, page = tried(administrator, lis, oru(charset="UNICODE UTF-8").decode())
    assert status == 200
    for name in ("Total bilirubin", "INR", "Urea", "sodium"):
        assert name.lower() in page.lower()
    assert "测试甲" in page
    assert stored() == 0


@pytest.mark.parametrize("framed", [False, True])
def test_a_file_is_tried_in_the_bytes_that_it_has(
    lis: Integration, administrator: Client, framed: bool
) -> None:
    raw = oru(charset="", gb=True)
    status, page = tried(administrator, lis, mllp.framed(raw) if framed else raw)
    assert (status, "测试甲" in page) == (200, True)


def test_a_refused_unit_is_named_with_its_reason(lis: Integration, administrator: Client) -> None:
    message = oru(obx(1, "1975-2^TBIL^LN", "310", "umol/L"), obx(2, "6301-6^INR^LN", "2", "", status="P"))
    _status, page = tried(administrator, lis, message.decode())
    assert "The LOINC code beside it is of another unit." in page
    assert "not final" in page
    assert "Not read, or with a doubt:" in page


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("", "Paste a message"),
        ("hello", "neither"),
        ("{", "neither"),
        ("{}", "neither"),
        ("[]", "neither"),
        (json.dumps({"resourceType": "Patient"}), "No Observation"),
        (oru(kind="ADT^A01").decode(), "ORU^R01"),
        (oru(control_id="").decode(), "MSH-10"),
        (oru(OTHER_PATIENT).decode(), "more than one patient"),
        (oru(sender=("other", "place")).decode(), "connected as"),
        (oru(charset="EBCDIC").decode(), "MSH-18"),
        (b"\x00\xff" * 9, "neither"),
        (b"MSH|^~\\&|" + b"x" * 1_100_000, "1 MiB"),
    ],
)
def test_what_would_not_be_taken_is_said(
    lis: Integration, administrator: Client, message: Any, words: str
) -> None:
    status, page = tried(administrator, lis, message)
    assert (status, words in page) == (422, True)
    assert stored() == 0


def test_fhir_is_tried_too(lis: Integration, administrator: Client, now: datetime) -> None:
    rows = [calls.patient(), *calls.laboratory(now)]
    status, page = tried(administrator, lis, json.dumps(calls.searchset(rows)))
    assert (status, "14631-6 180.0 umol/L" in page) == (200, True)
    other = calls.observation("6301-6", 2, "{INR}", now, subject={"reference": "Patient/other"})
    status, page = tried(administrator, lis, json.dumps(calls.searchset([*rows, other])))
    assert (status, "more than one patient" in page) == (422, True)


def test_the_last_messages_say_what_was_mapped_and_refused_and_no_value(
    world: World, lis: Integration, administrator: Client, now: datetime
) -> None:
    world.register(local_number="A-17")
    lines = (obx(1, "14631-6^T^LN", "311", "umol/L"), obx(2, "1975-2^T^LN", "18", "umol/L"))
    receive([Incoming(oru(*lines), "")], now)
    results.process_waiting(now)
    bundle = referral(now)
    observation(bundle, "14631-6")["valueQuantity"] |= {"unit": "mg/dL", "code": "mg/dL"}
    assert Program(lis).send("POST", "/fhir/R4", bundle).status == 422
    page = administrator.get(address(lis)).content.decode()
    assert "The LOINC code beside it is of another unit." in page
    assert "contradicts the code 14631-6" in page
    assert "311" not in page
    assert "测试甲" not in page


def test_only_those_who_administer_the_network_see_it(world: World, lis: Integration) -> None:
    browser = Client()
    browser.force_login(world.doctor)
    assert browser.get(address(lis)).status_code == 302


def test_what_was_turned_away_stands_among_the_last_messages_with_its_reason(
    lis: Integration, administrator: Client, now: datetime
) -> None:
    refused = (oru(kind="ADT^A01"), oru(charset="EBCDIC"), oru(control_id="1") + oru(control_id="2"))
    receive([Incoming(content, "") for content in refused], now)
    page = administrator.get(address(lis)).content.decode()
    for words in ("Only results are taken", "MSH-18 names a character set", "A second MSH is in it"):
        assert words in page
    assert "测试甲" not in page
    log = administrator.get("/admin/integrations/exchangedmessage/").content.decode()
    assert log.count("several_messages") == 1
    assert "Hospital system" in log
