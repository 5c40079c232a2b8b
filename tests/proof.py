"""What proves who somebody is: a session that remembers it, and the code of an authenticator app."""

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from accounts import clock
from accounts.models import User


def proved(client: Client, user: User) -> None:
    """Let the session be one in which the person has just proved who they are."""
    session = client.session
    proof = {"method": "password", "reauthenticated": True, "at": clock.wall().timestamp()}
    session["account_authentication_methods"] = [proof]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def code_of(secret: str) -> str:
    """The code that an app shows now, which is taken until the one after it is over."""
    return format_hotp_value(hotp_value(secret, int(clock.wall().timestamp()) // app_settings.TOTP_PERIOD))
