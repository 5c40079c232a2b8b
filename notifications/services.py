"""The verbs of telling: notify, withdraw, acknowledge, mark as read; and the sign of life of a process."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models.functions import Coalesce

from accounts.ids import new_id
from notifications.live import publish
from notifications.models import Notification, NotificationQuerySet, ProcessTick
from notifications.outbox import post_commit, store

if TYPE_CHECKING:
    from accounts.models import User
from notifications.types import Notice


def notify(*, notices: Iterable[Notice], now: datetime) -> list[Notification]:
    """Do what `post` does; return the notifications that are new."""
    return [_row(id, notice, now) for id, notice in post(notices=notices, now=now).items()]


def post(*, notices: Iterable[Notice], now: datetime) -> dict[UUID, Notice]:
    """Store notices and a delivery for each way their recipients can be reached; hint once committed.

    One statement does it, so that outside a transaction, too, all of it is stored or nothing.

    A notice whose dedup key is already stored has no effect. Returns those that are new by their ids.
    """
    by_key = {notice.dedup_key: notice for notice in notices}
    if not by_key:
        return {}
    drafts = {new_id(): notice for _, notice in sorted(by_key.items())}
    new, waiting = store.store(drafts, now)
    if new:
        posted = [drafts[id] for id in new]
        transaction.on_commit(partial(post_commit.publish_and_hint, posted, waiting), robust=True)
    return {id: drafts[id] for id in new}


def _row(id: UUID, notice: Notice, now: datetime) -> Notification:
    """The stored row of `notice`."""
    row = Notification(
        id=id,
        dedup_key=notice.dedup_key,
        recipient_id=notice.recipient_id,
        instead_of_id=notice.instead_of_id,
        subject_type=notice.subject_type,
        subject_id=notice.subject_id,
        kind=notice.kind,
        severity=notice.severity,
        payload=dict(notice.payload),
        created_at=now,
    )
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


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
    active = Notification.objects.active().filter(subject_type=subject_type, subject_id__in=subject_ids)
    if kinds is not None:
        active = active.filter(kind__in=kinds)
    if recipient is not None:
        active = active.filter(recipient_id=recipient.pk)
    return active.update(withdrawn_at=now)


def withdraw_one(*, notification: Notification, now: datetime) -> None:
    """Take back this notification alone."""
    Notification.objects.active().filter(pk=notification.pk).update(withdrawn_at=now)


def acknowledge(*, notification: Notification, user: "User", now: datetime) -> Notification:
    """`user` says that they know. The first acknowledgement counts; repeating it changes nothing.

    Raises Notification.DoesNotExist when it is not theirs.
    """
    own = Notification.objects.visible_to(user).filter(pk=notification.pk)
    _acknowledge(own, user, now)
    return own.get()


def acknowledge_all(*, notifications: Iterable[Notification], user: "User", now: datetime) -> int:
    """`user` says that they know of several notifications; returns how many were not acknowledged before."""
    own = Notification.objects.visible_to(user).filter(pk__in=[one.pk for one in notifications])
    return _acknowledge(own, user, now)


def _acknowledge(own: NotificationQuerySet, user: "User", now: datetime) -> int:
    """Acknowledge those of `own` that were not; the person's open pages look again, and their alarm stops."""
    fresh = own.filter(acknowledged_at__isnull=True)
    number = fresh.update(acknowledged_at=now, read_at=Coalesce("read_at", now))
    if number:
        look_again = partial(publish, topics=[f"user:{user.pk}"], kind="notification", ids={})
        transaction.on_commit(look_again, robust=True)
    return number


def mark_read(*, notification: Notification, user: "User", now: datetime) -> Notification:
    """`user` has seen it. Raises Notification.DoesNotExist when it is not theirs."""
    own = Notification.objects.visible_to(user).filter(pk=notification.pk)
    own.filter(read_at__isnull=True).update(read_at=now)
    return own.get()


def mark_all_read(*, user: "User", now: datetime) -> int:
    """Everything in the inbox of `user` has been seen. Returns how many were unread."""
    return Notification.objects.visible_to(user).active().filter(read_at__isnull=True).update(read_at=now)


def tick(*, name: str, now: datetime, lag: timedelta = timedelta(0)) -> None:
    """Record that the process `name` is alive at `now` and `lag` behind its work."""
    ProcessTick.objects.bulk_create(
        [ProcessTick(name=name, at=now, lag=lag)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at", "lag"],
    )
