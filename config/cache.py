"""The cache: Redis, or nothing while Redis is away. It holds counters for rate limits, never facts."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ClassVar

import redis
import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from notifications.outage import Outage

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 3


def _forgiving(method: Callable[..., Any], fallback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(self: "ForgivingRedisCache", *args: Any, **kwargs: Any) -> Any:
        if not self.outage.is_over:
            return fallback(*args, **kwargs)
        try:
            return method(self, *args, **kwargs)
        except RedisError:
            self.outage.begin()
            log.warning("cache_unreachable", method=method.__name__)
            return fallback(*args, **kwargs)

    return call


class KeptClients(RedisCacheClient):
    """Keeps the client of each pool of connections: making one for each question costs as much as asking."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._client: Any = cache(redis.Redis)


class ForgivingRedisCache(RedisCache):
    """Answers as an empty cache while Redis cannot be reached: its outage is nobody's error page.

    A Redis that hangs is asked again after a pause only, so that it does not slow down every request.
    """

    outages: ClassVar[dict[str, Outage]] = {}
    clients: ClassVar[dict[str, RedisCacheClient]] = {}

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        """Django makes a cache for each request; its connections are those of the process."""
        super().__init__(server, params)
        self._class = KeptClients
        self._cache = self.clients.setdefault(str(server), self._cache)
        self.outage = self.outages.setdefault(str(server), Outage(pause_seconds=PAUSE_SECONDS))

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
