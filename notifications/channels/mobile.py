"""Push to the mobile app, whoever carries it."""

import re
from collections.abc import Mapping
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from notifications.channels.base import AddressError, Channel, Target


class AppChannel(Channel):
    """A channel whose address is the token that the app was given; `token` says what one looks like."""

    label = _("mobile app")
    is_device = True
    token: ClassVar[re.Pattern[str]]

    def read(self, given: Mapping[str, str]) -> Target:
        token = given.get("token", "").strip()
        if not self.token.fullmatch(token):
            raise AddressError("token", _("Give the registration token that the app received."))
        return Target(token)

    def shown(self, address: str) -> str:
        return f"…{address[-4:]}"
