from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Fault, Message, Receipt
from notifications.channels.faults import rows
from notifications.channels.robots import ADDRESS, RobotChannel, text_of

REFUSALS = (
    # No such robot, robot stopped, robot not in the group any more.
    *rows(Fault.GONE, "93000", "93004", "93008"),
    # More than 20 a minute to a robot.
    *rows(Fault.ENOUGH, "45009"),
    # Kind of message, malformed, empty, too long.
    *rows(Fault.MESSAGE, "40008", "40058", "44004", "45002", "47001"),
    # This machine's address is not on the company's list; the call is not permitted.
    *rows(Fault.MISCONFIGURED, "60020", "48002"),
    *rows(Fault.BUSY, "45033"),
    *rows(Fault.PASSING, "-1"),
)
"""https://developer.work.weixin.qq.com/document/path/91770, https://developer.work.weixin.qq.com/document/path/90313"""


class WeComChannel(RobotChannel):
    """A robot of a WeCom group. Whoever knows its key may write, so there is no signature."""

    name = "wecom"
    label = _("WeCom robot")
    homes = frozenset({"https://qyapi.weixin.qq.com"})
    asks = (ADDRESS,)
    key_in_query = "key"
    refusals = REFUSALS

    def send(self, message: Message) -> Receipt:
        url = f"{self.setting('url').rstrip('/')}/cgi-bin/webhook/send?key={quote(message.address)}"
        return self.call(url, {"msgtype": "text", "text": {"content": text_of(message)}})
