"""Structured logs: JSON in production, readable in the demo, and no personal data in either."""

import logging
import logging.config
import os
import sys
import time
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

PERSONAL = {
    *("name", "patient", "patient_name", "birth_date", "date_of_birth", "national_id", "local_number"),
    *("phone", "mobile", "address", "email"),
    *("data",),  # what Celery adds to its lines: arguments and whole tracebacks
    *("password", "token", "session", "secret", "authorization", "cookie"),
}
UNREMARKABLE = ("/static/", "/healthz", "/readyz", "/metrics")
CHATTY = ("httpx", "httpcore", "celery.worker.strategy", "celery.app.trace")

log = structlog.get_logger(__name__)


def drop_personal(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace values under keys that name a person, whoever logged them.

    Django's own lines about refused requests carry the request, whose address may hold what someone typed.
    """
    event.pop("request", None)
    return {key: "[removed]" if key in PERSONAL else value for key, value in event.items()}


def _console() -> structlog.dev.ConsoleRenderer:
    in_colour = sys.stderr.isatty() or "FORCE_COLOR" in os.environ
    return structlog.dev.ConsoleRenderer(
        colors=in_colour, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )


def configure(*, level: str, as_json: bool) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso" if as_json else "%H:%M:%S", utc=as_json),
        drop_personal,
    ]
    renderer = structlog.processors.JSONRenderer() if as_json else _console()
    exceptions = [structlog.processors.format_exc_info] if as_json else []
    final = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *exceptions, renderer]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": final,
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {name: {"level": "WARNING"} for name in CHATTY}
            | {"django.request": {"level": "ERROR"}},
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class RequestLogMiddleware:
    """A line for each request, and an id in all its lines and in the `X-Request-ID` answer header.

    It names the route, not the address: an address may hold what someone typed, or a password's reset key.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            started = time.monotonic()
            response = self.get_response(request)
            if not request.path.startswith(UNREMARKABLE):
                milliseconds = round((time.monotonic() - started) * 1000)
                route = f"/{request.resolver_match.route}" if request.resolver_match else "(no such page)"
                log.info(f"{request.method} {route}", status=response.status_code, ms=milliseconds)
        response["X-Request-ID"] = request_id
        return response
