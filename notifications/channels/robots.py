"""What the robots of group chats share: the text, and an address that is only the robot's key.

People give the address that the chat shows; what is kept is its key, and calls go to the base address of the
settings, so that nobody can have messages sent elsewhere.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext_lazy as _

from accounts.text import narrowed
from notifications.channels.base import AddressError, Ask, Channel, Message, Receipt, Target
from notifications.channels.faults import Table, refusal
from notifications.channels.http import accepted, as_json, not_understood, post

KEY = re.compile(r"[A-Za-z0-9_-]{8,200}")
ADDRESS = Ask("address", _("Address of the robot"), _("the webhook address that the group chat shows for it"))
SECRET = Ask(
    "secret",
    _("Signing secret"),
    _("if the robot was made with signature checking"),
    optional=True,
)


class RobotChannel(Channel):
    """One POST of a text. `refusals` says what the provider's own error codes mean, whatever the status."""

    most_in_flight = 4
    key_in_query: ClassVar[str] = ""
    code_name: ClassVar[str] = "errcode"
    refusals: ClassVar[Table] = ()
    asks: ClassVar[tuple[Ask, ...]] = (ADDRESS, SECRET)

    def call(self, url: str, content: Mapping[str, Any]) -> Receipt:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        answer = post(url, body=as_json(content), headers=headers)
        said = answer.json()
        code = str(said.get(self.code_name, ""))
        if code in ("", "0"):
            accepted(answer)
            if not code:
                raise not_understood(answer)
            return Receipt()
        words = str(said.get("errmsg") or said.get("msg") or "")
        raise refusal(self.refusals, code, words, retry_after=answer.retry_after)

    def read(self, given: Mapping[str, str]) -> Target:
        key = self._key(narrowed(given.get("address", "")))
        if not KEY.fullmatch(key):
            raise AddressError(
                "address", _("Copy the whole webhook address of the robot from the group chat.")
            )
        secret = given.get("secret", "").strip()
        return Target(key, {"secret": secret} if secret else {}, keeps_options="secret" not in given)

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
