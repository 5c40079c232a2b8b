"""The digest that coordinators get at seven in the morning, by the clock of their network."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Network
from accounts.rota import coordinators_of
from notifications.models import Notification
from notifications.services import post
from notifications.types import Notice, Rendered
from referral.models import Case
from referral.queries import morning

NETWORK, DIGEST = "network", "morning_digest"
SEVEN = time(7)
LATEST = timedelta(hours=5)
"""How long after seven a digest is still sent, where nothing could be sent at seven."""
TITLE = _("This morning: %(overdue)s overdue, %(soon)s due within six hours")
BODY = _(
    "Cases in which something happened overnight: %(overnight)s. Outcomes to ask for: %(follow_ups)s. "
    "The page shows what waits for whom, and whom to call."
)
LABELS = {DIGEST: _("The coordinator's morning")}


def send_digests(now: datetime) -> int:
    """Tell the coordinators of every network where it is past seven; returns how many were told.

    However often it runs, each person is told once a day; where there is nothing to tell, nobody is.
    """
    return sum(_send(network, now) for network in Network.objects.all())


def _send(network: Network, now: datetime) -> int:
    day = now.astimezone(ZoneInfo(network.zone)).date()
    seven = datetime.combine(day, SEVEN, tzinfo=ZoneInfo(network.zone))
    if not seven <= now < seven + LATEST:
        return 0
    cases = Case.objects.filter(network=network)
    counts = morning.counts(cases, morning.evening_before(seven, network.zone), seven)
    if counts.is_quiet:
        return 0
    payload = {
        "network": str(network.pk),
        "overnight": counts.overnight,
        "overdue": counts.overdue,
        "soon": counts.soon,
        "follow_ups": counts.follow_ups,
    }
    notice = Notice(
        dedup_key=f"{DIGEST}:{network.pk}:{day.isoformat()}",
        recipients=[person.pk for person in coordinators_of(network)],
        subject_type=NETWORK,
        subject_id=str(network.pk),
        kind=DIGEST,
        severity="warning",
        payload=payload,
    )
    return post(notices=[notice], now=now)


def render(kind: str, payload: Mapping[str, Any], language: str) -> Rendered:
    """Title, body and link in the active language."""
    return Rendered(title=str(TITLE) % payload, body=str(BODY) % payload, url_path=reverse("portal:morning"))


def still_entitled(notifications: Sequence[Notification]) -> set[UUID]:
    """Those whose recipient still coordinates the network."""
    return {one.pk for one in notifications if UUID(one.alert.subject_id) in one.recipient.access.coordinates}
