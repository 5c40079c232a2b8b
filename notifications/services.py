"""The verbs of telling: notify, withdraw, acknowledge, mark as read; and the sign of life of a process."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models.functions import Coalesce

from notifications import hooks
from notifications.live import publish
from notifications.models import (
    OPEN_STATES,
    Delivery,
    DeliveryState,
    DropReason,
    Notification,
    NotificationQuerySet,
    ProcessTick,
)
from notifications.outbox import hints, post_commit, store
from notifications.outbox.store import Stored, Waiting

if TYPE_CHECKING:
    from accounts.models import User
from notifications.types import Notice

WITHDRAW = """
UPDATE notifications_notification AS notification SET withdrawn_at = %(now)s
FROM notifications_alert AS alert
WHERE alert.id = notification.alert_id AND notification.withdrawn_at IS NULL
    AND alert.subject_type = %(subject_type)s AND alert.subject_id = ANY(%(subject_ids)s::text[])
    AND (%(kinds)s::text[] IS NULL OR alert.kind = ANY(%(kinds)s::text[]))
    AND (%(recipient)s::uuid IS NULL OR notification.recipient_id = %(recipient)s::uuid)
"""


def notify(*, notices: Iterable[Notice], now: datetime) -> list[Notification]:
    """Do what `post` does; return the notifications that are new."""
    by_key = _by_key(notices)
    return [_row(stored, by_key[stored.dedup_key], now) for stored in _post(by_key, now)]


def post(*, notices: Iterable[Notice], now: datetime) -> int:
    """Store alerts and a notification for each recipient; hint once committed. Returns how many are new.

    One statement does it, so that outside a transaction, too, all of it is stored or nothing. Whoever was
    told by the same dedup key is not told again.
    """
    return len(_post(_by_key(notices), now))


def _by_key(notices: Iterable[Notice]) -> dict[str, Notice]:
    """One notice for each alert, in the order of their keys, with the recipients of all."""
    joined: dict[str, Notice] = {}
    for notice in sorted(notices, key=lambda one: one.dedup_key):
        first = joined.get(notice.dedup_key)
        if first is not None:
            notice = replace(first, recipients={*first.recipients, *notice.recipients})
        joined[notice.dedup_key] = notice
    return joined


def _post(by_key: Mapping[str, Notice], now: datetime) -> list[Stored]:
    if not by_key:
        return []
    new = store.store(list(by_key.values()), now)
    if new:
        hint = partial(post_commit.publish_and_hint, [(by_key[one.dedup_key], one) for one in new])
        transaction.on_commit(hint, robust=True)
    return new


def _row(stored: Stored, notice: Notice, now: datetime) -> Notification:
    """The stored row, with its alert, of `notice`."""
    alert = store.alert_of(notice, now)
    alert.pk = stored.alert_id
    row = Notification(
        id=stored.id,
        alert=alert,
        recipient_id=stored.recipient_id,
        urgent=stored.urgent,
        created_at=now,
        next_hint_at=now + store.FIRST_REMINDER,
    )
    for one in (alert, row):
        one._state.adding, one._state.db = False, DEFAULT_DB_ALIAS
    return row


def notify_instead(root: Notification, person: UUID, *, now: datetime) -> bool:
    """Tell `person` what `root` could not be told to its recipient. False if they were told so before."""
    row, is_new = Notification.objects.get_or_create(
        alert_id=root.alert_id,
        recipient_id=person,
        instead_of=root,
        defaults={
            "urgent": root.urgent,
            "created_at": now,
            "next_hint_at": now + store.FIRST_REMINDER,
        },
    )
    if is_new:
        waiting = Waiting(row.pk, row.urgent, is_notification=True)
        transaction.on_commit(partial(hints.hint, [waiting]), robust=True)
        ids = {root.alert.subject_type: root.alert.subject_id}
        look = partial(publish, topics=[f"user:{person}"], kind="notification", ids=ids)
        transaction.on_commit(look, robust=True)
    return is_new


def withdraw(
    *,
    subject_type: str,
    subject_ids: Collection[str],
    kinds: Collection[str] | None = None,
    recipient: "User | None" = None,
    now: datetime,
) -> int:
    """Take back what was told about a subject: its reason is gone. Returns how many were active.

    What has not been sent yet is dropped at send time; what was sent leaves the inbox.
    """
    if not subject_ids:
        return 0
    asked: dict[str, Any] = {
        "subject_type": subject_type,
        "subject_ids": [*subject_ids],
        "kinds": None if kinds is None else [*kinds],
        "recipient": None if recipient is None else recipient.pk,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(WITHDRAW, asked)
        return cursor.rowcount


def withdraw_one(*, notification: Notification, now: datetime) -> None:
    """Take back this notification alone."""
    Notification.objects.active().filter(pk=notification.pk).update(withdrawn_at=now)


def acknowledge(*, notification: Notification, user: "User", now: datetime) -> Notification:
    """`user` says that they know. The first acknowledgement counts; repeating it changes nothing.

    Raises Notification.DoesNotExist when it is not theirs.
    """
    own = Notification.objects.visible_to(user).filter(pk=notification.pk)
    _acknowledge([notification], own, user, now)
    return own.get()


def acknowledge_all(*, notifications: Iterable[Notification], user: "User", now: datetime) -> int:
    """`user` says that they know of several notifications; returns how many were not acknowledged before."""
    given = list(notifications)
    own = Notification.objects.visible_to(user).filter(pk__in=[one.pk for one in given])
    return _acknowledge(given, own, user, now)


def _acknowledge(
    given: Sequence[Notification], own: NotificationQuerySet, user: "User", now: datetime
) -> int:
    """Acknowledge those of `own`, the rows of `given`, that were not; open pages that show them look again,
    and the person's alarm stops."""
    fresh = own.filter(acknowledged_at__isnull=True)
    number = fresh.update(acknowledged_at=now, read_at=Coalesce("read_at", now))
    if number:
        for notification in given:
            transaction.on_commit(partial(hooks.show_fate, notification), robust=True)
        look_again = partial(publish, topics=[f"user:{user.pk}"], kind="notification", ids={})
        transaction.on_commit(look_again, robust=True)
    return number


def mark_read(*, notification: Notification, user: "User", now: datetime) -> Notification:
    """`user` has seen it. Raises Notification.DoesNotExist when it is not theirs."""
    own = Notification.objects.visible_to(user).filter(pk=notification.pk)
    if own.filter(read_at__isnull=True).update(read_at=now):
        transaction.on_commit(partial(hooks.show_fate, notification), robust=True)
    return own.get()


def mark_all_read(*, user: "User", now: datetime) -> int:
    """Everything in the inbox of `user` has been seen. Returns how many were unread."""
    return Notification.objects.visible_to(user).active().filter(read_at__isnull=True).update(read_at=now)


def drop_unsent(*, recipients: Collection[UUID], now: datetime) -> None:
    """What was not sent to `recipients` yet is sent no more; it keeps how it would have gone, and why not."""
    new = Notification.objects.filter(recipient__in=recipients, next_hint_at__isnull=False)
    ids = list(new.values_list("pk", flat=True))
    store.open_deliveries(ids=ids, limit=len(ids), now=now)
    unsent = Delivery.objects.filter(state__in=OPEN_STATES, notification__recipient__in=recipients)
    for withdrawn, reason in ((True, DropReason.WITHDRAWN), (False, DropReason.ACKNOWLEDGED)):
        of_reason = unsent.filter(notification__withdrawn_at__isnull=not withdrawn)
        of_reason.update(
            state=DeliveryState.DROPPED, dropped_reason=reason, lease_token=None, leased_until=None
        )


def tick(*, name: str, now: datetime, lag: timedelta = timedelta(0)) -> None:
    """Record that the process `name` is alive at `now` and `lag` behind its work."""
    ProcessTick.objects.bulk_create(
        [ProcessTick(name=name, at=now, lag=lag)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at", "lag"],
    )
