import json
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext_lazy as _

from accounts import clock
from notifications.channels.base import AddressError, Channel, Message, Receipt, Target
from notifications.channels.http import accepted, post
from notifications.channels.targets import host_of, target_url
from notifications.channels.webpush.keys import authorisation, decoded
from notifications.models import Severity

TTL_SECONDS = {
    Severity.CRITICAL: 7200,
    Severity.SEVERE: 21_600,
    Severity.WARNING: 86_400,
    Severity.INFO: 86_400,
}


class WebPushChannel(Channel):
    """A browser's push service, encrypted for that browser (RFC 8030, 8188, 8291); one address per browser.

    The topic is the delivery's id: of two copies that wait at the push service, one is left.
    """

    name = "webpush"
    label = _("browser")
    is_device = True
    has_one_provider = False

    def send(self, message: Message) -> Receipt:
        severity = Severity(message.severity)
        headers = {
            "Authorization": authorisation(
                message.address,
                private=self.setting("private_key"),
                contact=self.setting("contact"),
                now=clock.wall(),
            ),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(TTL_SECONDS[severity]),
            "Urgency": "high" if severity.is_urgent else "normal",
            "Topic": message.delivery_id.hex,
        }
        answer = post(message.address, body=_encrypted(message), headers=headers, is_guarded=True)
        return Receipt(reference=accepted(answer).headers.get("location", ""))

    def read(self, given: Mapping[str, str]) -> Target:
        endpoint = target_url(given.get("endpoint", ""), field="endpoint")
        keys = {name: given.get(name, "") for name in ("p256dh", "auth")}
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(keys["p256dh"]))
            is_sound = len(decoded(keys["auth"])) == 16
        except ValueError:
            is_sound = False
        if not is_sound:
            raise AddressError("p256dh", _("The keys of this browser cannot be read: subscribe again."))
        return Target(endpoint, keys)

    def shown(self, address: str) -> str:
        return f"{host_of(address)} …{address[-4:]}"


def _encrypted(message: Message) -> bytes:
    from pywebpush import WebPusher  # which loads two HTTP libraries that only this needs

    content = {
        "id": str(message.delivery_id),
        "severity": message.severity,
        "title": message.rendered.title,
        "body": message.rendered.body,
        "path": message.rendered.url_path,
        "language": message.language,
    }
    browser = {"endpoint": message.address, "keys": dict(message.options)}
    return bytes(WebPusher(browser).encode(json.dumps(content, ensure_ascii=False).encode())["body"])
