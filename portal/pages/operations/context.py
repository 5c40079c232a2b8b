"""What the operator's pages show, put into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from integrations import subscriptions
from notifications import hooks, operations
from notifications.channels.registry import channels
from notifications.models import Delivery, DeliveryState
from notifications.operations import ChannelReport, Process
from portal.windows import duration
from referral.deadlines import quarantine
from referral.models import Deadline
from referral.pathway.refusals import Text

MOST_SHOWN = 20
LATE = timedelta(minutes=1)
COUNTED: Mapping[str, Text] = {
    DeliveryState.UNDELIVERABLE: _("undeliverable"),
    DeliveryState.FAILED: _("failed, told another way"),
    DeliveryState.PENDING: _("waiting"),
    DeliveryState.SENDING: _("being sent"),
    DeliveryState.SENT: _("handed over"),
    DeliveryState.DELIVERED: _("delivered"),
    DeliveryState.DROPPED: _("no longer needed"),
}
"""What is counted, the bad news first: a phone shows the first columns only."""
BAD = (DeliveryState.FAILED, DeliveryState.UNDELIVERABLE)
TABS: Mapping[str, Text] = {
    "undeliverable": _("Undeliverable"),
    "failed": _("Told another way"),
    "waiting": _("Waiting"),
    "sent": _("Sent"),
    "dropped": _("Not needed"),
}


@dataclass(frozen=True, slots=True)
class ProcessRow:
    process: Process
    ago: str
    lag: str


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel's counts of a day in the order of COUNTED, each with whether it is bad news."""

    report: ChannelReport
    counts: list[tuple[int, bool]]


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery in a list."""

    delivery: Delivery
    title: str
    channel: Text
    address: str
    state: Text


@dataclass(frozen=True, slots=True)
class SetAside:
    deadline: Deadline
    ago: str


def overview(user: User, now: datetime) -> dict[str, Any]:
    """Everything on the first page; `is_well` when nothing needs a hand."""
    processes = operations.processes(now)
    reports = operations.channel_reports(user, now)
    number, oldest = operations.waiting(user, now)
    aside = quarantine.set_aside(user)
    undeliverable = operations.deliveries(user).filter(
        state=DeliveryState.UNDELIVERABLE, notification__created_at__gte=now - operations.RECENT
    )
    failing = list(subscriptions.failing(user)[:MOST_SHOWN])
    is_well = not any(row.is_silent for row in processes) and all(row.is_working for row in reports)
    lost, set_aside = undeliverable.count(), aside.count()
    return {
        "now": now,
        "processes": [_process_row(row, now) for row in processes],
        "waiting": number,
        "oldest": duration(oldest) if number else "",
        "is_late": oldest > LATE,
        "headings": COUNTED.values(),
        "channels": [_channel_row(row) for row in reports],
        "set_aside": [
            SetAside(row, duration(now - row.quarantined_at))
            for row in aside[:MOST_SHOWN]
            if row.quarantined_at is not None
        ],
        "set_aside_count": set_aside,
        "undeliverable": lost,
        "failing": failing,
        "is_well": is_well and not (failing or lost or set_aside or oldest > LATE),
    }


def _process_row(process: Process, now: datetime) -> ProcessRow:
    ago = duration(now - process.at) if process.at else ""
    return ProcessRow(process, ago, f"{process.lag.total_seconds():.1f} s")


def _channel_row(report: ChannelReport) -> ChannelRow:
    return ChannelRow(
        report, [(report.counts[state], state in BAD and report.counts[state] > 0) for state in COUNTED]
    )


def row_of(delivery: Delivery, language: str) -> Row:
    """A delivery in words; what it tells holds no personal data."""
    channel = channels().get(delivery.channel)
    return Row(
        delivery=delivery,
        title=hooks.render(delivery.notification, language).title,
        channel=channel.label if channel else delivery.channel,
        address=operations.address(delivery),
        state=DeliveryState(delivery.state).label,
    )
