import re
from collections.abc import Mapping

from notifications.channels.base import ChannelError, Message, Receipt
from notifications.channels.fcm import access
from notifications.channels.http import Answer, accepted, as_json, post
from notifications.channels.mobile import AppChannel
from notifications.models import Severity

TTL = {
    Severity.CRITICAL: "7200s",
    Severity.SEVERE: "21600s",
    Severity.WARNING: "86400s",
    Severity.INFO: "86400s",
}
OF_ANOTHER = "SENDER_ID_MISMATCH"


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
        return Receipt(reference=str(_accepted(answer).json().get("name", "")))

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


def _accepted(answer: Answer) -> Answer:
    """A token of another app's is as dead as one of an app that was removed."""
    if answer.status == 403 and OF_ANOTHER in answer.body.decode(errors="replace"):
        raise ChannelError(answer.words, permanent=True)
    return accepted(answer)
