"""Contact methods, over the API: registered, proved, tested, changed and removed by their person alone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from notifications.contacts.contact_methods import MOST_TRIES
from notifications.contacts.test_messages import code_of
from notifications.models import Delivery, Subscription
from tests.api.conftest import Caller
from tests.notifications.channels.contracts import WebPush
from tests.world import NOW, World

PHONE = {"channel": "sms", "address": "13800000000", "name": "mine"}
PUSH = {"channel": "vendorpush", "token": "vendor-token-0001"}


@pytest.fixture(autouse=True)
def _channels(settings: Any) -> None:
    settings.CHANNEL_SETTINGS = {
        "sms": {"provider": "generic", "url": "https://sms.example", "secret": "s"},
        "vendorpush": {"url": "https://push.example", "secret": "s"},
        "webpush": WebPush().settings(""),
        "webhook": {"enabled": True},
    }
    settings.NOTIFICATION_CHANNELS = [
        *settings.NOTIFICATION_CHANNELS,
        "notifications.channels.sms.SmsChannel",
        "notifications.channels.webpush.WebPushChannel",
        "notifications.channels.vendorpush.VendorPushChannel",
        "notifications.channels.webhook.WebhookChannel",
    ]


def code(key: str) -> str:
    subscription = Subscription.objects.get(pk=key)
    assert subscription.code_sent_at is not None
    return code_of(subscription.pk, subscription.code_sent_at)


def sent_to(key: str) -> list[str]:
    rows = Delivery.objects.filter(subscription=key).order_by("pk")
    return list(rows.values_list("notification__alert__kind", flat=True))


def test_a_phone_is_added_proved_tested_wished_for_and_listed(doctor: Caller) -> None:
    added = doctor.post("/devices", PHONE)
    key = added.body["id"]
    assert (added.status, added.body["awaits_code"], added.body["address"]) == (201, True, "+86138****0000")

    proved = doctor.patch(f"/devices/{key}", {"code": code(key), "min_severity": "warning"})
    assert (proved.status, proved.body["awaits_code"], proved.body["min_severity"]) == (200, False, "warning")
    assert doctor.post(f"/devices/{key}/test").status == 200
    assert sent_to(key) == ["code", "test"]

    listed = doctor.get("/devices").body
    assert [(row["channel"], row["name"]) for row in listed["results"]] == [("email", ""), ("sms", "mine")]
    assert [row["channel"] for row in listed["addable"]] == ["sms", "webpush", "vendorpush", "webhook"]
    assert listed["addable"][0]["asks"][0]["name"] == "address"


def test_me_says_whether_the_person_can_be_reached_now(doctor: Caller) -> None:
    me = doctor.get("/me").body
    assert me["reachable"] is None
    assert [row["id"] for row in me["reachability"]] == ["email"]

    Subscription.objects.create(user=doctor.user, channel="email", address=doctor.user.email, retired_at=NOW)
    assert doctor.get("/me").body["reachable"] is False

    Subscription.objects.filter(user=doctor.user).update(retired_at=None, last_success_at=NOW)
    assert doctor.get("/me").body["reachable"] is True


def test_an_app_registers_itself_again_and_again_as_one(doctor: Caller) -> None:
    first, second = doctor.post("/devices", PUSH), doctor.post("/devices", {**PUSH, "name": "phone"})

    assert (first.status, second.status) == (201, 201)
    assert first.body["id"] == second.body["id"]
    assert (second.body["awaits_code"], second.body["name"]) == (False, "phone")
    assert doctor.delete(f"/devices/{first.body['id']}").status == 204
    assert doctor.delete(f"/devices/{first.body['id']}").status == 404


def test_the_accounts_address_is_tested_and_kept(doctor: Caller) -> None:
    assert doctor.post("/devices/email/test").status == 200
    assert doctor.patch("/devices/email", {"enabled": False}).body["enabled"] is False
    assert doctor.delete("/devices/email").code == "of_account"


def test_a_test_a_minute(doctor: Caller) -> None:
    doctor.post("/devices/email/test")

    again = doctor.post("/devices/email/test")

    assert (again.status, again.code) == (429, "too_soon")
    assert 0 < int(again.headers["Retry-After"]) <= 61


def test_the_same_request_twice_sends_one_test(doctor: Caller) -> None:
    answers = [doctor.post("/devices/email/test", Idempotency_Key="k1") for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert Delivery.objects.filter(notification__alert__kind="test").count() == 1


def test_guesses_at_a_code_are_counted(doctor: Caller) -> None:
    key = doctor.post("/devices", PHONE).body["id"]
    right = code(key)

    for guess in range(MOST_TRIES):
        wrong = f"{(int(right) + 1 + guess) % 1_000_000:06d}"
        assert doctor.patch(f"/devices/{key}", {"code": wrong}).code == "wrong_code"

    assert doctor.patch(f"/devices/{key}", {"code": right}).code == "wrong_code"
    assert doctor.post(f"/devices/{key}/code").code == "too_soon"
    assert doctor.post(f"/devices/{key}/test").code == "awaits_code"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"channel": "required"}),
        ({"channel": "pigeon"}, {"channel": "invalid_choice"}),
        ({"channel": "email", "address": "a@b.example"}, {"channel": "invalid"}),
        ({"channel": "sms"}, {"address": "invalid"}),
        ({"channel": "sms", "address": "12"}, {"address": "invalid"}),
        ({"channel": "vendorpush", "token": "é" * 20}, {"token": "invalid"}),
        ({"channel": "webhook", "address": "http://10.0.0.1/"}, {"address": "invalid"}),
        ({"channel": "webpush", "endpoint": "https://push.example/x"}, {"p256dh": "invalid"}),
        ({**PHONE, "colour": "red"}, {"colour": "unknown_field"}),
    ],
)
def test_what_cannot_be_an_address_is_refused_by_field(
    doctor: Caller, body: dict[str, str], fields: dict[str, str]
) -> None:
    refused = doctor.post("/devices", body)

    assert (refused.status, refused.fields) == (422, fields)
    assert not Subscription.objects.filter(user=doctor.user).exclude(channel="email").exists()


def test_nobody_goes_below_the_floor(doctor: Caller) -> None:
    refused = doctor.patch("/devices/email", {"min_severity": "critical"})

    assert (refused.status, set(refused.fields)) == (422, {"min_severity"})


def test_the_devices_of_others_do_not_exist(doctor: Caller, specialist: Caller) -> None:
    key = doctor.post("/devices", PUSH).body["id"]

    for answer in (
        specialist.patch(f"/devices/{key}", {"enabled": False}),
        specialist.delete(f"/devices/{key}"),
        specialist.post(f"/devices/{key}/test"),
        specialist.post(f"/devices/{key}/code"),
        specialist.post("/devices/sms/test"),
        specialist.post(f"/devices/{UUID(int=1)}/test"),
    ):
        assert answer.status == 404
    assert sent_to(key) == []


def test_a_program_with_a_token_may_look_and_not_touch(doctor: Caller, world: World) -> None:
    secret = doctor.prove().post("/me/tokens", {"name": "script", "scopes": ["read", "write"]}).body["token"]
    program = Caller(None)
    program.headers["Authorization"] = f"Bearer {secret}"

    assert program.get("/devices").status == 200
    assert program.post("/devices", PUSH).code == "needs_a_person"
    assert program.post("/devices/email/test").code == "needs_a_person"


def test_nobody_without_sign_in_learns_anything(world: World, as_user: Callable[..., Caller]) -> None:
    stranger = as_user(None)

    assert stranger.get("/devices").status == 401
    assert stranger.post("/devices", PUSH).status == 401


def test_a_webhooks_secret_is_shown_until_it_is_proved(doctor: Caller) -> None:
    added = doctor.post("/devices", {"channel": "webhook", "address": "https://hooks.example/alerts"}).body
    assert len(added["secret"]) >= 40

    assert doctor.patch(f"/devices/{added['id']}", {"code": code(added["id"])}).body["secret"] == ""
    assert "hooks.example/alerts" not in str(doctor.get("/devices").body)


def test_a_robots_secret_is_changed_emptied_or_left_as_it_is(doctor: Caller, settings: Any) -> None:
    settings.NOTIFICATION_CHANNELS = [
        *settings.NOTIFICATION_CHANNELS,
        "notifications.channels.dingtalk.DingTalkChannel",
    ]
    settings.CHANNEL_SETTINGS |= {"dingtalk": {"url": "https://oapi.dingtalk.com"}}
    robot = {"channel": "dingtalk", "address": "robots-key-0001", "secret": "SEC-old"}
    key = doctor.post("/devices", robot).body["id"]

    def secret() -> str | None:
        return Subscription.objects.get(pk=key).options.get("secret")

    assert doctor.patch(f"/devices/{key}", {"secret": "SEC-new"}).status == 200
    assert secret() == "SEC-new"
    assert doctor.patch(f"/devices/{key}", {"enabled": True}).status == 200
    assert secret() == "SEC-new"
    assert doctor.patch(f"/devices/{key}", {"secret": ""}).status == 200
    assert secret() is None
    phone = doctor.post("/devices", PHONE).body["id"]
    assert doctor.patch(f"/devices/{phone}", {"secret": "x"}).status == 409


def test_a_token_of_a_shared_phone_is_the_last_ones(
    doctor: Caller, world: World, as_user: Callable[..., Caller]
) -> None:
    first = doctor.post("/devices", PUSH).body["id"]
    second = as_user(world.specialist).post("/devices", PUSH)
    assert second.status == 201
    assert Subscription.objects.get(pk=first).removed_at is not None
    assert [row["channel"] for row in doctor.get("/devices").body["results"]] == ["email"]
