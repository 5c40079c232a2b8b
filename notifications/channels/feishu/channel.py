import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from accounts import clock
from notifications.channels.base import Fault, Message, Receipt
from notifications.channels.faults import rows
from notifications.channels.robots import RobotChannel, text_of

REFUSALS = (
    # No such robot, or its group or tenant is gone.
    *rows(Fault.GONE, "19001"),
    # The robot's own rules: signature, list of addresses, keyword.
    *rows(Fault.REFUSED_THERE, "19021", "19022", "19024"),
    # More than 100 a minute or 5 a second to a robot; answered with 400 or 429.
    *rows(Fault.ENOUGH, "9499", text="too many"),
    *rows(Fault.ENOUGH, "11232", "99991400"),
    # Not understood.
    *rows(Fault.MESSAGE, "9499", "9500", "19002"),
    *rows(Fault.PASSING, "1500"),
)
"""https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot,
https://open.feishu.cn/document/server-docs/api-call-guide/generic-error-code"""


class FeishuChannel(RobotChannel):
    """A robot of a Feishu group, signed when it was made with a secret."""

    name = "feishu"
    label = _("Feishu robot")
    homes = frozenset({"https://open.feishu.cn", "https://open.larksuite.com"})
    code_name = "code"
    refusals = REFUSALS

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
