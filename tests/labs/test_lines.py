"""One line of a report at a time: what it is taken for, and what it is not."""

from typing import Any

import pytest

from labs.reading import read_text


def proposals(text: str) -> dict[str, tuple[Any, str | None]]:
    """Value and unit by input."""
    return {
        finding.input: (finding.value, finding.unit) for finding in read_text(text).findings if finding.input
    }


def doubts(text: str) -> tuple[str, ...]:
    """The doubts of the only proposal."""
    (finding,) = [finding for finding in read_text(text).findings if finding.input]
    return finding.doubts


@pytest.mark.parametrize(
    "line",
    [
        "TBIL 356.8 umol/L",
        "T-BIL 356.8 μmol/L",
        "STB\t356.8\tµmol/L",
        "总胆红素 356.8 umol/L",
        "1  TBIL  总胆红素  356.8 ↑  umol/L  0-26",
        "★总胆红素（TBIL）　３５６．８　↑　μmol/L　0～26",
        "血清总胆红素测定：356.8 umol/L",
        "总胆红素（酶法） 356,8 H umol/L",
        "Total bilirubin: 356.8 umol/L",
        "总胆红素升至356.8μmol/L",
        "总胆红素(umol/L) 356.8 ↑",
        "总胆红素 356.8 0-26 umol/L",
        "TBIL 356. 8 μmol/1",
    ],
)
def test_total_bilirubin_is_read_however_it_is_printed(line: str) -> None:
    assert proposals(line) == {"bilirubin": (356.8, "umol/L")}
    assert doubts(line) == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("PT-INR 2.31", {"inr": (2.31, None)}),
        ("国际标准化比值 2，31 ↑ 0.8-1.2", {"inr": (2.31, None)}),
        ("INR2.31", {"inr": (2.31, None)}),
        ("Na+ 131 mmol/L", {"sodium_mmol_l": (131, None)}),
        ("血清钠 131.2 ↓ 137-147", {"sodium_mmol_l": (131.2, None)}),
        ("BUN 7.3 mmol/L", {"urea": (7.3, "mmol/L")}),
        ("BUN 28 mg/dl", {"urea": (28, "BUN mg/dL")}),
        ("Cr 1.2 mg/dL", {"creatinine": (1.2, "mg/dL")}),
        ("ALB 2.8 g/dL", {"albumin_g_l": (2.8, "g/dL")}),
        ("WBC 9.2×10⁹/L", {"wbc_10e9_l": (9.2, "10^9/L")}),
        ("WBC 9.2 10~9/L", {"wbc_10e9_l": (9.2, "10^9/L")}),
        ("白细胞计数 9200 /uL", {"wbc_10e9_l": (9200, "/uL")}),
        ("NEUT# 6.5 x10^9/L 1.8-6.3", {"neutrophils_10e9_l": (6.5, "10^9/L")}),
        ("PLT 98*10^9/L", {"platelets_10e9_l": (98, "10^9/L")}),
        ("ALT 1,280 ↑ U/L 9-50", {"alt_u_l": (1280, None)}),
        ("HBV-DNA 3.56×10^5 IU/mL", {"hbv_dna_iu_ml": (356_000, None)}),
        ("Lac 3.1 mmol/L", {"lactate_mmol_l": (3.1, "mmol/L")}),
        ("pO2 77 mmHg", {"pao2": (77, "mmHg")}),
        ("FiO2 40%", {"fio2": (40, "%")}),
        ("PTA 38%", {"pta_percent": (38, None)}),
        ("PT% 38 %", {"pta_percent": (38, None)}),
        ("Quick 38 %", {"pta_percent": (38, None)}),
        ("凝血酶原时间国际标准化比率 2.31", {"inr": (2.31, None)}),
        ("14631-6 356.8 umol/L", {"bilirubin": (356.8, "umol/L")}),
        ("凝血酶原活动度 38", {"pta_percent": (38, None)}),
        ("SpO2 98%", {"spo2_percent": (98, None)}),
        ("AFP 35.2 ng/mL", {"afp_ng_ml": (35.2, None)}),
    ],
)
def test_every_input_is_read_with_its_unit(line: str, expected: dict[str, Any]) -> None:
    assert proposals(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "DBIL 201.3 umol/L",
        "直接胆红素 201.3 umol/L",
        "IBIL 155 umol/L",
        "间接胆红素(I-BIL) 155 umol/L",
        "PT 22.5 s",
        "凝血酶原时间 22.5 秒",
        "PT-R 1.9",
        "尿钠 40 mmol/L",
        "随机尿钠 40 mmol/L",
        "尿肌酐 5200 umol/L",
        "肌酐清除率 55 ml/min",
        "eGFR 88 ml/min/1.73m2",
        "尿酸 420 umol/L",
        "前白蛋白 120 mg/L",
        "尿微量白蛋白 30 mg/L",
        "糖化白蛋白 15 %",
        "A/G 0.9",
        "AST/ALT 1.2",
        "中性粒细胞百分比 88 %",
        "NEUT% 88",
        "白细胞酯酶 阴性",
        "乳酸脱氢酶 320 U/L",
        "肌酸激酶 120 U/L",
        "Ca 2.1 mmol/L",
        "CA199 35.2 U/mL",
        "钠尿肽 35",
        "TPAb 0.2 S/CO",
        "pCO2 32 mmHg",
        "平均血小板体积 10.2 fL",
        "线粒体谷草转氨酶 15 U/L",
    ],
)
def test_what_only_looks_like_an_input_is_none(line: str) -> None:
    assert proposals(line) == {}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (">513 umol/L", (513, ">")),
        ("＜1.7↑ umol/L", (1.7, "<")),
        ("≥400 umol/L", (400, ">")),
        ("大于513 umol/L", (513, ">")),
    ],
)
def test_a_bound_is_shown_as_one_and_asked_about(line: str, expected: tuple[float, str]) -> None:
    (finding,) = read_text(f"TBIL {line}").findings
    assert (finding.value, finding.comparator) == expected
    assert "bound" in finding.doubts


@pytest.mark.parametrize("print_", ["未查", "-", "阴性", "待报", "——", "标本溶血"])
def test_a_test_that_was_not_measured_proposes_nothing(print_: str) -> None:
    report = read_text(f"INR {print_}")
    assert (list(report.findings), list(report.unread)) == ([], [f"INR {print_}"])


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("TBIL 356.8", "no_unit"),
        ("TBIL 356.8 g/L", "unit_unknown"),
        ("Na 131 mg/dL", "unit_unknown"),
        ("UREA 60 mg/dL", "urea_or_nitrogen"),
        ("尿素(BUN) 60 mg/dL", "urea_or_nitrogen"),
        ("TBIL 20.9 umol/L 0.2-1.2", "range_fits_other_unit"),
        ("CREA 88 mg/dL 57-97", "range_fits_other_unit"),
        ("TBIL DBIL 356.8 umol/L", "names_contradict"),
        ("TBIL 356.8 301.2 umol/L", "other_number"),
        ("ALT 1,280 U/L", "number_ambiguous"),
        ("TBIL 20.1 ↑ umol/L 0-26", "flag_contradicts"),
        ("TBIL 356.8 ↓ umol/L 0-26", "flag_contradicts"),
        ("INR 25.1", "unusual"),
        ("INR 38", "impossible"),
        ("Na 4.1 mmol/L", "impossible"),
        ("昨晚外院总胆红素 356.8 umol/L", "name_unsure"),
    ],
)
def test_a_contradiction_is_a_doubt_and_no_guess(line: str, doubt: str) -> None:
    assert doubt in doubts(line)


def test_urea_and_urea_nitrogen_are_one_number_in_moles() -> None:
    assert doubts("尿素(BUN) 7.3 mmol/L") == ()


def test_a_value_outside_its_range_without_an_arrow_is_doubted_where_others_have_one() -> None:
    with_arrows = read_text("ALT 1280 ↑ U/L 9-50\nTBIL 356.8 umol/L 0-26")
    without = read_text("ALT 1280 U/L 9-50\nTBIL 356.8 umol/L 0-26")
    assert [finding.doubts for finding in with_arrows.findings] == [(), ("flag_contradicts",)]
    assert [finding.doubts for finding in without.findings] == [(), ()]


def test_a_number_too_long_and_signs_without_end_are_no_proposal() -> None:
    for text in ("9" * 400, "↑" * 400, "TBIL " + "1 " * 400, "(" * 400, "TBIL " + "8" * 90):
        assert all(finding.value is None or finding.doubts for finding in read_text(text).findings)
