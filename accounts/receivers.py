"""What follows from signing in and out, and from changes to a password or a second factor."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as factor_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import audit, clock, devices, sign_ins
from accounts.models import KnownDevice, SignIn, User
from accounts.signals import security_event


@receiver(user_logged_in)
def begin_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    device = devices.device_of(request)
    request.is_new_device = not devices.is_known(device, user)  # type: ignore[attr-defined]
    request.was_seen = KnownDevice.objects.filter(user=user).exists()  # type: ignore[attr-defined]
    request.sign_in = sign_ins.begin(user=user, request=request, now=clock.now())  # type: ignore[attr-defined]


@receiver(account_signals.user_logged_in)
def notify_of_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Leave a line, and tell the person of a device that they never used before."""
    sign_in: SignIn = request.sign_in  # type: ignore[attr-defined]
    now, is_new = sign_in.created_at, request.is_new_device  # type: ignore[attr-defined]
    sign_ins.record(sign_in, "sign_in", actor=user, new_device=is_new, address=sign_in.address, now=now)
    if is_new and request.was_seen:  # type: ignore[attr-defined]
        _notify(user, "new_device", sign_in=str(sign_in.pk))


@receiver(user_logged_out)
def end_sign_in(request: HttpRequest, user: User | None, **_: Any) -> None:
    if isinstance(user, User):
        sign_ins.sign_out(session=request.session, user=user, now=clock.now())


@receiver(account_signals.password_changed)
@receiver(account_signals.password_set)
def password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    sign_ins.carry_over(session=request.session, user=user, now=clock.now())
    _record(user, user, "change_password")
    _notify(user, "password_changed")


@receiver(account_signals.password_reset)
def password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    _record(None, user, "reset_password")
    _notify(user, "password_reset")


@receiver(factor_signals.authenticator_added)
def factor_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _record(user, user, "add_second_factor", factor=authenticator.type)
        _notify(user, "second_factor_added")


@receiver(factor_signals.authenticator_removed)
def factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _record(user, user, "remove_second_factor", factor=authenticator.type)
        _notify(user, "second_factor_removed")


@receiver(factor_signals.authenticator_reset)
def recovery_codes_made(user: User, **_: Any) -> None:
    _record(user, user, "make_recovery_codes")
    _notify(user, "recovery_codes_made")


@receiver(factor_signals.authenticator_used)
def recovery_code_used(user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        _record(user, user, "use_recovery_code")
        _notify(user, "recovery_code_used")


def _notify(user: User, event: str, **about: str) -> None:
    security_event.send(sender=User, user=user, event=event, about=about, now=clock.now())


def _record(actor: User | None, user: User, action: str, **detail: Any) -> None:
    audit.record_of_person(actor=actor, action=action, user=user, now=clock.now(), **detail)
