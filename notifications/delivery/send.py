"""Sending: lease, check that the reason still holds, hand over outside any transaction, confirm.

A process that dies anywhere leaves a lease that runs out;
the same delivery is then sent again, under the same id.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from notifications import hooks
from notifications.channels.base import ChannelError, Message, Receipt
from notifications.channels.registry import channels
from notifications.contacts import subscriptions
from notifications.contacts.subscriptions import Address
from notifications.delivery import bundles, fallback, storm
from notifications.delivery.send_guard import SendGuard
from notifications.models import Delivery, DropReason, Subscription
from notifications.outbox import store

log = structlog.get_logger(__name__)

BATCH_OF_ALL = 20
# Below the lease and Celery's soft limit by more than the longest time one channel may take.
BATCH_SECONDS = 45.0


class Stopwatch:
    """`now` moves on from the given start by the time that really passed."""

    def __init__(self, start: datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._start, self._monotonic, self._zero = start, monotonic, monotonic()

    @property
    def seconds(self) -> float:
        return self._monotonic() - self._zero

    @property
    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds)


def deliver(
    *,
    ids: Sequence[UUID] | None = None,
    now: datetime,
    limit: int | None = None,
    must_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Send the due ones of the deliveries `ids`, or some of all, at most `limit`. Returns how many it leased.

    Those that do not fit into the batch's time, or come after `must_stop`, are given back.
    """
    watch = Stopwatch(now)
    most = limit or (BATCH_OF_ALL if ids is None else len(ids))
    claimed = store.claim(ids=ids, limit=most, now=now)
    passed = storm.let_through(claimed, now=now)
    if not passed:
        return len(claimed)
    batch = Batch(passed, watch)
    reached: set[Address] = set()
    for position, delivery in enumerate(passed):
        if must_stop() or watch.seconds > BATCH_SECONDS:
            store.release(passed[position:], now=watch.now)
            break
        if _send(delivery, batch):
            reached.add(subscriptions.address_of(delivery))
    subscriptions.record_successes(reached, batch.subscriptions, now=watch.now)
    storm.note_successes(channel for _user, channel, _address in reached)
    return len(claimed)


class Batch:
    """Leased deliveries, and what has to be known of all of them."""

    def __init__(self, deliveries: Sequence[Delivery], watch: Stopwatch) -> None:
        self.watch = watch
        self.subscriptions: Mapping[Address, Subscription] = subscriptions.subscriptions_of(deliveries)
        self._carried = bundles.carried(deliveries)
        every_one = chain(deliveries, *self._carried.values())
        self._guard = SendGuard({one.notification_id for one in every_one}, lambda: watch.seconds)

    def carried(self, delivery: Delivery) -> Sequence[Delivery]:
        return self._carried[delivery.pk]

    def why_not(self, delivery: Delivery, subscription: Subscription | None) -> DropReason | None:
        """Why `delivery`, to the address of `subscription`, is not to be sent any more."""
        if reason := self._guard.drop_reason(delivery.notification_id):
            return reason
        return None if subscriptions.wants(subscription, delivery) else DropReason.UNSUBSCRIBED


def _send(delivery: Delivery, batch: Batch) -> bool:
    """One attempt at `delivery`. True when it was handed over."""
    try:
        return _attempt(delivery, batch)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # Not even its failure could be recorded: its lease runs out, and the others must not wait for that.
        log.exception("delivery_abandoned", delivery=str(delivery.pk), channel=delivery.channel)
        return False


def _attempt(delivery: Delivery, batch: Batch) -> bool:
    watch, address = batch.watch, subscriptions.address_of(delivery)
    subscription = batch.subscriptions.get(address)
    try:
        sent = _still_due(delivery, subscription, batch)
        if not sent:
            return False
        if subscription is not None and subscription.retired_at is not None:
            fallback.give_up(delivery, error=subscription.last_error, now=watch.now)
            return False
        receipt = _hand_over(delivery, sent, address)
    except ChannelError as error:
        storm.note_failure(delivery.channel, error, now=watch.now)
        fallback.failed(delivery, address=address, error=error, now=watch.now)
        return False
    except Exception:
        # One message that cannot be worded or sent must not keep the others from going out.
        log.exception("delivery_raised", delivery=str(delivery.pk), channel=delivery.channel)
        fallback.failed(delivery, address=address, error=ChannelError("internal error"), now=watch.now)
        return False
    _confirm(delivery, sent, receipt, watch.now)
    return True


def _still_due(delivery: Delivery, subscription: Subscription | None, batch: Batch) -> list[Delivery]:
    """`delivery` and what it carries, without what lost its reason; empty when its message is not sent."""
    if reason := batch.why_not(delivery, subscription):
        bundles.dissolve(delivery, now=batch.watch.now)
        store.drop(delivery, reason=reason)
        return []
    sent = [delivery]
    for one in batch.carried(delivery):
        if reason := batch.why_not(one, subscription):
            store.drop(one, reason=reason)
        else:
            sent.append(one)
    return sent


def _hand_over(delivery: Delivery, deliveries: Sequence[Delivery], address: Address) -> Receipt:
    channel = channels().get(delivery.channel)
    if channel is None:
        raise ChannelError("this channel is not installed", permanent=True, address_is_dead=False)
    notification, recipient = delivery.notification, delivery.notification.recipient
    notifications = [one.notification for one in deliveries]
    is_bundle = len(notifications) > 1
    rendered = (
        bundles.render(notifications, recipient.language)
        if is_bundle
        else hooks.render(notification, recipient.language)
    )
    return channel.send(
        Message(
            delivery_id=delivery.pk,
            user_id=recipient.pk,
            address=address[2],
            language=recipient.language,
            severity=bundles.loudest(notifications),
            kind=bundles.KIND if is_bundle else notification.kind,
            rendered=rendered,
            link=f"{settings.BASE_URL}{rendered.url_path}",
            options=delivery.subscription.options if delivery.subscription else {},
        )
    )


def _confirm(delivery: Delivery, deliveries: Sequence[Delivery], receipt: Receipt, now: datetime) -> None:
    carries = len(deliveries) > 1
    with transaction.atomic() if carries else nullcontext():
        is_leased = store.confirm(
            delivery, reference=receipt.reference, is_delivered=receipt.is_delivered, now=now
        )
        if is_leased and carries:
            bundles.confirm(delivery, deliveries[1:])
    if not is_leased:
        log.warning("lease_lost_before_confirmation", delivery=str(delivery.pk), channel=delivery.channel)
