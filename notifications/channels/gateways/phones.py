"""What SMS and voice calls share: phone numbers, and the gateway of the settings."""

import re
from collections.abc import Mapping
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.text import narrowed
from notifications.channels.base import AddressError, Ask, Channel, Message, Receipt, Target
from notifications.channels.gateways.aliyun import Aliyun
from notifications.channels.gateways.generic import Generic
from notifications.channels.gateways.tencent import Tencent

GATEWAYS = {"generic": Generic, "aliyun": Aliyun, "tencent": Tencent}
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
CHINESE_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class PhoneChannel(Channel):
    """A way to a telephone, through one of the gateways."""

    is_floor = True
    asks: ClassVar = (
        Ask("address", _("Phone number"), _("a mobile number, such as 13800000000 or +852 5123 4567")),
    )

    def send(self, message: Message) -> Receipt:
        gateway = GATEWAYS[self.setting("provider")]
        return gateway(self.name, **self.settings).send(message)

    def read(self, given: Mapping[str, str]) -> Target:
        number = re.sub(r"[\s().\u2010-\u2015\u2212-]", "", narrowed(given.get("address", "")))
        number = f"+{number[2:]}" if number.startswith("00") else number
        number = f"+86{number}" if CHINESE_MOBILE.fullmatch(number) else number
        if not NUMBER.fullmatch(number) or (
            number.startswith("+86") and not CHINESE_MOBILE.fullmatch(number[3:])
        ):
            raise AddressError(
                "address", _("Give a mobile number; one from abroad with its country code, as in +852.")
            )
        return Target(number)

    def shown(self, address: str) -> str:
        return f"{address[:-8]}****{address[-4:]}" if len(address) > 9 else f"****{address[-3:]}"
