"""Questions about what was told."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q, QuerySet

from notifications.channels.registry import channels
from notifications.contacts.test_messages import CONTACT_METHOD
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

    `key` names it for `contact_methods.find`; `address` is shortened. `enabled`, `min_severity`: their wish.
    `works` is None while nothing was sent there, False after an error or a refusal. `is_floor`: severe alerts
    come whatever they wish. `secret`: ours, to be copied to the other side until it is proved;
    `takes_secret`: the other side has one of its own that the person may change here.
    """

    key: str
    channel: str
    label: str
    name: str
    address: str
    enabled: bool
    min_severity: str
    is_floor: bool
    may_be_removed: bool
    awaits_code: bool
    signed_out: bool
    secret: str
    takes_secret: bool
    works: bool | None
    last_success_at: datetime | None
    last_error_at: datetime | None
    last_error: str


def inbox(user: "User") -> NotificationQuerySet:
    """Standing notifications of `user`, newest first."""
    rows = Notification.objects.visible_to(user).active().select_related("alert")
    return rows.exclude(alert__subject_type=CONTACT_METHOD)


def notifications_of(user: "User") -> NotificationQuerySet:
    """Everything `user` was ever told, what has been withdrawn since included."""
    return Notification.objects.visible_to(user).select_related("alert")


def unread_count(user: "User") -> int:
    return inbox(user).filter(read_at__isnull=True).count()


@dataclass(frozen=True)
class Health:
    """What became of what some people were told: deliveries by (channel, state), notifications by answer."""

    deliveries: dict[tuple[str, str], int]
    written: int
    read: int
    acknowledged: int


def delivery_health(recipients: "QuerySet[User]", *, since: datetime) -> Health:
    """The health of everything sent to `recipients` from `since` on."""
    sent = Notification.objects.filter(recipient__in=recipients, created_at__gte=since)
    contact_methods = Delivery.objects.filter(notification__in=sent).order_by()
    answers = sent.aggregate(
        written=Count("pk"), read=Count("read_at"), acknowledged=Count("acknowledged_at")
    )
    counts = contact_methods.values_list("channel", "state").annotate(Count("pk"))
    return Health({(channel, state): count for channel, state, count in counts}, **answers)


def oldest_pending(now: datetime) -> timedelta:
    """For how long the longest waiting message could already have been sent; zero when none waits."""
    new = Notification.objects.filter(next_hint_at__isnull=False).order_by()
    waiting = [
        Delivery.objects.filter(state__in=OPEN_STATES).aggregate(oldest=Min("available_at"))["oldest"],
        new.aggregate(oldest=Min("created_at"))["oldest"],
    ]
    return max(now - min((at for at in waiting if at), default=now), timedelta(0))


def tick_age(name: str, now: datetime) -> timedelta | None:
    """The time since the process `name` last gave a sign of life; None if it never did."""
    at = ProcessTick.objects.filter(pk=name).values_list("at", flat=True).first()
    return now - at if at else None


def reachability(user: "User") -> list[Reach]:
    """The contact methods of `user`, outside of the portal itself, with its last success and last error."""
    rows = Subscription.objects.filter(user=user, removed_at__isnull=True).select_related("user")
    by_address = {(row.channel, row.address): row for row in rows}
    account = {(channel.name, user.email) for channel in channels().values() if channel.is_of_account}
    for key in account - set(by_address):
        by_address[key] = Subscription(user=user, channel=key[0], address=key[1])
    rank = {name: place for place, name in enumerate(channels())}
    mine = [
        row
        for key, row in by_address.items()
        if row.channel in rank and (key in account or not _of_account(row))
    ]
    return [reach(row) for row in sorted(mine, key=lambda row: (rank[row.channel], row.pk))]


def is_reachable(contact_methods: Iterable[Reach]) -> bool | None:
    """Whether somebody with these contact methods can be reached now; None while nothing was sent to any."""
    reachable = {
        method.works
        for method in contact_methods
        if (method.enabled or method.is_floor) and not (method.awaits_code or method.signed_out)
    }
    if True in reachable:
        return True
    return None if None in reachable else False


def absent_floor() -> list[str]:
    """The channels that severe alerts should take and that are not set up here."""
    return [name for name in ("sms", "voice") if name not in channels()]


def _of_account(row: Subscription) -> bool:
    return channels()[row.channel].is_of_account


def reach(row: Subscription) -> Reach:
    """How one living contact method fared."""
    channel = channels()[row.channel]
    shows_secret = channel.reveals_secret and row.awaits_code
    return Reach(
        key=row.channel if channel.is_of_account else str(row.pk),
        channel=row.channel,
        label=str(channel.label),
        name=row.name,
        address=channel.shown(row.address),
        enabled=row.enabled,
        min_severity=row.min_severity,
        is_floor=channel.is_floor,
        may_be_removed=not channel.is_of_account,
        awaits_code=row.awaits_code,
        signed_out=row.is_signed_out(row.user),
        secret=row.options.get("secret", "") if shows_secret else "",
        takes_secret=channel.takes_secret,
        works=_works(row),
        last_success_at=row.last_success_at,
        last_error_at=row.last_error_at,
        last_error=row.last_error,
    )


def _works(row: Subscription) -> bool | None:
    if row.retired_at is not None:
        return False
    if row.last_error_at is None:
        return True if row.last_success_at else None
    return row.last_success_at is not None and row.last_success_at > row.last_error_at


def about(subjects: Mapping[str, Collection[str]]) -> QuerySet[Notification]:
    """Everything that was said about subjects, by type and ids, to anybody; withdrawn notices too."""
    named = Q()
    for subject_type, ids in subjects.items():
        named |= Q(alert__subject_type=subject_type, alert__subject_id__in=ids)
    rows = Notification.objects.filter(named) if subjects else Notification.objects.none()
    return rows.select_related("alert", "recipient").order_by("created_at", "pk")
