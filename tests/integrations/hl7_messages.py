"""Results as laboratories send them, put together in the tests; no patient of them exists."""

from typing import Any

OTHER_PATIENT = "PID|2||B-18^^^LIS^MR||测试乙||19800102|F"
SENDER = ("LIS", "甲医院")
EIGHT = (
    ("14631-6^总胆红素^LN", "310", "umol/L"),
    ("6301-6^INR^LN", "2.2", ""),
    ("22664-7^尿素^LN", "11.0", "mmol/L"),
    ("2951-2^钠^LN", "129", "mmol/L"),
)


def obx(
    number: int, code: str, value: str, unit: str, *, kind: str = "NM", status: str = "F", at: str = ""
) -> str:
    return f"OBX|{number}|{kind}|{code}||{value}|{unit}|||||{status}|||{at}"


def oru(
    *lines: str,
    control_id: str = "1",
    number: str = "A-17",
    name: str = "测试甲",
    born: str = "19700102",
    sex: str = "M",
    charset: str = "UNICODE UTF-8",
    sampled: str = "20260517103000",
    **changes: Any,
) -> bytes:
    """An ORU^R01 with these OBX lines, or with four of the eight indicators."""
    rows = lines or tuple(obx(place, *row) for place, row in enumerate(EIGHT, 1))
    application, facility = changes.get("sender", SENDER)
    kind = changes.get("kind", "ORU^R01^ORU_R01")
    head = f"MSH|^~\\&|{application}|{facility}|ACLF|ACLF|20260517110000||{kind}|{control_id}|P|2.5.1"
    segments = [
        f"{head}||||||{charset}",
        f"PID|1||{number}^^^LIS^MR||{name}||{born}|{sex}",
        changes.get("order", f"OBR|1||7|LIVER^肝功能^L|||{sampled}"),
        *rows,
    ]
    coding = "gb18030" if charset.startswith("GB") or changes.get("gb") else "utf-8"
    return "\r".join(segments).encode(coding) + b"\r"
