"""What accounts refuse, in words for a person."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _


class AccountRefusal(Exception):
    """Not possible with an account as things stand. `code` is stable; `extra` goes to programs with it."""

    code = "refused"
    message = _("This is not possible at the moment.")
    extra: Mapping[str, Any] = MappingProxyType({})

    def __init__(self) -> None:
        super().__init__(self.code)


class TooManyTokens(AccountRefusal):
    code = "too_many_tokens"
    message = _("You have 20 access tokens. Revoke one before you make another.")


class RefreshRefused(AccountRefusal):
    code = "refresh_refused"
    message = _("This device is signed out. Sign in again.")
