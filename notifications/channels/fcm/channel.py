import re
from collections.abc import Mapping
from typing import Any

from notifications.channels.base import Fault, Message, Receipt
from notifications.channels.faults import refusal, rows
from notifications.channels.fcm import access
from notifications.channels.http import (
    Answer,
    accepted,
    as_json,
    json_object,
    json_objects,
    not_understood,
    post,
)
from notifications.channels.mobile import AppChannel
from notifications.types import Severity

TTL = {
    Severity.CRITICAL: "7200s",
    Severity.SEVERE: "21600s",
    Severity.WARNING: "86400s",
    Severity.INFO: "86400s",
}
REFUSALS = (
    # The app was removed, or its token is another app's or none.
    *rows(Fault.GONE, "UNREGISTERED", "SENDER_ID_MISMATCH"),
    *rows(Fault.GONE, "INVALID_ARGUMENT", text="registration token"),
    *rows(Fault.GONE, "INVALID_ARGUMENT", text="message.token"),
    # What Apple says of the phone behind a token.
    *rows(Fault.GONE, "INVALID_ARGUMENT", text="baddevicetoken"),
    *rows(Fault.GONE, "INVALID_ARGUMENT", text="devicetokennotfortopic"),
    *rows(Fault.MESSAGE, "INVALID_ARGUMENT"),
    *rows(Fault.BUSY, "QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED", "UNAVAILABLE"),
    # Apple's key in Firebase, the service account's rights, the project's name.
    *rows(Fault.MISCONFIGURED, "THIRD_PARTY_AUTH_ERROR", "PERMISSION_DENIED", "NOT_FOUND"),
    *rows(Fault.PASSING, "INTERNAL", "UNAUTHENTICATED", "UNSPECIFIED_ERROR", "DEADLINE_EXCEEDED"),
)
"""https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode,
https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns"""


class FcmChannel(AppChannel):
    """Mobile push through Firebase Cloud Messaging (HTTP v1): a convenience where Google can be reached."""

    name = "fcm"
    token = re.compile(r"[A-Za-z0-9:_-]{20,1000}")

    def send(self, message: Message) -> Receipt:
        account = self.setting("service_account")
        answer = self._call(message, access.token(account))
        if answer.status == 401:
            access.forget(account)
            answer = self._call(message, access.token(account))
        return _receipt(answer)

    def _call(self, message: Message, token: str) -> Answer:
        project = self.setting("service_account")["project_id"]
        url = f"{self.setting('url').rstrip('/')}/v1/projects/{project}/messages:send"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        return post(url, body=as_json({"message": _content(message)}), headers=headers)


def _content(message: Message) -> Mapping[str, object]:
    severity = Severity(message.severity)
    key = str(message.delivery_id)
    return {
        "token": message.address,
        "notification": {"title": message.rendered.title, "body": message.rendered.body},
        "data": {"id": key, "link": message.link, "severity": message.severity},
        "android": {
            "priority": "high" if severity.is_urgent else "normal",
            "collapse_key": key,
            "ttl": TTL[severity],
        },
        "apns": {"headers": {"apns-priority": "10" if severity.is_urgent else "5", "apns-collapse-id": key}},
    }


def _receipt(answer: Answer) -> Receipt:
    said = answer.json()
    if code := _code(json_object(said.get("error"))):
        raise refusal(REFUSALS, code, answer.body.decode(errors="replace"), retry_after=answer.retry_after)
    accepted(answer)
    if not said.get("name"):
        raise not_understood(answer)
    return Receipt(reference=str(said["name"]))


def _code(error: Mapping[str, Any]) -> str:
    """FCM's own code where it gave one, else that of all of Google's interfaces; empty without an error."""
    details = json_objects(error.get("details"))
    own = (str(detail["errorCode"]) for detail in details if "errorCode" in detail)
    return next(own, str(error.get("status", "")))
