"""Where a carrier sends its reports, and how we know that it is the carrier.

Neither Alibaba Cloud nor Tencent Cloud signs its reports: what authenticates them is an address that nobody
can guess, made from the secret that they and we share, over TLS. A generic gateway signs as we do.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from notifications.channels.signing import signature

PHONES = ("sms", "voice")
CLOCKS_DIFFER = timedelta(minutes=5)
"""So far may the time of a signed report be from ours: an older one was recorded and is sent again."""


def token_of(channel: str) -> str:
    """The secret part of the address of a channel that is set up here."""
    given = settings.CHANNEL_SETTINGS[channel]
    text = f"reports:{given['provider']}:{channel}"
    return hmac.new(given["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()


def address_of(channel: str) -> str:
    """What an operator enters at the provider."""
    return f"{settings.BASE_URL}{reverse('reports', args=[channel, token_of(channel)])}"


def is_addressed_right(channel: str, token: str) -> bool:
    """Whether `token` is that of `channel`; in the same time, whatever it is."""
    if channel not in PHONES or channel not in settings.CHANNEL_SETTINGS:
        return False
    return hmac.compare_digest(token.encode(), token_of(channel).encode())


def is_signed(channel: str, body: bytes, *, second: str, mark: str, now: datetime) -> bool:
    """Whether a generic gateway signed `body` lately."""
    if not (second.isascii() and second.isdecimal() and len(second) <= 12):
        return False
    if abs(now.timestamp() - int(second)) > CLOCKS_DIFFER.total_seconds():
        return False
    right = f"sha256={signature(second, body, settings.CHANNEL_SETTINGS[channel]['secret'])}"
    return hmac.compare_digest(mark.encode(), right.encode())
