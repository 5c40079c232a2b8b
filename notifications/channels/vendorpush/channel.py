import re

from notifications.channels.base import Message, Receipt
from notifications.channels.gateways.generic import Generic
from notifications.channels.mobile import AppChannel


class VendorPushChannel(AppChannel):
    """Mobile push on the mainland, through a signed gateway that speaks to the phones' makers."""

    name = "vendorpush"
    token = re.compile(r"[\x21-\x7e]{8,1000}")

    def send(self, message: Message) -> Receipt:
        return Generic("push", **self.settings).send(message)
