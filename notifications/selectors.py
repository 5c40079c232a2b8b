"""Questions about what was told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Min, QuerySet

from notifications.channels.registry import channels
from notifications.models import (
    OPEN_STATES,
    Delivery,
    Notification,
    NotificationQuerySet,
    ProcessTick,
    Subscription,
)

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Reach:
    """How one channel and address of a person fared.

    `enabled` is their wish. `works` is None while nothing was sent there, False after an error or a refusal.
    """

    channel: str
    address: str
    enabled: bool
    works: bool | None
    last_success_at: datetime | None
    last_error_at: datetime | None
    last_error: str


def inbox(user: "User") -> NotificationQuerySet:
    """Standing notifications of `user`, newest first."""
    return Notification.objects.visible_to(user).standing()


def unread_count(user: "User") -> int:
    return inbox(user).filter(read_at__isnull=True).count()


@dataclass(frozen=True)
class Health:
    """What became of what some people were told: deliveries by (channel, state), notifications by answer."""

    deliveries: dict[tuple[str, str], int]
    told: int
    read: int
    acknowledged: int


def delivery_health(recipients: "QuerySet[User]", *, since: datetime) -> Health:
    """The health of everything told to `recipients` from `since` on."""
    told = Notification.objects.filter(recipient__in=recipients, created_at__gte=since)
    ways = Delivery.objects.filter(notification__in=told).order_by()
    answers = told.aggregate(told=Count("pk"), read=Count("read_at"), acknowledged=Count("acknowledged_at"))
    counts = ways.values_list("channel", "state").annotate(Count("pk"))
    return Health({(channel, state): count for channel, state, count in counts}, **answers)


def oldest_pending(now: datetime) -> timedelta:
    """For how long the longest waiting delivery could already have been sent; zero when none waits."""
    waiting = Delivery.objects.filter(state__in=OPEN_STATES)
    oldest = waiting.aggregate(oldest=Min("available_at"))["oldest"]
    return max(now - oldest, timedelta(0)) if oldest else timedelta(0)


def tick_age(name: str, now: datetime) -> timedelta | None:
    """The time since the process `name` last gave a sign of life; None if it never did."""
    at = ProcessTick.objects.filter(pk=name).values_list("at", flat=True).first()
    return now - at if at else None


def reachability(user: "User") -> list[Reach]:
    """Each way `user` can be told, outside of the portal itself, with its last success and last error."""
    known = {(row.channel, row.address): row for row in Subscription.objects.filter(user=user)}
    account = {(channel.name, user.email) for channel in channels().values() if channel.is_of_account}
    optional = {key for key in known if key[0] in channels() and not channels()[key[0]].is_of_account}
    return [
        _reach(channel, address, known.get((channel, address)))
        for channel, address in sorted(account | optional)
    ]


def _reach(channel: str, address: str, row: Subscription | None) -> Reach:
    if row is None:
        return Reach(channel, address, True, None, None, None, "")
    return Reach(
        channel, address, row.enabled, _works(row), row.last_success_at, row.last_error_at, row.last_error
    )


def _works(row: Subscription) -> bool | None:
    if row.retired_at is not None:
        return False
    if row.last_error_at is None:
        return True if row.last_success_at else None
    return row.last_success_at is not None and row.last_success_at > row.last_error_at
