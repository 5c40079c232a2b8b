"""Whole reports as text: whose, when, every finding once, and nothing chosen between two."""

import json

import pytest

from labs.reading import read, read_text
from labs.refusals import UnreadableReportError

SHEET = """某某县人民医院检验报告单
姓名：王小明  性别：男  年龄：52岁  住院号：0012345
标本类型：血清   采样时间：2026-11-29 01:35
序号  代号  项目  结果  单位  参考值
1  TBIL  总胆红素  356.8 ↑  umol/L  0-26
2  DBIL  直接胆红素  201.3 ↑  umol/L  0-8
3  Na+  钠  131.2 ↓  mmol/L  137-147
4  UREA  尿素  7.31  mmol/L  3.1-8.0
5  INR  国际标准化比值  2.31 ↑    0.8-1.2
报告时间：2026-11-29 02:40  审核者：李医生"""


def test_a_sheet_says_whose_it_is_when_it_was_sampled_and_what_was_found() -> None:
    report = read_text(SHEET)
    assert report.patient.as_dict() == {
        "name": "王小明",
        "sex": "male",
        "age_years": 52,
        "number": "0012345",
    }
    assert (report.sampled_at, report.reported_at) == ("2026-11-29T01:35", "2026-11-29T02:40")
    findings = {finding.input: (finding.value, finding.unit, finding.doubts) for finding in report.findings}
    assert findings == {
        "bilirubin": (356.8, "umol/L", ()),
        None: (201.3, "umol/L", ()),
        "sodium_mmol_l": (131.2, None, ()),
        "urea": (7.31, "mmol/L", ()),
        "inr": (2.31, None, ()),
    }
    assert {finding.sampled_at for finding in report.findings} == {"2026-11-29T01:35"}
    assert list(report.unread) == []


@pytest.mark.parametrize(
    ("header", "person"),
    [
        ("姓 名: 王 小 明   性 别: 女   年 龄: 52 岁", {"name": "王小明", "sex": "female", "age_years": 52}),
        ("患者姓名：阿卜杜拉·买买提 男 61岁", {"name": "阿卜杜拉·买买提", "sex": "male", "age_years": 61}),
        ("患者张三，男，52岁，总胆红素356.8umol/L", {"name": "张三", "sex": "male", "age_years": 52}),
        ("Name: LI Wei  Sex: F  Age: 47  MRN: A0031", {"name": "LI Wei", "sex": "female", "age_years": 47}),
        ("姓名：李四 门诊号：MZ20261129", {"name": "李四", "number": "MZ20261129"}),
    ],
)
def test_the_person_is_read_from_every_usual_header(header: str, person: dict[str, object]) -> None:
    read_person = read_text(f"{header}\nTBIL 356.8 umol/L").patient.as_dict()
    assert {name: read_person.get(name) for name in person} == person


@pytest.mark.parametrize(
    ("line", "sampled", "reported"),
    [
        ("采集时间:2026/11/29 1:35", "2026-11-29T01:35", None),
        ("采血时间 2026年11月29日 01时35分", "2026-11-29T01:35", None),
        ("采样时间：2026-11-2901:35:20 报告时间：2026-11-29 02:40", "2026-11-29T01:35", "2026-11-29T02:40"),
        ("Collected: 2026-11-29 01:35", "2026-11-29T01:35", None),
        ("报告时间：2026-11-29 02:40", None, "2026-11-29T02:40"),
        ("采样日期：2026-11-29", "2026-11-29", None),
        ("采样时间：03/04/2026 01:35", None, None),
        ("送检时间：2026-11-29 01:50", None, None),
    ],
)
def test_the_time_of_sampling_is_kept_apart_from_that_of_the_report(
    line: str, sampled: str | None, reported: str | None
) -> None:
    report = read_text(f"{line}\nTBIL 356.8 umol/L")
    assert (report.sampled_at, report.reported_at) == (sampled, reported)
    assert [finding.input for finding in report.findings] == ["bilirubin"]


def test_several_tests_in_one_line_of_a_chat_are_several_findings() -> None:
    report = read_text("总胆红素356.8μmol/L，DBIL 200，INR2.31，PT 25.1s，PTA 38%，钠131，尿素氮 7.3mmol/L")
    assert {finding.input: finding.value for finding in report.findings if finding.input} == {
        "bilirubin": 356.8,
        "inr": 2.31,
        "pta_percent": 38,
        "sodium_mmol_l": 131,
        "urea": 7.3,
    }


def test_a_table_on_its_side_is_read_by_its_columns() -> None:
    report = read_text("TBIL\tDBIL\tINR\tNa\n356.8\t201\t2.31\t131")
    assert {finding.input: finding.value for finding in report.findings if finding.input} == {
        "bilirubin": 356.8,
        "inr": 2.31,
        "sodium_mmol_l": 131,
    }


def test_a_table_on_its_side_with_a_row_for_each_day_chooses_no_day() -> None:
    report = read_text("日期\tTBIL(umol/L)\tINR\n11-28\t300.1\t1.9\n11-29\t356.8\t2.31")
    assert [(finding.value, finding.doubts) for finding in report.findings] == [
        (300.1, ("several",)),
        (1.9, ("several",)),
        (356.8, ("several",)),
        (2.31, ("several",)),
    ]


def test_earlier_results_in_a_column_of_their_own_are_not_proposed() -> None:
    report = read_text("项目\t上次结果\t结果\t单位\nTBIL\t300.1\t356.8\tumol/L\nINR\t1.9\t2.31\t")
    assert [(finding.input, finding.value) for finding in report.findings] == [
        ("bilirubin", 356.8),
        ("inr", 2.31),
    ]


def test_two_columns_beside_each_other_do_not_take_each_others_numbers() -> None:
    report = read_text("1  TBIL  356.8  umol/L  0-26  14  CREA  88  umol/L  57-97")
    assert [(finding.input, finding.value, finding.doubts) for finding in report.findings] == [
        ("bilirubin", 356.8, ()),
        ("creatinine", 88, ()),
    ]
    lost = read_text("1  TBIL    umol/L  0-26  14  CREA  88  umol/L  57-97")
    assert all(finding.doubts or finding.value != 14 for finding in lost.findings)


def test_two_results_of_one_test_are_both_shown_and_none_is_chosen() -> None:
    report = read_text("TBIL 356.8 umol/L\nTBIL 301.2 umol/L\nINR 2.31\nINR 2.31")
    assert [(finding.value, finding.doubts) for finding in report.findings] == [
        (356.8, ("several",)),
        (301.2, ("several",)),
        (2.31, ()),
    ]


def test_two_sheets_at_once_are_asked_about() -> None:
    report = read_text(f"{SHEET}\n姓名：赵丽  性别：女\n采样时间：2026-11-28 09:00\nCREA 88 umol/L")
    assert all("several_patients" in finding.doubts for finding in report.findings)
    assert all("several_times" in finding.doubts for finding in report.findings)
    assert report.findings[-1].sampled_at == "2026-11-28T09:00"


def test_an_age_that_nobody_has_was_not_read_as_printed() -> None:
    assert read_text("姓名：李四 男 569岁\nTBIL 356.8 umol/L").patient.as_dict() == {
        "name": "李四",
        "sex": "male",
    }


@pytest.mark.parametrize("specimen", ["标本：尿液", "样本类型：腹水", "24小时尿电解质", "Specimen: urine"])
def test_a_sheet_of_another_fluid_is_doubted(specimen: str) -> None:
    (finding,) = read_text(f"{specimen}\nNa 140 mmol/L").findings
    assert "other_specimen" in finding.doubts


def test_lines_with_numbers_of_which_nothing_was_made_are_named() -> None:
    report = read_text("TBIL 356.8 umol/L\n某新项目 12.5 U/L\n祝早日康复")
    assert list(report.unread) == ["某新项目 12.5 U/L"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" \n ", "empty"),
        ("TBIL 1\n" * 4000, "text_too_long"),
        ("1" * 2001, "line_too_long"),
        ("MSH|^~\\&|LIS|...", "message_damaged"),
        ('{"resourceType": "Bundle"}', "fhir_damaged"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, code: str) -> None:
    with pytest.raises(UnreadableReportError) as refusal:
        read_text(text)
    assert refusal.value.code == code
    assert "%" not in refusal.value.message


def test_a_file_in_the_encoding_of_chinese_windows_is_read() -> None:
    assert read(SHEET.encode("gb18030")).as_dict() == read(SHEET.encode()).as_dict()


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\x00\x01\x02\x03" * 40])
def test_a_file_that_is_no_report_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(UnreadableReportError) as refusal:
        read(content)
    assert refusal.value.code in ("not_a_report", "pictures_not_installed")


def test_the_json_form_has_every_name_of_the_interface() -> None:
    line = read_text(SHEET).as_dict()
    assert list(line) == ["form", "patient", "sampled_at", "reported_at", "findings", "unread"]
    assert line["findings"][0] == {
        "test": "bilirubin_total",
        "input": "bilirubin",
        "value": 356.8,
        "comparator": None,
        "unit": "umol/L",
        "sampled_at": "2026-11-29T01:35",
        "text": "1  TBIL  总胆红素  356.8 ↑  umol/L  0-26",
        "doubts": [],
    }
    json.dumps(line)


@pytest.mark.parametrize(
    "line", ["总胆红素 " * 390, "1" * 1_999, "姓名" * 999, " -" * 999, "(" * 1_999, "1," * 999, "↑" * 1_999]
)
def test_the_longest_line_of_anything_is_read(line: str) -> None:
    assert all(finding.value is None or finding.doubts for finding in read_text(line).findings)
