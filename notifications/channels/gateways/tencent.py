"""SMS and voice calls through Tencent Cloud, signed with TC3-HMAC-SHA256 (API 3.0).

Its calls take no idempotency key: a message whose first acceptance we did not hear of may come twice.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from accounts import clock
from notifications.channels.base import Fault, Message, Receipt
from notifications.channels.faults import refusal, rows
from notifications.channels.gateways.values import value
from notifications.channels.http import (
    Answer,
    accepted,
    as_json,
    json_object,
    json_objects,
    not_understood,
    post,
)

ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json; charset=utf-8"
SIGNED = "content-type;host;x-tc-action"
SERVICES = {"sms": ("sms", "SendSms", "2021-01-11"), "voice": ("vms", "SendTts", "2020-09-02")}
REFUSALS = (
    *rows(Fault.GONE, "InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberInBlacklist"),
    *rows(
        Fault.GONE, "InvalidParameterValue.CalledNumberVerifyFail", "UnsupportedOperation.UnsuportedRegion"
    ),
    # Too many to one number within half a minute, an hour or a day.
    *rows(Fault.ENOUGH, "LimitExceeded.PhoneNumber*", "LimitExceeded.DeliveryFrequencyLimit"),
    *rows(Fault.BUSY, "LimitExceeded*", "RequestLimitExceeded*"),
    # The account is not paid.
    *rows(Fault.OUT_OF_SERVICE, "FailedOperation.InsufficientBalance*"),
    *rows(Fault.OUT_OF_SERVICE, "UnauthorizedOperation.SerivceSuspendDueToArrears"),
    *rows(Fault.OUT_OF_SERVICE, "UnauthorizedOperation.ServiceSuspendDueToArrears"),
    # Key, rights, application, template, signature and caller are set up wrong.
    *rows(Fault.MISCONFIGURED, "AuthFailure*", "UnauthorizedOperation*", "InvalidParameterValue.SdkApp*"),
    *rows(Fault.MISCONFIGURED, "InvalidParameter.AppidAndBizId", "FailedOperation.TemplateIncorrect*"),
    *rows(Fault.MISCONFIGURED, "FailedOperation.Missing*", "FailedOperation.SignatureIncorrect*"),
    *rows(Fault.MISCONFIGURED, "FailedOperation.PhonenumberUnappliedOrExpired", "InvalidAction"),
    *rows(Fault.MISCONFIGURED, "InvalidParameterValue.ProhibitedUseUrl*", "InternalError.Sig*"),
    *rows(
        Fault.MISCONFIGURED, "InternalError.RestApiInterfaceNotExist", "InternalError.RequestTimeException"
    ),
    # A content that is not passed on.
    *rows(Fault.MESSAGE, "FailedOperation.ContainSensitiveWord", "InvalidParameter*", "MissingParameter*"),
    *rows(Fault.MESSAGE, "FailedOperation.FailResolvePacket", "FailedOperation.JsonParseFail"),
    *rows(Fault.MESSAGE, "FailedOperation.Invalid*"),
    *rows(Fault.PASSING, "InternalError*", "ResourceUnavailable*", "ResourceInsufficient*"),
)
"""https://cloud.tencent.com/document/api/382/52075, https://cloud.tencent.com/document/api/1128/51559"""


class Tencent:
    """`SendSms` of the service sms or `SendTts` of the service vms."""

    def __init__(self, channel: str, **settings: Any) -> None:
        self._channel, self._settings = channel, settings

    def send(self, message: Message) -> Receipt:
        given = self._settings
        service, action, version = SERVICES[self._channel]
        body = as_json(self._parameters(message))
        now = clock.wall()
        mark = authorised(
            host=urlsplit(given["url"]).netloc,
            service=service,
            action=action,
            body=body,
            key_id=given["key_id"],
            secret=given["secret"],
            now=now,
        )
        headers = {
            "Content-Type": CONTENT_TYPE,
            "Authorization": mark,
            "X-TC-Action": action,
            "X-TC-Version": version,
            "X-TC-Timestamp": str(int(now.timestamp())),
            "X-TC-Region": given["region"],
        }
        return _receipt(post(f"{given['url'].rstrip('/')}/", body=body, headers=headers))

    def _parameters(self, message: Message) -> Mapping[str, Any]:
        given = self._settings
        shared = {
            "TemplateId": given["template"],
            "TemplateParamSet": [value(message, name) for name in given["template_fields"]],
            "SessionContext": str(message.delivery_id),
        }
        if self._channel == "sms":
            own = {"SmsSdkAppId": given["app_id"], "SignName": given["sign_name"]}
            return shared | own | {"PhoneNumberSet": [message.address]}
        return shared | {"VoiceSdkAppid": given["app_id"], "CalledNumber": message.address}


def authorised(
    *, host: str, service: str, action: str, body: bytes, key_id: str, secret: str, now: datetime
) -> str:
    """The `Authorization` of a POST to `/`."""
    lines = f"content-type:{CONTENT_TYPE}\nhost:{host}\nx-tc-action:{action.lower()}\n"
    request = "\n".join(["POST", "/", "", lines, SIGNED, hashlib.sha256(body).hexdigest()])
    day = now.strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    to_sign = "\n".join(
        [ALGORITHM, str(int(now.timestamp())), scope, hashlib.sha256(request.encode()).hexdigest()]
    )
    key = f"TC3{secret}".encode()
    for part in (day, service, "tc3_request"):
        key = _hmac(key, part)
    mark = _hmac(key, to_sign).hex()
    return f"{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={SIGNED}, Signature={mark}"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _receipt(answer: Answer) -> Receipt:
    said = json_object(answer.json().get("Response"))
    status = next(iter(json_objects(said.get("SendStatusSet"))), json_object(said.get("SendStatus")))
    error = json_object(said.get("Error")) or (status if status.get("Code", "Ok") != "Ok" else None)
    if error:
        words = str(error.get("Message", ""))
        raise refusal(REFUSALS, str(error.get("Code", "")), words, retry_after=answer.retry_after)
    accepted(answer, gone=frozenset())
    if not status:
        raise not_understood(answer)
    return Receipt(reference=str(status.get("SerialNo") or status.get("CallId") or ""))
