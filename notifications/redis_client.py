"""Redis for callers that cannot wait: short timeouts and no retries."""

from functools import cache

import redis
from django.conf import settings
from django.core.signals import setting_changed
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_SECONDS = 0.3
ANSWER_SECONDS = 0.4


@cache
def impatient_redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
    )


def _forget(*, setting: str, **kwargs: object) -> None:
    if setting == "REDIS_URL":
        impatient_redis.cache_clear()


setting_changed.connect(_forget)
