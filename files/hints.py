"""Hints to the workers that something waits for them. Losing one costs seconds: the row is the work."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import redis
import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 0.5


def check(id: UUID) -> None:
    """Tell a worker that this file waits to be checked."""
    send("files.tasks.check", [[str(id)]], queue="files")


def send(task: str, arguments: Sequence[Any] = (), *, queue: str) -> None:
    """Give a hint. Never raises and never waits long."""
    try:
        # The ping comes first because its time limit is ours: kombu would wait for seconds.
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
        ) as broker:
            broker.ping()
        current_app.send_task(task, args=list(arguments), queue=queue, retry=False, ignore_result=True)
    except (OperationalError, redis.RedisError, OSError) as error:
        log.warning("broker_unreachable", task=task, error=type(error).__name__)
