import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote_plus

from django.utils.translation import gettext_lazy as _

from accounts import clock
from notifications.channels.base import Message, Receipt
from notifications.channels.robots import RobotChannel, text_of


class DingTalkChannel(RobotChannel):
    """A robot of a DingTalk group, signed when it was made with a secret."""

    name = "dingtalk"
    label = _("DingTalk robot")
    homes = frozenset({"https://oapi.dingtalk.com"})
    key_in_query = "access_token"
    gone = frozenset({300001, 400013, 400101})  # no such token, group dissolved, no such robot
    too_many = frozenset({130101, 130102, 410100})
    at_fault = frozenset(
        {400014, 430101, 430102, 430103, 430104}
    )  # content that the provider does not pass on

    def send(self, message: Message) -> Receipt:
        url = f"{self.setting('url').rstrip('/')}/robot/send?access_token={quote_plus(message.address)}"
        if secret := message.options.get("secret"):
            millisecond = millisecond_of(clock.wall())
            url += f"&timestamp={millisecond}&sign={quote_plus(sign(millisecond, secret))}"
        return self.call(url, {"msgtype": "text", "text": {"content": text_of(message)}})


def millisecond_of(now: datetime) -> str:
    return str(int(now.timestamp() * 1000))


def sign(millisecond: str, secret: str) -> str:
    """Base64 of the HMAC-SHA256 of the time and the secret, under the secret."""
    text = f"{millisecond}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
