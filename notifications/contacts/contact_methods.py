"""A person's ways to be told: adding one, proving that it is theirs, testing it, changing it, removing it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.text import NO_LINE, cleaned, has_unprintable
from notifications.channels.base import AddressError, Channel, Target
from notifications.channels.registry import channels
from notifications.contacts import contact_trouble
from notifications.contacts.subscriptions import of_account
from notifications.contacts.test_messages import CODE, CODE_LIFE, TEST, WAY, code_of
from notifications.models import Notification, Subscription, key_of
from notifications.outbox import hints, store
from notifications.types import Severity

if TYPE_CHECKING:
    from accounts.models import User

MOST_CONTACT_METHODS = 20
MOST_TRIES = 5
PAUSE = timedelta(seconds=60)
MOST_PER_DAY: Mapping[str, int] = {CODE: 10, TEST: 50}


ContactMethodCode = Literal[
    "awaits_code",
    "below_the_floor",
    "last_of_floor",
    "no_secret",
    "of_account",
    "too_many",
    "too_often",
    "too_soon",
    "wrong_code",
]
"""Every code of a WayError."""


class ContactMethodError(Exception):
    """Not possible with this way as things stand; `wait` when it will be later."""

    def __init__(
        self, code: ContactMethodCode, message: str | Promise, wait: timedelta | None = None
    ) -> None:
        super().__init__(str(message))
        self.code, self.message, self.wait = code, message, wait


def find(user: "User", key: str) -> Subscription:
    """The living way of `user` with this id, or theirs on the channel of the account that is named so.

    Raises Subscription.DoesNotExist.
    """
    kind = channels().get(key)
    if kind is not None and kind.is_of_account:
        return of_account(user, key)
    try:
        return Subscription.objects.get(pk=UUID(key), user=user, removed_at__isnull=True)
    except ValueError:
        raise Subscription.DoesNotExist from None


@transaction.atomic
def add(
    *,
    user: "User",
    channel: str,
    given: Mapping[str, str],
    name: str = "",
    device: UUID | None = None,
    now: datetime,
) -> Subscription:
    """Keep an address of `user` on `channel`; one that is typed has to be proved by the code that goes there.

    An address that is known already is taken up again; a device belongs to whoever registered it last.
    `device`: the id of the one on which the person is signed in; what registers itself is bound to it. Raises
    AddressError and WayError.
    """
    kind = _addable(channel)
    target = kind.read(given)
    if has_unprintable(name):
        raise AddressError("name", NO_LINE)
    get_user_model().objects.select_for_update().get(pk=user.pk)
    living = Subscription.objects.filter(user=user, removed_at__isnull=True)
    way = living.filter(channel=channel, address_key=key_of(channel, target.address)).first()
    if way is None and living.count() >= MOST_CONTACT_METHODS:
        raise ContactMethodError("too_many", _("You have as many ways as there can be: remove one first."))
    way = _kept(
        way
        or Subscription(
            user=user, channel=channel, awaits_code=not kind.is_device, min_severity=kind.first_wish
        ),
        target,
        name,
    )
    if kind.is_device:
        _bind(way, user, device)
        _take_over(way, now)
    if way.awaits_code:
        _send_code(way, now)
    return way


def _bind(way: Subscription, user: "User", device: UUID | None) -> None:
    """Let the way end with the sign-in on its device."""
    way.device, way.device_generation = device, user.access_generation if device else None
    way.save(update_fields=["device", "device_generation"])


def _take_over(way: Subscription, now: datetime) -> None:
    """Let the device of `way` be nobody else's: alerts must not go on to whoever had it before."""
    others = Subscription.objects.filter(channel=way.channel, address_key=way.address_key)
    for other in others.exclude(user=way.user_id).filter(removed_at__isnull=True).select_for_update():
        forget(other, now)
        contact_trouble.notify_taken(other, now)


def _addable(name: str) -> Channel:
    channel = channels().get(name)
    if channel is None or not (channel.asks or channel.is_device):
        raise AddressError("channel", _("This way is not set up here: choose another one."))
    return channel


def _kept(way: Subscription, target: Target, name: str) -> Subscription:
    way.address, way.name, way.retired_at = target.address, cleaned(name)[:60] or way.name, None
    way.options = {**target.options, **(way.options if target.keeps_options else {})}
    way.save()
    return way


@transaction.atomic
def send_code(*, way: Subscription, now: datetime) -> None:
    """Send a new code to a way that awaits one. Raises WayError."""
    way = _locked(way)
    if way.awaits_code:
        _send_code(way, now)


def _send_code(way: Subscription, now: datetime) -> None:
    way.code_sent_at, way.code_tries = now, 0
    way.save(update_fields=["code_sent_at", "code_tries"])
    _try(way, CODE, now)


def confirm(*, way: Subscription, code: str, now: datetime) -> Subscription:
    """The person repeats the code. Raises WayError when it is wrong or too old."""
    if not _is_right(way=way, code=code, now=now):
        raise ContactMethodError(
            "wrong_code", _("This is not the code, or it is too old. Check it, or ask for a new one.")
        )
    return find(way.user, str(way.pk))


@transaction.atomic
def _is_right(*, way: Subscription, code: str, now: datetime) -> bool:
    """Counts the attempt, so that a code cannot be found by trying."""
    way = _locked(way)
    if not way.awaits_code:
        return True
    if way.code_sent_at is None or now > way.code_sent_at + CODE_LIFE or way.code_tries >= MOST_TRIES:
        return False
    way.code_tries += 1
    way.awaits_code = not constant_time_compare(code.strip(), code_of(way.pk, way.code_sent_at))
    way.save(update_fields=["code_tries", "awaits_code"])
    return not way.awaits_code


@transaction.atomic
def send_test(*, way: Subscription, now: datetime) -> Notification:
    """Send a real message this way, through the outbox. A way that was given up gets another chance.

    Raises WayError within a minute of the last test, and when its code is still awaited.
    """
    way = _locked(way)
    if way.awaits_code:
        raise ContactMethodError("awaits_code", _("First enter the code that was sent there."))
    way.retired_at = None
    way.save(update_fields=["retired_at"])
    return _try(way, TEST, now)


def _try(way: Subscription, kind: str, now: datetime) -> Notification:
    _pace(way, kind, now)
    notification = Notification.objects.create(
        id=new_id(),
        dedup_key=f"{WAY}:{kind}:{way.pk}:{now.isoformat()}",
        recipient_id=way.user_id,
        subject_type=WAY,
        subject_id=str(way.pk),
        kind=kind,
        severity=Severity.WARNING,
        payload={"way": str(way.pk), "sent_at": now.isoformat()},
        created_at=now,
        read_at=now,
    )
    waiting = store.open_way(way, notification=notification, now=now)
    transaction.on_commit(partial(hints.hint, [waiting]), robust=True)
    return notification


def _pace(way: Subscription, kind: str, now: datetime) -> None:
    """One a minute for a way, some a day for a person: a stranger's phone must not ring at our cost."""
    sent = Notification.objects.filter(subject_type=WAY, kind=kind, recipient_id=way.user_id)
    last = sent.filter(subject_id=str(way.pk), created_at__gt=now - PAUSE).order_by("-created_at").first()
    if last is not None:
        wait = last.created_at + PAUSE - now
        raise ContactMethodError(
            "too_soon", _("A message is on its way there. Wait a minute before the next one."), wait
        )
    if sent.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_PER_DAY[kind]:
        raise ContactMethodError(
            "too_often", _("That was often enough for today. Try again tomorrow."), timedelta(hours=12)
        )


@transaction.atomic
def wish(*, way: Subscription, enabled: bool, min_severity: Severity | str) -> Subscription:
    """What the person wants there. Severe and critical alerts come by the floor's channels all the same.

    Raises WayError for a wish below the floor.
    """
    way = _locked(way)
    if Severity(min_severity) is Severity.CRITICAL:
        raise ContactMethodError(
            "below_the_floor", _("Severe alerts cannot be switched off: choose “severe” at most.")
        )
    way.enabled, way.min_severity = enabled, Severity(min_severity)
    way.save(update_fields=["enabled", "min_severity"])
    return way


@transaction.atomic
def change_secret(*, way: Subscription, secret: str) -> Subscription:
    """Sign with `secret` from now on, or not at all when it is empty. Raises WayError elsewhere."""
    way = _locked(way)
    kind = channels().get(way.channel)
    if kind is None or not kind.takes_secret:
        raise ContactMethodError(
            "no_secret", _("Only a robot of a group chat has a signing secret of its own.")
        )
    way.options = {"secret": secret.strip()} if secret.strip() else {}
    way.retired_at = None
    way.save(update_fields=["options", "retired_at"])
    return way


@transaction.atomic
def remove(*, way: Subscription, now: datetime) -> None:
    """Forget the address. The last proved one on a channel of the floor can only be replaced."""
    way = _locked(way)
    kind = channels().get(way.channel)
    if kind is not None and kind.is_of_account:
        raise ContactMethodError(
            "of_account", _("This address belongs to your account: an administrator changes it.")
        )
    proved = Subscription.objects.filter(
        user=way.user, channel=way.channel, awaits_code=False, removed_at__isnull=True
    )
    if kind is not None and kind.is_floor and not way.awaits_code and not proved.exclude(pk=way.pk).exists():
        raise ContactMethodError(
            "last_of_floor",
            _("Severe alerts need this way. Add and confirm another number first, then remove it."),
        )
    forget(way, now)


def forget(way: Subscription, now: datetime) -> None:
    """Keep nothing of a way but its history."""
    way.address, way.address_key, way.options, way.name = None, f"removed:{way.pk}", {}, ""
    way.enabled, way.removed_at, way.retired_at = False, now, way.retired_at or now
    way.save()


def _locked(way: Subscription) -> Subscription:
    """Raises Subscription.DoesNotExist when it was removed meanwhile."""
    return Subscription.objects.select_for_update().get(pk=way.pk, removed_at__isnull=True)
