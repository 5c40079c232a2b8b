"""Services on accounts: their address, the link to choose a password, and a lost second factor."""

from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from accounts import sign_ins
from accounts.models import User
from accounts.signals import security_event


@transaction.atomic
def settle_address(*, user: User) -> None:
    """Make the account's e-mail its one sign-in address, so that an earlier one opens nothing any more."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def invite(*, user: User, inviter: User, request: HttpRequest) -> None:
    """Mail a new person who set up the account, what for, and how to choose a password and sign in.

    Raises OSError if the mail server does not take it.
    """
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    memberships = user.memberships.select_related("hospital", "ward", "network")
    with request_context(request):
        adapter = get_adapter(request)
        with translation.override(user.language):
            context = {
                "user": user,
                "inviter": inviter,
                "roles": [membership.in_words() for membership in memberships],
                "valid_days": settings.PASSWORD_RESET_TIMEOUT // (24 * 3600),
                "password_reset_url": adapter.get_reset_password_from_key_url(key),
                "sign_in_url": f"{settings.BASE_URL}{reverse(settings.LOGIN_URL)}",
                "second_factor": settings.MFA_REQUIRED,
            }
        adapter.send_mail("account/email/invitation", user.email, context)


def send_password_link(*, user: User, request: HttpRequest) -> None:
    """Mail the user a link to choose a new password. Raises OSError if the mail server does not take it."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)


@transaction.atomic
def forget_second_factors(*, user: User, actor: User, now: datetime) -> int:
    """Remove every second factor, for somebody who lost theirs; returns how many there were.

    Whoever has what was lost may also be signed in with it: every session and token ends too.
    """
    removed = Authenticator.objects.filter(user=user).delete()[0]
    sign_ins.end_all(user=user, actor=actor, now=now)
    security_event.send(sender=User, user=user, event="second_factors_forgotten", about={}, now=now)
    return removed


def notify_of_address(*, user: User, former: str, now: datetime) -> None:
    """Tell a person, at their former address too, that their sign-in address was changed."""
    security_event.send(sender=User, user=user, event="address_changed", about={}, now=now)
    context = {"user": user, "address": user.email}
    get_adapter().send_mail("account/email/address_changed", former, context)
