"""The rows of alerts, of what is delivered how, and of the devices that people registered."""

from notifications.models.alerts import ACCOUNT, Alert, Notification, NotificationQuerySet
from notifications.models.deliveries import (
    OPEN_STATES,
    CallAnswer,
    Delivery,
    DeliveryState,
    DropReason,
)
from notifications.models.operation import Allowance, BreakerState, ChannelBreaker, ProcessTick
from notifications.models.subscriptions import Subscription, key_of

__all__ = [
    "ACCOUNT",
    "OPEN_STATES",
    "Alert",
    "Allowance",
    "BreakerState",
    "CallAnswer",
    "ChannelBreaker",
    "Delivery",
    "DeliveryState",
    "DropReason",
    "Notification",
    "NotificationQuerySet",
    "ProcessTick",
    "Subscription",
    "key_of",
]
