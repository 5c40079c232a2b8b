"""Notices to a person that a contact method of theirs has ended, or refuses until they change something."""

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

SUBJECT = "contact_method_trouble"
ENDED, REFUSED, TAKEN = "contact_method_ended", "contact_method_refused", "contact_method_taken"
LABELS = {
    ENDED: _("A device can no longer be reached"),
    REFUSED: _("A device did not take a message"),
    TAKEN: _("Somebody else has registered your device"),
}
"""Every kind in a few words."""


def notify_trouble(delivery: Delivery, *, address: Address, is_dead: bool, now: datetime) -> None:
    """Tell whose `address` it is, once until it works again.

    Nobody is told of a test, which its person watches, of this very message, or of the account's own address,
    which an administrator changes.
    """
    user, channel, at = address
    notification = delivery.notification
    if is_test(notification) or is_of_contact_method(notification) or channel in account_channels():
        return
    own = Subscription.objects.filter(user=user, channel=channel, removed_at__isnull=True)
    subscription = own.filter(address_key=key_of(channel, at)).first()
    if subscription is not None:
        _notify(subscription, ENDED if is_dead else REFUSED, now)


def is_of_contact_method(notification: Notification) -> bool:
    """Whether it tells of trouble with a contact method, so that nobody else is told instead."""
    return notification.alert.subject_type == SUBJECT


def notify_taken(subscription: Subscription, now: datetime) -> None:
    """Tell whose contact method it was that somebody else has registered the same device."""
    _notify(subscription, TAKEN, now)


def _notify(subscription: Subscription, kind: str, now: datetime) -> None:
    worked = subscription.last_success_at.isoformat() if subscription.last_success_at else "never"
    notice = Notice(
        dedup_key=f"{kind}:{subscription.pk}:{worked}",
        recipients=[subscription.user_id],
        subject_type=SUBJECT,
        subject_id=str(subscription.pk),
        kind=kind,
        severity=Severity.WARNING,
        payload={"channel": subscription.channel},
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
