"""Tells the ward lead of gaps in the duty rota before they happen: once when seen, once more a day before."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User, Ward
from accounts.rota import Span, coordinators_of, gaps, leads_of
from notifications.hooks import Rendered
from notifications.models import Notification
from notifications.services import Notice, notify, withdraw
from referral.wards import may_run

WARD = "ward"
GAP, GAP_IS_NEAR = "duty_gap", "duty_gap_is_near"
AHEAD, NEAR = timedelta(days=14), timedelta(hours=24)
SEVERITY = {GAP: "warning", GAP_IS_NEAR: "severe"}
TITLES = {
    GAP: _("%(ward)s: nobody is on duty from %(start)s to %(end)s"),
    GAP_IS_NEAR: _("%(ward)s: nobody is on duty from %(start)s to %(end)s, within a day"),
}
BODY = _(
    "Please name somebody on the page of the duty rota. Until then alerts go to you and the coordinator."
)


def look_ahead(now: datetime) -> int:
    """Tell the leads of all open wards, or coordinators where there is none; returns how many were told."""
    wards = Ward.objects.filter(closed_at__isnull=True).select_related("hospital")
    return sum(tell_gaps(ward, now) for ward in wards)


def tell_gaps(ward: Ward, now: datetime) -> int:
    """Tell of each gap of the coming 14 days, and take back what was told of those that are filled."""
    found = [(GAP_IS_NEAR if span[0] - now <= NEAR else GAP, span) for span in gaps(ward, now, now + AHEAD)]
    _take_back(ward, found, now)
    people = leads_of(ward)
    people = people if people.exists() else coordinators_of(ward.hospital.network_id)
    notices = [_notice(ward, kind, span, person, now) for kind, span in found for person in people]
    return len(notify(notices=notices, now=now))


def _key(ward: Ward, span: Span, now: datetime) -> str:
    """One gap, however often it is looked at: by its end while it runs, else by its start."""
    start, end = span
    if start <= now:
        return f"{ward.pk}:until:{end.isoformat() if end < now + AHEAD else f'{now:%G-%V}'}"
    return f"{ward.pk}:from:{start.isoformat()}"


def _notice(ward: Ward, kind: str, span: Span, person: User, now: datetime) -> Notice:
    return Notice(
        dedup_key=f"{kind}:{_key(ward, span, now)}:{person.pk}",
        recipient_id=person.pk,
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


def _take_back(ward: Ward, found: Iterable[tuple[str, Span]], now: datetime) -> None:
    if not list(found):
        withdraw(subject_type=WARD, subject_id=str(ward.pk), kinds=[GAP, GAP_IS_NEAR], now=now)


def render(kind: str, payload: Mapping[str, Any], language: str) -> Rendered:
    """Title, body and link in the active language."""
    zone = ZoneInfo(payload["zone"])
    times = {
        name: datetime.fromisoformat(payload[name]).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        for name in ("start", "end")
    }
    name = payload["ward_en"] if language.startswith("en") and payload["ward_en"] else payload["ward_zh"]
    return Rendered(
        title=str(TITLES[kind]) % {"ward": name, **times},
        body=str(BODY),
        url_path=reverse("portal:duty", args=[payload["ward"]]),
    )


def still_entitled(notification: Notification) -> bool:
    """The recipient may still arrange the ward's rota."""
    ward = Ward.objects.select_related("hospital").filter(pk=notification.subject_id).first()
    return ward is not None and may_run(notification.recipient, ward)


def next_recipients(notification: Notification) -> list[Any]:
    """The coordinators, when the lead is out of reach."""
    ward = Ward.objects.select_related("hospital").get(pk=notification.subject_id)
    return list(coordinators_of(ward.hospital.network_id).values_list("pk", flat=True))
