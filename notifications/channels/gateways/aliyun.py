"""SMS and voice calls through Alibaba Cloud, signed with ACS3-HMAC-SHA256 (signature method V3).

Its calls take no idempotency key: a message whose first acceptance we did not hear of may come twice.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from accounts import clock
from notifications.channels.base import ChannelError, Message, Receipt
from notifications.channels.gateways.values import values
from notifications.channels.http import Answer, accepted, post

VERSION = "2017-05-25"
ALGORITHM = "ACS3-HMAC-SHA256"
NO_SUCH_NUMBER = frozenset({"isv.MOBILE_NUMBER_ILLEGAL"})
BAD_MESSAGE = frozenset({"isv.PARAM_LENGTH_LIMIT", "isv.BLACK_KEY_CONTROL_LIMIT"})
NUMBER_HAD_ENOUGH = frozenset({"isv.BUSINESS_LIMIT_CONTROL"})
TOO_MANY = frozenset({"isv.DAY_LIMIT_CONTROL", "Throttling.User", "Throttling"}) | NUMBER_HAD_ENOUGH


class Aliyun:
    """`SendSms` of Dysmsapi or `SingleCallByTts` of Dyvmsapi."""

    def __init__(self, way: str, **settings: Any) -> None:
        self._way, self._settings = way, settings

    def send(self, message: Message) -> Receipt:
        action = "SendSms" if self._way == "sms" else "SingleCallByTts"
        query = query_string(self._parameters(message))
        given = self._settings
        headers = authorised(
            url=given["url"],
            query=query,
            action=action,
            key_id=given["key_id"],
            secret=given["secret"],
            nonce=secrets.token_hex(16),
            now=clock.wall(),
        )
        return _receipt(post(f"{given['url'].rstrip('/')}/?{query}", body=b"", headers=headers))

    def _parameters(self, message: Message) -> Mapping[str, str]:
        given = self._settings
        texts = json.dumps(values(message, given["template_fields"]), ensure_ascii=False)
        number = message.address.removeprefix("+86").removeprefix("+")
        if self._way == "sms":
            own = {"PhoneNumbers": number, "SignName": given["sign_name"]}
            own |= {"TemplateCode": given["template"], "TemplateParam": texts}
        else:
            own = {"CalledNumber": number, "CalledShowNumber": given["caller"]}
            own |= {"TtsCode": given["template"], "TtsParam": texts}
        return {**own, "OutId": str(message.delivery_id)}


def query_string(parameters: Mapping[str, str]) -> str:
    """Parameters sorted by name and percent-encoded after RFC 3986."""
    return "&".join(
        f"{quote(name, safe='~')}={quote(parameters[name], safe='~')}" for name in sorted(parameters)
    )


def authorised(
    *,
    url: str,
    query: str,
    action: str,
    key_id: str,
    secret: str,
    nonce: str,
    now: datetime,
    version: str = VERSION,
) -> dict[str, str]:
    """The headers of a POST with an empty body, `Authorization` included."""
    empty = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": urlsplit(url).netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": empty,
        "x-acs-date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = "\n".join(["POST", "/", query, lines, names, empty])
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    mark = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return headers | {
        "Authorization": f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={mark}"
    }


def _receipt(answer: Answer) -> Receipt:
    said = answer.json()
    code = str(said.get("Code", ""))
    if code == "OK":
        return Receipt(reference=str(said.get("BizId") or said.get("CallId") or ""))
    words = f"{code} {said.get('Message', '')}".strip()
    if code in NO_SUCH_NUMBER:
        raise ChannelError(words, permanent=True)
    if code in BAD_MESSAGE:
        raise ChannelError(words, permanent=True, address_is_dead=False)
    if code in TOO_MANY:
        raise ChannelError(
            words,
            retry_after=answer.retry_after or timedelta(minutes=1),
            is_of_address=code in NUMBER_HAD_ENOUGH,
        )
    if code:
        raise ChannelError(words, retry_after=answer.retry_after)
    accepted(answer, gone=frozenset())
    raise ChannelError("an answer that cannot be understood")
