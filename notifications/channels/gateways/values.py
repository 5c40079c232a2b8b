"""What a gateway's template may name: short texts, none of them personal."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from notifications.channels.base import Message

NOTHING = "-"


def value(message: Message, name: str) -> str:
    """The text that stands for `name` in a template: title, body, link, path, severity, or a fact."""
    own = {
        "title": message.rendered.title,
        "body": message.rendered.body,
        "link": message.link,
        "path": urlsplit(message.link).path.lstrip("/"),
        "severity": message.severity,
    }
    return own.get(name) or str(message.rendered.parameters.get(name) or NOTHING)


def values(message: Message, names: Iterable[str]) -> dict[str, str]:
    return {name: value(message, name) for name in names}
