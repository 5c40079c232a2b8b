"""Messages of HL7 v2 as reports: what is proposed, what is doubtful, what is only shown."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from labs.doubts import DOUBTS
from labs.hl7 import NotHL7, read_message, unescaped
from labs.hl7_report import Results
from labs.report import Report
from tests.integrations.hl7_messages import obx, oru

SHANGHAI = ZoneInfo("Asia/Shanghai")


def report(content: bytes) -> Report:
    return Results(read_message(content), SHANGHAI).report()


def only(content: bytes) -> Any:
    (finding,) = report(content).findings
    return finding


def test_results_are_proposed_with_value_unit_and_time() -> None:
    read = report(oru())
    rows = [(row.input, row.value, row.unit, row.doubts) for row in read.findings]
    assert rows == [
        ("bilirubin", 310, "umol/L", ()),
        ("inr", 2.2, None, ()),
        ("urea", 11, "mmol/L", ()),
        ("sodium_mmol_l", 129, None, ()),
    ]
    assert {row.sampled_at for row in read.findings} == {"2026-05-17T10:30"}
    assert read.patient.as_dict() == {"name": "测试甲", "sex": "male", "number": "A-17"}
    assert (read.form, read.reported_at) == ("hl7v2", "2026-05-17T11:00")


@pytest.mark.parametrize(
    ("charset", "changes"),
    [("UNICODE UTF-8", {}), ("GB 18030-2000", {}), ("GB2312", {}), ("", {"gb": True}), ("", {})],
)
def test_chinese_is_read_whatever_the_header_says_of_it(charset: str, changes: dict[str, Any]) -> None:
    assert report(oru(charset=charset, **changes)).patient.name == "测试甲"


@pytest.mark.parametrize(
    ("line", "value", "unit", "doubts"),
    [
        (obx(1, "14631-6^T^LN", "18", "mg/dL"), 18, None, ("code_contradicts_unit",)),
        (obx(1, "1975-2^T^LN", "18", "mg/dL"), 18, "mg/dL", ()),
        (obx(1, "1975-2^T^LN", "310", "umol/L"), 310, None, ("code_contradicts_unit",)),
        (obx(1, "14937-7^T^LN", "11", "mmol/L"), 11, None, ("code_unsettled",)),
        (obx(1, "3094-0^T^LN", "30.8", "mg/dL"), 30.8, "BUN mg/dL", ()),
        (obx(1, "14631-6^T^LN", "310", ""), 310, None, ("no_unit",)),
        (obx(1, "TBIL^总胆红素^L", "310", "μmol/L"), 310, "umol/L", ()),
        (obx(1, "L77^尿素氮^L", "30", "mg/dL"), 30, None, ("urea_or_nitrogen",)),
        (obx(1, "TBIL^总胆红素^L", "310", "furlong"), 310, None, ("unit_unknown",)),
        (obx(1, "14631-6^T^LN", "＞513", "umol/L", kind="ST"), 513, "umol/L", ("bound",)),
        (obx(1, "14631-6^T^LN", ">^513", "umol/L", kind="SN"), 513, "umol/L", ("bound",)),
        (obx(1, "14631-6^T^LN", "溶血", "umol/L", kind="ST"), None, "umol/L", ("not_a_number",)),
        (obx(1, "14631-6^T^LN", "99999", "umol/L"), 99999, "umol/L", ("impossible",)),
        (obx(1, "14631-6^T^LN", "310", "umol/L", status="C"), 310, "umol/L", ("corrected",)),
    ],
)
def test_what_is_doubtful_is_said_and_never_guessed(
    line: str, value: float | None, unit: str | None, doubts: tuple[str, ...]
) -> None:
    row = only(oru(line))
    assert (row.value, row.unit, row.doubts) == (value, unit, doubts)
    assert set(row.doubts) <= set(DOUBTS)


@pytest.mark.parametrize("status", ["P", "S", "D", "X", "I"])
def test_what_is_not_final_is_shown_and_not_proposed(status: str) -> None:
    read = report(oru(obx(1, "14631-6^总胆红素^LN", "310", "umol/L", status=status)))
    assert list(read.findings) == []
    assert read.unread == [f"总胆红素 310 umol/L ({status})"]


def test_two_results_of_one_test_are_both_shown_and_doubtful() -> None:
    lines = [obx(place, "14631-6^T^LN", value, "umol/L") for place, value in ((1, "310"), (2, "290"))]
    assert all("several" in row.doubts for row in report(oru(*lines)).findings)


def test_other_separators_line_ends_escapes_and_repetitions_are_read() -> None:
    raw = oru().decode().replace("\r", "\r\n").replace("|", "$").replace("^~\\&", "^~\\#")
    assert report(raw.encode()).patient.name == "测试甲"
    separators = read_message(oru()).header.separators
    assert unescaped(r"a\F\b\S\c\T\d\R\e\E\f\X41\\.br\g\Z1\h", separators) == "a|b^c&d~e\\fA\ng\\Z1\\h"
    numbered = oru(number="9^^^X^PI~A-17").decode()
    assert Results(read_message(numbered.encode()), SHANGHAI).patient_numbers == ["A-17", "9"]


def test_a_time_with_an_offset_is_the_hospitals_own() -> None:
    assert report(oru(sampled="20260517023000+0000")).sampled_at == "2026-05-17T10:30"
    assert report(oru(sampled="20260517")).sampled_at is None
    assert report(oru(sampled="20261399999999+9999")).sampled_at is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_msh"),
        (b"hello", "no_msh"),
        (b"MSH", "no_msh"),
        (b"MSH|||||||||||||||", "separators"),
        (b"MSHA^~\\&", "separators"),
        (oru(charset="EBCDIC"), "charset"),
        (oru(name="a\0b"), "charset"),
        (oru(charset="UTF-8", gb=True), "charset"),
        (b"MSH|^~\\&|a\r" + b"OBX|1\r" * 3000, "too_many_segments"),
    ],
)
def test_what_is_no_message_is_refused_with_a_reason(content: bytes, code: str) -> None:
    with pytest.raises(NotHL7) as refused:
        read_message(content)
    assert refused.value.code == code
