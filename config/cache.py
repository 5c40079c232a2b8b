"""The cache: Redis, or nothing while Redis is away. It holds counters for rate limits, never facts."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

log = structlog.get_logger(__name__)


def _forgiving(method: Callable[..., Any], fallback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except (RedisConnectionError, RedisTimeoutError):
            log.warning("cache_unreachable", method=method.__name__)
            return fallback(*args, **kwargs)

    return call


class ForgivingRedisCache(RedisCache):
    """Answers as an empty cache while Redis cannot be reached: its outage is nobody's error page."""

    get = _forgiving(RedisCache.get, lambda key, default=None, version=None: default)
    set = _forgiving(RedisCache.set, lambda *args, **kwargs: None)
    add = _forgiving(RedisCache.add, lambda *args, **kwargs: True)
    touch = _forgiving(RedisCache.touch, lambda *args, **kwargs: False)
    delete = _forgiving(RedisCache.delete, lambda *args, **kwargs: False)
    has_key = _forgiving(RedisCache.has_key, lambda *args, **kwargs: False)
    incr = _forgiving(RedisCache.incr, lambda key, delta=1, version=None: delta)
    get_many = _forgiving(RedisCache.get_many, lambda *args, **kwargs: {})
    set_many = _forgiving(RedisCache.set_many, lambda data, *args, **kwargs: list(data))
    delete_many = _forgiving(RedisCache.delete_many, lambda *args, **kwargs: None)
