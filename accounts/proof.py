"""A second proof, asked before what a thief wants: whether whoever is in a session still is who signed in."""

from types import SimpleNamespace

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from accounts import clock
from accounts.models import User

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
PASSWORD, SECOND_FACTOR = "password", "mfa"


def method_of(user: User) -> str | None:
    """How `user` gives a second proof: by second factor where one is set up; None if there is no way."""
    if is_mfa_enabled(user, FACTORS):
        return SECOND_FACTOR
    return PASSWORD if user.has_usable_password() else None


def is_proved(session: SessionBase, user: User) -> bool:
    """Whether that proof was given in this session within the last minutes; signing in is not enough."""
    method = method_of(user)
    records = get_authentication_records(SimpleNamespace(session=session), user)
    times = [one["at"] for one in records if one.get("reauthenticated") and one.get("method") == method]
    age = clock.wall().timestamp() - max(times, default=0)
    return method is not None and age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def page_of(user: User) -> str | None:
    """The address of the page where `user` gives it."""
    wants_factor = method_of(user) == SECOND_FACTOR
    methods = get_adapter().get_reauthentication_methods(user)
    fitting = (one["url"] for one in methods if one["id"].startswith("mfa") == wants_factor)
    return next(fitting, None)
