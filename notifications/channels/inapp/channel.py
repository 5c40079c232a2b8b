from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Channel, Message, Receipt
from notifications.live.publishing import publish


class InAppChannel(Channel):
    """The inbox of the portal. Stored is delivered; open pages are told to look again."""

    name = "inapp"
    label = _("in the portal")
    is_stored = True

    def send(self, message: Message) -> Receipt:
        publish(
            topics=[f"user:{message.user_id}"],
            kind="notification",
            ids={"delivery": str(message.delivery_id)},
        )
        return Receipt(is_delivered=True)
