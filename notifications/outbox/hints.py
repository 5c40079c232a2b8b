"""Hints to the workers. Losing one costs seconds: the row in the outbox is the message."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import redis
import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from notifications.outage import Outage
from notifications.outbox.store import Waiting
from notifications.redis_client import impatient_redis

log = structlog.get_logger(__name__)

FEWEST_PER_TASK, MOST_PER_TASK = 25, 200
TASKS_PER_HINT = 20
CANARY_EXPIRES_SECONDS = 60

outage = Outage(pause_seconds=5)


def is_reachable() -> bool:
    """Whether the broker answers now, found out within a second."""
    try:
        impatient_redis().ping()
    except (redis.RedisError, OSError):
        outage.begin()
        return False
    outage.end()
    return True


def hint(waiting: Iterable[Waiting]) -> bool:
    """Tell the workers what waits. Never raises, never waits long; False when the broker is out of reach."""
    by_task: dict[tuple[str, str], list[str]] = {}
    for one in waiting:
        by_task.setdefault((_task(one), _queue(one)), []).append(str(one.id))
    if not by_task:
        return True
    return _may_send() and all(
        _send(task, [ids], queue=queue)
        for (task, queue), queued in by_task.items()
        for ids in _portions(queued)
    )


def send_canary(*, now: datetime) -> bool:
    """Ask a worker for a sign of life."""
    return _may_send() and _send(
        "notifications.tasks.canary", [now.isoformat()], queue="notify", expires=CANARY_EXPIRES_SECONDS
    )


def _portions(ids: list[str]) -> Iterator[list[str]]:
    """As many ids as one worker sends at once; very many in large portions, to be hinted quickly."""
    size = min(max(len(ids) // TASKS_PER_HINT, FEWEST_PER_TASK), MOST_PER_TASK)
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _may_send() -> bool:
    # The ping comes first because it is the only step whose time limit is ours: kombu would wait for seconds.
    return outage.is_over and is_reachable()


def _task(waiting: Waiting) -> str:
    return "notifications.tasks.deliver_new" if waiting.is_notification else "notifications.tasks.deliver"


def _queue(waiting: Waiting) -> str:
    if waiting.is_retry:
        return "retry"
    return "critical" if waiting.urgent else "notify"


def _send(task: str, args: list[Any], **options: Any) -> bool:
    try:
        current_app.send_task(task, args=args, argsrepr="", retry=False, ignore_result=True, **options)
    except (OperationalError, redis.RedisError, OSError) as error:
        outage.begin()
        log.warning("broker_unreachable", task=task, error=type(error).__name__)
        return False
    return True
