"""SMS and voice calls through Alibaba Cloud, signed with ACS3-HMAC-SHA256 (signature method V3).

Its calls take no idempotency key: a message whose first acceptance we did not hear of may come twice.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from accounts import clock
from notifications.channels.base import Fault, Message, Receipt
from notifications.channels.faults import refusal, rows
from notifications.channels.gateways.values import values
from notifications.channels.http import Answer, accepted, not_understood, post

VERSION = "2017-05-25"
TWICE = "2"
"""A code that is said once is easily missed; Tencent Cloud says everything twice by itself."""
ALGORITHM = "ACS3-HMAC-SHA256"
REFUSALS = (
    *rows(Fault.GONE, "isv.MOBILE_NUMBER_ILLEGAL", "isv.CALLED_NUMBER_ILLEGAL"),
    # A variable that is too long, a forbidden word in one, malformed variables.
    *rows(Fault.MESSAGE, "isv.PARAM_LENGTH_LIMIT", "isv.BLACK_KEY_CONTROL_LIMIT", "isv.INVALID_JSON_PARAM"),
    *rows(Fault.MESSAGE, "isv.INVALID_PARAMETERS", "isv.TEMPLATE_PARAMS_ILLEGAL", "isv.SMS_CONTENT*"),
    # Too many to one number within a minute, an hour or a day.
    *rows(Fault.ENOUGH, "isv.BUSINESS_LIMIT_CONTROL"),
    # Our own daily limit, and the interface's.
    *rows(Fault.BUSY, "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL", "Throttling*"),
    # The account is not paid.
    *rows(Fault.OUT_OF_SERVICE, "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.BILLING_DEDUCTION_ERROR"),
    # Template, signature, caller, service and rights are set up wrong.
    *rows(Fault.MISCONFIGURED, "isv.SMS_TEMPLATE_ILLEGAL", "isv.TTS_TEMPLATE_ILLEGAL", "isv.TEMPLATE*"),
    *rows(Fault.MISCONFIGURED, "isv.SMS_SIGN*", "isv.SIGN*", "isv.EXTEND_CODE_ERROR"),
    *rows(Fault.MISCONFIGURED, "isv.DISPLAY_NUMBER_ILLEGAL", "isv.PARAM_NOT_SUPPORT_URL"),
    *rows(Fault.MISCONFIGURED, "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE", "isv.ACCOUNT_*"),
    *rows(Fault.MISCONFIGURED, "isv.DENY_IP_RANGE", "isp.RAM_PERMISSION_DENY"),
    *rows(Fault.MISCONFIGURED, "SignatureDoesNotMatch", "InvalidAccessKeyId*"),
    *rows(Fault.MISCONFIGURED, "Forbidden*", "NoPermission"),
    *rows(Fault.PASSING, "isp.*", "ServiceUnavailable", "InternalError"),
)
"""https://help.aliyun.com/zh/sms/developer-reference/api-error-codes,
https://help.aliyun.com/zh/vms/developer-reference/api-dyvmsapi-2017-05-25-errorcodes"""


class Aliyun:
    """`SendSms` of Dysmsapi or `SingleCallByTts` of Dyvmsapi."""

    def __init__(self, channel: str, **settings: Any) -> None:
        self._channel, self._settings = channel, settings

    def send(self, message: Message) -> Receipt:
        action = "SendSms" if self._channel == "sms" else "SingleCallByTts"
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
        if self._channel == "sms":
            own = {"PhoneNumbers": number, "SignName": given["sign_name"]}
            own |= {"TemplateCode": given["template"], "TemplateParam": texts}
        else:
            own = {"CalledNumber": number, "CalledShowNumber": given["caller"]}
            own |= {"TtsCode": given["template"], "TtsParam": texts}
            own |= {"PlayTimes": TWICE} if message.code else {}
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
    if code:
        raise refusal(REFUSALS, code, str(said.get("Message", "")), retry_after=answer.retry_after)
    accepted(answer, gone=frozenset())
    raise not_understood(answer)
