"""Tells the ward lead of gaps in the duty rota before they happen: once when seen, once more a day before."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.duty import may_arrange
from accounts.local_time import in_brief
from accounts.models import User, Ward
from accounts.rota import Span, coordinators_of, gaps, leads_of
from notifications.models import Notification
from notifications.services import post, withdraw_one
from notifications.types import Notice, Rendered

WARD = "ward"
GAP, GAP_IS_NEAR = "duty_gap", "duty_gap_is_near"
AHEAD, NEAR = timedelta(days=14), timedelta(hours=24)
LONGEST_SEEN = timedelta(days=7)
SEVERITY = {GAP: "warning", GAP_IS_NEAR: "severe"}
TITLES = {
    GAP: _("%(ward)s: nobody is on duty from %(start)s to %(end)s"),
    GAP_IS_NEAR: _("%(ward)s: nobody is on duty from %(start)s to %(end)s, within a day"),
}
LABELS = {
    GAP: _("Gap in the duty rota"),
    GAP_IS_NEAR: _("Gap in the duty rota within a day"),
}
"""Both kinds in a few words."""
BODY = _(
    "Please name somebody on the page of the duty rota. Until then alerts go to you and the coordinator."
)


def look_ahead(now: datetime) -> int:
    """Tell the leads of all open wards, or coordinators where there is none; returns how many were told."""
    wards = Ward.objects.filter(closed_at__isnull=True).select_related("hospital")
    return sum(notify_gaps(ward, now) for ward in wards)


def notify_gaps(ward: Ward, now: datetime) -> int:
    """Tell of each gap that begins within 14 days, and take back what was told of gaps that are filled."""
    horizon = now + AHEAD + LONGEST_SEEN
    open_gaps = [span for span in gaps(ward, now, horizon) if span[0] < now + AHEAD]
    people = leads_of(ward)
    people = people if people.exists() else coordinators_of(ward.hospital.network_id)
    earlier = Notification.objects.filter(
        alert__subject_type=WARD,
        alert__subject_id=str(ward.pk),
        alert__kind__in=TITLES,
        created_at__gt=now - 2 * AHEAD,
    )
    kept = _take_back(earlier.active().select_related("alert"), open_gaps, now)
    gone = earlier.filter(recipient__in=people, withdrawn_at__isnull=False)
    # A gap that was filled and is open again is a new one.
    turns = Counter(key.partition("#")[0] for key in set(gone.values_list("alert__dedup_key", flat=True)))
    notices = [_notice(ward, span, people, now, horizon) for span in open_gaps]
    for notice in notices:
        notice.dedup_key += f"#{turns[notice.dedup_key]}"
        gap = notice.kind, notice.payload["end"]
        notice.recipients = [one for one in notice.recipients if (one, *gap) not in kept]
    return post(notices=[notice for notice in notices if notice.recipients], now=now)


def _key(ward: Ward, span: Span, now: datetime, horizon: datetime) -> str:
    """One gap, however often it is looked at: without its start while it runs, or an end not seen yet."""
    start, end = span
    until = f"until:{end.isoformat()}" if end < horizon else ""
    since = "" if start <= now else f"from:{start.isoformat()}"
    return f"{since}{until}" or f"{ward.hospital.day_of(now):%G-%V}"


def _notice(ward: Ward, span: Span, people: Iterable[User], now: datetime, horizon: datetime) -> Notice:
    kind = GAP_IS_NEAR if span[0] - now <= NEAR else GAP
    return Notice(
        dedup_key=f"{kind}:{ward.pk}:{_key(ward, span, now, horizon)}",
        recipients=[person.pk for person in people],
        subject_type=WARD,
        subject_id=str(ward.pk),
        kind=kind,
        severity=SEVERITY[kind],
        payload={
            "ward": str(ward.pk),
            "ward_zh": ward.name_zh,
            "ward_en": ward.name_en,
            "zone": ward.hospital.zone,
            "start": span[0].isoformat(),
            "end": span[1].isoformat(),
        },
        group=str(ward.pk),
    )


def _take_back(
    earlier: Iterable[Notification], open_gaps: Iterable[Span], now: datetime
) -> set[tuple[UUID, str, str]]:
    """Withdraw what was told of times at which somebody is on duty now; return whom what is still told: a gap
    that has begun since is still the one that ends then."""
    kept = set()
    for notification in earlier:
        alert = notification.alert
        start, end = (datetime.fromisoformat(alert.payload[name]) for name in ("start", "end"))
        if end > now and any(since <= max(start, now) and end <= until for since, until in open_gaps):
            kept.add((notification.recipient_id, alert.kind, alert.payload["end"]))
        else:
            withdraw_one(notification=notification, now=now)
    return kept


def render(kind: str, payload: Mapping[str, Any], language: str) -> Rendered:
    """Title, body and link in the active language."""
    times = {
        name: in_brief(datetime.fromisoformat(payload[name]), payload["zone"]) for name in ("start", "end")
    }
    name = payload["ward_en"] if language.startswith("en") and payload["ward_en"] else payload["ward_zh"]
    return Rendered(
        title=str(TITLES[kind]) % {"ward": name, **times},
        body=str(BODY),
        url_path=reverse("portal:duty", args=[payload["ward"]]),
    )


def still_entitled(notifications: Sequence[Notification]) -> set[UUID]:
    """Those whose recipient may still arrange the ward's rota."""
    ids = {one.alert.subject_id for one in notifications}
    wards = {str(ward.pk): ward for ward in Ward.objects.select_related("hospital").filter(pk__in=ids)}
    return {
        one.pk
        for one in notifications
        if (ward := wards.get(one.alert.subject_id)) is not None and may_arrange(one.recipient, ward)
    }


def next_recipients(notification: Notification) -> list[Any]:
    """The coordinators, when the lead is out of reach."""
    ward = Ward.objects.select_related("hospital").get(pk=notification.alert.subject_id)
    return list(coordinators_of(ward.hospital.network_id).values_list("pk", flat=True))
