"""The statements of the outbox: store, make deliveries, claim with a lease, and the moves of a delivery, each
only forward.

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
from notifications.models import Alert, Delivery, DeliveryState, DropReason, Notification, Subscription
from notifications.types import Severity

if TYPE_CHECKING:
    from notifications.types import Notice

LEASE = timedelta(seconds=120)
FIRST_REMINDER = timedelta(seconds=5)
NEXT_REMINDER = timedelta(seconds=30)
URGENT = [str(severity) for severity in Severity if severity.is_urgent]

STORE = """
WITH alert AS (
    INSERT INTO notifications_alert
        (id, dedup_key, subject_type, subject_id, kind, severity, bundle_group, payload, created_at)
    SELECT uuidv7(), dedup_key, subject_type, subject_id, kind, severity, bundle_group, payload, %(now)s
    FROM ROWS FROM (
        unnest(%(keys)s::text[], %(types)s::text[], %(subjects)s::text[], %(kinds)s::text[],
            %(severities)s::text[], %(groups)s::text[]),
        jsonb_array_elements(%(payloads)s)
    ) AS draft(dedup_key, subject_type, subject_id, kind, severity, bundle_group, payload)
    ON CONFLICT (dedup_key) DO UPDATE SET dedup_key = EXCLUDED.dedup_key
    RETURNING id, dedup_key, severity = ANY(%(urgent)s) AS urgent
), stored AS (
    INSERT INTO notifications_notification (id, alert_id, recipient_id, urgent, created_at, next_hint_at)
    SELECT uuidv7(), alert.id, recipient_id, urgent, %(now)s, %(hint)s
    FROM unnest(%(keys_of_recipients)s::text[], %(recipients)s::uuid[]) AS audience(dedup_key, recipient_id)
    JOIN alert USING (dedup_key)
    ON CONFLICT (alert_id, recipient_id, instead_of_id) DO NOTHING
    RETURNING id, alert_id, recipient_id, urgent
)
SELECT stored.id, alert_id, dedup_key, recipient_id, stored.urgent
FROM stored JOIN alert ON alert.id = alert_id
"""
"""An alert that is there already is named again, so that its id is known and further people can be told."""

OPEN = """
WITH due AS MATERIALIZED (
    SELECT id, alert_id, recipient_id, urgent FROM notifications_notification
    WHERE next_hint_at IS NOT NULL {which}
    ORDER BY urgent DESC, next_hint_at
    LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
), opened AS (
    UPDATE notifications_notification AS notification SET next_hint_at = NULL
    FROM due WHERE notification.id = due.id
), audience AS (
    SELECT due.id, due.urgent, severity, person.id AS person_id, person.email, person.access_generation,
        CASE WHEN severity = 'critical' OR bundle_group = '' THEN ''
            ELSE person.id || ':' || CASE severity WHEN 'info' THEN %(digest)s ELSE bundle_group END END
            AS bundle_key
    FROM due JOIN notifications_alert AS alert ON alert.id = alert_id
    JOIN {users} AS person ON person.id = recipient_id
), ways AS (
    SELECT audience.*, account.channel, NULL::uuid AS subscription_id
    FROM audience
    CROSS JOIN unnest(%(account)s::text[]) AS account(channel)
    LEFT JOIN notifications_subscription AS subscription
        ON subscription.user_id = person_id AND subscription.channel = account.channel
        AND subscription.address_key = email
    WHERE urgent OR (coalesce(subscription.enabled, true) AND {loud_enough})
    UNION ALL
    SELECT audience.*, subscription.channel, subscription.id
    FROM audience JOIN notifications_subscription AS subscription ON subscription.user_id = person_id
    WHERE subscription.channel = ANY(%(optional)s)
        AND coalesce(subscription.device_generation = access_generation, true)
        AND (
            subscription.enabled AND {loud_enough} OR subscription.channel = ANY(%(floor)s) AND urgent
        )
        AND NOT subscription.awaits_code AND subscription.retired_at IS NULL
)
INSERT INTO notifications_delivery
    (id, notification_id, channel, subscription_id, urgent, state, attempts, uncertain_attempts,
     available_at, next_hint_at, leased_until, lease_token, provider_reference, last_error, dropped_reason,
     bundle_key)
SELECT uuidv7(), id, channel, subscription_id, urgent, 'sending', 1, 0,
    %(now)s, %(until)s, %(until)s, %(token)s, '', '', '', bundle_key
FROM ways
RETURNING id
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


REMIND_OF_NEW = """
WITH due AS MATERIALIZED (
    SELECT id FROM notifications_notification
    WHERE next_hint_at <= %(now)s
    ORDER BY urgent DESC, next_hint_at
    LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE notifications_notification AS notification
SET next_hint_at = %(next)s
FROM due
WHERE notification.id = due.id
RETURNING notification.id, notification.urgent
"""


class Waiting(NamedTuple):
    """What wants a worker: a delivery, or a notification whose deliveries are not made yet."""

    id: UUID
    urgent: bool
    is_retry: bool = False
    is_notification: bool = False


class Stored(NamedTuple):
    """A new notification: which notice it is of, and to whom."""

    id: UUID
    alert_id: UUID
    dedup_key: str
    recipient_id: UUID
    urgent: bool

    @property
    def waiting(self) -> Waiting:
        return Waiting(self.id, self.urgent, is_notification=True)


def store(notices: Sequence["Notice"], now: datetime) -> list[Stored]:
    """Insert the alerts of notices, each of another dedup key, and a notification for each recipient, in one
    statement. Whoever was told already is left out. How they are reached is decided when a worker takes them.
    """
    with connection.cursor() as cursor:
        cursor.execute(STORE, _store_params(notices, now))
        return [Stored(*row) for row in cursor.fetchall()]


def _store_params(notices: Sequence["Notice"], now: datetime) -> dict[str, Any]:
    audience = [(notice.dedup_key, person) for notice in notices for person in sorted(notice.recipients)]
    return {
        "keys": array(notice.dedup_key for notice in notices),
        "types": array(notice.subject_type for notice in notices),
        "subjects": array(notice.subject_id for notice in notices),
        "kinds": array(notice.kind for notice in notices),
        "severities": array(notice.severity for notice in notices),
        "groups": array(notice.group for notice in notices),
        "payloads": Jsonb([dict(notice.payload) for notice in notices]),
        "keys_of_recipients": array(key for key, _person in audience),
        "recipients": array(person for _key, person in audience),
        "urgent": URGENT,
        "now": now,
        "hint": now + FIRST_REMINDER,
    }


def open_deliveries(*, ids: Sequence[UUID] | None = None, limit: int, now: datetime) -> list[Delivery]:
    """Make and lease the deliveries of up to `limit` new notifications, of `ids` or all, urgent ones first.

    There is one for each way their recipients can be reached now. What others hold is passed over.
    """
    which = "AND id = ANY(%(ids)s)" if ids is not None else ""
    users = get_user_model()._meta.db_table
    params: dict[str, Any] = {
        "account": account_channels(),
        "optional": optional_channels(),
        "floor": floor_channels(),
        "digest": bundles.DIGEST,
        "severity_scale": [str(severity) for severity in Severity],
        "token": new_id(),
        "until": now + LEASE,
        "now": now,
        "limit": limit,
        "ids": list(ids or ()),
    }
    with connection.cursor() as cursor:
        cursor.execute(OPEN.format(which=which, users=users, loud_enough=LOUD_ENOUGH), params)
        return _leased([id for (id,) in cursor.fetchall()])


def _leased(ids: Sequence[UUID]) -> list[Delivery]:
    """Deliveries with all that sending asks of them, urgent and oldest first."""
    joined = Delivery.objects.filter(pk__in=ids).select_related(
        "notification__alert", "notification__recipient", "subscription"
    )
    return list(joined.order_by("-urgent", "available_at", "pk"))


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
        return _leased([id for (id,) in cursor.fetchall()])


def remind(*, limit: int, now: datetime) -> list[Waiting]:
    """Notifications and deliveries whose hint seems lost, whose lease ran out or whose time has come; each
    once per 30 s."""
    params: dict[str, Any] = {"next": now + NEXT_REMINDER, "now": now, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(REMIND_OF_NEW, params)
        new = [Waiting(id, urgent, is_notification=True) for id, urgent in cursor.fetchall()]
        cursor.execute(REMIND, params)
        return new + [
            Waiting(id, urgent, is_retry=attempts > 0) for id, urgent, attempts in cursor.fetchall()
        ]


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


def alert_of(notice: "Notice", now: datetime) -> Alert:
    """The alert that `notice` is, not stored."""
    return Alert(
        dedup_key=notice.dedup_key,
        subject_type=notice.subject_type,
        subject_id=notice.subject_id,
        kind=notice.kind,
        severity=notice.severity,
        payload=dict(notice.payload),
        bundle_group=notice.group,
        created_at=now,
    )


def store_one(notice: "Notice", *, now: datetime, read_at: datetime | None = None) -> Notification:
    """Insert an alert to one person, whose deliveries the caller opens."""
    (recipient,) = notice.recipients
    alert = alert_of(notice, now)
    alert.save(force_insert=True)
    urgent = Severity(notice.severity).is_urgent
    return Notification.objects.create(
        alert=alert, recipient_id=recipient, urgent=urgent, created_at=now, read_at=read_at
    )


def open_delivery(subscription: Subscription, *, notification: Notification, now: datetime) -> Waiting:
    """A further delivery of `notification`."""
    delivery = Delivery.objects.create(
        notification=notification,
        channel=subscription.channel,
        subscription=subscription,
        urgent=notification.urgent,
        available_at=now,
        next_hint_at=now + FIRST_REMINDER,
    )
    return Waiting(delivery.pk, delivery.urgent)
