"""What is known of a person's addresses: their wishes, and how the address fared last."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from notifications.channels.registry import account_channels, floor_channels, optional_channels
from notifications.contacts.test_messages import is_test
from notifications.models import Delivery, Notification, Subscription, key_of

if TYPE_CHECKING:
    from accounts.models import User

Address = tuple[UUID, str, str]

SUCCEEDED = """
UPDATE notifications_subscription AS subscription SET last_success_at = %(now)s, retired_at = NULL
FROM (
    SELECT id FROM notifications_subscription
    WHERE id = ANY(%(rows)s) AND removed_at IS NULL ORDER BY id FOR NO KEY UPDATE
) AS own
WHERE subscription.id = own.id
"""


def address_of(delivery: Delivery) -> Address:
    """Whom `delivery` goes to: user, channel, and the address as it is now."""
    user = delivery.notification.recipient
    address = delivery.subscription.address if delivery.subscription else user.email
    return user.pk, delivery.channel, address or ""


def subscriptions_of(deliveries: Sequence[Delivery]) -> dict[Address, Subscription]:
    """The stored subscriptions behind `deliveries`, those of account channels included."""
    rows = {
        one.subscription for one in deliveries if one.subscription and one.subscription.removed_at is None
    }
    by_account = {one.notification.recipient_id for one in deliveries if one.subscription is None}
    if by_account:
        rows |= set(
            Subscription.objects.filter(
                user__in=by_account, channel__in=account_channels(), removed_at__isnull=True
            )
        )
    return {(row.user_id, row.channel, row.address): row for row in rows}


def wants(subscription: Subscription | None, delivery: Delivery) -> bool:
    """Whether the person still wants `delivery`: nobody can refuse severe alerts on the floor's channels."""
    if subscription is None:
        return delivery.subscription is None or delivery.subscription.removed_at is None
    if subscription.is_signed_out(delivery.notification.recipient):
        return False
    if is_test(delivery.notification) or delivery.notification.is_of_account:
        return True
    is_floor = delivery.channel in floor_channels() and delivery.notification.urgent
    return subscription.enabled or is_floor


def other_contact_method(notification: Notification, without: Collection[str] = ()) -> Subscription | None:
    """An untried contact method of the recipient of `notification`, even one they keep for louder alerts.

    `without`: channels that are out of order.
    """
    account = {of_account(notification.recipient, channel).pk for channel in account_channels()}
    rows = Subscription.objects.filter(
        Q(device_generation=None) | Q(device_generation=F("user__access_generation")),
        user_id=notification.recipient_id,
        enabled=True,
        awaits_code=False,
        retired_at__isnull=True,
    )
    tried = set(notification.deliveries.values_list("channel", "subscription"))
    by_rank = {name: rank for rank, name in enumerate((*account_channels(), *optional_channels()))}
    usable = [
        row
        for row in rows
        if row.channel in by_rank
        and row.channel not in without
        and not tried & {(row.channel, row.pk), (row.channel, None)}
        and (row.pk in account or row.channel not in account_channels())
    ]
    return min(usable, key=lambda row: by_rank[row.channel], default=None)


def of_account(user: "User", channel: str) -> Subscription:
    """The row of the present address of `user` on a channel of the account."""
    kept = {"user": user, "channel": channel, "address_key": user.email}
    return Subscription.objects.get_or_create(**kept, defaults={"address": user.email})[0]


def record_successes(
    addresses: Collection[Address], among: Mapping[Address, Subscription], *, now: datetime
) -> None:
    """These addresses work. `among`: the subscriptions that are known of them."""
    rows = [among[address].pk for address in addresses if address in among]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(SUCCEEDED, {"now": now, "rows": rows})
    changes = {"last_success_at": now, "retired_at": None}
    _remember_accounts([address for address in addresses if address not in among], changes)


def record_error(address: Address, *, error: str, is_dead: bool, now: datetime) -> None:
    """Keep the last error; an address that `is_dead` is not used again until a success or a new address."""
    user_id, channel, at = address
    changes: dict[str, object] = {"last_error_at": now, "last_error": error[:300]}
    changes |= {"retired_at": now} if is_dead else {}
    own = Subscription.objects.filter(user_id=user_id, channel=channel, removed_at__isnull=True)
    own.filter(address_key=key_of(channel, at)).update(**changes)
    _remember_accounts([address], changes)


def _remember_accounts(addresses: Iterable[Address], changes: Mapping[str, object]) -> None:
    """Only the account's address gets a row by being used; one that was removed must not come back."""
    account = account_channels()
    Subscription.objects.bulk_create(
        [
            Subscription(user_id=user_id, channel=channel, address=address, address_key=address, **changes)
            for user_id, channel, address in sorted(addresses)
            if channel in account
        ],
        update_conflicts=True,
        unique_fields=["user", "channel", "address_key"],
        update_fields=list(changes),
    )
