"""Messages that are about a contact method itself: its test, and the code that proves whose it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.models import Notification
from notifications.types import Rendered

CONTACT_METHOD = "contact_method"
TEST, CODE = "test", "code"
LABELS = {TEST: _("Test message"), CODE: _("Code for a device")}
"""Both kinds in a few words."""
CODE_LIFE = timedelta(minutes=30)


def is_test(notification: Notification) -> bool:
    """Whether it concerns one contact method only, so that no other and no other person is told instead."""
    return notification.alert.subject_type == CONTACT_METHOD


def code_of(subscription: UUID | str, sent_at: datetime) -> str:
    """The six digits that were sent to a contact method then; stored nowhere."""
    digest = salted_hmac(
        "notifications.contact_method", f"{subscription}:{sent_at.isoformat()}", algorithm="sha256"
    ).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def still_entitled(notifications: Sequence[Notification]) -> set[UUID]:
    """All of them: whoever has the contact method may test it."""
    return {notification.pk for notification in notifications}


def render(kind: str, payload: Mapping[str, Any], language: str) -> Rendered:
    """The words of a test or a code, in the active language."""
    link = reverse("portal:preferences")
    if kind == TEST:
        return Rendered(gettext("Test message"), gettext("Alerts reach you this way."), link)
    code = code_of(payload["contact_method"], datetime.fromisoformat(payload["sent_at"]))
    body = gettext(
        "Enter it in your preferences within 30 minutes to receive alerts here. "
        "If you did not ask for it, ignore this message."
    )
    return Rendered(gettext("Your code is %(code)s") % {"code": code}, body, link, {"code": code})
