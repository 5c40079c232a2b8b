"""Limits per person, counted in the cache in fixed windows; while the cache is away nobody is limited."""

from datetime import datetime

from django.conf import settings
from django.core.cache import cache

from accounts.models import User


def seconds_over(scope: str, user: User, now: datetime) -> int:
    """Count one more of `scope` for `user`; 0 within the limit, else the seconds until the window ends."""
    limit, key, seconds = _window(scope, user, now)
    cache.add(key, 0, timeout=2 * settings.LIMITS[scope][1])
    try:
        count = cache.incr(key)
    except ValueError:
        return 0
    return 0 if count <= limit else seconds


def seconds_full(scope: str, user: User, now: datetime) -> int:
    """0 while one more of `scope` would be within the limit, else the seconds to wait. Counts nothing."""
    limit, key, seconds = _window(scope, user, now)
    return seconds if cache.get(key, 0) >= limit else 0


def _window(scope: str, user: User, now: datetime) -> tuple[int, str, int]:
    """The limit of the present window, its key, and the seconds until it ends."""
    limit, period = settings.LIMITS[scope]
    second = int(now.timestamp())
    return limit, f"limit:{scope}:{user.pk}:{second // period}", period - second % period
