"""The limit of all that one person asks of the API."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.limits import seconds_over


class PersonLimit(BaseThrottle):
    """The limit of the view's `limit_scope`."""

    seconds = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        self.seconds = seconds_over(view.limit_scope, view.person, view.now)
        return self.seconds == 0

    def wait(self) -> float:
        return self.seconds
