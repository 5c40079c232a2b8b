"""The signature of webhooks and of generic gateways; docs/channels.md says how to check it."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from notifications.channels.base import Message


def signed(message: Message, body: bytes, secret: str, now: datetime) -> Mapping[str, str]:
    """Headers that vouch for `body`: who sent it, when, and under which id it may come again."""
    second = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": str(message.delivery_id),
        "X-ACLF-Timestamp": second,
        "X-ACLF-Signature": f"sha256={signature(second, body, secret)}",
    }


def signature(second: str, body: bytes, secret: str) -> str:
    """Hex HMAC-SHA256 of the timestamp, a full stop and the body."""
    return hmac.new(secret.encode(), f"{second}.".encode() + body, hashlib.sha256).hexdigest()
