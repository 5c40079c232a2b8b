"""A person's contact methods: adding one, proving that it is theirs, testing it, changing it, removing it."""

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

from accounts.text import NO_LINE, cleaned, has_unprintable
from notifications.channels.base import AddressError, Channel, Target
from notifications.channels.registry import channels
from notifications.contacts import contact_trouble
from notifications.contacts.subscriptions import of_account
from notifications.contacts.test_messages import CODE, CODE_LIFE, CONTACT_METHOD, TEST, code_of
from notifications.models import Notification, Subscription, key_of
from notifications.outbox import hints, store
from notifications.types import Notice, Severity

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
    "practice",
    "too_many",
    "too_often",
    "too_soon",
    "wrong_code",
]
"""Every code of a ContactMethodError."""


class ContactMethodError(Exception):
    """Not possible with this contact method as things are; `wait` when it will be later."""

    def __init__(
        self, code: ContactMethodCode, message: str | Promise, wait: timedelta | None = None
    ) -> None:
        super().__init__(str(message))
        self.code, self.message, self.wait = code, message, wait


def find(user: "User", key: str) -> Subscription:
    """The living contact method of `user` with this id, or the one of their account on a channel so named.

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
    AddressError and ContactMethodError.
    """
    kind = _addable(channel)
    if user.access.practises:
        raise ContactMethodError("practice", _("In practice nothing is sent, so that no way can be added."))
    target = kind.read(given)
    if has_unprintable(name):
        raise AddressError("name", NO_LINE)
    get_user_model().objects.select_for_update().get(pk=user.pk)
    living = Subscription.objects.filter(user=user, removed_at__isnull=True)
    subscription = living.filter(channel=channel, address_key=key_of(channel, target.address)).first()
    if subscription is None and living.count() >= MOST_CONTACT_METHODS:
        raise ContactMethodError("too_many", _("You have as many ways as there can be: remove one first."))
    subscription = _kept(
        subscription
        or Subscription(
            user=user, channel=channel, awaits_code=not kind.is_device, min_severity=kind.first_wish
        ),
        target,
        name,
    )
    if kind.is_device:
        _bind(subscription, user, device)
        _take_over(subscription, now)
    if subscription.awaits_code:
        _send_code(subscription, now)
    return subscription


def _bind(subscription: Subscription, user: "User", device: UUID | None) -> None:
    """Let the contact method end with the sign-in on its device."""
    subscription.device, subscription.device_generation = device, user.access_generation if device else None
    subscription.save(update_fields=["device", "device_generation"])


def _take_over(subscription: Subscription, now: datetime) -> None:
    """Let the device of `subscription` be nobody else's: alerts must not go on to whoever had it before."""
    others = Subscription.objects.filter(channel=subscription.channel, address_key=subscription.address_key)
    for other in (
        others.exclude(user=subscription.user_id).filter(removed_at__isnull=True).select_for_update()
    ):
        forget(other, now)
        contact_trouble.notify_taken(other, now)


def _addable(name: str) -> Channel:
    channel = channels().get(name)
    if channel is None or not (channel.asks or channel.is_device):
        raise AddressError("channel", _("This way is not set up here: choose another one."))
    return channel


def _kept(subscription: Subscription, target: Target, name: str) -> Subscription:
    subscription.address, subscription.name, subscription.retired_at = (
        target.address,
        cleaned(name)[:60] or subscription.name,
        None,
    )
    subscription.options = {**target.options, **(subscription.options if target.keeps_options else {})}
    subscription.save()
    return subscription


@transaction.atomic
def send_code(*, subscription: Subscription, now: datetime) -> None:
    """Send a new code to a contact method that awaits one. Raises ContactMethodError."""
    subscription = _locked(subscription)
    if subscription.awaits_code:
        _send_code(subscription, now)


def _send_code(subscription: Subscription, now: datetime) -> None:
    subscription.code_sent_at, subscription.code_tries = now, 0
    subscription.save(update_fields=["code_sent_at", "code_tries"])
    _try(subscription, CODE, now)


def confirm(*, subscription: Subscription, code: str, now: datetime) -> Subscription:
    """The person repeats the code. Raises ContactMethodError when it is wrong or too old."""
    if not _is_right(subscription=subscription, code=code, now=now):
        raise ContactMethodError(
            "wrong_code", _("This is not the code, or it is too old. Check it, or ask for a new one.")
        )
    return find(subscription.user, str(subscription.pk))


@transaction.atomic
def _is_right(*, subscription: Subscription, code: str, now: datetime) -> bool:
    """Counts the attempt, so that a code cannot be found by trying."""
    subscription = _locked(subscription)
    if not subscription.awaits_code:
        return True
    if (
        subscription.code_sent_at is None
        or now > subscription.code_sent_at + CODE_LIFE
        or subscription.code_tries >= MOST_TRIES
    ):
        return False
    subscription.code_tries += 1
    subscription.awaits_code = not constant_time_compare(
        code.strip(), code_of(subscription.pk, subscription.code_sent_at)
    )
    subscription.save(update_fields=["code_tries", "awaits_code"])
    return not subscription.awaits_code


@transaction.atomic
def send_test(*, subscription: Subscription, now: datetime) -> Notification:
    """Send a real message there, through the outbox. What was given up gets another chance.

    Raises ContactMethodError within a minute of the last test, and when its code is still awaited.
    """
    subscription = _locked(subscription)
    if subscription.awaits_code:
        raise ContactMethodError("awaits_code", _("First enter the code that was sent there."))
    subscription.retired_at = None
    subscription.save(update_fields=["retired_at"])
    return _try(subscription, TEST, now)


def _try(subscription: Subscription, kind: str, now: datetime) -> Notification:
    _pace(subscription, kind, now)
    notice = Notice(
        dedup_key=f"{CONTACT_METHOD}:{kind}:{subscription.pk}:{now.isoformat()}",
        recipients=[subscription.user_id],
        subject_type=CONTACT_METHOD,
        subject_id=str(subscription.pk),
        kind=kind,
        severity=Severity.WARNING,
        payload={"contact_method": str(subscription.pk), "sent_at": now.isoformat()},
    )
    notification = store.store_one(notice, now=now, read_at=now)
    waiting = store.open_delivery(subscription, notification=notification, now=now)
    transaction.on_commit(partial(hints.hint, [waiting]), robust=True)
    return notification


def _pace(subscription: Subscription, kind: str, now: datetime) -> None:
    """One a minute for a method, some a day for a person: a stranger's phone must not ring at our cost."""
    sent = Notification.objects.filter(
        alert__subject_type=CONTACT_METHOD, alert__kind=kind, recipient_id=subscription.user_id
    )
    last = (
        sent.filter(alert__subject_id=str(subscription.pk), created_at__gt=now - PAUSE)
        .order_by("-created_at")
        .first()
    )
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
def wish(*, subscription: Subscription, enabled: bool, min_severity: Severity | str) -> Subscription:
    """What the person wants there. Severe and critical alerts come by the floor's channels all the same.

    Raises ContactMethodError for a wish below the floor.
    """
    subscription = _locked(subscription)
    if Severity(min_severity) is Severity.CRITICAL:
        raise ContactMethodError(
            "below_the_floor", _("Severe alerts cannot be switched off: choose “severe” at most.")
        )
    subscription.enabled, subscription.min_severity = enabled, Severity(min_severity)
    subscription.save(update_fields=["enabled", "min_severity"])
    return subscription


@transaction.atomic
def change_secret(*, subscription: Subscription, secret: str) -> Subscription:
    """Sign with `secret` from now on, or not at all when it is empty. Raises ContactMethodError elsewhere."""
    subscription = _locked(subscription)
    kind = channels().get(subscription.channel)
    if kind is None or not kind.takes_secret:
        raise ContactMethodError(
            "no_secret", _("Only a robot of a group chat has a signing secret of its own.")
        )
    subscription.options = {"secret": secret.strip()} if secret.strip() else {}
    subscription.retired_at = None
    subscription.save(update_fields=["options", "retired_at"])
    return subscription


@transaction.atomic
def remove(*, subscription: Subscription, now: datetime) -> None:
    """Forget the address. The last proved one on a channel of the floor can only be replaced."""
    subscription = _locked(subscription)
    kind = channels().get(subscription.channel)
    if kind is not None and kind.is_of_account:
        raise ContactMethodError(
            "of_account", _("This address belongs to your account: an administrator changes it.")
        )
    proved = Subscription.objects.filter(
        user=subscription.user, channel=subscription.channel, awaits_code=False, removed_at__isnull=True
    )
    if (
        kind is not None
        and kind.is_floor
        and not subscription.awaits_code
        and not proved.exclude(pk=subscription.pk).exists()
    ):
        raise ContactMethodError(
            "last_of_floor",
            _("Severe alerts need this way. Add and confirm another number first, then remove it."),
        )
    forget(subscription, now)


def forget(subscription: Subscription, now: datetime) -> None:
    """Keep nothing of a contact method but its history."""
    subscription.address, subscription.address_key, subscription.options, subscription.name = (
        None,
        f"removed:{subscription.pk}",
        {},
        "",
    )
    subscription.enabled, subscription.removed_at, subscription.retired_at = (
        False,
        now,
        subscription.retired_at or now,
    )
    subscription.save()


def _locked(subscription: Subscription) -> Subscription:
    """Raises Subscription.DoesNotExist when it was removed meanwhile."""
    return Subscription.objects.select_for_update().get(pk=subscription.pk, removed_at__isnull=True)
