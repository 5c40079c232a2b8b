"""What each provider is: its settings, an address there, a yes, and how it checks what it is asked."""

import base64
import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

import http_ece
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from notifications.channels.base import Channel
from notifications.channels.dingtalk import DingTalkChannel
from notifications.channels.fcm import FcmChannel, access
from notifications.channels.feishu import FeishuChannel
from notifications.channels.sms import SmsChannel
from notifications.channels.vendorpush import VendorPushChannel
from notifications.channels.voice import VoiceChannel
from notifications.channels.webhook import WebhookChannel
from notifications.channels.webpush import WebPushChannel, keys
from notifications.channels.wecom import WeComChannel
from tests.notifications.channels.messages import ID
from tests.notifications.channels.provider import Asked, Reply

SECRET = "s3cret-of-the-test"


class Contract(ABC):
    """`yes` is how the provider accepts. `knows_ids`: it takes an idempotency key."""

    channel: type[Channel]
    yes: ClassVar[Reply] = Reply()
    knows_ids: ClassVar[bool] = True
    given: ClassVar[Mapping[str, str]] = {"address": "13800000000"}

    @abstractmethod
    def settings(self, url: str) -> dict[str, Any]: ...

    @abstractmethod
    def check(self, asked: Asked, secret: str) -> None:
        """Refuse what the provider would refuse."""

    def id_of(self, asked: Asked) -> str:
        return asked.headers["idempotency-key"]

    def address(self, url: str) -> Mapping[str, str]:
        return self.given


class Signed(Contract):
    """Our own signature."""

    def settings(self, url: str) -> dict[str, Any]:
        return {"provider": "generic", "url": f"{url}/send", "secret": SECRET}

    def check(self, asked: Asked, secret: str) -> None:
        signed = asked.headers["x-aclf-timestamp"].encode() + b"." + asked.body
        expected = hmac.new((secret or SECRET).encode(), signed, hashlib.sha256).hexdigest()
        assert asked.headers["x-aclf-signature"] == f"sha256={expected}"
        assert asked.json["id"] == str(ID)


class GenericSms(Signed):
    channel = SmsChannel
    yes = Reply(202, b'{"id": "g-1"}')


class GenericVoice(Signed):
    channel = VoiceChannel


class VendorPush(Signed):
    channel = VendorPushChannel
    given: ClassVar = {"token": "vendor-token-0001"}

    def settings(self, url: str) -> dict[str, Any]:
        return {"url": url, "secret": SECRET}


class Webhook(Signed):
    channel = WebhookChannel

    def settings(self, url: str) -> dict[str, Any]:
        return {"enabled": True}

    def address(self, url: str) -> Mapping[str, str]:
        return {"address": f"{url}/hook"}


class AliyunSms(Contract):
    channel = SmsChannel
    yes = Reply(200, b'{"Code": "OK", "BizId": "biz-1"}')
    knows_ids = False
    action, version = "SendSms", "2017-05-25"

    def settings(self, url: str) -> dict[str, Any]:
        own = {"provider": "aliyun", "url": url, "key_id": "AK", "secret": SECRET, "sign_name": "联盟"}
        return own | {"template": "SMS_1", "template_fields": ("number", "path"), "caller": "0201000"}

    def check(self, asked: Asked, secret: str) -> None:
        _, _, given = asked.headers["authorization"].partition("Credential=AK,SignedHeaders=")
        names, _, mark = given.partition(",Signature=")
        query = "&".join(
            f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(asked.query.items())
        )
        lines = "".join(f"{name}:{asked.headers[name]}\n" for name in names.split(";"))
        body = hashlib.sha256(asked.body).hexdigest()
        request = f"POST\n/\n{query}\n{lines}\n{names}\n{body}"
        to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
        assert mark == hmac.new(SECRET.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
        assert asked.headers["x-acs-action"] == self.action
        assert "host" in names
        self.check_content(asked.query)

    def check_content(self, query: Mapping[str, str]) -> None:
        assert query["PhoneNumbers"] == "13800000000"
        assert json.loads(query["TemplateParam"])["number"] == "C-7"

    def id_of(self, asked: Asked) -> str:
        return asked.query["OutId"]


class AliyunVoice(AliyunSms):
    channel = VoiceChannel
    yes = Reply(200, b'{"Code": "OK", "CallId": "call-1"}')
    action = "SingleCallByTts"

    def check_content(self, query: Mapping[str, str]) -> None:
        assert (query["CalledNumber"], query["CalledShowNumber"]) == ("13800000000", "0201000")
        assert json.loads(query["TtsParam"])["number"] == "C-7"


class TencentSms(Contract):
    channel = SmsChannel
    yes = Reply(
        200, b'{"Response": {"SendStatusSet": [{"SerialNo": "t-1", "Code": "Ok"}], "RequestId": "r"}}'
    )
    knows_ids = False
    service, action = "sms", "SendSms"

    def settings(self, url: str) -> dict[str, Any]:
        own = {"provider": "tencent", "url": url, "key_id": "AKID", "secret": SECRET, "sign_name": "联盟"}
        own |= {"template": "77", "template_fields": ("number", "path"), "app_id": "1400"}
        return own | {"region": "ap-guangzhou"}

    def check(self, asked: Asked, secret: str) -> None:
        _, _, given = asked.headers["authorization"].partition("Credential=AKID/")
        scope, _, mark = given.partition(", SignedHeaders=content-type;host;x-tc-action, Signature=")
        lines = "".join(
            f"{name}:{asked.headers[name].lower()}\n" for name in ("content-type", "host", "x-tc-action")
        )
        body = hashlib.sha256(asked.body).hexdigest()
        request = f"POST\n/\n\n{lines}\ncontent-type;host;x-tc-action\n{body}"
        digest = hashlib.sha256(request.encode()).hexdigest()
        to_sign = f"TC3-HMAC-SHA256\n{asked.headers['x-tc-timestamp']}\n{scope}\n{digest}"
        key = f"TC3{SECRET}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        assert mark == hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
        assert (scope.split("/")[1], asked.headers["x-tc-action"]) == (self.service, self.action)
        assert asked.json["TemplateParamSet"][0] == "C-7"

    def id_of(self, asked: Asked) -> str:
        return str(asked.json["SessionContext"])


class TencentVoice(TencentSms):
    channel = VoiceChannel
    yes = Reply(200, b'{"Response": {"SendStatus": {"CallId": "c-1"}, "RequestId": "r"}}')
    service, action = "vms", "SendTts"


class WeCom(Contract):
    channel = WeComChannel
    yes = Reply(200, b'{"errcode": 0, "errmsg": "ok"}')
    knows_ids = False
    given: ClassVar = {"address": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=6a1f-0001"}

    def settings(self, url: str) -> dict[str, Any]:
        return {"url": url}

    def check(self, asked: Asked, secret: str) -> None:
        assert asked.path == "/cgi-bin/webhook/send?key=6a1f-0001"
        assert asked.json["text"]["content"].startswith("病例 C-7")


class DingTalk(WeCom):
    channel = DingTalkChannel
    given: ClassVar = {
        "address": "https://oapi.dingtalk.com/robot/send?access_token=tok-0001-abcd",
        "secret": SECRET,
    }

    def check(self, asked: Asked, secret: str) -> None:
        text = f"{asked.query['timestamp']}\n{SECRET}"
        expected = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()
        assert asked.query["sign"] == base64.b64encode(expected).decode()
        assert len(asked.query["timestamp"]) == 13
        assert asked.query["access_token"] == "tok-0001-abcd"


class Feishu(WeCom):
    channel = FeishuChannel
    yes = Reply(200, b'{"code": 0, "msg": "success"}')
    given: ClassVar = {"address": "https://open.feishu.cn/open-apis/bot/v2/hook/hook-0001", "secret": SECRET}

    def check(self, asked: Asked, secret: str) -> None:
        key = f"{asked.json['timestamp']}\n{SECRET}".encode()
        assert asked.json["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        assert asked.path == "/open-apis/bot/v2/hook/hook-0001"


class WebPush(Contract):
    channel = WebPushChannel
    yes = Reply(201, b"", {"Location": "https://push.example/m/1"})
    private = keys.make_private_key()
    browser = ec.generate_private_key(ec.SECP256R1())
    auth = b"0123456789abcdef"

    def settings(self, url: str) -> dict[str, Any]:
        return {"private_key": self.private, "contact": "mailto:it@aclf.example"}

    def address(self, url: str) -> Mapping[str, str]:
        point = self.browser.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"endpoint": f"{url}/push/abc", "p256dh": keys.encoded(point), "auth": keys.encoded(self.auth)}

    def check(self, asked: Asked, secret: str) -> None:
        token, _, public = asked.headers["authorization"].removeprefix("vapid t=").partition(", k=")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.decoded(public))
        audience = f"http://{asked.headers['host']}"
        claims = jwt.decode(token, key, algorithms=["ES256"], audience=audience)
        assert public == keys.public_key(self.private)
        assert claims["sub"] == "mailto:it@aclf.example"
        assert (asked.headers["urgency"], asked.headers["ttl"]) == ("high", "7200")
        plain = http_ece.decrypt(
            asked.body, private_key=self.browser, auth_secret=self.auth, version="aes128gcm"
        )
        assert json.loads(plain)["title"] == "病例 C-7 已超时"

    def id_of(self, asked: Asked) -> str:
        return asked.headers["topic"]


class Fcm(Contract):
    channel = FcmChannel
    yes = Reply(200, b'{"name": "projects/p/messages/1", "access_token": "t"}')
    given: ClassVar = {"token": "fcm-registration-token-0001"}
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def settings(self, url: str) -> dict[str, Any]:
        access._kept.clear()
        account = {
            "project_id": "p",
            "client_email": "push@p.example",
            "token_uri": f"{url}/token",
            "private_key_id": "k1",
            "private_key": self.private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode(),
        }
        return {"service_account": account, "url": url}

    def check(self, asked: Asked, secret: str) -> None:
        if asked.path != "/token":
            assert asked.path == "/v1/projects/p/messages:send"
            assert asked.headers["authorization"] == "Bearer t"
            assert asked.json["message"]["token"] == self.given["token"]
            assert asked.json["message"]["android"]["priority"] == "high"

    def id_of(self, asked: Asked) -> str:
        return str(asked.json["message"]["android"]["collapse_key"])


CONTRACTS: list[Contract] = [
    GenericSms(),
    GenericVoice(),
    AliyunSms(),
    AliyunVoice(),
    TencentSms(),
    TencentVoice(),
    WeCom(),
    DingTalk(),
    Feishu(),
    WebPush(),
    Fcm(),
    VendorPush(),
    Webhook(),
]
