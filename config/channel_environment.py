"""The settings of the channels. A channel without its settings is absent; half of them stop the start."""

import base64
import binascii
import ipaddress
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from config.values import WebAddress, Words, words

ALIYUN = {"sms": "https://dysmsapi.aliyuncs.com", "voice": "https://dyvmsapi.aliyuncs.com"}
TENCENT = {"sms": "https://sms.tencentcloudapi.com", "voice": "https://vms.tencentcloudapi.com"}
HOMES: Mapping[str, Mapping[str, str]] = {"aliyun": ALIYUN, "tencent": TENCENT, "generic": {}}
NEEDED = {
    "sms": {
        "generic": ("url", "secret"),
        "aliyun": ("url", "key_id", "secret", "sign_name", "template"),
        "tencent": ("url", "key_id", "secret", "sign_name", "template", "app_id"),
    },
    "voice": {
        "generic": ("url", "secret"),
        "aliyun": ("url", "key_id", "secret", "caller", "template"),
        "tencent": ("url", "key_id", "secret", "template", "app_id"),
    },
}
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "generic": (),
    "aliyun": ("template_fields",),
    "tencent": ("template_fields", "region"),
}
"""By provider, what else it reads."""
FOLDERS = {
    "sms": "sms.SmsChannel",
    "voice": "voice.VoiceChannel",
    "webpush": "webpush.WebPushChannel",
    "fcm": "fcm.FcmChannel",
    "vendorpush": "vendorpush.VendorPushChannel",
    "wecom": "wecom.WeComChannel",
    "dingtalk": "dingtalk.DingTalkChannel",
    "feishu": "feishu.FeishuChannel",
    "webhook": "webhook.WebhookChannel",
}
"""Every channel that needs settings, in the order in which they are tried, by where its class is."""


PRIVATE = tuple(
    ipaddress.ip_network(net)
    for net in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "fc00::/7",
        "::1/128",
    )
)


def _network(value: Any) -> Any:
    for network in value:
        try:
            given = ipaddress.ip_network(network)
        except ValueError:
            raise ValueError("must be networks such as 10.1.0.0/16, with commas between them") from None
        if not any(given[0] in net and given[-1] in net for net in PRIVATE):
            raise ValueError(
                f"must be networks of the site's own; {network} reaches beyond private addresses"
            )
    return value


def _vapid_key(value: str) -> str:
    try:
        length = len(base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        length = 0
    if length != 32:
        raise ValueError("must be a private key that manage.py make_vapid_keys made")
    return value


def _service_account(value: Any) -> Any:
    try:
        read = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        read = None
    if not isinstance(read, dict) or not {"project_id", "client_email", "private_key", "token_uri"} <= set(
        read
    ):
        raise ValueError("must be the JSON of a service account's key file")
    try:
        load_pem_private_key(str(read["private_key"]).encode(), password=None)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("must hold the service account's private key, line breaks as \\n") from None
    return read


TemplateField = Literal[
    "title", "body", "link", "path", "severity", "number", "hospital", "due", "code", "left", "keys"
]
TemplateFields = Annotated[tuple[TemplateField, ...], BeforeValidator(words), Field(min_length=1)]
Gateway = Literal["generic", "aliyun", "tencent"]
Networks = Annotated[Words, AfterValidator(_network)]
VapidKey = Annotated[str, AfterValidator(_vapid_key)]
Contact = Annotated[str, Field(pattern=r"^(mailto:[^@\s]+@[^@\s]+|https://\S+)$")]
ServiceAccount = Annotated[dict[str, str], BeforeValidator(_service_account)]


class ChannelEnvironment(BaseModel):
    """See docs/channels.md for what each provider asks."""

    # Text messages and voice calls. The template's fields, in its order: title, body, link, path, number, ...
    sms_provider: Gateway | None = None
    sms_url: WebAddress | None = None
    sms_key_id: str | None = None
    sms_secret: str | None = None
    sms_sign_name: str | None = None
    sms_template: str | None = None
    sms_template_fields: TemplateFields = ("title", "path")
    sms_app_id: str | None = None
    sms_region: str = "ap-guangzhou"
    voice_provider: Gateway | None = None
    voice_url: WebAddress | None = None
    voice_key_id: str | None = None
    voice_secret: str | None = None
    voice_caller: str | None = None
    voice_template: str | None = None
    voice_template_fields: TemplateFields = ("title",)
    voice_app_id: str | None = None
    voice_region: str = "ap-guangzhou"

    # Browsers and phones.
    vapid_private_key: VapidKey | None = None
    vapid_contact: Contact | None = None
    fcm_service_account: ServiceAccount | None = None
    fcm_url: WebAddress = "https://fcm.googleapis.com"
    push_url: WebAddress | None = None
    push_secret: str | None = None

    # Robots of group chats: the base address of each provider. Webhooks, and where they may lead inside.
    wecom_url: WebAddress | None = None
    dingtalk_url: WebAddress | None = None
    feishu_url: WebAddress | None = None
    webhooks: bool = False
    private_networks: Networks = ()


def settings_of(given: ChannelEnvironment) -> dict[str, dict[str, Any]]:
    """The settings of each channel that has all it needs, in the order in which channels are tried."""
    addresses = {
        "sms": _phone(given, "sms"),
        "voice": _phone(given, "voice"),
        "webpush": {"private_key": given.vapid_private_key, "contact": given.vapid_contact},
        "fcm": {"service_account": given.fcm_service_account, "url": given.fcm_url},
        "vendorpush": {"url": given.push_url, "secret": given.push_secret},
        "wecom": {"url": given.wecom_url},
        "dingtalk": {"url": given.dingtalk_url},
        "feishu": {"url": given.feishu_url},
        "webhook": {"enabled": given.webhooks or None},
    }
    return {name: values for name, values in addresses.items() if all(values.values())}


def _phone(given: ChannelEnvironment, channel: str) -> dict[str, Any]:
    """Its settings without the prefix; those that the provider does not need are left out when empty."""
    values = {
        name.removeprefix(f"{channel}_"): value for name, value in given if name.startswith(f"{channel}_")
    }
    provider = values["provider"]
    if provider is None:
        return {"provider": None}
    values["url"] = values["url"] or HOMES[provider].get(channel)
    needed = NEEDED[channel][provider]
    return {name: value for name, value in values.items() if value is not None or name in needed}


def unused(given: ChannelEnvironment) -> list[str]:
    """A sentence for each setting that was given and that nothing would use."""
    unread = {
        name: f"{channel}_provider"
        for channel in ("sms", "voice")
        for name in ChannelEnvironment.model_fields
        if name.startswith(f"{channel}_")
        and name.removeprefix(f"{channel}_") not in _read_by_provider(given, channel)
    }
    if given.fcm_service_account is None:
        unread["fcm_url"] = "fcm_service_account"
    return [
        f"ACLF_{name.upper()} is set, but nothing would use it: "
        f"ACLF_{reason.upper()} is {getattr(given, reason) or 'not set'}."
        for name, reason in unread.items()
        if name in given.model_fields_set
    ]


def _read_by_provider(given: ChannelEnvironment, channel: str) -> set[str]:
    provider = getattr(given, f"{channel}_provider")
    return {"provider", *NEEDED[channel].get(provider, ()), *OPTIONAL.get(provider, ())}


def half_set(given: ChannelEnvironment) -> list[str]:
    """A sentence for each channel of which some settings are there and some are missing."""
    problems = []
    for channel in ("sms", "voice"):
        missing = [
            f"ACLF_{channel}_{name}".upper()
            for name, value in _phone(given, channel).items()
            if value is None
        ]
        provider = getattr(given, f"{channel}_provider")
        if provider and missing:
            problems.append(
                f"ACLF_{channel.upper()}_PROVIDER is {provider}, which also needs {' and '.join(missing)}."
            )
    for pair in (("vapid_private_key", "vapid_contact"), ("push_url", "push_secret")):
        if len({getattr(given, name) is None for name in pair}) == 2:
            problems.append(
                " and ".join(f"ACLF_{name.upper()}" for name in pair) + " are set together or not at all."
            )
    return problems
