"""Every route of the product, as the URL list has it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def routes() -> list[str]:
    """The address of each route, with its parameters as they are written in the URL list."""
    return list(_walk(get_resolver().url_patterns))


def _walk(patterns: Iterable[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        here = prefix + _text(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield here


def _text(pattern: Any) -> str:
    return str(pattern) if isinstance(pattern, RoutePattern | RegexPattern) else ""


def filled(route: str, values: dict[str, str]) -> str:
    """The address of a route with `values` in the place of its parameters."""
    return "/" + PARAMETER.sub(lambda result: values[result[1]], route)
