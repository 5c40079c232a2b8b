"""What will go: an operation says so in every answer, long before it does (docs/api.md has the rule)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.http import http_date
from drf_spectacular.utils import extend_schema

SHORTEST_NOTICE = timedelta(days=180)
Handler = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since when an operation should not be used any more, when it ends, and where to read what to do."""

    since: datetime
    sunset: datetime
    link: str

    def headers(self) -> dict[str, str]:
        """`Deprecation` (RFC 9745), `Sunset` (RFC 8594), and the page about it."""
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": http_date(self.sunset.timestamp()),
            "Link": f'<{self.link}>; rel="deprecation"; type="text/html"',
        }


def deprecated(
    *, since: datetime, sunset: datetime, link: str = "/api/v1/docs"
) -> Callable[[Handler], Handler]:
    """Mark a view's method: its answers, refusals too, carry the headers, and the OpenAPI file says so.

    Raises ValueError for a notice that is too short.
    """
    if sunset < since + SHORTEST_NOTICE:
        raise ValueError(f"an operation stays for {SHORTEST_NOTICE.days} days at least")

    def mark(handler: Handler) -> Handler:
        handler.deprecation = Deprecation(since, sunset, link)  # type: ignore[attr-defined]
        marked: Handler = extend_schema(deprecated=True)(handler)
        return marked

    return mark
