"""The queue of a subscription: its events in order, whose turn it is, and what follows a failed attempt.

The rows are the queue. Events are written with what changed and numbered afterwards; one worker at a time
sends for a subscription, under a lease; nothing is sent past an event that was not accepted.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.administration import within
from accounts.ids import new_id
from accounts.models import User
from integrations.models import EventSubscription, Integration, SubscriptionEvent
from integrations.scopes import granted
from integrations.subscription_alerts import alert

log = structlog.get_logger(__name__)

Status = EventSubscription.Status
OPEN = (Status.REQUESTED, Status.ACTIVE)
LEASE = timedelta(seconds=60)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)
WARNED_AFTER, PATIENCE = timedelta(hours=4), timedelta(days=7)
EVENTS_KEPT = timedelta(days=30)
NUMBERED_AT_ONCE = 500
FAILURES_THAT_COUNT = 10
"""So many in a row take about half an hour: a server that restarts is not named."""
HANDSHAKE, HEARTBEAT, EVENTS = "handshake", "heartbeat", "event-notification"


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be sent now: a handshake, a heartbeat, or the next events."""

    subscription: EventSubscription
    kind: str
    events: Sequence[SubscriptionEvent]


def due(now: datetime) -> list[UUID]:
    """Subscriptions for which something is to be sent, the one that waits longest first."""
    unnumbered = SubscriptionEvent.objects.filter(subscription=OuterRef("pk"), number=None)
    has_time = Q(heartbeat_at__lte=now) | Q(ends_at__lte=now)
    has_work = Q(status=Status.REQUESTED) | Q(accepted__lt=F("numbered")) | Q(Exists(unnumbered)) | has_time
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    rows = EventSubscription.objects.filter(has_work, free, status__in=OPEN, next_at__lte=now)
    return list(rows.order_by("next_at", "pk").values_list("pk", flat=True))


@transaction.atomic
def take_turn(pk: UUID, now: datetime) -> Turn | None:
    """Lease a subscription for what is to be sent next; None where that is nothing, or somebody else has it.

    One whose time is over, or whose program lost its right, ends here.
    """
    rows = EventSubscription.objects.select_for_update(skip_locked=True, of=("self",))
    row = rows.select_related("integration__account").filter(pk=pk, status__in=OPEN).first()
    if row is None or row.next_at > now or (row.leased_until and row.leased_until > now):
        return None
    if reason := _why_over(row, now):
        end([row], reason, now)
        return None
    number_events(row)
    kind, events = _next(row, now)
    if not kind:
        return None
    row.lease_token, row.leased_until = new_id(), now + LEASE
    row.save(update_fields=["lease_token", "leased_until"])
    return Turn(row, kind, events)


def _why_over(row: EventSubscription, now: datetime) -> str:
    if not may_receive(row.integration, row.resource_type):
        return EventSubscription.EndReason.RIGHTS
    return EventSubscription.EndReason.TIME if row.ends_at and row.ends_at <= now else ""


def may_receive(integration: Integration, resource_type: str) -> bool:
    """Whether a program still is what it was: active, with a role, and a scope that reads the type."""
    account = integration.account
    return (
        integration.is_active
        and account.is_active
        and "r" in granted(integration.scopes, resource_type)
        and account.memberships.exists()
    )


def _next(row: EventSubscription, now: datetime) -> tuple[str, list[SubscriptionEvent]]:
    if row.status == Status.REQUESTED:
        return HANDSHAKE, []
    waiting = row.events.filter(number__gt=row.accepted).order_by("number")
    if events := list(waiting[: row.most_per_notification]):
        return EVENTS, events
    return (HEARTBEAT, []) if row.heartbeat_at and row.heartbeat_at <= now else ("", [])


def number_events(row: EventSubscription) -> None:
    """Give a locked subscription's new events their numbers.

    Two changes of one case follow each other, so that the second is not there before the first is committed:
    in the order of their keys they are numbered as they happened.
    """
    fresh = list(row.events.filter(number=None).order_by("pk")[:NUMBERED_AT_ONCE])
    for number, event in enumerate(fresh, row.numbered + 1):
        event.number = number
    if fresh:
        SubscriptionEvent.objects.bulk_update(fresh, ["number"])
        row.numbered += len(fresh)
        row.save(update_fields=["numbered"])


@transaction.atomic
def settled(pk: UUID) -> EventSubscription:
    """A subscription with all its events numbered, for who asks how far it is."""
    row = EventSubscription.objects.select_for_update(of=("self",)).get(pk=pk)
    number_events(row)
    return row


def _leased(turn: Turn) -> QuerySet[EventSubscription]:
    return EventSubscription.objects.filter(
        pk=turn.subscription.pk, lease_token=turn.subscription.lease_token
    )


def record_success(turn: Turn, now: datetime) -> None:
    """The program's server took it; nothing is changed where the lease was lost meanwhile."""
    row = turn.subscription
    accepted = max((event.number or 0 for event in turn.events), default=row.accepted)
    beat = timedelta(seconds=row.heartbeat_seconds) if row.heartbeat_seconds else None
    _leased(turn).filter(status__in=OPEN).update(
        status=Status.ACTIVE,
        accepted=accepted,
        failures=0,
        failing_since=None,
        last_error="",
        last_success_at=now,
        heartbeat_at=now + beat if beat else None,
        next_at=now,
        lease_token=None,
        leased_until=None,
    )


@transaction.atomic
def record_failure(turn: Turn, error: str, now: datetime, retry_after: timedelta | None = None) -> None:
    """It is tried again after a pause; after PATIENCE the subscription is in error and its people know."""
    row = _leased(turn).select_for_update(of=("self",)).filter(status__in=OPEN).first()
    if row is None:
        return
    row.failures += 1
    row.failing_since = row.failing_since or now
    row.last_error, row.next_at = error[:200], now + pause(row.failures, retry_after)
    if now - row.failing_since >= PATIENCE:
        row.status, row.updated_at = Status.ERROR, now
        log.error("subscription_given_up", subscription=str(row.pk))
    row.lease_token = row.leased_until = None
    row.save()
    if now - row.failing_since >= WARNED_AFTER:
        alert(row, now)


def pause(failures: int, asked: timedelta | None = None) -> timedelta:
    """How long to wait after so many failures in a row: doubled, bounded, with some chance in it.

    Never shorter than the other side asked for, within an hour.
    """
    bound = min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    return max(bound * (0.5 + random.random() / 2), asked or timedelta(0))  # noqa: S311


def failing(operator: User) -> QuerySet[EventSubscription]:
    """What is not taken, of the networks that somebody administers: given up, or failing for a while."""
    rows = EventSubscription.objects.filter(
        Q(status=Status.ERROR) | Q(status__in=OPEN, failures__gte=FAILURES_THAT_COUNT)
    )
    rows = rows.select_related("integration__hospital").order_by("failing_since", "pk")
    return within(rows, operator, "integration__hospital__network")


def end(rows: Iterable[EventSubscription], reason: str, now: datetime) -> None:
    """Send nothing more for them."""
    for row in rows:
        row.status, row.end_reason, row.updated_at = Status.OFF, reason, now
        row.lease_token = row.leased_until = None
        row.save(update_fields=["status", "end_reason", "updated_at", "lease_token", "leased_until"])


def end_where_lost(integration: Integration, now: datetime, *, has_moved: bool) -> None:
    """End the subscriptions for which a changed integration has no right any more."""
    rows = integration.subscriptions.exclude(status=Status.OFF)
    lost = [row for row in rows if has_moved or not may_receive(integration, row.resource_type)]
    end(lost, EventSubscription.EndReason.RIGHTS, now)


@transaction.atomic
def restart(pk: UUID, now: datetime) -> EventSubscription:
    """Begin again with a handshake; what was not accepted then follows, in order."""
    row = EventSubscription.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.status == Status.ERROR:
        row.status, row.updated_at, row.next_at = Status.REQUESTED, now, now
        row.failures, row.failing_since, row.last_error = 0, None, ""
        row.save()
    return row


def purge(now: datetime) -> None:
    """Forget events that are old and were accepted, or that nobody waits for any more."""
    old = SubscriptionEvent.objects.filter(at__lt=now - EVENTS_KEPT)
    over = Q(number__lte=F("subscription__accepted")) | ~Q(subscription__status__in=OPEN)
    old.filter(over).delete()
