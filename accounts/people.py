"""Services on accounts: their address, the link to choose a password, and a lost second factor."""

from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User


@transaction.atomic
def settle_address(*, user: User) -> None:
    """Make the account's e-mail its one sign-in address, so that an earlier one opens nothing any more."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def send_password_link(*, user: User, request: HttpRequest) -> None:
    """Mail the user a link to choose a password. Raises OSError if the mail server does not take it."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)


def forget_second_factors(*, user: User) -> int:
    """Remove every second factor, for somebody who lost theirs; returns how many there were."""
    return Authenticator.objects.filter(user=user).delete()[0]
