"""What single providers say beside the usual, and the published examples of their signatures."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from notifications.channels.base import AddressError, ChannelError, Target
from notifications.channels.dingtalk import DingTalkChannel
from notifications.channels.feishu import FeishuChannel
from notifications.channels.gateways import aliyun, tencent
from notifications.channels.gateways.phones import PhoneChannel
from notifications.channels.sms import SmsChannel
from notifications.channels.webpush import WebPushChannel, keys
from notifications.channels.wecom import WeComChannel
from tests.notifications.channels import contracts
from tests.notifications.channels.contracts import Contract
from tests.notifications.channels.messages import message
from tests.notifications.channels.provider import Provider, Reply, replies_with


def test_alibabas_published_example_is_signed_alike() -> None:
    query = aliyun.query_string(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    headers = aliyun.authorised(
        url="https://ecs.cn-shanghai.aliyuncs.com",
        query=query,
        action="RunInstances",
        version="2014-05-26",
        key_id="YourAccessKeyId",
        secret="YourAccessKeySecret",
        nonce="3156853299f313e23d1673dc12e1703d",
        now=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
    )

    assert headers["Authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_tencents_published_example_is_signed_alike() -> None:
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'

    mark = tencent.authorised(
        host="cvm.tencentcloudapi.com",
        service="cvm",
        action="DescribeInstances",
        body=body,
        key_id="AKID" + "*" * 32,
        secret="*" * 32,
        now=datetime.fromtimestamp(1551113065, UTC),
    )

    assert mark.endswith("Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f")


def test_a_new_key_pair_is_a_point_that_browsers_take() -> None:
    public = keys.decoded(keys.public_key(keys.make_private_key()))

    assert (len(public), public[0]) == (65, 4)


REFUSALS = [
    (contracts.AliyunSms, {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, "dead"),
    (contracts.AliyunSms, {"Code": "isv.PARAM_LENGTH_LIMIT"}, "message"),
    (contracts.AliyunSms, {"Code": "isv.BUSINESS_LIMIT_CONTROL"}, "later"),
    (contracts.AliyunSms, {"Code": "isv.AMOUNT_NOT_ENOUGH"}, "later"),
    (contracts.AliyunVoice, {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, "dead"),
    (contracts.WeCom, {"errcode": 93000}, "dead"),
    (contracts.WeCom, {"errcode": 45009}, "later"),
    (contracts.WeCom, {"errcode": 45002}, "message"),
    (contracts.DingTalk, {"errcode": 300001}, "dead"),
    (contracts.DingTalk, {"errcode": 310000}, "message"),
    (contracts.Feishu, {"code": 19001}, "dead"),
    (contracts.Feishu, {"code": 19021}, "message"),
    (contracts.Feishu, {"code": 19024}, "message"),
]


@pytest.mark.parametrize(("kind", "said", "follows"), REFUSALS, ids=lambda value: str(value)[-40:])
def test_a_refusal_in_the_body_of_a_yes_is_a_refusal(
    kind: type[Contract], said: Any, follows: str, provider: Provider, settings: Any
) -> None:
    error = refused(kind, Reply(200, json.dumps(said).encode()), provider, settings)

    assert (error.permanent, error.address_is_dead) == (follows != "later", follows == "dead")


@pytest.mark.parametrize(
    ("kind", "said", "is_of_address"),
    [
        (contracts.AliyunSms, {"Code": "isv.BUSINESS_LIMIT_CONTROL"}, True),
        (contracts.AliyunSms, {"Code": "isv.DAY_LIMIT_CONTROL"}, False),
        (contracts.AliyunSms, {"Code": "isv.AMOUNT_NOT_ENOUGH"}, False),
        (
            contracts.TencentSms,
            {"Response": {"Error": {"Code": "LimitExceeded.PhoneNumberDailyLimit"}}},
            True,
        ),
        (contracts.TencentSms, {"Response": {"Error": {"Code": "RequestLimitExceeded"}}}, False),
        (contracts.WeCom, {"errcode": 45009}, True),
        (contracts.WeCom, {"errcode": -1}, False),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_a_number_or_a_group_that_had_enough_is_not_the_providers_trouble(
    kind: type[Contract], said: Any, is_of_address: bool, provider: Provider, settings: Any
) -> None:
    error = refused(kind, Reply(200, json.dumps(said).encode()), provider, settings)

    assert (error.permanent, error.is_of_address) == (False, is_of_address)


def refused(kind: type[Contract], reply: Reply, provider: Provider, settings: Any) -> ChannelError:
    contract = kind()
    settings.CHANNEL_SETTINGS = {contract.channel.name: contract.settings(provider.url)}
    channel = contract.channel()
    target = channel.read(contract.address(provider.url))
    provider.behave = replies_with(reply)
    with pytest.raises(ChannelError) as caught:
        channel.send(message(target))
    return caught.value


@pytest.mark.parametrize(
    ("code", "is_dead"),
    [
        ("InvalidParameterValue.IncorrectPhoneNumber", True),
        ("FailedOperation.PhoneNumberInBlacklist", True),
        ("LimitExceeded.PhoneNumberDailyLimit", False),
        ("AuthFailure.SignatureFailure", False),
    ],
)
def test_tencents_refusals_of_a_number_retire_it_and_others_do_not(
    code: str, is_dead: bool, provider: Provider, settings: Any
) -> None:
    body = json.dumps({"Response": {"SendStatusSet": [{"Code": code, "Message": "m"}]}}).encode()
    whole = json.dumps({"Response": {"Error": {"Code": code, "Message": "m"}}}).encode()

    for said in (body, whole):
        assert refused(contracts.TencentSms, Reply(200, said), provider, settings).address_is_dead is is_dead


@pytest.mark.parametrize("kind", [contracts.AliyunSms, contracts.TencentSms, contracts.WeCom])
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"Response": {}}'])
def test_a_yes_that_says_nothing_is_no_yes(
    kind: type[Contract], body: bytes, provider: Provider, settings: Any
) -> None:
    assert refused(kind, Reply(200, body), provider, settings).permanent is False


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_retired(status: int, provider: Provider, settings: Any) -> None:
    error = refused(contracts.WebPush, Reply(status), provider, settings)

    assert (error.permanent, error.address_is_dead) == (True, True)


@pytest.mark.parametrize(
    ("kind", "reply", "is_dead"),
    [
        (contracts.Fcm, Reply(404, b"UNREGISTERED"), True),
        (contracts.GenericSms, Reply(410), True),
        (contracts.Webhook, Reply(410), True),
        (contracts.WebPush, Reply(413), False),
        (contracts.GenericSms, Reply(422), False),
    ],
)
def test_what_is_refused_for_good_is_the_address_or_the_message(
    kind: type[Contract], reply: Reply, is_dead: bool, provider: Provider, settings: Any
) -> None:
    if kind is contracts.Fcm:
        contracts.access._kept["push@p.example"] = ("t", datetime(2100, 1, 1, tzinfo=UTC))
        settings.CHANNEL_SETTINGS = {"fcm": kind().settings(provider.url)}
        contracts.access._kept["push@p.example"] = ("t", datetime(2100, 1, 1, tzinfo=UTC))
        provider.behave = replies_with(reply)
        with pytest.raises(ChannelError) as caught:
            contracts.FcmChannel().send(message(Target("fcm-registration-token-0001")))
        error = caught.value
    else:
        error = refused(kind, reply, provider, settings)

    assert (error.permanent, error.address_is_dead) == (True, is_dead)


def test_an_answer_without_end_is_read_in_part(provider: Provider, settings: Any) -> None:
    settings.CHANNEL_SETTINGS = {"webhook": {"enabled": True}}
    contract = contracts.Webhook()
    target = contract.channel().read(contract.address(provider.url))
    provider.behave = replies_with(Reply(200, b"x" * 1_000_000))

    contract.channel().send(message(target))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("138 0000 0000", "+8613800000000"),
        ("+86-13800000000", "+8613800000000"),
        ("0085251234567", "+85251234567"),
        ("(852) 5123 4567", None),
        ("+86 20 8888 8888", None),
        ("13800", None),
        ("doctor", None),
        ("+8613800000000; drop", None),
    ],
)
def test_phone_numbers_are_read_as_people_write_them(typed: str, number: str | None) -> None:
    if number is None:
        with pytest.raises(AddressError):
            SmsChannel().read({"address": typed})
    else:
        assert SmsChannel().read({"address": typed}).address == number


def test_a_number_is_shown_without_its_middle() -> None:
    assert PhoneChannel.shown(SmsChannel(), "+8613812345678") == "+86138****5678"


@pytest.mark.parametrize(
    ("channel", "given"),
    [
        (WeComChannel, "https://evil.example/cgi-bin/webhook/send?key=6a1f-00012"),
        (WeComChannel, "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=6a1f-00012"),
        (WeComChannel, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"),
        (DingTalkChannel, "https://oapi.dingtalk.com.evil.example/robot/send?access_token=aaaaaaaaaa"),
        (FeishuChannel, "https://open.feishu.cn/open-apis/bot/v2/hook/a b"),
    ],
)
def test_a_robot_somewhere_else_is_not_taken(channel: Any, given: str, settings: Any) -> None:
    settings.CHANNEL_SETTINGS = {channel.name: {"url": "https://proxy.hospital.example"}}

    with pytest.raises(AddressError):
        channel().read({"address": given})


def test_a_robots_key_alone_is_enough(settings: Any) -> None:
    settings.CHANNEL_SETTINGS = {"wecom": {"url": "https://proxy.hospital.example/"}}

    assert WeComChannel().read({"address": "6a1f-0001-abcd"}).address == "6a1f-0001-abcd"
    own = "https://proxy.hospital.example/cgi-bin/webhook/send?key=6a1f-0001-abcd"
    assert WeComChannel().read({"address": own}).address == "6a1f-0001-abcd"


def test_a_browser_whose_keys_are_no_keys_is_refused() -> None:
    good = contracts.WebPush().address("https://push.example")
    for name, value in (
        ("p256dh", "AAAA"),
        ("p256dh", "é"),
        ("auth", "AAAA"),
        ("endpoint", "http://push.example"),
    ):
        with pytest.raises(AddressError):
            WebPushChannel().read({**good, name: value})
