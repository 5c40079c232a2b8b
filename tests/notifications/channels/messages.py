"""A message as the delivery hands it to a channel."""

from typing import Any
from uuid import UUID

from notifications.channels.base import Message, Target
from notifications.types import Rendered

ID = UUID("019aa000-0000-7000-8000-00000000d001")
PATH = "/cases/019aa000-0000-7000-8000-00000000ca5e/"


def message(target: Target, **changes: Any) -> Message:
    """A critical alert to `target`."""
    fields: dict[str, Any] = {
        "delivery_id": ID,
        "user_id": UUID(int=7),
        "address": target.address,
        "language": "zh-hans",
        "severity": "critical",
        "kind": "missed",
        "rendered": Rendered("病例 C-7 已超时", "来自甲医院", PATH, {"number": "C-7", "hospital": "甲医院"}),
        "link": f"https://aclf.example{PATH}",
        "options": target.options,
    }
    return Message(**(fields | changes))
