"""What a report changes: a delivery only ever goes forward, so that a report that comes twice, late or in
disorder does no harm."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

import structlog
from django.db import transaction

from notifications import hooks
from notifications.delivery import fallback
from notifications.models import Delivery, DeliveryState
from notifications.reports.formats import Report
from notifications.reports.naming import deliveries_named

log = structlog.get_logger(__name__)


def take(reports: Iterable[Report], *, channel: str, now: datetime) -> int:
    """Let each of `reports` move the deliveries that it names; returns how many were moved."""
    return sum(_take(report, channel, now) for report in reports)


def _take(report: Report, channel: str, now: datetime) -> int:
    rows = list(deliveries_named(report.reference, report.delivery, channel))
    if not rows:
        log.info("report_of_nothing", channel=channel, code=report.code)
    moved = [row for row in rows if (_arrived(row, now) if report.has_arrived else _failed(row, report, now))]
    for row in moved:
        transaction.on_commit(partial(hooks.show_fate, row.notification), robust=True)
    return len(moved)


def _arrived(row: Delivery, now: datetime) -> int:
    """Also before our own confirmation was written: the carrier was quicker."""
    rows = Delivery.objects.filter(pk=row.pk)
    moved = rows.filter(state=DeliveryState.SENT).update(state=DeliveryState.DELIVERED, delivered_at=now)
    return moved or rows.filter(state=DeliveryState.SENDING, lease_token__isnull=False).update(
        state=DeliveryState.DELIVERED, sent_at=now, delivered_at=now, lease_token=None, leased_until=None
    )


def _failed(row: Delivery, report: Report, now: datetime) -> int:
    error = f"the carrier reports: not delivered {report.code}".strip()
    return int(fallback.reported_lost(row, error=error, now=now))
