import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote_plus

from django.utils.translation import gettext_lazy as _

from accounts import clock
from notifications.channels.base import Fault, Message, Receipt
from notifications.channels.faults import rows
from notifications.channels.robots import RobotChannel, text_of

REFUSALS = (
    # No such token, group dissolved, no such robot, robot stopped.
    *rows(Fault.GONE, "300001", "300005", "400013", "400101", "400102", "400106"),
    # The robot's own rules: keyword, signature, list of addresses. Only its clock heals by itself.
    *rows(Fault.PASSING, "310000", text="invalid timestamp"),
    *rows(Fault.PASSING, "310000", text="timestamp 无效"),
    *rows(Fault.PASSING, "310000", text="签名过期"),
    *rows(Fault.REFUSED_THERE, "310000"),
    # More than 20 a minute in a group.
    *rows(Fault.ENOUGH, "130101", "130102", "410100"),
    # A kind of message or a content that is not passed on.
    *rows(Fault.MESSAGE, "40035", "400014", "400105", "430101", "430102", "430103", "430104"),
    *rows(Fault.PASSING, "-1"),
)
"""https://open.dingtalk.com/document/orgapp/custom-robot-access, https://open.dingtalk.com/document/orgapp/server-api-error-codes-1"""


class DingTalkChannel(RobotChannel):
    """A robot of a DingTalk group, signed when it was made with a secret."""

    name = "dingtalk"
    label = _("DingTalk robot")
    homes = frozenset({"https://oapi.dingtalk.com"})
    key_in_query = "access_token"
    refusals = REFUSALS

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
