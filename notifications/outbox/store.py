"""The statements of the outbox: store, claim with a lease, and the moves of a delivery, each only forward.

Every move names the lease under which it is made, so that a worker that lost its lease changes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import F
from psycopg.types.json import Jsonb

from accounts.arrays import array
from accounts.ids import new_id
from notifications.channels.base import Receipt
from notifications.channels.registry import account_channels, floor_channels, optional_channels
from notifications.delivery import bundles
from notifications.models import Delivery, DeliveryState, DropReason, Notification, Subscription
from notifications.types import Severity

if TYPE_CHECKING:
    from notifications.types import Notice

LEASE = timedelta(seconds=120)
FIRST_REMINDER = timedelta(seconds=5)
NEXT_REMINDER = timedelta(seconds=30)

STORE = """
WITH stored AS (
    INSERT INTO notifications_notification
        (id, dedup_key, recipient_id, instead_of_id, subject_type, subject_id, kind, severity, payload,
         created_at)
    SELECT id, dedup_key, recipient_id, instead_of_id, subject_type, subject_id, kind, severity, payload,
        %(now)s
    FROM unnest(%(ids)s::uuid[], %(keys)s::text[], %(recipients)s::uuid[], %(said)s::int[])
        WITH ORDINALITY AS draft(id, dedup_key, recipient_id, said, place)
    JOIN (
        SELECT * FROM ROWS FROM (
            unnest(%(instead)s::uuid[], %(types)s::text[], %(subjects)s::text[], %(kinds)s::text[],
                %(severities)s::text[]),
            jsonb_array_elements(%(payloads)s)
        ) WITH ORDINALITY
    ) AS matter(instead_of_id, subject_type, subject_id, kind, severity, payload, said) USING (said)
    ORDER BY place
    ON CONFLICT (dedup_key) DO NOTHING
    RETURNING id, recipient_id, severity
), ways AS (
    SELECT stored.id AS notification_id, severity, account.channel, NULL::uuid AS subscription_id
    FROM stored
    JOIN {users} AS person ON person.id = stored.recipient_id
    CROSS JOIN unnest(%(account)s::text[]) AS account(channel)
    LEFT JOIN notifications_subscription AS subscription
        ON subscription.user_id = person.id AND subscription.channel = account.channel
        AND subscription.address_key = person.email
    WHERE severity = ANY(%(urgent)s) OR (coalesce(subscription.enabled, true) AND {loud_enough})
    UNION ALL
    SELECT stored.id, severity, subscription.channel, subscription.id
    FROM stored JOIN notifications_subscription AS subscription ON subscription.user_id = stored.recipient_id
    JOIN {users} AS person ON person.id = subscription.user_id
    WHERE subscription.channel = ANY(%(optional)s)
        AND coalesce(subscription.device_generation = person.access_generation, true)
        AND (
            subscription.enabled AND {loud_enough}
            OR subscription.channel = ANY(%(floor)s) AND severity = ANY(%(urgent)s)
        )
        AND NOT subscription.awaits_code AND subscription.retired_at IS NULL
), delivery AS (
    INSERT INTO notifications_delivery
        (id, notification_id, channel, subscription_id, urgent, state, attempts, uncertain_attempts,
         available_at, next_hint_at, provider_reference, last_error, dropped_reason, bundle_key)
    SELECT uuidv7(), notification_id, channel, subscription_id, severity = ANY(%(urgent)s), 'pending', 0, 0,
        %(now)s, %(hint)s, '', '', '', bundle.key
    FROM ways
    JOIN unnest(%(ids)s::uuid[], %(bundles)s::text[]) AS bundle(id, key) ON bundle.id = notification_id
    RETURNING id, notification_id, urgent
)
SELECT stored.id, delivery.id, delivery.urgent
FROM stored LEFT JOIN delivery ON delivery.notification_id = stored.id
"""
LOUD_ENOUGH = """
    array_position(%(severity_scale)s::text[], severity::text)
    >= array_position(%(severity_scale)s::text[], coalesce(subscription.min_severity, 'info')::text)
"""

CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM notifications_delivery
    WHERE state IN ('pending', 'sending') AND available_at <= %(now)s AND carried_by_id IS NULL
        AND (leased_until IS NULL OR leased_until <= %(now)s) {which}
    ORDER BY urgent DESC, available_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE notifications_delivery AS delivery
SET state = 'sending', attempts = attempts + 1, lease_token = %(token)s, leased_until = %(until)s,
    next_hint_at = %(until)s, uncertain_attempts = uncertain_attempts + (leased_until IS NOT NULL)::int
FROM due
WHERE delivery.id = due.id
RETURNING delivery.id
"""
"""Materialised, here and below: a plan that asked the subquery again for each row would pass the limit."""

HOLD = """
UPDATE notifications_delivery AS delivery
SET lease_token = NULL, leased_until = NULL, attempts = attempts - 1,
    available_at = lease.until, next_hint_at = lease.until
FROM unnest(%(ids)s::uuid[], %(tokens)s::uuid[], %(untils)s::timestamptz[]) AS lease(id, token, until)
WHERE delivery.id = lease.id AND delivery.lease_token = lease.token AND delivery.state = 'sending'
"""

CONFIRM = """
WITH swift AS (SELECT set_config('synchronous_commit', 'off', true))
UPDATE notifications_delivery AS delivery
SET lease_token = NULL, leased_until = NULL, sent_at = %(now)s, last_error = '',
    state = CASE WHEN receipt.is_delivered THEN 'delivered' ELSE 'sent' END,
    delivered_at = CASE WHEN receipt.is_delivered THEN %(now)s END, provider_reference = receipt.reference
FROM swift, unnest(%(ids)s::uuid[], %(tokens)s::uuid[], %(references)s::text[], %(arrivals)s::boolean[])
    AS receipt(id, token, reference, is_delivered)
WHERE delivery.id = receipt.id AND lease_token = receipt.token AND state = 'sending'
RETURNING delivery.id
"""
"""It need not wait for the disk: a confirmation that a crash of the database takes back leaves a lease, and
the message is repeated, counted as uncertain, like any other whose confirmation was lost."""

REMIND = """
WITH due AS MATERIALIZED (
    SELECT id FROM notifications_delivery
    WHERE state IN ('pending', 'sending') AND next_hint_at <= %(now)s AND carried_by_id IS NULL
    ORDER BY next_hint_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE notifications_delivery AS delivery
SET next_hint_at = %(next)s
FROM due
WHERE delivery.id = due.id
RETURNING delivery.id, delivery.urgent, delivery.attempts
"""


class Waiting(NamedTuple):
    """A delivery that wants a worker."""

    id: UUID
    urgent: bool
    is_retry: bool = False


def store(drafts: Mapping[UUID, "Notice"], now: datetime) -> tuple[list[UUID], list[Waiting]]:
    """Insert notices, by the ids of their notifications, with their deliveries, in one statement.

    Those whose dedup key is known already are left out. Returns the ids of the new ones, and what to deliver.
    """
    query = STORE.format(users=get_user_model()._meta.db_table, loud_enough=LOUD_ENOUGH)
    with connection.cursor() as cursor:
        cursor.execute(query, _store_params(drafts, now))
        rows = cursor.fetchall()
    new = {row[0] for row in rows}
    waiting = [Waiting(delivery, urgent) for _, delivery, urgent in rows if delivery is not None]
    return [id for id in drafts if id in new], waiting


def _store_params(drafts: Mapping[UUID, "Notice"], now: datetime) -> dict[str, Any]:
    notices = drafts.values()
    matters = {_matter(notice): notice for notice in notices}
    place = {matter: number for number, matter in enumerate(matters, 1)}
    return {
        "ids": array(drafts),
        "keys": array(notice.dedup_key for notice in notices),
        "recipients": array(notice.recipient_id for notice in notices),
        "bundles": array(bundles.key_of(notice) for notice in notices),
        "said": array(place[_matter(notice)] for notice in notices),
        "instead": array(notice.instead_of_id for notice in matters.values()),
        "types": array(notice.subject_type for notice in matters.values()),
        "subjects": array(notice.subject_id for notice in matters.values()),
        "kinds": array(notice.kind for notice in matters.values()),
        "severities": array(notice.severity for notice in matters.values()),
        "payloads": Jsonb([dict(notice.payload) for notice in matters.values()]),
        "account": account_channels(),
        "optional": optional_channels(),
        "floor": floor_channels(),
        "urgent": [str(severity) for severity in Severity if severity.is_urgent],
        "severity_scale": [str(severity) for severity in Severity],
        "now": now,
        "hint": now + FIRST_REMINDER,
    }


def _matter(notice: "Notice") -> tuple[object, ...]:
    """What notices to several people have in common, so that it is written out once."""
    return (
        notice.subject_type,
        notice.subject_id,
        notice.kind,
        notice.severity,
        notice.instead_of_id,
        id(notice.payload),
    )


def claim(*, ids: Sequence[UUID] | None = None, limit: int, now: datetime) -> list[Delivery]:
    """Lease up to `limit` due deliveries, of `ids` or of all, loudest and oldest first.

    Whoever else holds or takes one of them is passed over. All share one new `lease_token`.
    """
    which = "AND id = ANY(%(ids)s)" if ids is not None else ""
    params: dict[str, Any] = {
        "token": new_id(),
        "until": now + LEASE,
        "now": now,
        "limit": limit,
        "ids": list(ids or ()),
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM.format(which=which), params)
        claimed = Delivery.objects.filter(pk__in=[id for (id,) in cursor.fetchall()])
    joined = claimed.select_related("notification__recipient", "subscription")
    return list(joined.order_by("-urgent", "available_at", "pk"))


def remind(*, limit: int, now: datetime) -> list[Waiting]:
    """Deliveries whose hint seems lost, whose lease ran out or whose time has come; each once per 30 s."""
    with connection.cursor() as cursor:
        cursor.execute(REMIND, {"next": now + NEXT_REMINDER, "now": now, "limit": limit})
        return [Waiting(id, urgent, is_retry=attempts > 0) for id, urgent, attempts in cursor.fetchall()]


def _move(delivery: Delivery, **changes: Any) -> bool:
    """Change a delivery that is still leased to us, and end the lease. False when the lease was lost."""
    leased = Delivery.objects.filter(
        pk=delivery.pk, lease_token=delivery.lease_token, state=DeliveryState.SENDING
    )
    return leased.update(lease_token=None, leased_until=None, **changes) == 1


def confirm(receipts: Mapping[Delivery, Receipt], *, now: datetime) -> set[Delivery]:
    """Providers accepted these. Returns those whose lease was not lost meanwhile."""
    if not receipts:
        return set()
    params: dict[str, Any] = {
        "ids": [delivery.pk for delivery in receipts],
        "tokens": [delivery.lease_token for delivery in receipts],
        "references": [receipt.reference[:200] for receipt in receipts.values()],
        "arrivals": [receipt.is_delivered for receipt in receipts.values()],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(CONFIRM, params)
        confirmed = {id for (id,) in cursor.fetchall()}
    return {delivery for delivery in receipts if delivery.pk in confirmed}


def postpone(delivery: Delivery, *, until: datetime, error: str) -> bool:
    """It may work later: wait without a lease for the next attempt."""
    return _move(delivery, available_at=until, next_hint_at=until, last_error=error[:300])


def drop(delivery: Delivery, *, reason: DropReason) -> bool:
    """It is no longer needed."""
    return _move(delivery, state=DeliveryState.DROPPED, dropped_reason=reason)


def give_up(delivery: Delivery, *, state: DeliveryState, error: str) -> bool:
    """This way of telling will not work: `failed` when another way was found, else `undeliverable`."""
    return _move(delivery, state=state, last_error=error[:300])


def release(deliveries: Sequence[Delivery], *, now: datetime) -> int:
    """Give back the leases of deliveries that were not attempted after all."""
    ids = [delivery.pk for delivery in deliveries]
    tokens = {delivery.lease_token for delivery in deliveries}
    leased = Delivery.objects.filter(pk__in=ids, lease_token__in=tokens, state=DeliveryState.SENDING)
    return leased.update(lease_token=None, leased_until=None, next_hint_at=now, attempts=F("attempts") - 1)


def hold(waits: Mapping[Delivery, datetime]) -> None:
    """Give back leased deliveries that were not attempted, each to come again at its time."""
    if not waits:
        return
    params: dict[str, Any] = {
        "ids": [delivery.pk for delivery in waits],
        "tokens": [delivery.lease_token for delivery in waits],
        "untils": list(waits.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(HOLD, params)


def open_delivery(subscription: Subscription, *, notification: Notification, now: datetime) -> Waiting:
    """A further delivery of `notification`."""
    delivery = Delivery.objects.create(
        notification=notification,
        channel=subscription.channel,
        subscription=subscription,
        urgent=Severity(notification.severity).is_urgent,
        available_at=now,
        next_hint_at=now + FIRST_REMINDER,
    )
    return Waiting(delivery.pk, delivery.urgent)
