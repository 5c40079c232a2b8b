"""What each provider's refusals mean, by the code in the answer and not by its status alone."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications.channels.base import ChannelError, Fault
from notifications.channels.dingtalk import channel as dingtalk
from notifications.channels.faults import PERMANENT, Row, judged, rows
from notifications.channels.fcm import channel as fcm
from notifications.channels.feishu import channel as feishu
from notifications.channels.gateways import aliyun, tencent
from notifications.channels.webpush import channel as webpush
from notifications.channels.wecom import channel as wecom
from tests.notifications.channels import contracts
from tests.notifications.channels.contracts import Contract
from tests.notifications.channels.messages import message
from tests.notifications.channels.provider import Provider, Reply, replies_with

OTHER_KEY = b"the VAPID credentials in the authorization header do not correspond to the credentials used"
Case = tuple[type[Contract], Any, str, str, Fault]
"""Whose refusal, how it is said, its code and words, and what it means."""
LIMITED, REFUSED = Fault.ENOUGH, Fault.REFUSED_THERE
SETUP, UNPAID = Fault.MISCONFIGURED, Fault.OUT_OF_SERVICE


def robot(name: str) -> Any:
    """How a robot's provider says `code`: in the body, whatever the status."""

    def reply(code: str, text: str, status: int = 200) -> Reply:
        number = int(code) if code.lstrip("-").isdigit() else code
        return Reply(status, json.dumps({name: number, "errmsg": text, "msg": text}).encode())

    return reply


def aliyun_reply(code: str, text: str, status: int = 200) -> Reply:
    return Reply(status, json.dumps({"Code": code, "Message": text}).encode())


def tencent_reply(code: str, text: str, status: int = 200) -> Reply:
    return Reply(status, json.dumps({"Response": {"Error": {"Code": code, "Message": text}}}).encode())


def tencent_reply_about_the_number(code: str, text: str, status: int = 200) -> Reply:
    one = {"Code": code, "Message": text}
    return Reply(status, json.dumps({"Response": {"SendStatusSet": [one]}}).encode())


def fcm_reply(code: str, text: str, status: int = 400) -> Reply:
    detail = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}
    error = {"code": status, "message": text, "status": "INVALID_ARGUMENT", "details": [detail]}
    return Reply(status, json.dumps({"error": error}).encode())


def google_reply(code: str, text: str, status: int = 400) -> Reply:
    violation = {"fieldViolations": [{"field": text, "description": "Invalid value"}]}
    error = {"code": status, "message": "Invalid value", "status": code, "details": [violation]}
    return Reply(status, json.dumps({"error": error}).encode())


def plain(code: str, text: str, status: int = 0) -> Reply:
    return Reply(int(code), text.encode())


DING, LARK, WE = robot("errcode"), robot("code"), robot("errcode")


def each(kind: type[Contract], reply: Any, fault: Fault, *codes: str) -> list[Case]:
    """A case for each of `codes`, which need no words beside them."""
    return [(kind, reply, code, "", fault) for code in codes]


ROWS: list[Case] = [
    *each(contracts.DingTalk, DING, Fault.GONE, "300001", "300005", "400013", "400101", "400102", "400106"),
    (contracts.DingTalk, DING, "310000", "keywords not in content", REFUSED),
    (contracts.DingTalk, DING, "310000", "sign not match", REFUSED),
    (contracts.DingTalk, DING, "310000", "ip 192.0.2.1 not in whitelist", REFUSED),
    (contracts.DingTalk, DING, "310000", "invalid timestamp", Fault.PASSING),
    (contracts.DingTalk, DING, "310000", "timestamp 无效", Fault.PASSING),
    (contracts.DingTalk, DING, "310000", "错误描述:机器人发送签名过期", Fault.PASSING),
    (contracts.DingTalk, DING, "310000", "description:关键词不匹配", REFUSED),
    (contracts.DingTalk, DING, "310000", "机器人发送签名不匹配;请确认签名和生成签名的时间戳", REFUSED),
    *each(contracts.DingTalk, DING, LIMITED, "130101", "130102", "410100"),
    *each(contracts.DingTalk, DING, Fault.MESSAGE, "40035", "400014", "400105"),
    *each(contracts.DingTalk, DING, Fault.MESSAGE, "430101", "430102", "430103", "430104"),
    (contracts.DingTalk, DING, "-1", "system busy", Fault.PASSING),
    (contracts.Feishu, LARK, "19001", "param invalid: incoming webhook access token invalid", Fault.GONE),
    *each(contracts.Feishu, LARK, REFUSED, "19021", "19022", "19024"),
    (contracts.Feishu, LARK, "9499", "too many request", LIMITED),
    (contracts.Feishu, LARK, "9499", "Bad Request", Fault.MESSAGE),
    (contracts.Feishu, LARK, "11232", "frequency limited", LIMITED),
    (contracts.Feishu, LARK, "99991400", "request trigger frequency limit", LIMITED),
    *each(contracts.Feishu, LARK, Fault.MESSAGE, "9500", "19002"),
    (contracts.Feishu, LARK, "1500", "internal error", Fault.PASSING),
    *each(contracts.WeCom, WE, Fault.GONE, "93000", "93004", "93008"),
    (contracts.WeCom, WE, "45009", "api freq out of limit", LIMITED),
    *each(contracts.WeCom, WE, Fault.MESSAGE, "40008", "40058", "44004", "45002", "47001"),
    *each(contracts.WeCom, WE, SETUP, "60020", "48002"),
    (contracts.WeCom, WE, "45033", "", Fault.BUSY),
    (contracts.WeCom, WE, "-1", "system busy", Fault.PASSING),
    *(
        (kind, aliyun_reply, code, "", fault)
        for kind in (contracts.AliyunSms, contracts.AliyunVoice)
        for code, fault in (
            ("isv.MOBILE_NUMBER_ILLEGAL", Fault.GONE),
            ("isv.CALLED_NUMBER_ILLEGAL", Fault.GONE),
            ("isv.PARAM_LENGTH_LIMIT", Fault.MESSAGE),
            ("isv.BLACK_KEY_CONTROL_LIMIT", Fault.MESSAGE),
            ("isv.INVALID_JSON_PARAM", Fault.MESSAGE),
            ("isv.INVALID_PARAMETERS", Fault.MESSAGE),
            ("isv.TEMPLATE_PARAMS_ILLEGAL", Fault.MESSAGE),
            ("isv.SMS_CONTENT_ILLEGAL", Fault.MESSAGE),
            ("isv.BUSINESS_LIMIT_CONTROL", LIMITED),
            ("isv.DAY_LIMIT_CONTROL", Fault.BUSY),
            ("isv.MONTH_LIMIT_CONTROL", Fault.BUSY),
            ("Throttling.User", Fault.BUSY),
            ("isv.AMOUNT_NOT_ENOUGH", UNPAID),
            ("isv.OUT_OF_SERVICE", UNPAID),
            ("isv.BILLING_DEDUCTION_ERROR", UNPAID),
            ("isv.SMS_TEMPLATE_ILLEGAL", SETUP),
            ("isv.TTS_TEMPLATE_ILLEGAL", SETUP),
            ("isv.TEMPLATE_MISSING_PARAMETERS", SETUP),
            ("isv.SMS_SIGNATURE_ILLEGAL", SETUP),
            ("isv.SMS_SIGNATURE_SCENE_ILLEGAL", SETUP),
            ("isv.EXTEND_CODE_ERROR", SETUP),
            ("isv.DENY_IP_RANGE", SETUP),
            ("isv.SMS_SIGN_ILLEGAL", SETUP),
            ("isv.SIGN_STATE_ILLEGAL", SETUP),
            ("isv.DISPLAY_NUMBER_ILLEGAL", SETUP),
            ("isv.PARAM_NOT_SUPPORT_URL", SETUP),
            ("isv.PRODUCT_UN_SUBSCRIPT", SETUP),
            ("isv.PRODUCT_UNSUBSCRIBE", SETUP),
            ("isv.ACCOUNT_ABNORMAL", SETUP),
            ("isp.RAM_PERMISSION_DENY", SETUP),
            ("SignatureDoesNotMatch", SETUP),
            ("InvalidAccessKeyId.NotFound", SETUP),
            ("Forbidden.RAM", SETUP),
            ("NoPermission", SETUP),
            ("isp.SYSTEM_ERROR", Fault.PASSING),
            ("ServiceUnavailable", Fault.PASSING),
            ("InternalError", Fault.PASSING),
        )
    ),
    *(
        (kind, reply, code, "", fault)
        for kind, reply in (
            (contracts.TencentSms, tencent_reply),
            (contracts.TencentSms, tencent_reply_about_the_number),
            (contracts.TencentVoice, tencent_reply),
        )
        for code, fault in (
            ("InvalidParameterValue.IncorrectPhoneNumber", Fault.GONE),
            ("FailedOperation.PhoneNumberInBlacklist", Fault.GONE),
            ("InvalidParameterValue.CalledNumberVerifyFail", Fault.GONE),
            ("UnsupportedOperation.UnsuportedRegion", Fault.GONE),
            ("LimitExceeded.PhoneNumberDailyLimit", LIMITED),
            ("LimitExceeded.PhoneNumberThirtySecondLimit", LIMITED),
            ("LimitExceeded.DeliveryFrequencyLimit", LIMITED),
            ("LimitExceeded.AppDailyLimit", Fault.BUSY),
            ("RequestLimitExceeded", Fault.BUSY),
            ("FailedOperation.InsufficientBalanceInSmsPackage", UNPAID),
            ("UnauthorizedOperation.SerivceSuspendDueToArrears", UNPAID),
            ("UnauthorizedOperation.ServiceSuspendDueToArrears", UNPAID),
            ("AuthFailure.SignatureFailure", SETUP),
            ("UnauthorizedOperation.SdkAppIdIsDisabled", SETUP),
            ("InvalidParameterValue.SdkAppIdNotExist", SETUP),
            ("InvalidParameter.AppidAndBizId", SETUP),
            ("FailedOperation.TemplateIncorrectOrUnapproved", SETUP),
            ("FailedOperation.MissingTemplateList", SETUP),
            ("FailedOperation.SignatureIncorrectOrUnapproved", SETUP),
            ("FailedOperation.PhonenumberUnappliedOrExpired", SETUP),
            ("InvalidAction", SETUP),
            ("InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", SETUP),
            ("InternalError.SigVerificationFail", SETUP),
            ("InternalError.RestApiInterfaceNotExist", SETUP),
            ("InternalError.RequestTimeException", SETUP),
            ("FailedOperation.ContainSensitiveWord", Fault.MESSAGE),
            ("InvalidParameterValue.ContentLengthLimit", Fault.MESSAGE),
            ("MissingParameter", Fault.MESSAGE),
            ("FailedOperation.FailResolvePacket", Fault.MESSAGE),
            ("FailedOperation.JsonParseFail", Fault.MESSAGE),
            ("FailedOperation.InvalidParameters", Fault.MESSAGE),
            ("InternalError.Timeout", Fault.PASSING),
            ("ResourceUnavailable", Fault.PASSING),
            ("ResourceInsufficient", Fault.PASSING),
        )
    ),
    (contracts.Fcm, fcm_reply, "UNREGISTERED", "Requested entity was not found.", Fault.GONE),
    (contracts.Fcm, fcm_reply, "SENDER_ID_MISMATCH", "SenderId mismatch", Fault.GONE),
    (
        *(contracts.Fcm, fcm_reply, "INVALID_ARGUMENT"),
        *("The registration token is not a valid FCM registration token", Fault.GONE),
    ),
    (contracts.Fcm, google_reply, "INVALID_ARGUMENT", "message.token", Fault.GONE),
    (contracts.Fcm, fcm_reply, "INVALID_ARGUMENT", "reason: BadDeviceToken", Fault.GONE),
    (contracts.Fcm, fcm_reply, "INVALID_ARGUMENT", "reason: DeviceTokenNotForTopic", Fault.GONE),
    (contracts.Fcm, google_reply, "INVALID_ARGUMENT", "message.data[0].value", Fault.MESSAGE),
    (contracts.Fcm, fcm_reply, "QUOTA_EXCEEDED", "", Fault.BUSY),
    (contracts.Fcm, google_reply, "RESOURCE_EXHAUSTED", "", Fault.BUSY),
    (contracts.Fcm, fcm_reply, "UNAVAILABLE", "", Fault.BUSY),
    (contracts.Fcm, fcm_reply, "THIRD_PARTY_AUTH_ERROR", "", SETUP),
    (contracts.Fcm, google_reply, "PERMISSION_DENIED", "", SETUP),
    (contracts.Fcm, google_reply, "NOT_FOUND", "", SETUP),
    (contracts.Fcm, fcm_reply, "INTERNAL", "", Fault.PASSING),
    (contracts.Fcm, google_reply, "UNAUTHENTICATED", "", Fault.PASSING),
    (contracts.Fcm, fcm_reply, "UNSPECIFIED_ERROR", "", Fault.PASSING),
    (contracts.Fcm, google_reply, "DEADLINE_EXCEEDED", "", Fault.PASSING),
    (contracts.WebPush, plain, "404", "", Fault.GONE),
    (contracts.WebPush, plain, "410", '{"reason": "Unregistered"}', Fault.GONE),
    (contracts.WebPush, plain, "401", '{"errno": 109, "message": "VAPID public key mismatch"}', Fault.GONE),
    (contracts.WebPush, plain, "403", OTHER_KEY.decode(), Fault.GONE),
    (contracts.WebPush, plain, "403", "", Fault.GONE),
    (contracts.WebPush, plain, "400", "UnauthorizedRegistration", Fault.GONE),
    (contracts.WebPush, plain, "400", '{"reason": "VapidPkHashMismatch"}', Fault.GONE),
    (contracts.WebPush, plain, "403", '{"reason": "VapidPkHashMismatch"}', Fault.GONE),
    (contracts.WebPush, plain, "403", '{"reason": "BadJwtToken"}', SETUP),
    (contracts.WebPush, plain, "400", '{"reason": "BadJwtToken"}', SETUP),
    (contracts.WebPush, plain, "403", "<html>Forbidden by the proxy</html>", Fault.PASSING),
    *each(contracts.WebPush, plain, LIMITED, "406", "429"),
    *each(contracts.WebPush, plain, Fault.MESSAGE, "400", "405", "413", "415", "422"),
    (contracts.WebPush, plain, "503", '{"errno": 202}', Fault.BUSY),
    *each(contracts.WebPush, plain, Fault.PASSING, "301", "401", "500", "502"),
]
TABLES: dict[type[Contract], tuple[Row, ...]] = {
    contracts.DingTalk: dingtalk.REFUSALS,
    contracts.Feishu: feishu.REFUSALS,
    contracts.WeCom: wecom.REFUSALS,
    contracts.AliyunSms: aliyun.REFUSALS,
    contracts.TencentSms: tencent.REFUSALS,
    contracts.Fcm: fcm.REFUSALS,
    contracts.WebPush: webpush.REFUSALS,
}


def refused(kind: type[Contract], reply: Reply, provider: Provider, settings: Any) -> ChannelError:
    contract = kind()
    settings.CHANNEL_SETTINGS = {contract.channel.name: contract.settings(provider.url)}
    contracts.access._kept["push@p.example"] = ("t", datetime(2100, 1, 1, tzinfo=UTC))
    channel = contract.channel()
    target = channel.read(contract.address(provider.url))
    provider.behave = lambda handler, asked: replies_with(contract.yes if asked.path == "/token" else reply)(
        handler, asked
    )
    with pytest.raises(ChannelError) as caught:
        channel.send(message(target))
    return caught.value


@pytest.mark.parametrize(("kind", "reply", "code", "text", "fault"), ROWS)
def test_a_code_in_the_answer_says_what_follows(
    kind: type[Contract],
    reply: Any,
    code: str,
    text: str,
    fault: Fault,
    provider: Provider,
    settings: Any,
) -> None:
    error = refused(kind, reply(code, text), provider, settings)

    assert (error.fault, error.code) == (fault, code)
    assert (error.permanent, error.address_is_dead) == (fault in PERMANENT, fault is Fault.GONE)


@pytest.mark.parametrize("kind", TABLES)
def test_every_row_of_a_table_is_tried(kind: type[Contract]) -> None:
    tried = [(code, text) for other, _say, code, text, _fault in ROWS if other is kind]

    for row in TABLES[kind]:
        assert any(row.fits(code, text) for code, text in tried), row


@pytest.mark.parametrize("status", [400, 429, 500])
def test_a_robots_own_code_counts_whatever_the_status(status: int, provider: Provider, settings: Any) -> None:
    limited = Reply(status, b'{"code": 9499, "msg": "too many request"}', {"x-ogw-ratelimit-reset": "37"})

    error = refused(contracts.Feishu, limited, provider, settings)

    assert (error.fault, error.permanent) == (Fault.ENOUGH, False)
    assert error.retry_after == timedelta(seconds=37)


@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        (contracts.DingTalk, DING("777777", "new")),
        (contracts.Feishu, LARK("777777", "new", 400)),
        (contracts.WeCom, WE("777777", "new")),
        (contracts.AliyunSms, aliyun_reply("isv.NEW_RULE", "new", 400)),
        (contracts.TencentSms, tencent_reply("FailedOperation.New", "new")),
        (contracts.Fcm, fcm_reply("NEW_CODE", "new")),
        (contracts.GenericSms, Reply(200, b'{"error": "no credit"}')),
        (contracts.GenericSms, Reply(202, b'{"id": "1", "error": {"code": 7}}')),
        (contracts.WebPush, Reply(418, b"teapot")),
    ],
)
def test_an_unknown_code_is_tried_again_and_kept_by_its_code(
    kind: type[Contract], reply: Reply, provider: Provider, settings: Any
) -> None:
    error = refused(kind, reply, provider, settings)

    assert (error.fault, error.permanent, error.address_is_dead) == (Fault.UNKNOWN, False, False)
    assert error.code


@pytest.mark.parametrize("body", [b"{}", b"", b"<html>"])
def test_a_yes_without_the_name_of_the_message_is_no_yes_of_fcm(
    body: bytes, provider: Provider, settings: Any
) -> None:
    assert refused(contracts.Fcm, Reply(200, body), provider, settings).fault is Fault.UNKNOWN


def test_a_browser_of_another_key_pair_is_not_even_asked(provider: Provider, settings: Any) -> None:
    contract = contracts.WebPush()
    settings.CHANNEL_SETTINGS = {"webpush": contract.settings(provider.url)}
    target = contract.channel().read(contract.address(provider.url))
    settings.CHANNEL_SETTINGS = {"webpush": {**contract.settings(provider.url), "private_key": webpush_key()}}

    with pytest.raises(ChannelError) as caught:
        contract.channel().send(message(target))

    assert (caught.value.fault, caught.value.address_is_dead) == (Fault.GONE, True)
    assert provider.asked == []


def webpush_key() -> str:
    return contracts.keys.make_private_key()


def test_the_first_row_that_fits_counts() -> None:
    table = (*rows(Fault.GONE, "A.B"), *rows(Fault.BUSY, "A*"), *rows(Fault.MESSAGE, "C", text="long"))

    assert [judged(table, code) for code in ("A.B", "A.C", "C", "D")] == [
        *(Fault.GONE, Fault.BUSY, Fault.UNKNOWN, Fault.UNKNOWN),
    ]
    assert judged(table, "C", "Too LONG") is Fault.MESSAGE
