"""What an open page knows for its alarm: the board as it is drawn, every page whenever it asks."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from referral.alerts.alarm import causes


def alarm_of(user: User, now: datetime, *, is_expected: bool) -> dict[str, Any]:
    """What waits for an acknowledgement by `user`, and whether they are expected to hear it.

    `user` lets a page notice that somebody else has signed in on the same browser.
    """
    waiting = [
        {
            "id": str(cause.id),
            "kind": cause.kind,
            "number": cause.number,
            "href": reverse("portal:case", args=[cause.case_id]),
            "since": cause.since.isoformat(),
        }
        for cause in causes(user)
    ]
    return {
        "user": str(user.pk),
        "now": now.isoformat(),
        "is_expected": is_expected,
        "waiting": waiting,
    }
