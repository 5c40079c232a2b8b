"""Lines as other hospitals, wards and chats print them: read right, or doubted, never wrong in silence."""

from typing import Any

import pytest

from labs.reading import read_text
from tests.labs.test_lines import proposals

UMOL = {"bilirubin": (356.8, "umol/L")}
COAGULATION = {"pta_percent": (38, None), "inr": (2.31, None)}


def undoubted(text: str) -> dict[str, tuple[Any, str | None]]:
    """Value and unit of what could be taken at once."""
    findings = [finding for finding in read_text(text).findings if finding.input and not finding.doubts]
    return {finding.input: (finding.value, finding.unit) for finding in findings if finding.input}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("总胆红素（参考值：3.4-20.5）356.8 umol/L ↑", UMOL),
        ("TBIL 正常值 0-26 测定值 356.8 umol/L", UMOL),
        ("总胆红素 参考范围:0-26 结果:356.8↑ 单位:umol/L", UMOL),
        ("TBIL(0-26umol/L):356.8↑", UMOL),
        ("【总胆红素】356.8 µmol/L", UMOL),
        ('"TBIL","356.8","umol/L"', UMOL),
        ("TBIL | 总胆红素 | 356.8 | ↑ | μmol/L | 0~26", UMOL),
        ("Bilirubin Total, Serum 356.8 umol/L", UMOL),
        ("TBIL 356.8 μmo1/L", UMOL),
        ("TBIL 356.8 umoI/L", UMOL),
        ("总胆红素 １，３５６．８ umol/L", {}),
        ("Total bili 20.9 mg/dL", {"bilirubin": (20.9, "mg/dL")}),
        ("T.Bil. 20.9 mg/dL (0.2-1.2)", {"bilirubin": (20.9, "mg/dL")}),
        ("TBIL 256.8 umol/L", {"bilirubin": (256.8, "umol/L")}),
        ("TBIL:256.8umol/L↑", {"bilirubin": (256.8, "umol/L")}),
        ("Prothrombin time INR 2.31", {"inr": (2.31, None)}),
        ("INR H2.31", {"inr": (2.31, None)}),
        ("TBIL ●356.8 umol/L", UMOL),
        ("INR(PT) 2.31", {"inr": (2.31, None)}),
        ("凝血酶原时间 22.5秒 活动度 38% 国际标准化比值 2.31", COAGULATION),
        ("PT(s) 22.5 11.0-14.0; PT% 38 70-120; INR 2.31; PTR 1.9", COAGULATION),
        ("WBC Count 9.2 x 10^3/uL", {"wbc_10e9_l": (9.2, "10^9/L")}),
        ("Sodium, Serum 131 mEq/L", {"sodium_mmol_l": (131, None)}),
        ("BUN7.3mmol/l，Cr88umol/l", {"urea": (7.3, "mmol/L"), "creatinine": (88, "umol/L")}),
        ("TBIL(umol/L):356.8;INR:2.31", {**UMOL, "inr": (2.31, None)}),
        ("总胆红素(umol/L) 356.8 直接胆红素(umol/L) 201", UMOL),
        ("①TBIL 356.8umol/L②INR 2.31", {**UMOL, "inr": (2.31, None)}),
        ("急诊生化TBIL 356.8umol/L", UMOL),
        ("Lactic acid 3.1 mmol/L", {"lactate_mmol_l": (3.1, "mmol/L")}),
        ("项目\t上次\t本次\t单位\nTBIL\t300.1\t356.8\tumol/L", UMOL),
        ("结果  项目  单位\n356.8  总胆红素  umol/L\n2.31  INR  ", {**UMOL, "inr": (2.31, None)}),
    ],
)
def test_what_other_hospitals_print_is_read(line: str, expected: dict[str, Any]) -> None:
    assert undoubted(line) == expected


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("总胆红素 约350 umol/L", "estimate"),
        ("总胆红素约350umol/L", "estimate"),
        ("总胆红素 350左右 umol/L", "estimate"),
        ("总胆红素 350+ umol/L", "estimate"),
        ("总胆红素 350以上 umol/L", "bound"),
        ("总胆红素超过513 umol/L", "bound"),
        ("TBIL 300.1-->356.8 umol/L", "other_number"),
        ("总胆红素 180→356.8 umol/L", "other_number"),
        ("TBil/DBil 356.8/201.3 umol/L", "names_contradict"),
        ("PT/INR 22.5/2.31", "other_number"),
        ("TBIL 2026-11-28 300.1 2026-11-29 356.8 umol/L", "other_number"),
        ("项目\t2026-11-28\t2026-11-29\nINR\t1.9\t2.31", "other_number"),
        ("HBV-DNA 5.2 log10 IU/mL", "unit_unknown"),
        ("HBV-DNA 5.2lg", "unit_unknown"),
        ("HBV DNA 5.6×10^7copies/ml", "unit_unknown"),
        ("腹水 TBIL 56 umol/L", "other_specimen"),
        ("白细胞 25 /HPF", "unit_unknown"),
        ("ALT 12O U/L", "unclear_print"),
        ("Na131K3.9", "unclear_print"),
        ("血小板分布宽度 16 PCT 0.22", "name_shared"),
        ("血小板压积 PCT 0.15 %", "names_contradict"),
        ("肌酐 0.088 mmol/L", "unit_unknown"),
        ("INR 2.31 秒", "unit_unknown"),
        ("TBlL 356.8 umol/L", "unclear_print"),
        ("1NR 2.31", "unclear_print"),
        ("A1B 28.3 g/L", "unclear_print"),
        ("总胆红索 356.8 umol/L", "unclear_print"),
        ("血清纳 131 mmol/L", "unclear_print"),
        ("TBIL 300 umol/L（今日356.8）", "other_number"),
        ("昨日TBIL 300 umol/L，今356.8", "other_number"),
        ("TBIL 356.8umol/L（入院时300umol/L）", "other_number"),
        ("TBIL由300升至356.8umol/L", "other_number"),
        ("TBIL 11-28 300.1 11-29 356.8 umol/L", "other_number"),
        ("尿素 14937-7 7.3 mmol/L", "code_unsettled"),
        ("14937-7 7.3 mmol/L", "code_unsettled"),
        ("TBIL 14631-6 356.8 mg/dL", "code_contradicts_unit"),
        ("BUN 28 mmol/L (7-20)", "range_fits_other_unit"),
        ("白蛋白28.640.0-55.0g/L", "unclear_print"),
        ("总胆红素 412.63.4-20.5 umol/L", "unclear_print"),
        ("INR 1.O5", "unclear_print"),
        ("INR 2.l", "unclear_print"),
        ("INR 1.8 (11-20) 2.44 (11-22)", "other_number"),
        ("线粒体AST 120 U/L", "name_unsure"),
        ("Pleural fluid WBC 1.2 x10^9/L", "other_specimen"),
        ("urinary albumin 28 g/L", "other_specimen"),
        ("腹水常规：白细胞 1.2×10^9/L", "other_specimen"),
        ("HBV-DNA 3.42×10^6拷贝/ml", "unit_unknown"),
        ("TBIL(umol/L) 412.6 356.8", "other_number"),
    ],
)
def test_what_may_mean_something_else_is_doubted(line: str, doubt: str) -> None:
    (finding,) = [finding for finding in read_text(line).findings if finding.input]
    assert doubt in finding.doubts


@pytest.mark.parametrize(
    "line",
    [
        "TBIL参考上限 26 umol/L",
        "INR 目标 2-3",
        "TBIL(腹水) 56 umol/L",
        "Na(尿) 20 mmol/L",
        "尿-钠 20 mmol/L",
        "尿素氮/肌酐比值 18",
        "BUN/Creatinine Ratio 18",
        "WBC 3-5/HP",
        "ALB% 45 %",
        "总胆红素 342-350 umol/L",
        "HBV DNA 阴性",
        "Ca 2.1 mmol/L",
        "CHE 2300 U/L",
        "P 56 mmol/L",
        "HbA1c 6.5 %",
        "A1c 6.5 %",
        "IgA 2.1 g/L",
        "H2O 30",
        "118 ↑ U/L 9-50",
        "1.16 ↑ mg/L 0.6-1.1",
    ],
)
def test_decoys_of_other_hospitals_are_no_proposal(line: str) -> None:
    assert proposals(line) == {}


@pytest.mark.parametrize(
    "text",
    [
        "张三 男 52岁 TBIL 356.8 umol/L；李四 女 40岁 INR 1.1",
        "1床 TBIL 356.8 umol/L\n2床 INR 1.1",
        "姓名：张三 年龄：52岁\nTBIL 356.8 umol/L\n姓名：张三 年龄：72岁\nINR 1.3",
        "姓名：张三 TBIL 356.8 umol/L 姓名：李四 INR 1.1",
    ],
)
def test_values_of_two_patients_are_never_taken_at_once(text: str) -> None:
    assert all("several_patients" in finding.doubts for finding in read_text(text).findings)


def test_two_times_of_sampling_in_one_row_are_asked_about() -> None:
    row = "采样时间：2026-11-28 08:00  采样时间：2026-11-29 08:00\nTBIL 356.8 umol/L"
    assert "several_times" in read_text(row).findings[0].doubts


def test_a_patient_in_brackets_is_whose_report_it_is() -> None:
    patient = read_text("患者：张三（男，52岁）总胆红素 356.8umol/L").patient.as_dict()
    assert patient == {"name": "张三", "sex": "male", "age_years": 52}
