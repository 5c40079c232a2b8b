from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Message, Receipt
from notifications.channels.robots import ADDRESS, RobotChannel, text_of


class WeComChannel(RobotChannel):
    """A robot of a WeCom group. Whoever knows its key may write, so there is no signature."""

    name = "wecom"
    label = _("WeCom robot")
    homes = frozenset({"https://qyapi.weixin.qq.com"})
    asks = (ADDRESS,)
    key_in_query = "key"
    gone = frozenset({93000})  # no such robot
    too_many = frozenset({45009})
    at_fault = frozenset({40008, 44004, 45002})  # kind of message, empty, too long

    def send(self, message: Message) -> Receipt:
        url = f"{self.setting('url').rstrip('/')}/cgi-bin/webhook/send?key={quote(message.address)}"
        return self.call(url, {"msgtype": "text", "text": {"content": text_of(message)}})
