import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from accounts import clock
from notifications.channels.base import Message, Receipt
from notifications.channels.robots import RobotChannel, text_of


class FeishuChannel(RobotChannel):
    """A robot of a Feishu group, signed when it was made with a secret."""

    name = "feishu"
    label = _("Feishu robot")
    homes = frozenset({"https://open.feishu.cn", "https://open.larksuite.com"})
    code_name = "code"
    gone = frozenset({19001})  # no such robot
    too_many = frozenset({9499, 11232})
    at_fault = frozenset({9500, 19024})  # not understood, a required keyword is missing

    def send(self, message: Message) -> Receipt:
        url = f"{self.setting('url').rstrip('/')}/open-apis/bot/v2/hook/{quote(message.address)}"
        content: dict[str, Any] = {"msg_type": "text", "content": {"text": text_of(message)}}
        if secret := message.options.get("secret"):
            second = str(int(clock.wall().timestamp()))
            content |= {"timestamp": second, "sign": sign(second, secret)}
        return self.call(url, content)


def sign(second: str, secret: str) -> str:
    """Base64 of the HMAC-SHA256 of nothing, under the time and the secret."""
    return base64.b64encode(hmac.new(f"{second}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()
