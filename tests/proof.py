"""Sign-in that a session remembers as proved, for pages that ask for it first."""

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
