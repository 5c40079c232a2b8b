"""Limits per person, counted in the cache in fixed windows; while the cache is away nobody is limited."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import User

if TYPE_CHECKING:
    from datetime import datetime

    from api.resource import Resource


def seconds_over(scope: str, user: User, now: "datetime") -> int:
    """Count one more of `scope` for `user`; 0 within the limit, else the seconds until the window ends."""
    limit, period = settings.API_LIMITS[scope]
    second = int(now.timestamp())
    key = f"limit:{scope}:{user.pk}:{second // period}"
    cache.add(key, 0, timeout=2 * period)
    try:
        count = cache.incr(key)
    except ValueError:
        return 0
    return 0 if count <= limit else period - second % period


def count(scope: str, user: User, now: "datetime") -> None:
    """Raise Throttled when `user` has done `scope` too often."""
    if wait := seconds_over(scope, user, now):
        raise Throttled(wait)


class PersonLimit(BaseThrottle):
    """The limit of the view's `limit_scope`."""

    seconds = 0

    def allow_request(self, request: Request, view: "Resource | Any") -> bool:
        self.seconds = seconds_over(view.limit_scope, view.person, view.now)
        return self.seconds == 0

    def wait(self) -> float:
        return self.seconds
