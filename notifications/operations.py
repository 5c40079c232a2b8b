"""What who runs the platform asks about telling, and the one thing they can do: send a delivery once more.

Everything is limited to messages to people whose accounts the asker administers.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.administration import people_of
from notifications.channels.registry import account_channels, channels, stored_channels
from notifications.contacts import subscriptions
from notifications.models import (
    OPEN_STATES,
    BreakerState,
    ChannelBreaker,
    Delivery,
    DeliveryState,
    Notification,
    ProcessTick,
)
from notifications.outbox import hints, store
from notifications.outbox.store import Waiting

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from accounts.models import User

RECENT = timedelta(hours=24)
PROCESSES: dict[str, tuple["Promise", timedelta]] = {
    "engine": (_("deadline engine"), timedelta(seconds=15)),
    "delivery": (_("delivery sweeper"), timedelta(seconds=15)),
    "worker": (_("delivery workers"), timedelta(minutes=2)),
}
"""Label and longest silence of each kind of process."""


class ReplayRefused(Exception):
    """This delivery cannot be sent once more; `message` says why."""

    def __init__(self, message: "Promise") -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class Process:
    """A kind of process: its last sign of life, and how far behind it was then."""

    name: str
    label: "str | Promise"
    at: datetime | None
    lag: timedelta
    is_silent: bool


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """What became of the last 24 hours' messages of one channel, and whether its provider works."""

    channel: str
    label: "str | Promise"
    counts: Counter[str]
    breaker: ChannelBreaker

    @property
    def is_working(self) -> bool:
        return self.breaker.state == BreakerState.CLOSED


def processes(now: datetime) -> list[Process]:
    """Each kind of process that the platform needs."""
    ticks = ProcessTick.objects.in_bulk(list(PROCESSES))
    rows = []
    for name, (label, longest) in PROCESSES.items():
        tick = ticks.get(name)
        silent = tick is None or now - tick.at > longest
        rows.append(
            Process(name, label, tick.at if tick else None, tick.lag if tick else timedelta(0), silent)
        )
    return rows


def deliveries(user: "User") -> QuerySet[Delivery]:
    """Every delivery outside of the portal to people whose accounts `user` administers, the newest first."""
    return (
        Delivery.objects.filter(notification__recipient__in=people_of(user))
        .exclude(channel__in=stored_channels())
        .select_related("notification__alert", "notification__recipient", "subscription", "replay_of")
        .prefetch_related("replays")
        .order_by("-notification__created_at", "-pk")
    )


def waiting(user: "User", now: datetime) -> tuple[int, timedelta]:
    """How many messages wait although they could go, those of which no delivery is made yet included, and
    for how long the oldest of them."""
    due = deliveries(user).filter(state__in=OPEN_STATES, available_at__lte=now)
    new = Notification.objects.filter(recipient__in=people_of(user), next_hint_at__isnull=False)
    totals = [
        due.order_by().aggregate(number=Count("pk"), oldest=Min("available_at")),
        new.order_by().aggregate(number=Count("pk"), oldest=Min("created_at")),
    ]
    oldest = min((one["oldest"] for one in totals if one["oldest"]), default=now)
    return sum(one["number"] for one in totals), now - oldest


def channel_reports(user: "User", now: datetime) -> list[ChannelReport]:
    """Each installed channel that sends something, in the order in which they are tried."""
    recent = deliveries(user).filter(notification__created_at__gte=now - RECENT)
    counts: dict[str, Counter[str]] = {}
    for channel, state, number in recent.order_by().values_list("channel", "state").annotate(Count("pk")):
        counts.setdefault(channel, Counter())[state] = number
    breakers = ChannelBreaker.objects.in_bulk()
    return [
        ChannelReport(
            name,
            channel.label,
            counts.get(name, Counter()),
            breakers.get(name) or ChannelBreaker(channel=name),
        )
        for name, channel in channels().items()
        if not channel.is_stored
    ]


def why_no_replay(delivery: Delivery) -> "Promise | None":
    """Why `delivery` cannot be sent once more; None when it can."""
    no_address = delivery.subscription is None and delivery.channel not in account_channels()
    reasons = {
        _("This message still waits or is being sent; it needs no second one."): delivery.state
        in OPEN_STATES,
        _("This message was sent once more already: look at the newer one."): bool(delivery.replays.all()),
        _("The reason for this message is gone; it would only confuse."): (
            delivery.notification.withdrawn_at is not None
        ),
        _("The recipient has acknowledged it already."): delivery.notification.acknowledged_at is not None,
        _("The address of this message is no longer known."): no_address,
        _("This channel is not installed any more."): delivery.channel not in channels(),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def replay(*, delivery: Delivery, actor: "User", now: datetime) -> Delivery:
    """Send a delivery of `deliveries(actor)` once more, as a new row; the old one keeps its state. Audited.

    Raises ReplayRefused. Whether its reason still holds is asked again when it is sent.
    """
    if reason := why_no_replay(delivery):
        raise ReplayRefused(reason)
    try:
        with transaction.atomic():
            again = _copy(delivery, now)
            audit.record(
                actor=actor,
                action="replay_delivery",
                subject_type="delivery",
                subject_id=delivery.pk,
                now=now,
                replay=str(again.pk),
                channel=delivery.channel,
            )
    except IntegrityError:
        # Somebody else has just done the same: theirs is the one that counts.
        return Delivery.objects.get(replay_of=delivery)
    return again


def _copy(delivery: Delivery, now: datetime) -> Delivery:
    again = Delivery.objects.create(
        notification=delivery.notification,
        channel=delivery.channel,
        subscription=delivery.subscription,
        replay_of=delivery,
        urgent=delivery.urgent,
        available_at=now,
        next_hint_at=now + store.FIRST_REMINDER,
    )
    transaction.on_commit(partial(hints.hint, [Waiting(again.pk, again.urgent)]), robust=True)
    return again


def address(delivery: Delivery) -> str:
    """Where a delivery went, or goes now: enough to recognise it, and not to use it."""
    address, channel = subscriptions.address_of(delivery)[2], channels().get(delivery.channel)
    return channel.shown(address) if channel else f"…{address[-4:]}"


STATES: dict[str, Sequence[str]] = {
    "undeliverable": (DeliveryState.UNDELIVERABLE,),
    "failed": (DeliveryState.FAILED,),
    "waiting": OPEN_STATES,
    "sent": (DeliveryState.SENT, DeliveryState.DELIVERED),
    "dropped": (DeliveryState.DROPPED,),
}
"""The lists that an operator looks through, by name."""
