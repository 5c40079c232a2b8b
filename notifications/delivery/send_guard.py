"""Whether what was to be told still is to be: asked for many at once, and anew once the answer is old."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError

from accounts.models import User
from notifications import hooks
from notifications.models import DropReason, Notification

log = structlog.get_logger(__name__)

FRESH_SECONDS = 1.0


class SendGuard:
    """Why notifications are not to be told any more. `seconds` is a clock that never goes back."""

    def __init__(self, notifications: Iterable[UUID], seconds: Callable[[], float]) -> None:
        self._ids, self._seconds = list(notifications), seconds
        self._asked_at = float("-inf")
        self._reasons: dict[UUID, DropReason | None] = {}

    def drop_reason(self, notification: UUID) -> DropReason | None:
        """Why it is not told, as of at most a second ago; None if it is."""
        if self._seconds() - self._asked_at > FRESH_SECONDS:
            self._reasons, self._asked_at = self._of_all(), self._seconds()
        if notification not in self._reasons:
            return find([notification])[notification]
        return self._reasons[notification]

    def _of_all(self) -> dict[UUID, DropReason | None]:
        try:
            return find(self._ids)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # One that cannot be understood must not hold up the others: each is then asked about alone.
            log.exception("reasons_raised", notifications=len(self._ids))
            return {}


def find(ids: Sequence[UUID]) -> dict[UUID, DropReason | None]:
    """Why each of these notifications is not to be told any more, as the database has it now."""
    rows = Notification.objects.filter(pk__in=ids).select_related("alert").prefetch_related("recipient")
    rows = rows.order_by("alert__subject_type")
    notifications = list(rows)
    User.objects.read_access(one.recipient for one in notifications)
    entitled: set[UUID] = set()
    for subject_type, group in groupby(notifications, key=lambda one: one.alert.subject_type):
        entitled |= hooks.subject(subject_type).still_entitled(list(group))
    return {one.pk: _drop_reason(one, is_entitled=one.pk in entitled) for one in notifications}


def _drop_reason(notification: Notification, *, is_entitled: bool) -> DropReason | None:
    if notification.recipient.access.practises and not notification.is_of_account:
        return DropReason.PRACTICE
    if notification.withdrawn_at is not None:
        return DropReason.WITHDRAWN
    if notification.acknowledged_at is not None and not notification.is_of_account:
        return DropReason.ACKNOWLEDGED
    if not notification.recipient.is_active:
        return DropReason.INACTIVE
    return None if is_entitled else DropReason.NOT_ENTITLED
