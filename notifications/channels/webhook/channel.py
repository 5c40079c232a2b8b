import secrets
from collections.abc import Mapping
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from accounts import clock
from notifications.channels.base import Ask, Channel, Message, Receipt, Target
from notifications.channels.http import accepted, as_json, post
from notifications.channels.signing import signed
from notifications.channels.targets import host_of, target_url


class WebhookChannel(Channel):
    """A POST of JSON to a server of the person's own, under a secret that only the two of us know."""

    name = "webhook"
    label = _("webhook")
    reveals_secret = True
    has_one_provider = False
    most_in_flight = 8
    asks: ClassVar = (Ask("address", _("Address to call"), _("an https:// address on the public internet")),)

    def send(self, message: Message) -> Receipt:
        body = as_json(
            {
                "id": str(message.delivery_id),
                "kind": message.kind,
                "severity": message.severity,
                "language": message.language,
                "title": message.rendered.title,
                "text": message.rendered.body,
                "link": message.link,
            }
        )
        headers = signed(message, body, message.options["secret"], clock.wall())
        accepted(post(message.address, body=body, headers=headers, is_guarded=True))
        return Receipt()

    def read(self, given: Mapping[str, str]) -> Target:
        url = target_url(given.get("address", ""), field="address")
        return Target(url, {"secret": secrets.token_urlsafe(32)}, keeps_options=True)

    def shown(self, address: str) -> str:
        return host_of(address)
