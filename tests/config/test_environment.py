import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.utils.module_loading import import_string

from config import keys
from config.channel_environment import FOLDERS, settings_of
from config.embedded import ROOT
from config.environment import VARIABLES, ConfigurationError, Mode, load
from notifications.channels.webpush.keys import make_private_key

COMPLETE = {
    "ACLF_MODE": "production",
    "ACLF_ALLOWED_HOSTS": "aclf.example, www.aclf.example",
    "ACLF_BASE_URL": "https://aclf.example",
    "ACLF_EMAIL_URL": "smtps://user:secret@mail.aclf.example:465",
    "ACLF_EMAIL_FROM": "aclf@aclf.example",
    "DATABASE_URL": "postgresql://aclf:secret@db/aclf",
    "REDIS_URL": "redis://broker:6379/0",
    **keys.make(),
}
A_KEY, ANOTHER_KEY = (keys.make()["ACLF_BLIND_INDEX_KEY"] for _number in range(2))


def complaint(**changes: str | None) -> str:
    """What a start says when the complete environment is changed; None takes a variable away."""
    environ = {name: value for name, value in {**COMPLETE, **changes}.items() if value is not None}
    with pytest.raises(ConfigurationError) as refusal:
        load(environ)
    return str(refusal.value)


def test_a_complete_environment_is_read_with_its_types() -> None:
    environment = load({**COMPLETE, "PORT": "8123", "ACLF_BEHIND_PROXY": "true"})
    assert environment.mode is Mode.PRODUCTION
    assert environment.port == 8123
    assert environment.behind_proxy is True
    assert environment.allowed_hosts == ("aclf.example", "www.aclf.example")


@pytest.mark.parametrize("hosts", [".example", "www.example, ACLF.example"])
def test_what_people_open_is_answered_by_name_or_by_what_it_ends_with(hosts: str) -> None:
    load({**COMPLETE, "ACLF_ALLOWED_HOSTS": hosts})


def test_other_programs_variables_are_no_concern_of_ours() -> None:
    load({**COMPLETE, "PATH": "/bin", "HOME": "/root", "SOMETHING_FILE": "/none"})


@pytest.mark.parametrize(
    "name",
    [
        "DATABASE_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "ACLF_IDENTITY_KEYS",
        "ACLF_BLIND_INDEX_KEY",
        "ACLF_EMAIL_URL",
    ],
)
def test_a_variable_without_default_is_named_when_it_is_missing(name: str) -> None:
    assert f"{name} is not set and has no default." in complaint(**{name: None})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("DATABASE_URL", "sqlite:///db.sqlite3"),
        ("DATABASE_URL", "mysql://db/aclf"),
        ("REDIS_URL", "http://broker"),
        ("SECRET_KEY", "short"),
        ("ACLF_MODE", "staging"),
        ("ACLF_IDENTITY_KEYS", "not-a-key"),
        ("ACLF_BLIND_INDEX_KEY", "c2hvcnQ="),
        ("ACLF_BEHIND_PROXY", "perhaps"),
        ("ACLF_DISPLAY_ZONE", "Asia/Atlantis"),
        ("ACLF_EMAIL_URL", "mail.aclf.example"),
        ("ACLF_EMAIL_FROM", "nobody"),
        ("ACLF_LOG_LEVEL", "LOUD"),
        ("ACLF_DATABASE_POOL", "-1"),
        ("ACLF_METRICS_TOKEN", "guessable"),
    ],
)
def test_a_malformed_value_is_named_in_one_sentence(name: str, value: str) -> None:
    sentence, *rest = complaint(**{name: value}).splitlines()
    assert sentence.startswith(f"{name} is malformed: it ")
    assert len(rest) == 1


def test_a_malformed_secret_is_not_repeated() -> None:
    assert "hunter2" not in complaint(ACLF_IDENTITY_KEYS="hunter2", SECRET_KEY="hunter2")


def test_an_unknown_variable_with_our_prefix_is_named_with_the_one_that_was_meant() -> None:
    assert "There is no setting ACLF_ALOWED_HOSTS: is ACLF_ALLOWED_HOSTS meant?" in complaint(
        ACLF_ALOWED_HOSTS="x"
    )
    assert "There is no setting ACLF_QQQQQQ." in complaint(ACLF_QQQQQQ="x")


def test_every_mistake_is_told_at_once() -> None:
    message = complaint(PORT="eighty", DATABASE_URL=None, ACLF_TYPO="1")
    assert all(name in message for name in ("PORT", "DATABASE_URL", "ACLF_TYPO"))


def test_a_secret_comes_from_the_file_that_is_named_instead(tmp_path: Path) -> None:
    file = tmp_path / "database_url"
    file.write_text("postgresql://aclf:other@db/aclf\n")
    environ = {name: value for name, value in COMPLETE.items() if name != "DATABASE_URL"}
    environment = load({**environ, "DATABASE_URL_FILE": str(file)})
    assert environment.database_url == "postgresql://aclf:other@db/aclf"


def test_a_secret_file_that_cannot_be_read_is_named_and_nothing_else_is_said_of_it() -> None:
    message = complaint(DATABASE_URL=None, DATABASE_URL_FILE="/none/database_url")
    assert "DATABASE_URL_FILE names /none/database_url, which cannot be read." in message
    assert "DATABASE_URL is not set" not in message


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    assert "Both SECRET_KEY and SECRET_KEY_FILE are set" in complaint(SECRET_KEY_FILE=str(tmp_path))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ACLF_ALLOWED_HOSTS": None}, "ACLF_ALLOWED_HOSTS is not set"),
        ({"ACLF_ALLOWED_HOSTS": "*"}, "ACLF_ALLOWED_HOSTS contains *"),
        ({"ACLF_BASE_URL": "http://aclf.example"}, "ACLF_BASE_URL must start with https://"),
    ],
)
def test_production_refuses_what_only_a_demo_may_do(changes: dict[str, str | None], sentence: str) -> None:
    assert sentence in complaint(**changes)


def test_a_half_configured_single_sign_on_is_refused() -> None:
    assert "are set together or not at all" in complaint(ACLF_OIDC_ISSUER="https://sso.example")


def test_without_a_mode_the_strict_one_applies() -> None:
    environ = {name: value for name, value in COMPLETE.items() if name != "ACLF_MODE"}
    assert load(environ).mode is Mode.PRODUCTION


def test_the_operators_page_lists_every_setting() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in VARIABLES if f"`{name}`" not in page] == []


def test_keys_that_are_made_are_accepted_and_never_the_same() -> None:
    assert len({keys.make()["ACLF_BLIND_INDEX_KEY"] for _ in range(10)}) == 10
    load({**COMPLETE, **keys.make()})


def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def service_account(key: str) -> str:
    return json.dumps(
        {"project_id": "p", "client_email": "c", "private_key": key, "token_uri": "https://t.example"}
    )


ALIYUN = {
    "ACLF_SMS_PROVIDER": "aliyun",
    "ACLF_SMS_KEY_ID": "id",
    "ACLF_SMS_SECRET": "secret",
    "ACLF_SMS_SIGN_NAME": "联盟",
    "ACLF_SMS_TEMPLATE": "SMS_1",
}


def test_a_channel_without_settings_is_absent() -> None:
    assert settings_of(load(COMPLETE)) == {}


def test_a_channel_with_its_settings_is_there_at_its_providers_address() -> None:
    values = settings_of(load({**COMPLETE, **ALIYUN, "ACLF_WEBHOOKS": "true"}))

    assert list(values) == ["sms", "webhook"]
    assert values["sms"]["url"] == "https://dysmsapi.aliyuncs.com"
    assert values["sms"]["template_fields"] == ("title", "path")


def test_every_channel_can_be_set_up() -> None:
    everything = {
        **COMPLETE,
        **ALIYUN,
        "ACLF_VOICE_PROVIDER": "generic",
        "ACLF_VOICE_URL": "https://calls.example",
        "ACLF_VOICE_SECRET": "secret",
        "ACLF_VAPID_PRIVATE_KEY": make_private_key(),
        "ACLF_VAPID_CONTACT": "mailto:it@aclf.example",
        "ACLF_FCM_SERVICE_ACCOUNT": service_account(private_key()),
        "ACLF_PUSH_URL": "https://push.example",
        "ACLF_PUSH_SECRET": "secret",
        "ACLF_WECOM_URL": "https://qyapi.weixin.qq.com",
        "ACLF_DINGTALK_URL": "https://oapi.dingtalk.com",
        "ACLF_FEISHU_URL": "https://open.feishu.cn",
        "ACLF_WEBHOOKS": "true",
        "ACLF_PRIVATE_NETWORKS": "10.20.0.0/16",
    }

    assert list(settings_of(load(everything))) == list(FOLDERS)
    for path in FOLDERS.values():
        assert import_string(f"notifications.channels.{path}").name in FOLDERS


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ACLF_SMS_PROVIDER": "generic"}, "also needs ACLF_SMS_URL and ACLF_SMS_SECRET"),
        ({**ALIYUN, "ACLF_SMS_TEMPLATE": None}, "also needs ACLF_SMS_TEMPLATE"),
        ({"ACLF_VOICE_SECRET": "x"}, "ACLF_VOICE_PROVIDER is not set"),
        ({"ACLF_SMS_PROVIDER": "pigeon"}, "ACLF_SMS_PROVIDER is malformed"),
        ({"ACLF_VAPID_CONTACT": "mailto:it@aclf.example"}, "set together or not at all"),
        ({"ACLF_VAPID_PRIVATE_KEY": "short", "ACLF_VAPID_CONTACT": "mailto:a@b"}, "make_vapid_keys"),
        ({"ACLF_FCM_SERVICE_ACCOUNT": "{}"}, "service account"),
        ({"ACLF_FCM_SERVICE_ACCOUNT": service_account("not a key")}, "private key"),
        ({"ACLF_PUSH_URL": "https://push.example"}, "set together or not at all"),
        ({"ACLF_PRIVATE_NETWORKS": "10.0.0.0/99"}, "networks such as"),
        ({"ACLF_PRIVATE_NETWORKS": "0.0.0.0/0"}, "beyond private addresses"),
        ({"ACLF_PRIVATE_NETWORKS": "10.0.0.0/8,10.0.0.0/7"}, "beyond private addresses"),
        ({"ACLF_PRIVATE_NETWORKS": "8.0.0.0/6"}, "beyond private addresses"),
        ({"ACLF_PRIVATE_NETWORKS": "::/0"}, "beyond private addresses"),
        ({"ACLF_PRIVATE_NETWORKS": "169.254.0.0/16"}, "beyond private addresses"),
    ],
)
def test_half_a_channel_stops_the_start(changes: dict[str, str | None], words: str) -> None:
    assert words in complaint(**changes)


@pytest.mark.parametrize(
    ("changes", "unread", "reason"),
    [
        ({"ACLF_SMS_KEY_ID": "id"}, "ACLF_SMS_KEY_ID", "ACLF_SMS_PROVIDER is not set"),
        ({"ACLF_VOICE_REGION": "x"}, "ACLF_VOICE_REGION", "ACLF_VOICE_PROVIDER is not set"),
        ({**ALIYUN, "ACLF_SMS_APP_ID": "1"}, "ACLF_SMS_APP_ID", "ACLF_SMS_PROVIDER is aliyun"),
        ({**ALIYUN, "ACLF_SMS_REGION": "x"}, "ACLF_SMS_REGION", "ACLF_SMS_PROVIDER is aliyun"),
        ({"ACLF_FCM_URL": "https://relay.example"}, "ACLF_FCM_URL", "ACLF_FCM_SERVICE_ACCOUNT is not set"),
    ],
)
def test_a_setting_that_nothing_would_use_stops_the_start(
    changes: dict[str, str], unread: str, reason: str
) -> None:
    assert f"{unread} is set, but nothing would use it: {reason}." in complaint(**changes)


def test_a_name_for_a_sign_in_that_is_not_set_stops_the_start() -> None:
    assert "ACLF_OIDC_ISSUER is missing" in complaint(ACLF_OIDC_NAME="医院登录")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ACLF_SECRET_KEY_FALLBACKS": "old"}, "at least 50 characters"),
        ({"ACLF_SECRET_KEY_FALLBACKS": f"{'k' * 50},short"}, "at least 50 characters"),
        ({"ACLF_ALLOWED_HOSTS": "https://aclf.example"}, "host names"),
        ({"ACLF_ALLOWED_HOSTS": "aclf.example:8000"}, "host names"),
        ({"ACLF_ALLOWED_HOSTS": "*.aclf.example"}, "host names"),
        ({"ACLF_ALLOWED_HOSTS": "慢加急.example"}, "host names"),
        ({"ACLF_ALLOWED_HOSTS": "other.example"}, "ACLF_BASE_URL has a host that is not among"),
        ({"ACLF_ALLOWED_HOSTS": ".other.example,localhost"}, "ACLF_BASE_URL has a host that is not among"),
        ({"ACLF_IDENTITY_KEYS": f"{A_KEY};{ANOTHER_KEY}"}, "ACLF_IDENTITY_KEYS is malformed"),
        ({"ACLF_IDENTITY_KEYS": f"{A_KEY} {ANOTHER_KEY}"}, "ACLF_IDENTITY_KEYS is malformed"),
        ({"ACLF_BLIND_INDEX_KEY": f"{A_KEY}!"}, "ACLF_BLIND_INDEX_KEY is malformed"),
        ({"ACLF_IDENTITY_KEYS": ","}, "ACLF_IDENTITY_KEYS is malformed: it should have at least 1 item"),
        ({**ALIYUN, "ACLF_SMS_TEMPLATE_FIELDS": "titel,path"}, "ACLF_SMS_TEMPLATE_FIELDS is malformed"),
        ({**ALIYUN, "ACLF_SMS_TEMPLATE_FIELDS": ","}, "ACLF_SMS_TEMPLATE_FIELDS is malformed"),
        ({"aclf_mode": "demo"}, "There is no setting aclf_mode: is ACLF_MODE meant?"),
        ({"ACLF_DATABASE_URL": "postgresql://db/aclf"}, "There is no setting ACLF_DATABASE_URL"),
    ],
)
def test_what_would_be_ignored_in_silence_stops_the_start(changes: dict[str, str], words: str) -> None:
    assert words in complaint(**changes)


def test_one_key_does_not_serve_two_purposes() -> None:
    shared = {"ACLF_IDENTITY_KEYS": f"{ANOTHER_KEY},{A_KEY}", "ACLF_BLIND_INDEX_KEY": A_KEY}
    assert "ACLF_BLIND_INDEX_KEY is also among ACLF_IDENTITY_KEYS" in complaint(**shared)


def test_a_file_with_nothing_in_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")
    message = complaint(SECRET_KEY=None, SECRET_KEY_FILE=str(tmp_path / "secret"))
    assert f"SECRET_KEY_FILE names {tmp_path / 'secret'}, which is empty." in message
    assert "SECRET_KEY is not set" not in message
