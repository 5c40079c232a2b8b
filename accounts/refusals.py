"""What accounts refuse, in words for a person."""

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


class AccountRefusal(Exception):
    """Not possible with an account as things stand. `code` is stable; `extra` goes to programs with it."""

    code = "refused"
    message: str | Promise = _("This is not possible at the moment.")
    extra: Mapping[str, Any] = MappingProxyType({})

    def __init__(self) -> None:
        super().__init__(self.code)


class TooManyTokens(AccountRefusal):
    code = "too_many_tokens"
    message = _("You have 20 access tokens. Revoke one before you make another.")


class RefreshRefused(AccountRefusal):
    code = "refresh_refused"
    message = _("This device is signed out. Sign in again.")


class TooManyTries(AccountRefusal):
    """Wrong too often. `seconds`: when it may be tried again."""

    code = "too_many_tries"

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds
        self.message = ngettext_lazy(
            "Too many wrong tries from here. Try again in %(minutes)d minute, or from a device on which you "
            "have signed in before.",
            "Too many wrong tries from here. Try again in %(minutes)d minutes, or from a device on which you "
            "have signed in before.",
            "minutes",
        ) % {"minutes": ceil(seconds / 60)}
