"""Bundles: many notices to one person within a short time become one message that lists them.

The message is that of one delivery, the head; the others are carried by it and go under its lease, so that
whoever repeats it after a crash repeats the same message under the same id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from notifications import hooks
from notifications.channels.registry import channels
from notifications.models import OPEN_STATES, Delivery, DeliveryState, Notification
from notifications.types import Rendered, Severity

KIND, DIGEST = "bundle", "digest"
DIGEST_EVERY = timedelta(hours=1)
MOST_CARRIED, MOST_LISTED = 200, 20

GATHER = """
WITH found AS MATERIALIZED (
    SELECT head.id AS head, other.id
    FROM unnest(%(heads)s::uuid[], %(keys)s::text[], %(channels)s::text[], %(addresses)s::uuid[])
        AS head(id, key, channel, subscription)
    CROSS JOIN LATERAL (
        SELECT waiting.id FROM notifications_delivery AS waiting
        WHERE waiting.bundle_key = head.key AND waiting.bundle_key <> '' AND waiting.channel = head.channel
            AND waiting.subscription_id IS NOT DISTINCT FROM head.subscription
            AND waiting.state IN ('pending', 'sending') AND waiting.leased_until IS NULL
            AND waiting.uncertain_attempts = 0 AND waiting.carried_by_id IS NULL
            AND NOT EXISTS (SELECT FROM notifications_delivery AS own WHERE own.carried_by_id = waiting.id)
        ORDER BY waiting.available_at
        LIMIT %(most)s
        FOR UPDATE SKIP LOCKED
    ) AS other
)
UPDATE notifications_delivery AS delivery
SET carried_by_id = found.head, state = 'sending', attempts = attempts + 1
FROM found
WHERE delivery.id = found.id
"""


def digest_at(created_at: datetime) -> datetime:
    """When what was told at `created_at` with low severity goes out: at the next full hour."""
    begun = timedelta(
        minutes=created_at.minute, seconds=created_at.second, microseconds=created_at.microsecond
    )
    return created_at - begun + DIGEST_EVERY


def gather(heads: Sequence[Delivery]) -> None:
    """Let each of `heads`, which are leased, carry what else waits for the same person and address."""
    if not heads:
        return
    params: dict[str, Any] = {
        "heads": [head.pk for head in heads],
        "keys": [head.bundle_key for head in heads],
        "channels": [head.channel for head in heads],
        "addresses": [head.subscription_id for head in heads],
        "most": MOST_CARRIED,
    }
    with connection.cursor() as cursor:
        cursor.execute(GATHER, params)


def carried(heads: Sequence[Delivery]) -> dict[UUID, list[Delivery]]:
    """What the messages of leased deliveries tell besides their own notifications, by the head's id."""
    by_head: dict[UUID, list[Delivery]] = {head.pk: [] for head in heads}
    able = [head.pk for head in heads if head.bundle_key]
    if not able or not settings.STORM_CONTROL:
        return by_head
    rows = Delivery.objects.filter(carried_by__in=able, state__in=OPEN_STATES).select_related(
        "notification__alert", "notification__recipient", "subscription"
    )
    for row in rows.order_by("notification__created_at", "pk"):
        if row.carried_by_id is not None:
            by_head[row.carried_by_id].append(row)
    return by_head


def dissolve(head: Delivery, *, now: datetime) -> int:
    """Let what `head` carried go on by itself: its message will not be sent."""
    return Delivery.objects.filter(carried_by=head, state__in=OPEN_STATES).update(
        carried_by=None, available_at=now, next_hint_at=now
    )


def confirm(head: Delivery, deliveries: Sequence[Delivery]) -> None:
    """What `head` carried was told with it. Called in the transaction that confirms `head`, after it."""
    head.refresh_from_db()
    Delivery.objects.filter(
        pk__in=[one.pk for one in deliveries], carried_by=head, state=DeliveryState.SENDING
    ).update(
        state=head.state,
        sent_at=head.sent_at,
        delivered_at=head.delivered_at,
        provider_reference=head.provider_reference,
        last_error="",
    )


def loudest(notifications: Sequence[Notification]) -> str:
    """The severity of a message that tells all of these."""
    scale = list(Severity)
    return max((Severity(one.alert.severity) for one in notifications), key=scale.index)


def render(notifications: Sequence[Notification], language: str) -> Rendered:
    """One message for several notifications of one person, each with its title."""
    with translation.override(language):
        count = len(notifications)
        title = ngettext("%(count)s notice for you", "%(count)s notices for you", count) % {"count": count}
        lines = [f"• {hooks.render(one, language).title}" for one in notifications[:MOST_LISTED]]
        if count > MOST_LISTED:
            lines.append(gettext("… and %(more)s more in the portal.") % {"more": count - MOST_LISTED})
        return Rendered(title=title, body="\n".join(lines), url_path=reverse("portal:inbox"))


@dataclass(frozen=True, slots=True)
class SentTogether:
    """A message by which a notification was told together with `others` more."""

    channel: str
    label: str
    sent_at: datetime
    others: int


def sent_together(notifications: Sequence[Notification]) -> dict[UUID, list[SentTogether]]:
    """By notification: the messages that told it together with others, asked for all of them at once."""
    own = Delivery.objects.filter(notification__in=notifications, sent_at__isnull=False).exclude(
        bundle_key=""
    )
    rows = list(own.values_list("notification", "pk", "carried_by", "channel", "sent_at"))
    heads = {head or pk for _notification, pk, head, _channel, _at in rows}
    sizes: dict[UUID, int] = {}
    for head in Delivery.objects.filter(carried_by__in=heads).values_list("carried_by", flat=True):
        if head is not None:
            sizes[head] = sizes.get(head, 0) + 1
    installed = channels()
    by_notification: dict[UUID, list[SentTogether]] = {}
    for notification, pk, head, channel, at in rows:
        if (others := sizes.get(head or pk, 0)) and at is not None:
            label = str(installed[channel].label) if channel in installed else channel
            by_notification.setdefault(notification, []).append(SentTogether(channel, label, at, others))
    return by_notification
