"""Limits per person, counted in the cache in fixed windows; while the cache is away nobody is limited."""

from datetime import datetime

from django.conf import settings
from django.core.cache import cache

from accounts.models import User


def seconds_over(scope: str, user: User, now: datetime) -> int:
    """Count one more of `scope` for `user`; 0 within the limit, else the seconds until the window ends."""
    limit, period = settings.LIMITS[scope]
    second = int(now.timestamp())
    key = f"limit:{scope}:{user.pk}:{second // period}"
    cache.add(key, 0, timeout=2 * period)
    try:
        count = cache.incr(key)
    except ValueError:
        return 0
    return 0 if count <= limit else period - second % period
