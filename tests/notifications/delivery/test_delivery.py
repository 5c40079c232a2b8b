"""Sending what was stored: once, only while its reason holds, and under the same id when sent again."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from notifications.channels.base import Receipt
from notifications.delivery.send import deliver, deliver_new, deliver_waiting
from notifications.models import DropReason, Notification, Subscription
from notifications.services import acknowledge, notify, withdraw
from tests.notifications.conftest import (
    NOW,
    Case,
    RecordingChannel,
    email_of,
    fails,
    new_notification,
    notice,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recording")]


def test_a_delivery_is_handed_over_and_confirmed(user: User) -> None:
    notification = new_notification(user)

    assert deliver_new(ids=[notification.pk], now=NOW) == 1

    delivery = email_of(notification)
    [message] = RecordingChannel.sent
    assert (delivery.state, delivery.provider_reference, delivery.attempts) == ("sent", "accepted", 1)
    assert delivery.lease_token is delivery.leased_until is None
    assert (message.delivery_id, message.address, message.language) == (delivery.pk, user.email, "zh-hans")
    assert message.link == "http://localhost:8000/thing/7"
    assert "严重" in message.rendered.title or "severe" in message.rendered.title


def test_a_provider_that_vouches_for_arrival_makes_it_delivered(user: User) -> None:
    RecordingChannel.behave = lambda message: Receipt("r", is_delivered=True)
    notification = new_notification(user)

    deliver_new(ids=[notification.pk], now=NOW)

    delivery = email_of(notification)
    assert delivery.state == "delivered"
    assert delivery.delivered_at is not None


def test_repeated_and_reordered_hints_send_nothing_twice(user: User) -> None:
    notifications = notify(notices=[notice(user, key) for key in "abc"], now=NOW)
    ids = [one.pk for one in notifications]

    for hint in (ids, ids[::-1], ids[:1]):
        deliver_new(ids=hint, now=NOW)
    deliveries = [email_of(one).pk for one in notifications]
    deliver_waiting(ids=deliveries, now=NOW)

    assert sorted(m.delivery_id for m in RecordingChannel.sent) == sorted(deliveries)


def test_a_hint_for_what_is_unknown_is_ignored(user: User) -> None:
    assert deliver_waiting(ids=[user.pk], now=NOW) == deliver_new(ids=[user.pk], now=NOW) == 0


def test_the_loudest_goes_first(user: User) -> None:
    notify(notices=[notice(user, "a"), notice(user, "b", severity="critical")], now=NOW)

    deliver(now=NOW)

    assert [m.severity for m in RecordingChannel.sent] == ["critical", "warning"]


@pytest.mark.parametrize("limit", [1, 2])
def test_a_batch_takes_no_more_than_its_limit(user: User, limit: int) -> None:
    notify(notices=[notice(user, key) for key in "abc"], now=NOW)

    assert deliver(now=NOW, limit=limit) == limit
    assert len(RecordingChannel.sent) == limit


def withdrawn(notification: Notification, case: Case) -> None:
    withdraw(subject_type="thing", subject_ids=["7"], now=NOW)


def acknowledged(notification: Notification, case: Case) -> None:
    acknowledge(notification=notification, user=notification.recipient, now=NOW)


def left(notification: Notification, case: Case) -> None:
    User.objects.update(is_active=False)


def moved_ward(notification: Notification, case: Case) -> None:
    case.entitled = False


def switched_off(notification: Notification, case: Case) -> None:
    user = notification.recipient
    Subscription.objects.create(user=user, channel="email", address=user.email, enabled=False)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (withdrawn, DropReason.WITHDRAWN),
        (acknowledged, DropReason.ACKNOWLEDGED),
        (left, DropReason.INACTIVE),
        (moved_ward, DropReason.NOT_ENTITLED),
        (switched_off, DropReason.UNSUBSCRIBED),
    ],
)
def test_what_lost_its_reason_is_dropped_and_not_sent(
    user: User, case: Case, happens: Callable[[Notification, Case], None], reason: str
) -> None:
    notification = new_notification(user)
    email_of(notification)
    happens(notification, case)

    deliver(now=NOW)

    assert (email_of(notification).state, email_of(notification).dropped_reason) == ("dropped", reason)
    assert RecordingChannel.sent == []


def test_what_waits_for_a_repetition_is_dropped_too_once_withdrawn(user: User, case: Case) -> None:
    RecordingChannel.behave = fails()
    notification = new_notification(user)
    deliver(now=NOW)
    withdrawn(notification, case)

    deliver(now=NOW + timedelta(hours=1))

    assert email_of(notification).dropped_reason == "withdrawn"
    assert len(RecordingChannel.sent) == 1
