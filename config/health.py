"""What a load balancer (`/healthz`, `/readyz`) and a monitor (`/metrics`) ask."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from accounts import clock
from notifications.models import Delivery
from notifications.operations import PROCESSES
from notifications.outbox import hints
from notifications.selectors import oldest_pending, tick_age
from referral.models import Case, Deadline

LONGEST_SILENCE = {name: longest for name, (_label, longest) in PROCESSES.items()}
LONGEST_WAIT = timedelta(minutes=1)
RECENT = timedelta(hours=24)


def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers: trouble elsewhere shows in the body and never takes the portal away."""
    try:
        report = _report(clock.now())
    except DatabaseError:
        return JsonResponse({"database": "away", "degraded": True}, status=503)
    return JsonResponse(report)


def _report(now: datetime) -> dict[str, object]:
    ages = {name: tick_age(name, now) for name in LONGEST_SILENCE}
    silent = [name for name, age in ages.items() if age is None or age > LONGEST_SILENCE[name]]
    waiting, broker_answers = oldest_pending(now), hints.is_reachable()
    return {
        "database": "ok",
        "broker": "ok" if broker_answers else "away",
        "seconds_since_tick": {name: age and age.total_seconds() for name, age in ages.items()},
        "oldest_pending_delivery_seconds": waiting.total_seconds(),
        "degraded": bool(silent) or not broker_answers or waiting > LONGEST_WAIT,
    }


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, in production only for who has the token and only where one is set."""
    if settings.PRODUCTION and not _has_token(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Pathway())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN or ""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return token != "" and secrets.compare_digest(given.encode(), token.encode())


class Pathway(Collector):
    """Read from the database at each scrape, so that any process answers for all."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = clock.now()
        yield _gauge(
            "deadline_lag_seconds", "How late the engine is with the deadline most overdue", _lag(now)
        )
        yield _gauge(
            "outbox_age_seconds", "Wait of the oldest unsent delivery", oldest_pending(now).total_seconds()
        )
        yield _gauge("deadlines_overdue", "Open deadlines past their time", _overdue())
        yield from _groups(now)


def _lag(now: datetime) -> float:
    next_at = (
        Deadline.objects.open().filter(quarantined_at__isnull=True).aggregate(first=Min("next_at"))["first"]
    )
    return max(0.0, (now - next_at).total_seconds()) if next_at else 0.0


def _overdue() -> float:
    return Deadline.objects.open().filter(missed_at__isnull=False).count()


def _groups(now: datetime) -> Iterator[GaugeMetricFamily]:
    cases = GaugeMetricFamily("aclf_open_cases", "Open cases by state", labels=["state"])
    for state, count in (
        Case.objects.exclude(state__in=["closed", "cancelled"]).values_list("state").annotate(Count("pk"))
    ):
        cases.add_metric([state], count)
    yield cases
    sent = GaugeMetricFamily(
        "aclf_recent_deliveries",
        "Deliveries of the last 24 hours by channel and result",
        labels=["channel", "state"],
    )
    recent = Delivery.objects.filter(notification__created_at__gte=now - RECENT)
    for channel, state, count in recent.values_list("channel", "state").annotate(Count("pk")):
        sent.add_metric([channel, state], count)
    yield sent


def _gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"aclf_{name}", help_text, value=value)
