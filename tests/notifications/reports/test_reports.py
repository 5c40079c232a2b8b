"""Reports of carriers, sent as each of them sends them: forged, repeated, in disorder, about nothing."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts import clock
from accounts.models import User
from notifications.channels.signing import signature
from notifications.models import Delivery, Notification, Subscription
from notifications.reports.addresses import address_of
from tests.notifications.conftest import NOW, email_of, new_notification

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recording")]
Send = Callable[..., Any]
SECRET = "shared-with-the-carrier"


@pytest.fixture
def notification(user: User) -> Notification:
    return new_notification(user, severity="critical")


@pytest.fixture
def sent(notification: Notification, settings: Any) -> Delivery:
    email_of(notification)
    subscription = Subscription.objects.create(
        user=notification.recipient, channel="sms", address="+8613800000000", address_key="+8613800000000"
    )
    return Delivery.objects.create(
        notification=notification, channel="sms", subscription=subscription, urgent=True, state="sent",
        available_at=NOW, next_hint_at=NOW, sent_at=NOW, provider_reference="ref-1",
    )  # fmt: skip


@pytest.fixture
def send(settings: Any) -> Send:
    """Posts reports to the address of a channel, signed where the provider signs."""

    def send(provider: str, body: Any, channel: str = "sms", **changes: Any) -> Any:
        settings.CHANNEL_SETTINGS = {channel: {"provider": provider, "secret": SECRET, "url": "https://x"}}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        second = str(int((clock.wall() + changes.get("skew", timedelta(0))).timestamp()))
        mark = f"sha256={signature(second, raw, changes.get('secret', SECRET))}"
        headers = {"X-ACLF-Timestamp": second, "X-ACLF-Signature": mark} if provider == "generic" else {}
        address = changes.get("address") or address_of(channel).partition("://")[2].partition("/")[2]
        return Client().post(f"/{address}", raw, "application/json", headers=headers)

    return send


def aliyun(delivery: Delivery, success: bool = True, **more: Any) -> list[dict[str, Any]]:
    return [
        {"phone_number": "13800000000", "send_time": "2026-05-17 11:00:00", "success": success,
         "report_time": "2026-05-17 11:00:03", "err_code": "DELIVERED" if success else "MK:0012",
         "err_msg": "", "sms_size": "1", "biz_id": "ref-1", "out_id": str(delivery.pk), **more}
    ]  # fmt: skip


def tencent(status: str = "SUCCESS", sid: str = "ref-1") -> list[dict[str, Any]]:
    return [
        {"user_receive_time": "2026-05-17 11:00:03", "nationcode": "86", "mobile": "13800000000",
         "report_status": status, "errmsg": "DELIVRD", "description": "", "sid": sid}
    ]  # fmt: skip


def state(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def test_each_provider_is_answered_in_its_own_words(sent: Delivery, send: Send) -> None:
    answer = send("aliyun", aliyun(sent))
    assert (answer.status_code, answer.json()["code"], state(sent)) == (200, 0, "delivered")
    assert sent.delivered_at is not None
    assert send("tencent", tencent()).json() == {"result": 0, "errmsg": "OK"}


@pytest.mark.parametrize(
    ("provider", "channel", "body", "expected"),
    [
        ("tencent", "sms", tencent(), "delivered"),
        ("tencent", "sms", tencent("FAIL"), "failed"),
        ("tencent", "voice", {"voiceprompt_callback": {"result": "0", "callid": "ref-1"}}, "delivered"),
        ("tencent", "voice", {"voiceprompt_callback": {"result": "1", "callid": "ref-1"}}, "failed"),
        ("tencent", "voice", {"voice_failure_callback": {"callid": "ref-1", "failure_code": 8}}, "failed"),
        ("tencent", "voice", {"voicekey_callback": {"callid": "ref-1", "keypress": "1"}}, "sent"),
        ("aliyun", "voice", [{"call_id": "ref-1", "start_time": "2026-05-17 11:00:00"}], "delivered"),
        ("aliyun", "voice", [{"call_id": "ref-1", "start_time": "", "status_code": "200010"}], "failed"),
        ("aliyun", "voice", [{"call_id": "ref-1", "dtmf": "1", "status_code": "300000"}], "sent"),
        ("generic", "sms", {"reference": "ref-1", "status": "delivered"}, "delivered"),
        ("generic", "sms", [{"reference": "ref-1", "status": "failed", "code": "off"}], "failed"),
        ("generic", "sms", {"reference": "ref-1", "status": "read"}, "sent"),
    ],
)
def test_what_each_says_moves_the_delivery(
    sent: Delivery, send: Send, provider: str, channel: str, body: Any, expected: str
) -> None:
    Delivery.objects.filter(pk=sent.pk).update(channel=channel)
    assert send(provider, body, channel).status_code == 200
    assert state(sent) == expected


def test_what_comes_twice_or_in_disorder_changes_nothing_more(sent: Delivery, send: Send) -> None:
    send("aliyun", aliyun(sent))
    first = Delivery.objects.get(pk=sent.pk).delivered_at
    for body in (aliyun(sent), aliyun(sent, success=False)):
        assert send("aliyun", body).status_code == 200
        assert (state(sent), sent.delivered_at) == ("delivered", first)
    assert Delivery.objects.filter(notification=sent.notification).exclude(pk=sent.pk).count() == 1


def test_an_unknown_delivery_is_answered_like_one_that_is_there(sent: Delivery, send: Send) -> None:
    there = send("aliyun", aliyun(sent))
    absent = send("aliyun", aliyun(sent, out_id=str(uuid4()), biz_id="other"))
    assert (there.status_code, there.content) == (absent.status_code, absent.content)


def test_a_report_whose_two_names_contradict_each_other_moves_nothing(sent: Delivery, send: Send) -> None:
    send("aliyun", aliyun(sent, biz_id="of-another"))
    assert state(sent) == "sent"


def test_the_carrier_may_be_quicker_than_our_own_note(sent: Delivery, send: Send) -> None:
    leased = Delivery.objects.create(
        notification=sent.notification, channel="sms", urgent=True, state="sending", available_at=NOW,
        next_hint_at=NOW, lease_token=uuid4(), leased_until=NOW,
    )  # fmt: skip
    send("aliyun", aliyun(leased))
    assert state(leased) == "delivered"


@pytest.mark.parametrize("address", ["reports/sms/guessed", "reports/email/x", "reports/fax/x"])
def test_who_does_not_know_the_address_finds_nothing(sent: Delivery, send: Send, address: str) -> None:
    assert send("aliyun", aliyun(sent), address=address).status_code == 404
    assert state(sent) == "sent"


def test_a_forged_or_recorded_signature_is_refused(sent: Delivery, send: Send) -> None:
    body = {"reference": "ref-1", "status": "delivered"}
    assert send("generic", body, secret="guessed").status_code == 403
    assert send("generic", body, skew=timedelta(minutes=-6)).status_code == 403
    assert send("generic", body, skew=timedelta(minutes=6)).status_code == 403
    assert state(sent) == "sent"
    assert send("generic", body, skew=timedelta(minutes=-4)).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"null", b"[" * 100_000, b" " * 300_000])
def test_what_is_no_json_is_refused_and_never_an_error(sent: Delivery, send: Send, body: bytes) -> None:
    assert send("aliyun", body).status_code in (200, 400)
    assert state(sent) == "sent"


@pytest.mark.parametrize("body", [[], {}, [1, "x", None], [{"success": "yes"}], [{"success": True}]])
def test_what_is_no_report_is_passed_over(sent: Delivery, send: Send, body: Any) -> None:
    assert send("aliyun", body).status_code == 200
    assert state(sent) == "sent"


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "ref-1\n", "REF-1", " ref-1", "٣", "x" * 5000])
@pytest.mark.parametrize("provider", ["aliyun", "tencent", "generic"])
@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_a_name_that_no_message_has_moves_nothing_and_is_never_an_error(
    sent: Delivery, send: Send, text: str, provider: str, channel: str
) -> None:
    call = {"result": "1", "callid": text}
    for body in (
        {"success": False, "biz_id": text, "out_id": text, "err_code": text},
        {"call_id": text, "out_id": text, "start_time": "", "status_code": text, "dtmf": text},
        {"report_status": "FAIL", "sid": text, "errmsg": text},
        {"voiceprompt_callback": call, "voicekey_callback": {"callid": text, "keypress": text}},
        {"status": "failed", "reference": text, "id": text, "code": text, "keys": text},
    ):
        assert send(provider, body, channel).status_code == 200
    assert state(sent) == "sent"


@pytest.mark.parametrize("code", ["a\x00b", "\ud800", "x" * 5000])
def test_a_code_that_cannot_be_kept_does_not_keep_the_report_from_counting(
    sent: Delivery, send: Send, code: str
) -> None:
    assert send("aliyun", aliyun(sent, success=False, err_code=code)).status_code == 200
    assert state(sent) == "failed"


def test_a_text_that_did_not_arrive_moves_on_to_the_next_telephone_at_once(
    sent: Delivery, send: Send
) -> None:
    call = Subscription.objects.create(
        user=sent.notification.recipient, channel="pager", address="42", address_key="42"
    )
    send("tencent", tencent("FAIL"))
    assert state(sent) == "failed"
    assert "not delivered" in sent.last_error
    others = Delivery.objects.filter(notification=sent.notification, subscription=call)
    assert others.exists()


def test_nothing_moves_on_once_somebody_has_acknowledged(sent: Delivery, send: Send) -> None:
    Notification.objects.filter(pk=sent.notification_id).update(read_at=NOW, acknowledged_at=NOW)
    before = Delivery.objects.count()
    send("tencent", tencent("FAIL"))
    assert (state(sent), Delivery.objects.count()) == ("failed", before)
