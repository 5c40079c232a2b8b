"""Addresses and secrets as they are kept: narrow, the newest one, and nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from notifications.channels.base import AddressError
from notifications.channels.dingtalk import DingTalkChannel
from notifications.channels.feishu import FeishuChannel
from notifications.channels.sms import SmsChannel
from notifications.channels.webhook import WebhookChannel
from notifications.channels.wecom import WeComChannel
from notifications.contacts import contact_methods
from notifications.contacts.contact_methods import ContactMethodError
from notifications.models import Notification, Subscription
from tests.notifications.channels.contracts import WebPush
from tests.notifications.channels.provider import Provider
from tests.notifications.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_channels")]
ROBOTS = {"dingtalk": DingTalkChannel, "feishu": FeishuChannel, "wecom": WeComChannel}


@pytest.fixture
def robots(own_channels: None, settings: Any, provider: Provider) -> None:
    paths = [f"{kind.__module__.rpartition('.')[0]}.{kind.__name__}" for kind in ROBOTS.values()]
    settings.NOTIFICATION_CHANNELS = [
        *settings.NOTIFICATION_CHANNELS,
        *paths,
        "notifications.channels.vendorpush.VendorPushChannel",
    ]
    settings.CHANNEL_SETTINGS = {
        **settings.CHANNEL_SETTINGS,
        **{name: {"url": provider.url} for name in ROBOTS},
        "vendorpush": {"url": provider.url, "secret": "s"},
    }


def robot(user: User, channel: str, **given: str) -> Subscription:
    """The robot added, proved long ago."""
    typed = {"address": "a-robots-key-0001", **given}
    subscription = contact_methods.add(user=user, channel=channel, given=typed, now=NOW)
    Subscription.objects.filter(pk=subscription.pk).update(awaits_code=False)
    return Subscription.objects.get(pk=subscription.pk)


@pytest.mark.usefixtures("robots")
@pytest.mark.parametrize("channel", ["dingtalk", "feishu"])
def test_a_robots_new_secret_replaces_the_old_one_and_an_emptied_one_is_gone(
    user: User, channel: str
) -> None:
    first = robot(user, channel, secret="SEC-old")
    assert robot(user, channel, secret="SEC-new").options == {"secret": "SEC-new"}
    assert robot(user, channel).options == {"secret": "SEC-new"}, "nothing was said of it"
    emptied = robot(user, channel, secret="")
    assert (emptied.pk, emptied.options) == (first.pk, {})


@pytest.mark.usefixtures("robots")
def test_a_secret_is_changed_by_itself_and_only_where_there_is_one(user: User, provider: Provider) -> None:
    subscription = robot(user, "dingtalk", secret="SEC-old")
    Subscription.objects.filter(pk=subscription.pk).update(retired_at=NOW)
    changed = contact_methods.change_secret(subscription=subscription, secret=" SEC-new ")
    assert (changed.options, changed.retired_at) == ({"secret": "SEC-new"}, None)
    assert contact_methods.change_secret(subscription=subscription, secret="").options == {}
    hook = contact_methods.add(
        user=user, channel="webhook", given={"address": f"{provider.url}/hook"}, now=NOW
    )
    with pytest.raises(ContactMethodError):
        contact_methods.change_secret(subscription=hook, secret="x")


@pytest.mark.usefixtures("robots")
@pytest.mark.parametrize("channel", ["vendorpush", "webpush"])
def test_a_device_belongs_to_whoever_registered_it_last(
    user: User, provider: Provider, make_user: Callable[..., User], channel: str
) -> None:
    given = {**WebPush().address(provider.url), "token": "shared-phone-token-1"}
    first = contact_methods.add(user=user, channel=channel, given=given, now=NOW)
    later = make_user("li")

    second = contact_methods.add(user=later, channel=channel, given=given, now=NOW)

    first.refresh_from_db()
    assert (first.removed_at, first.address, first.enabled) == (NOW, None, False)
    assert (second.user_id, second.removed_at, second.address is not None) == (later.pk, None, True)
    [notification] = Notification.objects.filter(alert__kind="contact_method_taken")
    assert notification.recipient_id == user.pk
    again = contact_methods.add(user=user, channel=channel, given=given, now=NOW)
    second.refresh_from_db()
    assert (again.user_id, second.removed_at) == (user.pk, NOW)


@pytest.mark.parametrize(
    "typed",
    ["１３８ ０００0 0000", "138－0000－0000", "＋86 138 0000 0000", "００86 13800000000", "138–0000–0000"],
)
def test_a_number_in_full_width_digits_is_stored_as_it_is_dialled(typed: str) -> None:
    assert SmsChannel().read({"address": typed}).address == "+8613800000000"


@pytest.mark.parametrize("typed", ["١٣٨٠٠٠٠٠٠٠٠", "138०००००००0"])
def test_digits_of_other_scripts_are_no_number(typed: str) -> None:
    with pytest.raises(AddressError):
        SmsChannel().read({"address": typed})


def test_an_address_in_full_width_letters_is_stored_narrow(settings: Any) -> None:
    assert (
        WebhookChannel().read({"address": "ｈｔｔｐｓ：／／it.example／hook"}).address
        == "https://it.example/hook"
    )
    settings.CHANNEL_SETTINGS = {"wecom": {"url": "https://qyapi.weixin.qq.com"}}
    typed = "https：//qyapi.weixin.qq.com/cgi-bin/webhook/send？key＝6a1f-00012"
    assert WeComChannel().read({"address": typed}).address == "6a1f-00012"


@pytest.mark.parametrize(
    "address",
    [
        "https://it.example/hook\r\nX-Injected: 1",
        "https://it.example/ho\nok",
        "https://it.ex\tample/hook",
        "https://it.example/a b",
        "https://it.example\\@evil.example/",
        "https://it.example/\x7f",
        "https://it.example/\u200bhook",
    ],
)
def test_a_line_break_or_blank_inside_an_address_is_refused(address: str) -> None:
    with pytest.raises(AddressError):
        WebhookChannel().read({"address": address})
