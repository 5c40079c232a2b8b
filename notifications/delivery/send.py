"""Sending: lease, check that the reason still holds, hand over outside any transaction, confirm in groups.

A process that dies anywhere leaves a lease that runs out;
the same delivery is then sent again, under the same id.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from notifications import hooks
from notifications.calls.codes import code_of
from notifications.channels.base import ChannelError, Message, Receipt
from notifications.channels.registry import channels
from notifications.contacts import subscriptions
from notifications.contacts.subscriptions import Address
from notifications.delivery import bundles, fallback, storm
from notifications.delivery.in_flight import HandOver, InFlight, Outcome
from notifications.delivery.send_guard import SendGuard
from notifications.models import Delivery, DropReason, Subscription
from notifications.outbox import store

log = structlog.get_logger(__name__)

BATCH_OF_ALL = 100
# Below the lease and Celery's soft limit by more than the longest time one channel may take.
BATCH_SECONDS = 45.0


class Stopwatch:
    """`now` moves on from the given start by the time that really passed."""

    def __init__(self, start: datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.start, self._monotonic, self._zero = start, monotonic, monotonic()

    @property
    def seconds(self) -> float:
        return self._monotonic() - self._zero

    @property
    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)


def deliver_waiting(*, ids: Sequence[UUID], now: datetime) -> int:
    """Send the due ones of the deliveries `ids`. Returns how many it leased."""
    return _deliver(store.claim(ids=ids, limit=len(ids), now=now), Stopwatch(now))


def deliver_new(*, ids: Sequence[UUID], now: datetime) -> int:
    """Send the notifications `ids`, in every way that reaches its person; returns how many deliveries."""
    return _deliver(store.open_deliveries(ids=ids, limit=len(ids), now=now), Stopwatch(now))


def deliver(
    *, now: datetime, limit: int = BATCH_OF_ALL, must_stop: Callable[[], bool] = lambda: False
) -> int:
    """Send some of all that is due: what waits again, and at most `limit` notifications that are new.

    Returns how many deliveries it leased.
    """
    watch = Stopwatch(now)
    claimed = store.claim(limit=limit, now=now) + store.open_deliveries(limit=limit, now=now)
    return _deliver(sorted(claimed, key=lambda one: not one.urgent), watch, must_stop)


def _deliver(
    claimed: Sequence[Delivery], watch: Stopwatch, must_stop: Callable[[], bool] = lambda: False
) -> int:
    """Send leased deliveries. Those that do not fit into the batch's time, or come after `must_stop`, are
    given back. Returns how many there were."""
    passed = storm.let_through(claimed, now=watch.start)
    if not passed:
        return len(claimed)
    batch = Batch(passed, watch)
    in_flight = InFlight(passed, batch.prepare)
    reached: set[Address] = set()
    for outcomes in in_flight.outcomes(lambda: must_stop() or watch.seconds > BATCH_SECONDS):
        reached |= _settle(outcomes, watch)
    store.release(in_flight.left(), now=watch.now)
    subscriptions.record_successes(reached, batch.subscriptions, now=watch.now)
    storm.note_successes(channel for _user, channel, _address in reached)
    return len(claimed)


class Batch:
    """Leased deliveries, and what has to be known of all of them."""

    def __init__(self, deliveries: Sequence[Delivery], watch: Stopwatch) -> None:
        self._watch = watch
        self.subscriptions: Mapping[Address, Subscription] = subscriptions.subscriptions_of(deliveries)
        self._carried = bundles.carried(deliveries)
        every_one = chain(deliveries, *self._carried.values())
        self._guard = SendGuard({one.notification_id for one in every_one}, lambda: watch.seconds)

    def prepare(self, delivery: Delivery) -> HandOver | None:
        """What is to be sent of `delivery` now; None if it was dropped, given up or cannot be written."""
        try:
            return self._hand_over(delivery)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            _record_failure(delivery, error, self._watch.now)
            return None

    def _hand_over(self, delivery: Delivery) -> HandOver | None:
        subscription = self.subscriptions.get(subscriptions.address_of(delivery))
        deliveries = self._still_due(delivery, subscription)
        if not deliveries:
            return None
        if subscription is not None and subscription.retired_at is not None:
            fallback.give_up(delivery, error=subscription.last_error, now=self._watch.now)
            return None
        channel = channels().get(delivery.channel)
        if channel is None:
            raise ChannelError("this channel is not installed", permanent=True, address_is_dead=False)
        message = _message(delivery, deliveries)
        if channel.asks_for_keys and len(deliveries) == 1:
            message = _asking_for_keys(message, delivery, self._watch.now)
        return HandOver(delivery, channel, message, deliveries)

    def _still_due(self, delivery: Delivery, subscription: Subscription | None) -> list[Delivery]:
        """`delivery` and what it carries, without what lost its reason; empty if its message is not sent."""
        if reason := self._why_not(delivery, subscription):
            bundles.dissolve(delivery, now=self._watch.now)
            store.drop(delivery, reason=reason)
            return []
        deliveries = [delivery]
        for one in self._carried[delivery.pk]:
            if reason := self._why_not(one, subscription):
                store.drop(one, reason=reason)
            else:
                deliveries.append(one)
        return deliveries

    def _why_not(self, delivery: Delivery, subscription: Subscription | None) -> DropReason | None:
        """Why `delivery`, to the address of `subscription`, is not to be sent any more."""
        if reason := self._guard.drop_reason(delivery.notification_id):
            return reason
        return None if subscriptions.wants(subscription, delivery) else DropReason.UNSUBSCRIBED


def _message(delivery: Delivery, deliveries: Sequence[Delivery]) -> Message:
    notification, recipient = delivery.notification, delivery.notification.recipient
    notifications = [one.notification for one in deliveries]
    is_bundle = len(notifications) > 1
    rendered = (
        bundles.render(notifications, recipient.language)
        if is_bundle
        else hooks.render(notification, recipient.language)
    )
    return Message(
        delivery_id=delivery.pk,
        user_id=recipient.pk,
        address=subscriptions.address_of(delivery)[2],
        language=recipient.language,
        severity=bundles.loudest(notifications),
        kind=bundles.KIND if is_bundle else notification.alert.kind,
        rendered=rendered,
        link=f"{settings.BASE_URL}{rendered.url_path}",
        options=delivery.subscription.options if delivery.subscription else {},
    )


def _asking_for_keys(message: Message, delivery: Delivery, now: datetime) -> Message:
    """`message` with the code that acknowledges it by telephone, where it can be."""
    code = code_of(delivery.pk)
    words = hooks.spoken(delivery.notification, code, now)
    return message if words is None else replace(message, rendered=words, code=code)


def _settle(outcomes: Sequence[Outcome], watch: Stopwatch) -> set[Address]:
    """Record how these ended. Returns the addresses that were reached."""
    receipts: dict[Delivery, Receipt] = {}
    for outcome in outcomes:
        delivery = outcome.hand_over.delivery
        if outcome.receipt is None:
            _record_failure(delivery, outcome.error, watch.now)
        elif len(outcome.hand_over.deliveries) > 1:
            _confirm_bundle(outcome.hand_over, outcome.receipt, watch.now)
        else:
            receipts[delivery] = outcome.receipt
    _warn_of_lost(receipts.keys() - store.confirm(receipts, now=watch.now))
    return {subscriptions.address_of(one.hand_over.delivery) for one in outcomes if one.receipt is not None}


@transaction.atomic
def _confirm_bundle(hand_over: HandOver, receipt: Receipt, now: datetime) -> None:
    head, *others = hand_over.deliveries
    if store.confirm({head: receipt}, now=now):
        bundles.confirm(head, others)
    else:
        _warn_of_lost([head])


def _warn_of_lost(deliveries: Collection[Delivery]) -> None:
    for delivery in deliveries:
        log.warning("lease_lost_before_confirmation", delivery=str(delivery.pk), channel=delivery.channel)


def _record_failure(delivery: Delivery, error: Exception | None, now: datetime) -> None:
    """Decide what follows a failed attempt. Where not even that can be recorded, the lease runs out, and the
    others need not wait for it."""
    try:
        if isinstance(error, ChannelError):
            storm.note_failure(delivery.channel, error, now=now)
        else:
            # One message that cannot be written or sent must not keep the others from going out.
            log.error("delivery_raised", delivery=str(delivery.pk), channel=delivery.channel, exc_info=error)
            error = ChannelError("internal error")
        fallback.failed(delivery, address=subscriptions.address_of(delivery), error=error, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("delivery_abandoned", delivery=str(delivery.pk), channel=delivery.channel)
