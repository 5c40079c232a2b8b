import json
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext_lazy as _

from accounts import clock
from notifications.channels.base import AddressError, Channel, Fault, Message, Receipt, Target
from notifications.channels.faults import error_of, refusal, rows
from notifications.channels.http import post
from notifications.channels.targets import host_of, target_url
from notifications.channels.webpush.keys import authorisation, decoded, public_key
from notifications.types import Severity

TTL_SECONDS = {
    Severity.CRITICAL: 7200,
    Severity.SEVERE: 21_600,
    Severity.WARNING: 86_400,
    Severity.INFO: 86_400,
}

REFUSALS = (
    *rows(Fault.GONE, "404", "410"),
    # Subscribed under another key pair: Google (403, once 400), Mozilla (401) and Apple.
    *rows(Fault.GONE, "401", text="public key mismatch"),
    *rows(Fault.GONE, "400", text="unauthorizedregistration"),
    *rows(Fault.GONE, "400", text="vapidpkhashmismatch"),
    *rows(Fault.GONE, "403", text="vapidpkhashmismatch"),
    # Our signature: its contact, its time (Apple).
    *rows(Fault.MISCONFIGURED, "400", text="jwt"),
    *rows(Fault.MISCONFIGURED, "403", text="jwt"),
    # A proxy on the way, which answers with a page.
    *rows(Fault.PASSING, "403", text="<html"),
    # RFC 8292, 4.2: a key that is not the subscription's is refused so.
    *rows(Fault.GONE, "403"),
    # Microsoft has 406 for a browser that had too many.
    *rows(Fault.ENOUGH, "406", "429"),
    *rows(Fault.MESSAGE, "400", "405", "413", "415", "422"),
    *rows(Fault.BUSY, "503"),
    *rows(Fault.PASSING, "3*", "401", "5*"),
)
"""RFC 8030, RFC 8292, https://mozilla-services.github.io/autopush-rs/errors.html,
https://developer.apple.com/documentation/usernotifications/sending-web-push-notifications-in-web-apps-and-browsers,
https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-request-response-headers"""


class WebPushChannel(Channel):
    """A browser's push service, encrypted for that browser (RFC 8030, 8188, 8291); one address per browser.

    The topic is the delivery's id: of two copies that wait at the push service, one is left.
    """

    name = "webpush"
    label = _("browser")
    is_device = True
    has_one_provider = False

    def send(self, message: Message) -> Receipt:
        if message.options.get("under", self._public_key) != self._public_key:
            raise error_of(Fault.GONE, "key", "this browser subscribed under another key pair")
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
        if not answer.is_yes:
            raise refusal(REFUSALS, str(answer.status), answer.text, retry_after=answer.retry_after)
        return Receipt(reference=answer.headers.get("location", ""))

    @property
    def _public_key(self) -> str:
        return public_key(self.setting("private_key"))

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
        return Target(endpoint, {**keys, "under": self._public_key})

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
    keys = {name: message.options[name] for name in ("p256dh", "auth")}
    browser = {"endpoint": message.address, "keys": keys}
    return bytes(WebPusher(browser).encode(json.dumps(content, ensure_ascii=False).encode())["body"])
