"""The reports of each provider as it sends them, read into one form.

https://help.aliyun.com/zh/sms/developer-reference/smsreport-2, https://help.aliyun.com/zh/vms/voicereport-6,
https://help.aliyun.com/zh/vms/voicereport-7, https://help.aliyun.com/zh/vms/voicecallreport-7,
https://cloud.tencent.com/document/product/382/43547, https://cloud.tencent.com/document/product/1128/37725,
https://cloud.tencent.com/document/api/1128/37726, https://cloud.tencent.com/document/api/1128/37727;
that of a generic gateway is our own (docs/channels.md).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Report:
    """`reference`: the provider's name of a message, `delivery` ours, each empty where it is not named.

    `has_arrived`: as the carrier vouches; for a call, whether somebody, or a mailbox, answered it.
    """

    reference: str
    delivery: str
    has_arrived: bool
    code: str


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """Keys of a call. `is_all`: everything that was pressed in it, else the key that was pressed now."""

    reference: str
    delivery: str
    keys: str
    is_all: bool


def read_keys(provider: str, channel: str, sent: Any) -> list[KeysPressed]:
    """The keys that were pressed in calls, of what was sent; empty where there were none."""
    parse = KEYS.get((provider, channel))
    rows = sent if isinstance(sent, list) else [sent]
    return [one for row in rows if parse and isinstance(row, Mapping) and (one := parse(row)) is not None]


def read(provider: str, channel: str, sent: Any) -> list[Report]:
    """What was sent as reports; what is none, or is about something else, is passed over."""
    parse = FORMATS[provider, channel]
    rows = sent if isinstance(sent, list) else [sent]
    return [report for row in rows if isinstance(row, Mapping) for report in parse(row)]


def _text(row: Mapping[str, Any], name: str) -> str:
    """What stands under `name`; empty where it is no text, or has what no carrier names a message by."""
    value = row.get(name)
    text = str(value)[:200] if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text.isprintable() else ""


def _aliyun_sms(row: Mapping[str, Any]) -> Iterator[Report]:
    if isinstance(row.get("success"), bool):
        yield Report(_text(row, "biz_id"), _text(row, "out_id"), row["success"], _text(row, "err_code"))


def _aliyun_voice(row: Mapping[str, Any]) -> Iterator[Report]:
    """The record of a call: `start_time`, over HTTP `b_start_time`, is empty where nobody answered."""
    started = [name for name in ("start_time", "b_start_time") if name in row]
    if started:
        has_arrived = any(_text(row, name) for name in started)
        yield Report(_text(row, "call_id"), _text(row, "out_id"), has_arrived, _text(row, "status_code"))


def _tencent_sms(row: Mapping[str, Any]) -> Iterator[Report]:
    status = _text(row, "report_status")
    if status in ("SUCCESS", "FAIL"):
        yield Report(_text(row, "sid"), "", status == "SUCCESS", _text(row, "errmsg"))


def _tencent_voice(row: Mapping[str, Any]) -> Iterator[Report]:
    """`result` 0: answered, 1: not answered, 2: an error."""
    call, failure = row.get("voiceprompt_callback"), row.get("voice_failure_callback")
    if isinstance(call, Mapping) and _text(call, "result") in ("0", "1", "2"):
        result = _text(call, "result")
        yield Report(_text(call, "callid"), "", result == "0", f"result {result}")
    if isinstance(failure, Mapping):
        yield Report(_text(failure, "callid"), "", False, f"failure {_text(failure, 'failure_code')}")


def _generic(row: Mapping[str, Any]) -> Iterator[Report]:
    status = _text(row, "status")
    if status in ("delivered", "failed"):
        yield Report(_text(row, "reference"), _text(row, "id"), status == "delivered", _text(row, "code"))


def _aliyun_keys(row: Mapping[str, Any]) -> KeysPressed | None:
    """`dtmf` in the record of a call is all that was pressed; during the call it comes with 300000 alone."""
    is_during = _text(row, "status_code") == "300000"
    return _keys(row, "dtmf", "call_id", "out_id", is_all=not is_during)


def _tencent_keys(row: Mapping[str, Any]) -> KeysPressed | None:
    """A message for each key."""
    pressed = row.get("voicekey_callback")
    return _keys(pressed, "keypress", "callid", "", is_all=False) if isinstance(pressed, Mapping) else None


def _generic_keys(row: Mapping[str, Any]) -> KeysPressed | None:
    return _keys(row, "keys", "reference", "id", is_all=True)


def _keys(row: Mapping[str, Any], name: str, reference: str, own: str, *, is_all: bool) -> KeysPressed | None:
    keys = _text(row, name)
    if not keys:
        return None
    return KeysPressed(_text(row, reference), _text(row, own), keys, is_all or len(keys) > 1)


KEYS: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], KeysPressed | None]] = {
    ("aliyun", "voice"): _aliyun_keys,
    ("tencent", "voice"): _tencent_keys,
    ("generic", "voice"): _generic_keys,
}

FORMATS: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Iterator[Report]]] = {
    ("aliyun", "sms"): _aliyun_sms,
    ("aliyun", "voice"): _aliyun_voice,
    ("tencent", "sms"): _tencent_sms,
    ("tencent", "voice"): _tencent_voice,
    ("generic", "sms"): _generic,
    ("generic", "voice"): _generic,
}

ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "aliyun": {"code": 0, "msg": "OK"},
    "tencent": {"result": 0, "errmsg": "OK"},
    "generic": {"ok": True},
}
"""What each provider wants to hear, whatever became of its reports."""
