"""What the robots of group chats share: the text, and an address that is only the robot's key.

People give the address that the chat shows; what is kept is its key, and calls go to the base address of the
settings, so that nobody can have messages sent elsewhere.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext_lazy as _

from notifications.channels.base import AddressError, Ask, Channel, ChannelError, Message, Receipt, Target
from notifications.channels.http import accepted, as_json, post

KEY = re.compile(r"[A-Za-z0-9_-]{8,200}")
SLOWER = timedelta(minutes=1)
ADDRESS = Ask("address", _("Address of the robot"), _("the webhook address that the group chat shows for it"))
SECRET = Ask("secret", _("Signing secret"), _("if the robot was made with signature checking"), optional=True)


class RobotChannel(Channel):
    """One POST of a text. `gone`, `too_many` and `at_fault` are the provider's own error codes."""

    key_in_query: ClassVar[str] = ""
    code_name: ClassVar[str] = "errcode"
    gone: ClassVar[frozenset[int]] = frozenset()
    too_many: ClassVar[frozenset[int]] = frozenset()
    at_fault: ClassVar[frozenset[int]] = frozenset()
    asks: ClassVar[tuple[Ask, ...]] = (ADDRESS, SECRET)

    def call(self, url: str, content: Mapping[str, Any]) -> Receipt:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        answer = accepted(post(url, body=as_json(content), headers=headers))
        said = answer.json()
        code = said.get(self.code_name)
        if code == 0:
            return Receipt()
        words = f"{code} {said.get('errmsg') or said.get('msg') or ''}".strip()
        if code in self.gone:
            raise ChannelError(words, permanent=True)
        if code in self.at_fault:
            raise ChannelError(words, permanent=True, address_is_dead=False)
        is_too_fast = code in self.too_many
        raise ChannelError(words, retry_after=SLOWER if is_too_fast else None, is_of_address=is_too_fast)

    def read(self, given: Mapping[str, str]) -> Target:
        key = self._key(given.get("address", "").strip())
        if not KEY.fullmatch(key):
            raise AddressError(
                "address", _("Copy the whole webhook address of the robot from the group chat.")
            )
        secret = given.get("secret", "").strip()
        return Target(key, {"secret": secret} if secret else {})

    def _key(self, given: str) -> str:
        """The key in an address, or what was given if it is no address. An address elsewhere has none."""
        if "/" not in given:
            return given
        url = urlsplit(given)
        if f"{url.scheme}://{url.netloc}" not in {self.setting("url").rstrip("/"), *self.homes}:
            return ""
        if self.key_in_query:
            return next(iter(parse_qs(url.query).get(self.key_in_query, [])), "")
        return url.path.rstrip("/").rpartition("/")[2]

    homes: ClassVar[frozenset[str]] = frozenset()

    def shown(self, address: str) -> str:
        return f"…{address[-4:]}"


def text_of(message: Message) -> str:
    """Title, body and link, one below the other."""
    return f"{message.rendered.title}\n{message.rendered.body}\n{message.link}"
