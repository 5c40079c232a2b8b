"""Access tokens of a Google service account: a signed claim in exchange for an hour's token (RFC 7523)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

import jwt

from accounts import clock
from notifications.channels.base import Fault
from notifications.channels.faults import error_of
from notifications.channels.http import accepted, post

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE, MARGIN = timedelta(hours=1), timedelta(minutes=5)

_kept: dict[str, tuple[str, datetime]] = {}
"""Tokens of this process with the time until which they are used."""


def token(account: Mapping[str, str]) -> str:
    """A token that is good for some minutes at least. Raises ChannelError."""
    now = clock.wall()
    kept, until = _kept.get(account["client_email"], ("", now))
    if until > now:
        return kept
    fresh = _fetch(account, now)
    _kept[account["client_email"]] = (fresh, now + LIFE - MARGIN)
    return fresh


def forget(account: Mapping[str, str]) -> None:
    _kept.pop(account["client_email"], None)


def _fetch(account: Mapping[str, str], now: datetime) -> str:
    claims = {
        "iss": account["client_email"],
        "scope": SCOPE,
        "aud": account["token_uri"],
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
    }
    claim = jwt.encode(
        claims, account["private_key"], algorithm="RS256", headers={"kid": account.get("private_key_id", "")}
    )
    body = urlencode({"grant_type": GRANT, "assertion": claim}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = post(account["token_uri"], body=body, headers=headers)
    if 400 <= answer.status < 500:
        # A refused account is the operator's to repair, not the message's or the phone's fault.
        code = str(answer.json().get("error", answer.status))
        raise error_of(Fault.OUT_OF_SERVICE, code, f"no access token: {answer.text}")
    return str(accepted(answer).json().get("access_token", ""))
