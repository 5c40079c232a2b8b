"""What became of what people were alerted of, in words that never claim more than somebody vouches for.

Stored in the inbox or handed over to a carrier is not delivered: that is said where a carrier's report says
so. Delivered is not opened, and opened is not acknowledged.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.channels.registry import channels
from notifications.models import Delivery, DeliveryState, Notification


class Fate(TextChoices):
    """What became of one row of telling one person."""

    WAITING = "waiting", _("not handed over yet")
    STORED = "stored", _("in the inbox of the portal")
    HANDED_OVER = "handed_over", _("handed over, no report")
    DELIVERED = "delivered", _("delivered, as the carrier reports")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("not sent, no longer needed")


class Knowledge(TextChoices):
    """How far it is certain that somebody knows, from least to most."""

    NOBODY_ALERTED = "nobody_alerted", _("nobody was alerted yet")
    WAITING = "waiting", _("not handed over yet")
    HANDED_OVER = "handed_over", _("handed over; nobody has seen it yet")
    DELIVERED = "delivered", _("delivered, as the carrier reports; nobody has opened it yet")
    OPENED = "opened", _("opened; nobody has acknowledged it yet")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")


ORDER = list(Knowledge)
OF_FATE = {Fate.STORED: Knowledge.HANDED_OVER, Fate.HANDED_OVER: Knowledge.HANDED_OVER}
OF_FATE |= {Fate.DELIVERED: Knowledge.DELIVERED}


@dataclass(frozen=True, slots=True)
class ChannelFate:
    """One channel by which somebody was alerted; `at`: since when it is so."""

    channel: str
    label: str | Promise
    fate: Fate
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Alerted:
    """One alert to one person, and what became of it."""

    notification: Notification
    recipient: User
    channels: tuple[ChannelFate, ...]

    @property
    def knowledge(self) -> Knowledge:
        if self.notification.acknowledged_at:
            return Knowledge.ACKNOWLEDGED
        if self.notification.read_at:
            return Knowledge.OPENED
        levels = [OF_FATE.get(row.fate, Knowledge.WAITING) for row in self.channels]
        return max(levels, key=ORDER.index, default=Knowledge.WAITING)


def alerted_about(subject_type: str, subject_ids: Collection[str]) -> list[Alerted]:
    """The alerts about the subjects, as far as they still matter, the first first; two questions."""
    deliveries = Delivery.objects.filter(replay_of=None).order_by("pk")
    rows = Notification.objects.active().filter(
        alert__subject_type=subject_type, alert__subject_id__in=subject_ids
    )
    rows = rows.select_related("alert", "recipient").prefetch_related(Prefetch("deliveries", deliveries))
    return [
        Alerted(row, row.recipient, tuple(fate_of(one) for one in row.deliveries.all()))
        for row in rows.order_by("created_at", "pk")
    ]


def fate_of(delivery: Delivery) -> ChannelFate:
    """How one channel fared."""
    channel = channels().get(delivery.channel)
    label = channel.label if channel else delivery.channel
    is_stored = channel is not None and channel.is_stored
    match delivery.state:
        case DeliveryState.DELIVERED if not is_stored:
            return ChannelFate(delivery.channel, label, Fate.DELIVERED, delivery.delivered_at)
        case DeliveryState.SENT | DeliveryState.DELIVERED:
            fate = Fate.STORED if is_stored else Fate.HANDED_OVER
            return ChannelFate(delivery.channel, label, fate, delivery.sent_at)
        case DeliveryState.FAILED | DeliveryState.UNDELIVERABLE:
            return ChannelFate(delivery.channel, label, Fate.FAILED, delivery.sent_at)
        case DeliveryState.DROPPED:
            return ChannelFate(delivery.channel, label, Fate.DROPPED, None)
        case _:
            return ChannelFate(delivery.channel, label, Fate.WAITING, None)
