"""Writing to the live stream: ids and kinds only, best effort, from `transaction.on_commit`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import redis
import structlog

from notifications.outage import Outage
from notifications.redis_client import impatient_redis

log = structlog.get_logger(__name__)

STREAM = "live"
KEPT = 10_000
MOST_AT_ONCE = 50
EVERYONE = "*"
ACCESS = "access"
"""The kind of an update that open streams keep to themselves: they ask at once whether they still may."""

outage = Outage(pause_seconds=2)
_missed = False


@dataclass(frozen=True)
class Update:
    """`kind` happened to `ids` (a version is a number), for who listens to one of `topics`."""

    topics: frozenset[str]
    kind: str
    ids: Mapping[str, str | int]


RESYNC = Update(topics=frozenset({EVERYONE}), kind="resync", ids={})


def publish(*, topics: Iterable[str], kind: str, ids: Mapping[str, str | int]) -> None:
    """Tell open pages that `kind` happened to `ids`. Never raises; call it from `transaction.on_commit`."""
    publish_all([Update(topics=frozenset(topics), kind=kind, ids=ids)])


def publish_all(updates: Iterable[Update]) -> None:
    """Publish several updates to open pages in one round trip; never raises.

    Very many become one `resync` for all who hear any of them. What could not be written is made up for by a
    `resync` to everyone before the next update.
    """
    global _missed
    entries = [_entry(update) for update in ([RESYNC] if _missed else []) + _few(list(updates))]
    if not entries:
        return
    if not outage.is_over:
        _missed = True
        return
    try:
        _write(entries)
    except (redis.RedisError, OSError) as error:
        _missed = True
        outage.begin()
        log.warning("live_stream_unreachable", error=type(error).__name__)
    else:
        _missed = False


def _few(updates: list[Update]) -> list[Update]:
    if len(updates) <= MOST_AT_ONCE:
        return updates
    return [Update(topics=frozenset().union(*(update.topics for update in updates)), kind="resync", ids={})]


def _entry(update: Update) -> dict[str, str]:
    return {
        "topics": " ".join(sorted(update.topics)),
        "kind": update.kind,
        "ids": json.dumps(dict(update.ids), default=str),
    }


def _write(entries: list[dict[str, str]]) -> None:
    with impatient_redis().pipeline(transaction=False) as pipe:
        for entry in entries:
            pipe.xadd(STREAM, entry, maxlen=KEPT, approximate=True)  # type: ignore[arg-type]
        pipe.execute()
