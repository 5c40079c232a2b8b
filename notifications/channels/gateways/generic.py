"""A gateway of one's own or a small carrier's, that takes JSON under our signature."""

from typing import Any

from accounts import clock
from notifications.calls.codes import NEXT_PERSON
from notifications.channels.base import Fault, Message, Receipt
from notifications.channels.faults import error_of
from notifications.channels.http import accepted, as_json, post
from notifications.channels.signing import signed

GONE = frozenset({410})
"""A missing page is more likely our mistake in the address than a missing person."""


class Generic:
    """POSTs id, way, recipient and words; 2xx accepts unless its JSON names an `error`, 410 says that the
    recipient does not exist."""

    def __init__(self, channel: str, *, url: str, secret: str, **unused: Any) -> None:
        self._channel, self._url, self._secret = channel, url, secret

    def send(self, message: Message) -> Receipt:
        content: dict[str, Any] = {
            "id": str(message.delivery_id),
            "channel": self._channel,
            "to": message.address,
            "language": message.language,
            "severity": message.severity,
            "title": message.rendered.title,
            "text": message.rendered.body,
            "link": message.link,
        }
        if message.code:
            content["keys"] = {"acknowledge": message.code, "next": NEXT_PERSON[0]}
        body = as_json(content)
        answer = post(self._url, body=body, headers=signed(message, body, self._secret, clock.wall()))
        said = accepted(answer, gone=GONE).json()
        if said.get("error"):
            raise error_of(Fault.UNKNOWN, str(answer.status), answer.text, retry_after=answer.retry_after)
        return Receipt(reference=str(said.get("id", "")))
