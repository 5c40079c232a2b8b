"""Tells a person what happened to their account, by e-mail and in the inbox, whatever they wish to hear of.

Nobody else is told instead, and no other way is tried: whoever holds the mailbox decides what was theirs.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop

from accounts.ids import new_id
from accounts.models import AccessToken, SignIn
from accounts.user_agents import device_in_words
from notifications.channels.registry import account_channels
from notifications.contacts.subscriptions import of_account
from notifications.models import ACCOUNT, Notification
from notifications.outbox import hints, store
from notifications.types import Notice, Rendered, Severity

if TYPE_CHECKING:
    from accounts.models import User

TITLES = {
    "new_device": gettext_noop("Your account was opened on a new device"),
    "create_access_token": gettext_noop("An access token was made for your account"),
    "revoke_access_token": gettext_noop("An access token of your account was ended"),
    "password_changed": gettext_noop("Your password was changed"),
    "password_reset": gettext_noop("A new password was chosen through a link that was mailed to you"),
    "second_factor_added": gettext_noop("A second factor was added to your account"),
    "second_factor_removed": gettext_noop("A second factor was removed from your account"),
    "second_factors_forgotten": gettext_noop("An administrator removed your second factor"),
    "recovery_codes_made": gettext_noop("New recovery codes were made for your account"),
    "recovery_code_used": gettext_noop("A recovery code of your account was used"),
    "address_changed": gettext_noop("An administrator changed the e-mail address of your account"),
    "refresh_reused": gettext_noop("The app was signed out: its sign-in was used on two devices"),
    "guessing": gettext_noop("Somebody is trying passwords on your account"),
    "code_guessing": gettext_noop("Somebody knows your password and is trying codes"),
}
IF_NOT_YOU = gettext_noop(
    "If it was you, there is nothing to do. If not: change your password at once, end all sessions on the "
    "page below, and tell the administrator of your network."
)
ADVICE = {
    "guessing": gettext_noop(
        "They did not get in, and on the devices you know you can sign in as always. Use a password that you "
        "use nowhere else, and tell the administrator of your network if this goes on."
    ),
    "code_guessing": gettext_noop(
        "They did not get in. Change your password at once, and tell the administrator of your network."
    ),
}


@transaction.atomic
def notify_of(*, user: "User", event: str, about: Mapping[str, str], now: datetime, **_: Any) -> Notification:
    """Put what happened in the inbox and the mail of `user`: receives accounts.signals.security_event."""
    notice = Notice(
        dedup_key=f"{ACCOUNT}:{event}:{new_id()}",
        recipients=[user.pk],
        subject_type=ACCOUNT,
        subject_id=str(user.pk),
        kind=event,
        severity=Severity.WARNING,
        payload={"at": now.isoformat(), **about},
    )
    notification = store.store_one(notice, now=now)
    waiting = [
        store.open_delivery(of_account(user, channel), notification=notification, now=now)
        for channel in account_channels()
    ]
    transaction.on_commit(partial(hints.hint, waiting), robust=True)
    return notification


def still_entitled(notifications: Sequence[Notification]) -> set[UUID]:
    """All of them: it is their own account."""
    return {notification.pk for notification in notifications}


def render(kind: str, payload: Mapping[str, Any], language: str) -> Rendered:
    """What happened, when and where, and what to do, in the active language."""
    body = f"{_particulars(payload)} {gettext(ADVICE.get(kind, IF_NOT_YOU))}"
    return Rendered(gettext(TITLES[kind]), body, reverse("portal:sessions"))


def _particulars(payload: Mapping[str, Any]) -> str:
    zone = ZoneInfo(settings.DEFAULT_DISPLAY_ZONE)
    at = datetime.fromisoformat(payload["at"]).astimezone(zone)
    parts = [date_format(at, "DATETIME_FORMAT")]
    if "sign_in" in payload and (sign_in := SignIn.objects.filter(pk=payload["sign_in"]).first()):
        parts.append(device_in_words(sign_in.user_agent))
        parts += [sign_in.address] if sign_in.address else []
    if "token" in payload and (token := AccessToken.objects.filter(pk=payload["token"]).first()):
        parts.append(gettext("“%(name)s”") % {"name": token.name})
    return gettext("%(when)s.") % {"when": gettext(", ").join(parts)}
