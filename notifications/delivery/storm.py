"""Storm control: of what is due, what goes now, and what waits to be told together or for a better time.

A notice with an empty bundle key, which every critical one and every missed deadline has, passes uncounted;
only a channel that is out of order holds it, and then another way is opened at once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings

from notifications.channels.base import ChannelError
from notifications.channels.registry import channels
from notifications.delivery import breaker, bundles, fallback, limits
from notifications.delivery.limits import Ask, Scope
from notifications.models import Delivery
from notifications.outbox import store

log = structlog.get_logger(__name__)

BUNDLE_SECONDS = timedelta(seconds=60)
LIMIT_TIME = timedelta(hours=1)


def let_through(claimed: Sequence[Delivery], *, now: datetime) -> list[Delivery]:
    """Those of the leased deliveries that are sent now, in order; the others give their leases back.

    A first message of a ward goes at once; what follows within a minute waits and becomes one message.
    """
    if not settings.STORM_CONTROL or not claimed:
        return list(claimed)
    working = _past_breakers(claimed, now)
    # What was tried before has been counted then, and is not slowed down again.
    fresh = [one for one in working if one.bundle_key and one.attempts == 1]
    waits = _held_until(fresh, now)
    store.hold(waits)
    heads = [one for one in fresh if one not in waits]
    bundles.gather(heads)
    return [one for one in working if one not in waits]


def _past_breakers(claimed: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Those whose channel works, and one that tries each resting channel whose time has come."""
    resting = breaker.resting(one.channel for one in claimed)
    tried: set[str] = set()
    passed, blocked = [], {}
    for one in claimed:
        until = resting.get(one.channel)
        if until is None:
            passed.append(one)
        elif until <= now and one.channel not in tried and breaker.may_try(one.channel, now=now):
            tried.add(one.channel)
            passed.append(one)
        else:
            blocked[one] = max(until, now + breaker.FIRST_REST)
    for one in blocked:
        fallback.out_of_order(one, now=now)
    store.hold(blocked)
    return passed


def _held_until(fresh: Iterable[Delivery], now: datetime) -> dict[Delivery, datetime]:
    """What has to wait, and until when."""
    waits = {one: due for one in fresh if (due := _digest_time(one)) and due > now}
    asking = [one for one in fresh if one not in waits]
    first_of = {_gap(one): one for one in reversed(asking)}
    gaps = limits.take(dict.fromkeys(first_of, Ask(1, 1)), within=BUNDLE_SECONDS, now=now)
    for one in asking:
        scope = _gap(one)
        if first_of[scope] != one or not gaps[scope].granted:
            waits[one] = gaps[scope].again_at
    return waits | _over_the_limit([one for one in asking if one not in waits], now)


def _over_the_limit(asking: Sequence[Delivery], now: datetime) -> dict[Delivery, datetime]:
    """Those that exceed what their person may be sent on the channel within an hour."""
    asked = Counter(_scope(one, "") for one in asking)
    asks = {scope: Ask(number, _most(scope[1])) for scope, number in asked.items()}
    grants = limits.take(asks, within=LIMIT_TIME, now=now)
    left = {scope: grant.granted for scope, grant in grants.items()}
    waits = {}
    for one in asking:
        scope = _scope(one, "")
        if left[scope] > 0:
            left[scope] -= 1
        else:
            waits[one] = grants[scope].again_at
    return waits


def _scope(delivery: Delivery, about: str) -> Scope:
    return delivery.notification.recipient_id, delivery.channel, about


def _gap(delivery: Delivery) -> Scope:
    return _scope(delivery, f"{delivery.bundle_key}@{delivery.subscription_id or ''}")


def _most(channel: str) -> int:
    kind = channels().get(channel)
    return kind.most_per_hour if kind else 1


def _digest_time(delivery: Delivery) -> datetime | None:
    if not delivery.bundle_key.endswith(f":{bundles.DIGEST}"):
        return None
    return bundles.digest_at(delivery.notification.created_at)


def note_failure(channel: str, error: ChannelError, *, now: datetime) -> None:
    """Count a failure of the channel's provider; a refusal of one message or address is none.

    What only the operator can mend is everybody's at once, so that nobody waits for it.
    """
    kind = channels().get(channel)
    of_operator = error.fault.is_of_operator
    if of_operator:
        log.error("channel_needs_its_operator", channel=channel, code=error.code, fault=error.fault.value)
    is_of_all = of_operator or not (error.permanent or error.is_of_address)
    if settings.STORM_CONTROL and is_of_all and (kind is None or kind.has_one_provider):
        record = breaker.record_fault if of_operator else breaker.record_failure
        record(channel, error=str(error), now=now, retry_after=error.retry_after)


def note_successes(reached: Iterable[str]) -> None:
    """The providers of these channels work."""
    if settings.STORM_CONTROL:
        for channel in sorted(set(reached)):
            breaker.record_success(channel)
