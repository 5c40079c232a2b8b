"""Contact methods, in the preferences; and what a message's link does when it is merely opened."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notifications import hooks
from notifications.contacts import contact_methods
from notifications.contacts.test_messages import code_of
from notifications.models import Delivery, Notification, Subscription
from referral.models import Deadline, Event
from tests.notifications.channels.contracts import WebPush
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import text
from tests.world import World


@pytest.fixture(autouse=True)
def _channels(settings: Any) -> None:
    settings.CHANNEL_SETTINGS = {
        "sms": {"provider": "generic", "url": "https://sms.example", "secret": "s"},
        "webpush": WebPush().settings(""),
        "dingtalk": {"url": "https://oapi.dingtalk.com"},
        "webhook": {"enabled": True},
    }
    settings.NOTIFICATION_CHANNELS = [
        *settings.NOTIFICATION_CHANNELS,
        "notifications.channels.sms.SmsChannel",
        "notifications.channels.webpush.WebPushChannel",
        "notifications.channels.dingtalk.DingTalkChannel",
        "notifications.channels.webhook.WebhookChannel",
    ]


def subscription_of(world: World) -> Subscription:
    return Subscription.objects.get(user=world.specialist, channel="sms", removed_at=None)


def added(client: Client) -> str:
    return text(
        client.post("/me/contact-methods/add/", {"channel": "sms", "address": "13800000000"}, follow=True)
    )


def test_only_the_surest_channel_that_is_absent_is_said_to_be(
    world: World, as_user: SignIn, settings: Any
) -> None:
    page = text(as_user(world.specialist).get("/me/"))
    assert "Voice calls are not set up in this installation" in page
    assert "Text messages" not in page.partition("Voice calls are not set up")[0].rpartition("<h2")[2]
    settings.NOTIFICATION_CHANNELS = [each for each in settings.NOTIFICATION_CHANNELS if "sms" not in each]
    assert "Text messages and voice calls are not set up" in text(as_user(world.specialist).get("/me/"))


def test_a_telephone_is_added_proved_and_tested(world: World, as_user: SignIn) -> None:
    client = as_user(world.specialist)
    page = added(client)
    subscription = subscription_of(world)
    assert "+86138****0000" in page and "waits for its code" in page
    assert subscription.code_sent_at is not None

    code = code_of(subscription.pk, subscription.code_sent_at)
    assert "Confirmed" in text(
        client.post(f"/me/contact-methods/{subscription.pk}/confirm/", {"code": code}, follow=True)
    )
    assert "on its way" in text(client.post(f"/me/contact-methods/{subscription.pk}/test/", follow=True))
    assert "Wait a minute" in text(client.post(f"/me/contact-methods/{subscription.pk}/test/", follow=True))
    assert Delivery.objects.filter(subscription=subscription, notification__alert__kind="test").count() == 1


def test_a_wrong_code_says_what_to_do(world: World, as_user: SignIn) -> None:
    client = as_user(world.specialist)
    added(client)

    page = text(
        client.post(f"/me/contact-methods/{subscription_of(world).pk}/confirm/", {"code": "x"}, follow=True)
    )

    assert "ask for a new one" in page
    assert subscription_of(world).awaits_code is True


def test_what_cannot_be_an_address_comes_back_with_what_was_typed(world: World, as_user: SignIn) -> None:
    given = {"channel": "dingtalk", "address": "https://elsewhere.example/robot", "secret": "SEC123"}

    answer = as_user(world.specialist).post("/me/contact-methods/add/", given)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Copy the whole webhook address" in page
    assert 'value="https://elsewhere.example/robot"' in page and 'value="SEC123"' in page
    assert 'aria-invalid="true"' in page


def test_a_way_that_is_not_set_up_is_not_offered_and_not_taken(world: World, as_user: SignIn) -> None:
    client = as_user(world.specialist)

    assert "WeCom" not in text(client.get("/me/"))
    assert (
        client.post("/me/contact-methods/add/", {"channel": "wecom", "address": "abcdefgh"}).status_code
        == 422
    )


def test_a_browser_subscribes_with_what_its_push_service_gave(world: World, as_user: SignIn) -> None:
    client = as_user(world.specialist)
    given = {**WebPush().address("https://push.example"), "channel": "webpush", "name": "Chromium, Linux"}

    page = text(client.post("/me/contact-methods/add/", given, follow=True))

    assert "Chromium, Linux" in page and "push.example" in page
    assert "/push/abc" not in page


def test_wishes_are_kept_and_the_floor_stays(world: World, as_user: SignIn) -> None:
    client = as_user(world.specialist)

    page = text(client.post("/me/contact-methods/email/wish/", {"min_severity": "severe"}, follow=True))

    assert "severe alerts come all the same" in page
    assert "Severe alerts cannot be switched off" in text(
        client.post(
            "/me/contact-methods/email/wish/", {"enabled": "on", "min_severity": "critical"}, follow=True
        )
    )
    assert client.post("/me/contact-methods/email/wish/", {"min_severity": "loud"}).status_code == 404


def test_the_last_telephone_stays_until_there_is_another(world: World, as_user: SignIn) -> None:
    client = as_user(world.specialist)
    added(client)
    subscription = subscription_of(world)
    Subscription.objects.filter(pk=subscription.pk).update(awaits_code=False)

    assert "confirm another number first" in text(
        client.post(f"/me/contact-methods/{subscription.pk}/remove/", follow=True)
    )
    assert subscription_of(world).address == "+8613800000000"


@pytest.mark.parametrize("verb", ["test", "code", "confirm", "wish", "remove"])
def test_nobody_touches_the_ways_of_others(world: World, as_user: SignIn, verb: str) -> None:
    added(as_user(world.specialist))
    subscription, given = subscription_of(world), {"code": "1", "min_severity": "info"}

    assert (
        as_user(world.lead).post(f"/me/contact-methods/{subscription.pk}/{verb}/", given).status_code == 404
    )
    assert as_user(world.specialist).get(f"/me/contact-methods/{subscription.pk}/{verb}/").status_code == 405
    assert (
        Client()
        .post(f"/me/contact-methods/{subscription.pk}/{verb}/", given)
        .headers["Location"]
        .startswith("/accounts/login/")
    )


def link_of(notification: Notification) -> str:
    return hooks.render(notification, "en").url_path


def test_a_messages_link_shows_nothing_before_sign_in(world: World) -> None:
    case = world.flagged(name="李秘密")
    notification = Notification.objects.filter(recipient=world.specialist).latest("created_at")

    answer = Client().get(link_of(notification), follow=True)

    page = answer.content.decode()
    assert answer.redirect_chain[0][0].startswith("/accounts/login/?next=")
    assert "李秘密" not in page and "甲" not in page
    assert case.number not in page


def test_a_messages_link_that_is_merely_opened_changes_nothing(world: World, as_user: SignIn) -> None:
    world.flagged()
    notification = Notification.objects.filter(recipient=world.specialist).latest("created_at")
    client = as_user(world.specialist)

    def state() -> list[Any]:
        return [
            list(Deadline.objects.order_by("pk").values()),
            list(Event.objects.order_by("pk").values_list("pk", flat=True)),
            list(Notification.objects.order_by("pk").values("pk", "acknowledged_at", "withdrawn_at")),
        ]

    before = state()
    for visitor in (client, Client()):
        visitor.get(link_of(notification))
        visitor.head(link_of(notification))
    assert state() == before


def test_one_tap_on_the_page_behind_the_link_acknowledges(world: World, as_user: SignIn) -> None:
    case = world.flagged()
    notification = Notification.objects.filter(recipient=world.specialist).latest("created_at")
    client = as_user(world.specialist)
    address = reverse("portal:verb", args=[case.pk, "acknowledge"])
    assert f'action="{address}"' in client.get(link_of(notification)).content.decode()

    client.post(address)

    assert Deadline.objects.get(case=case, kind="acknowledge").closed_at is not None


def test_the_code_in_the_outbox_is_no_secret_to_be_found_in_the_inbox(world: World, as_user: SignIn) -> None:
    client = as_user(world.specialist)
    added(client)

    assert "Your code is" not in text(client.get("/inbox/"))
    assert contact_methods.find(world.specialist, str(subscription_of(world).pk)).awaits_code


def test_a_robot_added_again_has_the_secret_that_was_typed_last(world: World, as_user: SignIn) -> None:
    client = as_user(world.specialist)
    for secret in ("SEC-old", "SEC-new", ""):
        typed = {"channel": "dingtalk", "address": "robots-key-0001", "secret": secret}
        client.post("/me/contact-methods/add/", typed)
        subscription = Subscription.objects.get(user=world.specialist, channel="dingtalk")
        assert subscription.options == ({"secret": secret} if secret else {})
        Subscription.objects.filter(pk=subscription.pk).update(awaits_code=False)


def robot_of(world: World) -> Subscription:
    return Subscription.objects.get(user=world.specialist, channel="dingtalk", removed_at=None)


@pytest.mark.parametrize(("typed", "kept"), [(" SEC-new ", {"secret": "SEC-new"}), ("", {})])
def test_a_robot_is_given_another_secret_and_stays_proved(
    world: World, as_user: SignIn, typed: str, kept: dict[str, str]
) -> None:
    client = as_user(world.specialist)
    robot = {"channel": "dingtalk", "address": "a" * 32, "secret": "SEC-old"}
    client.post("/me/contact-methods/add/", robot)
    Subscription.objects.filter(pk=robot_of(world).pk).update(awaits_code=False)
    address = reverse("portal:contact_method_secret", args=[robot_of(world).pk])
    page = text(client.get("/me/"))
    assert address in page and "SEC-old" not in page
    assert "Send a test" in text(client.post(address, {"secret": typed}, follow=True))
    assert (robot_of(world).options, robot_of(world).awaits_code) == (kept, False)


def test_a_secret_that_is_none_or_not_theirs_is_refused(world: World, as_user: SignIn) -> None:
    client = as_user(world.specialist)
    client.post("/me/contact-methods/add/", {"channel": "dingtalk", "address": "a" * 32, "secret": "SEC-old"})
    address = reverse("portal:contact_method_secret", args=[robot_of(world).pk])
    for typed in ("x\ny", "x" * 201):
        assert "no signing secret" in text(client.post(address, {"secret": typed}, follow=True))
    assert as_user(world.doctor).post(address, {"secret": "x"}).status_code == 404
    assert robot_of(world).options == {"secret": "SEC-old"}
    added(client)
    phone = reverse("portal:contact_method_secret", args=[subscription_of(world).pk])
    assert phone not in text(client.get("/me/"))
    assert "Only a robot" in text(client.post(phone, {"secret": "x"}, follow=True))
