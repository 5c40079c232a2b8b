"""When handing over fails: again later, by another channel, to another person; or nobody was reached."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import transaction

from notifications import hooks, services
from notifications.channels.base import ChannelError, Fault
from notifications.channels.registry import account_channels
from notifications.contacts import contact_trouble, subscriptions
from notifications.contacts.subscriptions import Address
from notifications.contacts.test_messages import is_test
from notifications.delivery import bundles
from notifications.models import Delivery, DeliveryState, Notification
from notifications.outbox import hints, store
from notifications.types import Severity

log = structlog.get_logger(__name__)

FIRST_WAIT = timedelta(seconds=5)
LEAST_ATTEMPTS = 3
MOST_OF_UNKNOWN = 8
"""So often is a message tried that is refused with a code that we do not know."""


@dataclass(frozen=True)
class Patience:
    """For how long a message is worth repeating, and how far apart at most."""

    useful_for: timedelta
    longest_wait: timedelta


PATIENCE = {
    Severity.CRITICAL: Patience(timedelta(hours=2), timedelta(minutes=1)),
    Severity.SEVERE: Patience(timedelta(hours=6), timedelta(minutes=2)),
    Severity.WARNING: Patience(timedelta(hours=24), timedelta(minutes=15)),
    Severity.INFO: Patience(timedelta(hours=24), timedelta(hours=1)),
}


def failed(delivery: Delivery, *, address: Address, error: ChannelError, now: datetime) -> None:
    """Decide what follows a failed attempt at `delivery`, and record it for its address."""
    words = str(error)
    subscriptions.record_error(address, error=words, is_dead=error.address_is_dead, now=now)
    log.warning(
        "delivery_failed",
        delivery=str(delivery.pk),
        channel=delivery.channel,
        attempt=delivery.attempts,
        permanent=error.permanent,
        fault=error.fault.value,
        code=error.code,
    )
    if error.address_is_dead or error.fault.is_of_person:
        contact_trouble.notify_trouble(delivery, address=address, is_dead=error.address_is_dead, now=now)
    again_at = now + wait_before(
        delivery.attempts + 1, delivery.notification.alert.severity, error.retry_after
    )
    is_enough = error.fault is Fault.UNKNOWN and delivery.attempts >= MOST_OF_UNKNOWN
    if error.permanent or is_enough or _is_pointless(delivery, again_at):
        give_up(delivery, error=words, now=now)
    else:
        store.postpone(delivery, until=again_at, error=words)


def wait_before(attempt: int, severity: str, retry_after: timedelta | None = None) -> timedelta:
    """Time to wait before an attempt (2 is the first repetition): full jitter under a doubling, capped bound.

    Never shorter than what the provider asked for, unless that would take a quarter of the useful time.
    """
    patience = PATIENCE[Severity(severity)]
    bound = min(FIRST_WAIT * 2 ** min(attempt - 2, 20), patience.longest_wait)
    asked = min(retry_after or timedelta(0), patience.useful_for / 4)
    return max(bound * random.random(), asked)  # noqa: S311


def _is_pointless(delivery: Delivery, again_at: datetime) -> bool:
    return delivery.attempts >= LEAST_ATTEMPTS and again_at > _useful_until(delivery.notification)


def _useful_until(notification: Notification) -> datetime:
    return notification.created_at + PATIENCE[Severity(notification.alert.severity)].useful_for


def out_of_order(delivery: Delivery, *, now: datetime) -> None:
    """The channel rests: another one takes over what is urgent, and what has lost its use is given up."""
    notification = delivery.notification
    if now > _useful_until(notification):
        give_up(delivery, error="the channel is out of order", now=now)
    elif delivery.urgent:
        with transaction.atomic():
            _lock_deliveries(notification)
            if not _is_delivery_under_way(notification, delivery):
                _open_another_delivery(notification, now, without=[delivery.channel])


@transaction.atomic
def give_up(delivery: Delivery, *, error: str, now: datetime) -> None:
    """This channel does not work: open another one, notify another person, or say that nobody was reached."""
    notification = delivery.notification
    bundles.dissolve(delivery, now=now)
    _lock_deliveries(notification)
    is_taken_over = (
        is_test(notification)
        or notification.is_of_account
        or contact_trouble.is_of_contact_method(notification)
        or _is_delivery_under_way(notification, delivery)
        or _open_another_delivery(notification, now)
        or _next_person(notification, now)
    )
    state = DeliveryState.FAILED if is_taken_over else DeliveryState.UNDELIVERABLE
    if not store.give_up(delivery, state=state, error=error):
        transaction.set_rollback(True)
    elif state is DeliveryState.UNDELIVERABLE:
        alert = notification.alert
        log.error("notification_undeliverable", notification=str(notification.pk), kind=alert.kind)
        hooks.subject(alert.subject_type).undeliverable(notification, now)


@transaction.atomic
def reported_lost(delivery: Delivery, *, error: str, now: datetime) -> bool:
    """The carrier reports that what it had taken did not arrive: the next way, or person, is tried at once.

    Mail that was handed over keeps nobody from being tried: it wakes nobody. Returns False, and changes
    nothing, where the delivery was not in the carrier's hands any more.
    """
    notification = delivery.notification
    _lock_deliveries(notification)
    rows = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENT)
    if not rows.exists():
        return False
    subscriptions.record_error(subscriptions.address_of(delivery), error=error, is_dead=False, now=now)
    is_taken_over = (
        is_test(notification)
        or contact_trouble.is_of_contact_method(notification)
        or notification.acknowledged_at is not None
        or notification.withdrawn_at is not None
        or _is_loud_delivery_under_way(notification, delivery)
        or _open_another_delivery(notification, now)
        or _next_person(notification, now)
        or _is_delivery_under_way(notification, delivery)
    )
    rows.update(
        state=DeliveryState.FAILED if is_taken_over else DeliveryState.UNDELIVERABLE, last_error=error[:300]
    )
    if not is_taken_over:
        hooks.subject(notification.alert.subject_type).undeliverable(notification, now)
    return True


def _is_loud_delivery_under_way(notification: Notification, delivery: Delivery) -> bool:
    """Whether another way than mail has reached, or may still reach, the recipient."""
    others = notification.deliveries.exclude(pk=delivery.pk).exclude(channel__in=account_channels())
    failed = [DeliveryState.FAILED, DeliveryState.UNDELIVERABLE, DeliveryState.DROPPED]
    return others.exclude(state__in=failed).exists()


def _lock_deliveries(notification: Notification) -> None:
    """Of several deliveries that fail at the same moment, let only the last one see itself as the last.

    Not by locking the notification: the hook may lock what the notification is about, and whoever holds that
    lock withdraws notifications.
    """
    list(notification.deliveries.select_for_update().order_by("pk").values_list("pk"))


def _is_delivery_under_way(notification: Notification, delivery: Delivery) -> bool:
    """Whether another delivery has reached, or may still reach, the recipient outside of the portal."""
    others = notification.deliveries.exclude(pk=delivery.pk)
    return others.exclude(
        state__in=[DeliveryState.FAILED, DeliveryState.UNDELIVERABLE, DeliveryState.DROPPED]
    ).exists()


def _open_another_delivery(notification: Notification, now: datetime, without: Collection[str] = ()) -> bool:
    subscription = subscriptions.other_contact_method(notification, without)
    if subscription is None:
        return False
    waiting = store.open_delivery(subscription, notification=notification, now=now)
    transaction.on_commit(partial(hints.hint, [waiting]), robust=True)
    return True


def _next_person(notification: Notification, now: datetime) -> bool:
    """Tell the next person of the audience whom nobody told instead of this recipient yet."""
    root = notification.instead_of or notification
    tried = {root.recipient_id, *root.substitutes.values_list("recipient_id", flat=True)}
    candidates = hooks.subject(notification.alert.subject_type).next_recipients(notification)
    person = next((candidate for candidate in candidates if candidate not in tried), None)
    if person is None:
        return False
    return services.notify_instead(root, person, now=now)
