"""Tells who answers for a hospital system that its server does not take what it subscribed to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.local_time import in_brief
from integrations.models import EventSubscription
from notifications import hooks
from notifications.models import Notification
from notifications.services import post
from notifications.types import Notice, Rendered

SUBSCRIPTION = "event_subscription"
FAILING, GIVEN_UP = "subscription_failing", "subscription_given_up"
TITLES = {
    FAILING: _("%(name)s has not taken its notifications since %(since)s"),
    GIVEN_UP: _("%(name)s takes no notifications: they are no longer sent"),
}
BODIES = {
    FAILING: _(
        "Its server does not answer. Nothing is lost: all of it is sent in order when it answers again."
    ),
    GIVEN_UP: _(
        "Its server has not answered for a week. When it does, its program starts the subscription again and "
        "fetches what it missed."
    ),
}


def alert(row: EventSubscription, now: datetime) -> None:
    """A warning to the person who answers for the system; once for each time that it fails."""
    kind = GIVEN_UP if row.status == EventSubscription.Status.ERROR else FAILING
    since = row.failing_since or now
    notice = Notice(
        dedup_key=f"{kind}:{row.pk}:{since.isoformat()}",
        recipients=[row.integration.responsible_id],
        subject_type=SUBSCRIPTION,
        subject_id=str(row.pk),
        kind=kind,
        severity="warning",
        payload={
            "name": row.integration.name,
            "since": since.isoformat(),
            "zone": row.integration.hospital.zone,
        },
    )
    post(notices=[notice], now=now)


def render(kind: str, payload: Mapping[str, Any], language: str) -> Rendered:
    """Title, body and link in the active language."""
    since = in_brief(datetime.fromisoformat(payload["since"]), payload["zone"])
    return Rendered(
        title=str(TITLES[kind]) % {"name": payload["name"], "since": since},
        body=str(BODIES[kind]),
        url_path=reverse("portal:inbox"),
    )


def still_entitled(notifications: Sequence[Notification]) -> set[UUID]:
    """Those whose recipient still answers for the system."""
    ids = {one.alert.subject_id for one in notifications}
    rows = EventSubscription.objects.filter(pk__in=ids).values_list("pk", "integration__responsible")
    answers = {str(pk): person for pk, person in rows}
    return {one.pk for one in notifications if answers.get(one.alert.subject_id) == one.recipient_id}


def register() -> None:
    """Make the subject known to delivery."""
    hooks.register_subject(SUBSCRIPTION, render=render, still_entitled=still_entitled)
