"""The statements of the outbox: store, claim with a lease, and the moves of a delivery, each only forward.

Every move names the lease under which it is made, so that a worker that lost its lease changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import F, prefetch_related_objects
from psycopg.types.json import Jsonb

from accounts.ids import new_id
from notifications.channels.registry import (
    account_channels,
    floor_channels,
    optional_channels,
    stored_channels,
)
from notifications.models import Delivery, DeliveryState, DropReason, Notification, Severity, Subscription

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
    FROM unnest(
        %(ids)s::uuid[], %(keys)s::text[], %(recipients)s::uuid[], %(instead)s::uuid[], %(types)s::text[],
        %(subjects)s::text[], %(kinds)s::text[], %(severities)s::text[], %(payloads)s::jsonb[]
    ) AS draft(id, dedup_key, recipient_id, instead_of_id, subject_type, subject_id, kind, severity, payload)
    ON CONFLICT (dedup_key) DO NOTHING
    RETURNING id, recipient_id, severity
), ways AS (
    SELECT id AS notification_id, severity, channel, NULL::uuid AS subscription_id, true AS instant
    FROM stored CROSS JOIN unnest(%(stored)s::text[]) AS channel
    UNION ALL
    SELECT stored.id, severity, account.channel, NULL, false
    FROM stored
    JOIN {users} AS person ON person.id = stored.recipient_id
    CROSS JOIN unnest(%(account)s::text[]) AS account(channel)
    LEFT JOIN notifications_subscription AS subscription
        ON subscription.user_id = person.id AND subscription.channel = account.channel
        AND subscription.address_key = person.email
    WHERE severity = ANY(%(urgent)s) OR (coalesce(subscription.enabled, true) AND {loud_enough})
    UNION ALL
    SELECT stored.id, severity, subscription.channel, subscription.id, false
    FROM stored JOIN notifications_subscription AS subscription ON subscription.user_id = stored.recipient_id
    WHERE subscription.channel = ANY(%(optional)s)
        AND (
            subscription.enabled AND {loud_enough}
            OR subscription.channel = ANY(%(floor)s) AND severity = ANY(%(urgent)s)
        )
        AND NOT subscription.awaits_code AND subscription.retired_at IS NULL
), delivery AS (
    INSERT INTO notifications_delivery
        (id, notification_id, channel, subscription_id, urgent, state, attempts, uncertain_attempts,
         available_at, next_hint_at, provider_reference, sent_at, delivered_at, last_error, dropped_reason,
         bundle_key)
    SELECT uuidv7(), notification_id, channel, subscription_id, severity = ANY(%(urgent)s),
        CASE WHEN instant THEN 'delivered' ELSE 'pending' END, 0, 0, %(now)s, %(hint)s, '',
        CASE WHEN instant THEN %(now)s END, CASE WHEN instant THEN %(now)s END, '', '',
        CASE WHEN instant THEN '' ELSE bundle.key END
    FROM ways
    JOIN unnest(%(ids)s::uuid[], %(bundles)s::text[]) AS bundle(id, key) ON bundle.id = notification_id
    RETURNING id, notification_id, urgent, state
)
SELECT stored.id, delivery.id, delivery.urgent
FROM stored LEFT JOIN delivery ON delivery.notification_id = stored.id AND delivery.state = 'pending'
"""
LOUD_ENOUGH = """
    array_position(%(severity_scale)s::text[], severity::text)
    >= array_position(%(severity_scale)s::text[], coalesce(subscription.min_severity, 'info')::text)
"""

CLAIM = """
UPDATE notifications_delivery AS delivery
SET state = 'sending', attempts = attempts + 1, lease_token = %(token)s, leased_until = %(until)s,
    next_hint_at = %(until)s, uncertain_attempts = uncertain_attempts + (leased_until IS NOT NULL)::int
FROM (
    SELECT id FROM notifications_delivery
    WHERE state IN ('pending', 'sending') AND available_at <= %(now)s AND carried_by_id IS NULL
        AND (leased_until IS NULL OR leased_until <= %(now)s) {which}
    ORDER BY urgent DESC, available_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
) AS due
WHERE delivery.id = due.id
RETURNING delivery.*
"""

HOLD = """
UPDATE notifications_delivery AS delivery
SET lease_token = NULL, leased_until = NULL, attempts = attempts - 1,
    available_at = held.until, next_hint_at = held.until
FROM unnest(%(ids)s::uuid[], %(tokens)s::uuid[], %(untils)s::timestamptz[]) AS held(id, token, until)
WHERE delivery.id = held.id AND delivery.lease_token = held.token AND delivery.state = 'sending'
"""

REMIND = """
UPDATE notifications_delivery AS delivery
SET next_hint_at = %(next)s
FROM (
    SELECT id FROM notifications_delivery
    WHERE state IN ('pending', 'sending') AND next_hint_at <= %(now)s AND carried_by_id IS NULL
    ORDER BY next_hint_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
) AS due
WHERE delivery.id = due.id
RETURNING delivery.id, delivery.urgent, delivery.attempts
"""


@dataclass(frozen=True)
class Waiting:
    """A delivery that wants a worker."""

    id: UUID
    urgent: bool
    is_retry: bool = False


def store(
    drafts: Sequence[Notification], now: datetime, bundles: Sequence[str] | None = None
) -> tuple[list[Notification], list[Waiting]]:
    """Insert notifications that are new by their dedup key, with their deliveries, in one statement.

    `bundles`: for each draft the key of those it may share a message with, empty where it goes alone.
    """
    query = STORE.format(users=get_user_model()._meta.db_table, loud_enough=LOUD_ENOUGH)
    with connection.cursor() as cursor:
        cursor.execute(query, _store_params(drafts, now) | {"bundles": list(bundles or [""] * len(drafts))})
        rows = cursor.fetchall()
    new_ids = {row[0] for row in rows}
    new = [draft for draft in drafts if draft.pk in new_ids]
    for notification in new:
        notification._state.adding = False
        notification._state.db = connection.alias
    return new, [Waiting(delivery, urgent) for _, delivery, urgent in rows if delivery is not None]


def _store_params(drafts: Sequence[Notification], now: datetime) -> dict[str, Any]:
    return {
        "ids": [draft.pk for draft in drafts],
        "keys": [draft.dedup_key for draft in drafts],
        "recipients": [draft.recipient_id for draft in drafts],
        "instead": [draft.instead_of_id for draft in drafts],
        "types": [draft.subject_type for draft in drafts],
        "subjects": [draft.subject_id for draft in drafts],
        "kinds": [draft.kind for draft in drafts],
        "severities": [str(draft.severity) for draft in drafts],
        "payloads": [Jsonb(draft.payload) for draft in drafts],
        "stored": stored_channels(),
        "account": account_channels(),
        "optional": optional_channels(),
        "floor": floor_channels(),
        "urgent": [str(severity) for severity in Severity if severity.is_urgent],
        "severity_scale": [str(severity) for severity in Severity],
        "now": now,
        "hint": now + FIRST_REMINDER,
    }


def claim(*, ids: Sequence[UUID] | None = None, limit: int, now: datetime) -> list[Delivery]:
    """Lease up to `limit` due deliveries, of `ids` or of all, loudest and oldest first.

    Whoever else holds or takes one of them is passed over. All share one new `lease_token`.
    """
    which = "AND id = ANY(%(ids)s)" if ids is not None else ""
    params = {"token": new_id(), "until": now + LEASE, "now": now, "limit": limit, "ids": list(ids or ())}
    claimed = list(Delivery.objects.raw(CLAIM.format(which=which), params))
    prefetch_related_objects(claimed, "notification__recipient", "subscription")
    return sorted(claimed, key=lambda delivery: (not delivery.urgent, delivery.available_at))


def remind(*, limit: int, now: datetime) -> list[Waiting]:
    """Deliveries whose hint seems lost, whose lease ran out or whose time has come; each once per 30 s."""
    with connection.cursor() as cursor:
        cursor.execute(REMIND, {"next": now + NEXT_REMINDER, "now": now, "limit": limit})
        return [Waiting(id, urgent, is_retry=attempts > 0) for id, urgent, attempts in cursor.fetchall()]


def _move(delivery: Delivery, **changes: Any) -> bool:
    """Change a delivery that is still leased to us, and end the lease. False when the lease was lost."""
    held = Delivery.objects.filter(
        pk=delivery.pk, lease_token=delivery.lease_token, state=DeliveryState.SENDING
    )
    return held.update(lease_token=None, leased_until=None, **changes) == 1


def confirm(delivery: Delivery, *, reference: str, is_delivered: bool, now: datetime) -> bool:
    """The provider accepted it."""
    if is_delivered:
        state, delivered_at = DeliveryState.DELIVERED, now
    else:
        state, delivered_at = DeliveryState.SENT, None
    return _move(
        delivery,
        state=state,
        sent_at=now,
        delivered_at=delivered_at,
        provider_reference=reference[:200],
        last_error="",
    )


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
    held = Delivery.objects.filter(pk__in=ids, lease_token__in=tokens, state=DeliveryState.SENDING)
    return held.update(lease_token=None, leased_until=None, next_hint_at=now, attempts=F("attempts") - 1)


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


def open_way(subscription: Subscription, *, notification: Notification, now: datetime) -> Waiting:
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
