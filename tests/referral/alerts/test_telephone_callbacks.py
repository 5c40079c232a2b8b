"""A whole call through a carrier: placed, heard, answered with keys, reported as each carrier does."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts import clock
from notifications.calls.codes import code_of
from notifications.channels.signing import signature
from notifications.delivery.send import deliver
from notifications.models import Delivery, Subscription
from notifications.reports.addresses import address_of
from referral.models import Case
from tests.notifications.channels.provider import Provider, Reply, replies_with, serving
from tests.referral.alerts.test_telephone import acknowledgements, call_to
from tests.world import NOW, World

SECRET = "shared-with-the-carrier"
NUMBER = "+8613800000042"


@pytest.fixture
def gateway(settings: Any) -> Iterator[Provider]:
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.NOTIFICATION_CHANNELS = [
        "notifications.channels.inapp.InAppChannel",
        "notifications.channels.voice.VoiceChannel",
    ]
    with serving() as running:
        running.behave = replies_with(Reply(202, b'{"id": "g-1"}'))
        settings.CHANNEL_SETTINGS = {"voice": {"provider": "generic", "url": running.url, "secret": SECRET}}
        yield running


def report(settings: Any, provider: str, body: Any, secret: str = SECRET) -> Any:
    """What `provider` posts to the address that it was given."""
    settings.CHANNEL_SETTINGS = {"voice": {"provider": provider, "url": "https://x", "secret": SECRET}}
    raw, second = json.dumps(body).encode(), str(int(clock.wall().timestamp()))
    headers = {"X-ACLF-Timestamp": second, "X-ACLF-Signature": f"sha256={signature(second, raw, secret)}"}
    path = address_of("voice").partition("://")[2].partition("/")[2]
    return Client().post(f"/{path}", raw, "application/json", headers=headers)


def test_the_gateway_hears_the_code_and_what_it_reports_acknowledges(
    world: World, gateway: Provider, settings: Any
) -> None:
    Subscription.objects.create(user=world.specialist, channel="voice", address=NUMBER)
    world.specialist.language = "en"
    world.specialist.save()
    case = world.flagged()
    deliver(now=NOW)
    asked = gateway.asked[0].json
    code = asked["keys"]["acknowledge"]
    assert asked["to"] == NUMBER
    assert f"press {code[0]}, {code[1]}" in asked["text"]
    assert "14 minutes are left" in asked["text"]
    answer = report(settings, "generic", {"id": asked["id"], "status": "delivered", "keys": code})
    assert answer.json()["calls"] == [
        {"id": asked["id"], "outcome": "acknowledged", "say": "Thank you. The request is acknowledged."}
    ]
    assert acknowledgements(case) == ["specialist"]
    assert Delivery.objects.get(pk=asked["id"]).state == "delivered"


def aliyun_record(call: Delivery, keys: str) -> list[dict[str, str]]:
    return [
        {"status_code": "200000", "callee": "13800000042", "b_start_time": "2026-05-17 11:00:00",
         "end_time": "2026-05-17 11:00:20", "duration": "20", "call_id": call.provider_reference,
         "out_id": str(call.pk), "dtmf": keys, "toll_type": "LOCAL"}
    ]  # fmt: skip


def aliyun_key(call: Delivery, key: str) -> list[dict[str, str]]:
    return [{"call_id": call.provider_reference, "status_code": "300000", "dtmf": key,
             "status_time": "2026-05-17 11:00:05", "out_id": str(call.pk)}]  # fmt: skip


def tencent_key(call: Delivery, key: str) -> dict[str, dict[str, str]]:
    return {"voicekey_callback": {"call_from": "", "callid": call.provider_reference, "keypress": key,
                                  "mobile": "13800000042", "nationcode": "86"}}  # fmt: skip


@pytest.fixture
def case(world: World) -> Case:
    return world.flagged()


@pytest.fixture
def call(world: World, case: Case) -> Delivery:
    return call_to(world.specialist, case)


def test_alibaba_reports_all_keys_in_the_record_of_the_call(
    case: Case, call: Delivery, settings: Any
) -> None:
    answer = report(settings, "aliyun", aliyun_record(call, code_of(call.pk)))
    assert answer.json() == {"code": 0, "msg": "OK"}
    assert acknowledgements(case) == ["specialist"]
    call.refresh_from_db()
    assert call.state == "delivered"


def test_alibaba_may_report_keys_while_the_call_runs_and_again_in_its_record(
    case: Case, call: Delivery, settings: Any
) -> None:
    for key in code_of(call.pk):
        report(settings, "aliyun", aliyun_key(call, key))
    report(settings, "aliyun", aliyun_record(call, code_of(call.pk)))
    assert acknowledgements(case) == ["specialist"]


def test_tencent_reports_key_by_key_and_repeats(case: Case, call: Delivery, settings: Any) -> None:
    first, second = code_of(call.pk)
    for key in (first, first, second, second):
        assert report(settings, "tencent", tencent_key(call, key)).json() == {"result": 0, "errmsg": "OK"}
    assert acknowledgements(case) == ["specialist"]


def test_a_forged_key_press_is_refused(case: Case, call: Delivery, settings: Any) -> None:
    body = {"id": str(call.pk), "keys": code_of(call.pk)}
    assert report(settings, "generic", body, secret="guessed").status_code == 403
    path = "/reports/voice/guessed"
    assert Client().post(path, json.dumps(body), "application/json").status_code == 404
    assert acknowledgements(case) == []


@pytest.mark.parametrize("keys", [None, True, 4.7, ["4", "7"], {"4": "7"}, "x" * 5000, "‮47", -47])
def test_what_are_no_keys_is_never_an_error(case: Case, call: Delivery, settings: Any, keys: Any) -> None:
    assert report(settings, "generic", {"id": str(call.pk), "keys": keys}).status_code == 200
    assert report(settings, "aliyun", {"out_id": str(call.pk), "dtmf": keys}).status_code == 200
    assert report(settings, "tencent", {"voicekey_callback": keys}).status_code == 200
    assert acknowledgements(case) == []


def test_keys_of_an_unknown_call_are_answered_like_any_other(call: Delivery, settings: Any) -> None:
    body = {"id": "00000000-0000-4000-8000-000000000001", "keys": "47"}
    assert report(settings, "generic", body).json() == {"ok": True}
