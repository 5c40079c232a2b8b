import re
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from notifications.channels.base import AddressError, Channel, Message, Receipt, Target
from notifications.channels.gateways.generic import Generic

TOKEN = re.compile(r"[\x21-\x7e]{8,1000}")


class VendorPushChannel(Channel):
    """Mobile push on the mainland, through a signed gateway that speaks to the phones' makers."""

    name = "vendorpush"
    label = _("mobile app")
    is_device = True

    def send(self, message: Message) -> Receipt:
        return Generic("push", **self.settings).send(message)

    def read(self, given: Mapping[str, str]) -> Target:
        token = given.get("token", "").strip()
        if not TOKEN.fullmatch(token):
            raise AddressError("token", _("Give the registration token that the app received."))
        return Target(token)

    def shown(self, address: str) -> str:
        return f"…{address[-4:]}"
