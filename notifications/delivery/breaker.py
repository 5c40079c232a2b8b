"""A breaker per channel: a provider that fails again and again rests, then one message tries it.

Kept in the database, so that all workers share it and the operator sees it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection

from notifications.models import BreakerState, ChannelBreaker

log = structlog.get_logger(__name__)

TRIPS_AT = 5
FIRST_REST, LONGEST_REST = timedelta(seconds=15), timedelta(minutes=5)
PROBE_PATIENCE = timedelta(minutes=2)

FAIL = """
INSERT INTO notifications_channelbreaker AS breaker (channel, state, failures, last_error)
VALUES (%(channel)s, 'closed', 1, %(error)s)
ON CONFLICT (channel) DO UPDATE SET
    failures = breaker.failures + 1,
    last_error = excluded.last_error,
    state = CASE WHEN breaker.failures + 1 >= %(trips_at)s THEN 'open' ELSE breaker.state END,
    opened_at = CASE WHEN breaker.failures + 1 >= %(trips_at)s THEN coalesce(breaker.opened_at, %(now)s) END,
    probe_at = CASE WHEN breaker.failures + 1 >= %(trips_at)s THEN %(now)s + greatest(%(asked)s, least(
        %(longest)s, %(first)s * power(2, least(breaker.failures + 1 - %(trips_at)s, 10)))) END
RETURNING new.state, old.state
"""
TRY = """
UPDATE notifications_channelbreaker SET state = 'half_open', probe_at = %(again)s
WHERE channel = %(channel)s AND state <> 'closed' AND probe_at <= %(now)s
"""


def record_failure(channel: str, *, error: str, now: datetime, retry_after: timedelta | None = None) -> None:
    """The channel's provider failed once more; rests, longer each time, from the fifth time in a row."""
    params: dict[str, Any] = {
        "channel": channel,
        "error": error[:300],
        "trips_at": TRIPS_AT,
        "first": FIRST_REST,
        "longest": LONGEST_REST,
        "asked": retry_after or timedelta(0),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(FAIL, params)
        after, before = cursor.fetchone()
    if after == BreakerState.OPEN and before == BreakerState.CLOSED:
        log.error("channel_breaker_opened", channel=channel)


def record_fault(channel: str, *, error: str, now: datetime, retry_after: timedelta | None = None) -> None:
    """The channel does not work before its operator mends something: it rests from the first time on."""
    ChannelBreaker.objects.get_or_create(channel=channel)
    ChannelBreaker.objects.filter(channel=channel, failures__lt=TRIPS_AT - 1).update(failures=TRIPS_AT - 1)
    record_failure(channel, error=error, now=now, retry_after=retry_after)


def record_success(channel: str) -> None:
    """The channel's provider works."""
    healed = ChannelBreaker.objects.filter(channel=channel, failures__gt=0).update(
        state=BreakerState.CLOSED, failures=0, opened_at=None, probe_at=None
    )
    if healed:
        log.info("channel_breaker_closed", channel=channel)


def may_try(channel: str, *, now: datetime) -> bool:
    """Whether this caller, and no other, may send the message that tries a resting channel."""
    params: dict[str, Any] = {"channel": channel, "now": now, "again": now + PROBE_PATIENCE}
    with connection.cursor() as cursor:
        cursor.execute(TRY, params)
        return cursor.rowcount == 1


def resting(channels: Iterable[str]) -> dict[str, datetime]:
    """Those of `channels` that are out of order, with the time when they are tried again."""
    rows = ChannelBreaker.objects.filter(channel__in=set(channels)).exclude(state=BreakerState.CLOSED)
    return {row.channel: row.probe_at for row in rows if row.probe_at is not None}
