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
    [
        *(("UNICODE UTF-8", {}), ("GB 18030-2000", {}), ("GB18030-2022", {}), ("GB2312", {})),
        *(("CP936", {"gb": True}), ("", {"gb": True}), ("", {})),
    ],
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


def test_a_name_that_an_analyser_writes_behind_a_number_of_its_own_is_read() -> None:
    finding = only(oru("OBX|1|NM|19|TBIL|310|umol/L|||||F"))
    assert (finding.input, finding.value, finding.text) == ("bilirubin", 310, "TBIL 310 umol/L")


@pytest.mark.parametrize(
    ("name", "input"),
    [
        ("总胆红素(TBIL)", "bilirubin"),
        ("国际标准化比率（INR）", "inr"),
        ("直接胆红素(DBIL)", None),
        ("钠(尿)", None),
        ("总胆红素(INR)", None),
    ],
)
def test_a_short_form_in_brackets_counts_where_both_mean_the_same(name: str, input: str | None) -> None:
    findings = report(oru(obx(1, name, "3.1", "umol/L", kind="ST"))).findings
    assert [row.input for row in findings if row.input] == ([input] if input else [])


@pytest.mark.parametrize(
    "order",
    [
        "OBR|1||7|NA^尿电解质^L|||20260517103000",
        "OBR|1||7|NA^电解质^L|||20260517103000||||||||UR^Urine",
        "OBR|1||7|NA^电解质^L|||20260517103000||||||||腹水",
    ],
)
def test_what_was_not_measured_in_blood_is_shown_and_not_proposed(order: str) -> None:
    read = report(oru(obx(1, "NA^钠", "129", "mmol/L"), order=order))
    assert (read.findings, len(read.unread)) == ([], 1)


def test_the_specimen_that_follows_its_results_counts_for_its_order_alone() -> None:
    urea = obx(1, "UREA^尿素", "11", "mmol/L")
    lines = (obx(1, "NA^钠", "80", "mmol/L"), "SPM|1|||UR^尿液", "OBR|2||8|肝功+尿素", urea)
    read = report(oru(*lines))
    assert [row.input for row in read.findings] == ["urea"]
    assert read.findings[0].sampled_at is None
    assert read.unread == ["钠 80 mmol/L (UR)"]


@pytest.mark.parametrize(
    ("sampled", "expected"),
    [
        ("2026-05-17 10:30:00", "2026-05-17T10:30"),
        ("2026/5/17 8:05", "2026-05-17T08:05"),
        ("2026-05-17T10:30:00.000", "2026-05-17T10:30"),
        ("2026-05-17", None),
        ("2026-13-45 10:30", None),
        ("17.05.2026 10:30", None),
    ],
)
def test_times_with_signs_in_them_are_read(sampled: str, expected: str | None) -> None:
    assert report(oru(sampled=sampled)).findings[0].sampled_at == expected


def test_a_birth_date_with_signs_in_it_is_read() -> None:
    assert Results(read_message(oru(born="1970-01-02")), SHANGHAI).birth_date == "1970-01-02"


@pytest.mark.parametrize(
    ("line", "value", "doubts"),
    [
        ("OBX|1|SN|3094-0^BUN^LN||=^31|mg/dL|||||F", 31, ()),
        ("OBX|1|NM|TBIL||1e999|umol/L|||||F", None, ("not_a_number",)),
        ("OBX|1|ST|TBIL||1:32|umol/L|||||F", None, ("not_a_number",)),
        ("OBX|1|ST|TBIL||310 mg/dL|umol/L|||||F", None, ("not_a_number",)),
        ("OBX|1|ST|TBIL||310 umol/L|μmol/L|||||F", 310, ()),
        ("OBX|1|ST|TBIL||310 umol/L||||||F", 310, ()),
    ],
)
def test_what_stands_beside_a_number_is_not_passed_over(
    line: str, value: float | None, doubts: tuple[str, ...]
) -> None:
    finding = only(oru(line))
    assert (finding.value, finding.doubts) == (value, doubts)


def test_an_analyser_that_says_ascii_and_sends_chinese_is_read() -> None:
    raw = oru(charset="ASCII").decode().encode("gb18030")
    assert report(raw).patient.name == "测试甲"


@pytest.mark.parametrize("charset", ["UNICODE UTF-8", "", "GB18030"])
@pytest.mark.parametrize("last", ["总", "快", "试", "\N{BLACK STAR}"])
def test_a_message_may_end_in_any_sign(charset: str, last: str) -> None:
    lines = (obx(1, "14631-6^总胆红素^LN", "310", "umol/L"), f"NTE|1||{last}")
    assert only(oru(*lines, charset=charset)).text == f"总胆红素 310 umol/L {last}"


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("OBX|1|NM|14631-6^总胆\n红素^LN||310|umol/L|||||P", "总胆 红素 310 umol/L (P)"),
        ("OBX|1|NM|14631-6^总胆红素^LN||310|umol/L|3-21\n|H|||P", "总胆红素 310 umol/L (P)"),
        ("OBX|1|NM|14631-6^总胆红素^LN||310|umol\rADD|/L|||||P", "总胆红素 310 umol/L (P)"),
    ],
)
def test_a_result_whose_line_ends_early_keeps_its_status(broken: str, line: str) -> None:
    read = report(oru(broken))
    assert (list(read.findings), list(read.unread)) == ([], [line])


def test_segments_that_are_indented_are_read() -> None:
    read = report(oru().replace(b"\r", b"\r\n  "))
    assert len(read.findings) == 4
    assert read.patient.number == "A-17"


@pytest.mark.parametrize(
    ("of_order", "own", "is_proposed"),
    [
        ("P", "", False),
        ("X", "", False),
        ("P", "F", True),
        ("F", "", True),
        ("A", "", True),
        ("已审", "", True),
    ],
)
def test_the_status_of_an_order_counts_for_results_without_one(
    of_order: str, own: str, is_proposed: bool
) -> None:
    order = f"OBR|1||7|LIVER|||20260517103000{'|' * 18}{of_order}"
    line = obx(1, "14631-6^总胆红素^LN", "310", "umol/L", status=own)
    assert bool(report(oru(line, order=order)).findings) is is_proposed


@pytest.mark.parametrize(
    ("unit", "expected"), [("10^9/L", "10^9/L"), ("×10^9/L", "10^9/L"), ("^10\\S\\9/L", "10^9/L")]
)
def test_a_power_of_ten_is_read_however_it_is_sent(unit: str, expected: str) -> None:
    assert only(oru(obx(1, "WBC^白细胞计数", "8.4", unit))).unit == expected


def test_a_unit_that_has_a_text_and_no_code_is_read() -> None:
    finding = only(oru(obx(1, "3050010101^*总胆红素^^TBIL", "310", "^μmol/L", kind="ST")))
    assert (finding.unit, finding.doubts, finding.text) == ("umol/L", (), "*总胆红素 310 μmol/L")


@pytest.mark.parametrize("mark", ["★", "▲ ", "#", "*"])
def test_a_mark_before_a_name_is_no_part_of_it(mark: str) -> None:
    assert only(oru(obx(1, f"X1^{mark}总胆红素", "310", "umol/L"))).input == "bilirubin"


def test_several_values_of_one_result_are_shown_and_none_is_taken() -> None:
    finding = only(oru(obx(1, "14631-6^总胆红素^LN", "310~420", "umol/L")))
    assert (finding.value, finding.doubts) == (None, ("not_a_number",))
    assert finding.text == "总胆红素 310 ~ 420 umol/L"


@pytest.mark.parametrize("coding", ["utf-8", "gb18030"])
def test_signs_that_are_escaped_as_bytes_are_read_together_or_each_by_itself(coding: str) -> None:
    raw = "总胆红素".encode(coding)
    apart = "".join(f"\\X{byte:02X}\\" for byte in raw)
    message = read_message(oru())
    for text in (f"\\X{raw.hex()}\\", apart):
        assert unescaped(text, message.header.separators) == "总胆红素"
    assert unescaped("a\\X00\\b", message.header.separators) == "ab"


@pytest.mark.parametrize(
    ("code", "unit", "doubts"),
    [
        ("14631-6^直接胆红素^LN", "umol/L", ("names_contradict",)),
        ("14631-6^Bilirubin^LN", "umol/L", ()),
        ("14631-6^胆红素^LN", "umol/L", ()),
        ("L7^Bilirubin, Total^L^14631-6^Bilirubin^LN", "umol/L", ()),
        ("14683-7^肌酐^LN", "umol/L", ("name_unsure",)),
        ("CREA^肌酐^L", "umol/L", ()),
    ],
)
def test_a_code_that_is_not_of_the_test_that_the_name_says_is_doubtful(
    code: str, unit: str, doubts: tuple[str, ...]
) -> None:
    assert only(oru(obx(1, code, "150", unit))).doubts == doubts


def test_what_a_laboratory_notes_is_shown_beside_what_it_is_about() -> None:
    lines = (
        "NTE|1||脂血",
        obx(1, "14631-6^T^LN", "310", "umol/L"),
        "NTE|1||标本溶血~请复查",
        "NTE|2||已电话",
    )
    read = report(oru(*lines))
    assert [row.text for row in read.findings] == ["T 310 umol/L 标本溶血 请复查 已电话"]
    assert list(read.unread) == ["脂血"]
