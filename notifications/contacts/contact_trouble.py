"""Tells a person that one of their ways has ended, or refuses until they change something there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications import services
from notifications.channels.registry import account_channels, channels
from notifications.contacts.subscriptions import Address
from notifications.contacts.test_messages import is_test
from notifications.models import Delivery, Notification, Subscription, key_of
from notifications.types import Notice, Rendered, Severity

SUBJECT = "way_trouble"
ENDED, REFUSED, TAKEN = "way_ended", "way_refused", "way_taken"
LABELS = {
    ENDED: _("A device can no longer be reached"),
    REFUSED: _("A device did not take a message"),
    TAKEN: _("Somebody else has registered your device"),
}
"""Every kind in a few words."""


def tell(delivery: Delivery, *, address: Address, is_dead: bool, now: datetime) -> None:
    """Tell whose `address` it is, once until it works again.

    Nobody is told of a test, which its person watches, of this very message, or of the account's own address,
    which an administrator changes.
    """
    user, channel, at = address
    notification = delivery.notification
    if is_test(notification) or is_of_contact_method(notification) or channel in account_channels():
        return
    own = Subscription.objects.filter(user=user, channel=channel, removed_at__isnull=True)
    way = own.filter(address_key=key_of(channel, at)).first()
    if way is not None:
        _notify(way, ENDED if is_dead else REFUSED, now)


def is_of_contact_method(notification: Notification) -> bool:
    """Whether it tells of trouble with a way, so that nobody else is told instead."""
    return notification.subject_type == SUBJECT


def notify_taken(way: Subscription, now: datetime) -> None:
    """Tell whose `way` it was that somebody else has registered the same device."""
    _notify(way, TAKEN, now)


def _notify(way: Subscription, kind: str, now: datetime) -> None:
    worked = way.last_success_at.isoformat() if way.last_success_at else "never"
    notice = Notice(
        dedup_key=f"{kind}:{way.pk}:{worked}",
        recipient_id=way.user_id,
        subject_type=SUBJECT,
        subject_id=str(way.pk),
        kind=kind,
        severity=Severity.WARNING,
        payload={"channel": way.channel},
    )
    services.notify(notices=[notice], now=now)


def still_entitled(notifications: Sequence[Notification]) -> set[UUID]:
    """All of them: it is about the person's own address."""
    return {notification.pk for notification in notifications}


def render(kind: str, payload: Mapping[str, Any], language: str) -> Rendered:
    """What ended and what to do, in the active language."""
    channel = channels().get(payload["channel"])
    names = {"channel": str(channel.label) if channel else payload["channel"]}
    titles = {
        ENDED: gettext("Alerts no longer reach you by %(channel)s"),
        REFUSED: gettext("%(channel)s: alerts are refused"),
        TAKEN: gettext("%(channel)s: somebody else uses this device now"),
    }
    bodies = {
        ENDED: gettext(
            "The address does not exist any more. Add it again in your preferences, or another one."
        ),
        REFUSED: gettext(
            "Check the settings there (keyword, signing secret, list of addresses), "
            "and send a test from your preferences."
        ),
        TAKEN: gettext("Alerts to you no longer go to it. Add a device of your own in your preferences."),
    }
    return Rendered(titles[kind] % names, bodies[kind], reverse("portal:preferences"))
