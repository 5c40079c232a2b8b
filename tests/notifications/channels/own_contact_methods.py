"""The contact methods that a person adds in these tests, and what comes of a notice to them."""

import re
from typing import Any

from accounts.models import User
from notifications.contacts import contact_methods
from notifications.delivery.send import deliver
from notifications.models import Notification, Subscription
from notifications.services import notify
from tests.notifications.channels.provider import Provider
from tests.notifications.conftest import NOW, deliveries_of, notice

PHONE = {"address": "138 0000 0000"}


def phone(user: User, provider: Provider, number: str = PHONE["address"], at: Any = NOW) -> Subscription:
    """A proved telephone."""
    subscription = contact_methods.add(user=user, channel="sms", given={"address": number}, now=at)
    deliver(now=at)
    return contact_methods.confirm(subscription=subscription, code=code_in(provider), now=at)


def code_in(provider: Provider) -> str:
    match = re.search(r"\d{6}", provider.asked[-1].json["title"])
    assert match is not None
    return match[0]


def new_notification(user: User, key: str = "k", **changes: Any) -> Notification:
    return notify(notices=[notice(user, key, **changes)], now=NOW)[0]


def channels_of(notification: Notification) -> set[str]:
    return set(deliveries_of(notification).values_list("channel", flat=True)) - {"email"}
