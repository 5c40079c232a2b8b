"""`score` on files as hospitals export them: understood and said, or named; never status 0 for nobody."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

HEADER = (
    "id,age_years,cirrhosis,variceal_bleeding,encephalopathy_grade,bilirubin,bilirubin_unit,inr,urea,urea_unit,"
    "sodium_mmol_l,albumin_g_l,lactate_mmol_l,sampled_at"
)
PATIENT = {
    **{
        "id": "A1",
        "age_years": "52",
        "cirrhosis": "是",
        "variceal_bleeding": "否",
        "encephalopathy_grade": "1",
    },
    **{"bilirubin": "342.0", "bilirubin_unit": "umol/L", "inr": "2.3", "urea": "9.1", "urea_unit": "mmol/L"},
    **{"sodium_mmol_l": "131", "albumin_g_l": "31", "lactate_mmol_l": "2.1", "sampled_at": "2026-03-05"},
}
CHINESE = (
    "住院号,姓名,年龄,肝硬化,食管静脉曲张破裂出血,肝性脑病分级,TBIL(μmol/L),INR,尿素(mmol/L),钠(mmol/L)\n"
)
CHINESE_ROW = "0012345,张三,52,有,无,Ⅰ,342.0,2.30,9.1,131\n"
RISK = pytest.approx(0.8839, abs=1e-3)


class Scored:
    """What a run of `score` printed and its exit status."""

    def __init__(self, status: int, out: str, said: str) -> None:
        self.status = status
        self.lines: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
        self.said = said

    @property
    def risks(self) -> list[float | None]:
        return [line.get("risk_90d") for line in self.lines]

    @property
    def codes(self) -> list[str | None]:
        return [line["error"]["code"] if "error" in line else None for line in self.lines]


@pytest.fixture
def score(tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def run(content: str | bytes, *options: str) -> Scored:
        file = tmp_path / "export.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        try:
            call_command("score", *options, str(file))
            status, sentence = 0, ""
        except CommandError as error:
            status, sentence = error.returncode, str(error)
        except SystemExit as ended:
            status, sentence = int(str(ended.code)), ""
        printed = capsys.readouterr()
        return Scored(status, printed.out, printed.err + sentence)

    return run


def row(**changes: str) -> str:
    cells = {**PATIENT, **changes}.values()
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells) + "\n"


def table(*rows: str) -> str:
    return HEADER + "\n" + "".join(rows)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headings_with_units_are_understood_in_any_encoding(score, encoding: str) -> None:  # type: ignore[no-untyped-def]
    scored = score((CHINESE + CHINESE_ROW).encode(encoding))
    assert (scored.status, scored.risks, scored.lines[0]["id"]) == (0, [RISK], "0012345")
    assert "“TBIL(μmol/L)” as bilirubin in umol/L" in scored.said
    assert "Not used, no known name: “姓名”" in scored.said


def test_names_in_gbk_are_names_and_not_question_marks(score) -> None:  # type: ignore[no-untyped-def]
    scored = score(table(row(id="张三"), row(id="李四")).encode("gbk"))
    assert [line["id"] for line in scored.lines] == ["张三", "李四"]
    assert "read as GB18030" in scored.said


def test_an_id_that_is_no_text_refuses_its_row(score) -> None:  # type: ignore[no-untyped-def]
    scored = score(table(row(id="张三"), row()).encode() + b"\xff\xfe" + row().encode())
    assert (scored.status, scored.codes) == (1, [None, None, "not_utf8"])


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\n" + table(row()).replace(",", ";"),
        '"sep=;"\r\n' + table(row()).replace(",", ";"),
        table(row(bilirubin="342,0", inr="2,30")).replace('"', "").replace(",", ";").replace("342;0", "342,0")
        .replace("2;30", "2,30"),
        table(row()).replace(",", "\t"),
        table(row()).replace(",", "|"),
        "某某医院登记表,,,\n\n" + table(row()),
    ],
    ids=["sep line", "quoted sep line", "decimal comma", "tabs", "bars", "title"],
)  # fmt: skip
def test_separators_and_lines_above_the_header_are_understood(score, content: str) -> None:  # type: ignore[no-untyped-def]
    scored = score(content)
    assert (scored.status, scored.risks) == (0, [RISK])


def test_totals_remarks_and_empty_columns_are_no_patients(score) -> None:  # type: ignore[no-untyped-def]
    commas = "," * 15
    below = f"{commas}\n合计,1{commas}\n平均值,52,,,,342{commas}\n注：单位见上{commas}\n"
    content = f"{HEADER},,\n{row().strip()},,\n{below}"
    scored = score(content)
    assert (scored.status, scored.risks) == (0, [RISK])
    assert "3 rows of totals or remarks are passed over (line 4, 5, 6)" in scored.said


def test_a_value_beyond_the_named_columns_refuses_its_row(score) -> None:  # type: ignore[no-untyped-def]
    scored = score(f"{HEADER},,\n{row().strip()},7,\n{row()}")
    assert scored.codes == ["too_many_cells", None]


@pytest.mark.parametrize(
    "marker", ["-", "/", "NA", "未查", "N/A", "无", "#N/A", "NULL", "—", ".", "ND", "待回报", "*"]
)
def test_a_missing_marker_costs_only_its_value(score, marker: str) -> None:  # type: ignore[no-untyped-def]
    scored = score(table(row(lactate_mmol_l=marker), row(inr=marker)))
    assert (scored.status, scored.risks, scored.codes) == (0, [RISK, None], [None, None])
    assert scored.lines[1]["missing"] == ["inr"]
    assert "Rows: 2. Scored 1, incomplete 1, refused 0." in scored.said
    assert "Missing, by input: inr 1." in scored.said


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("9999", "out_of_range"),
        ("阴性", "not_a_number"),
        ("1,342", "number_ambiguous"),
        ("2.1 furlong", "not_plain"),
    ],
)
def test_what_cannot_be_used_and_is_not_needed_costs_its_value_only_and_is_counted(  # type: ignore[no-untyped-def]
    score, typed: str, code: str
) -> None:
    scored = score(table(row(), row(lactate_mmol_l=typed)))
    assert (scored.status, scored.risks) == (0, [RISK, RISK])
    (warning,) = scored.lines[1]["warnings"]
    assert (warning["field"], warning["code"]) == ("lactate_mmol_l", code)
    assert "Rows: 2. Scored 2, incomplete 0, refused 0." in scored.said
    assert f"lactate_mmol_l, {code}: 1 (line 3). The first: {warning['message']}" in scored.said


@pytest.mark.parametrize("bound", [">513", "＞513", "≥400", "<0.5", ">513↑"])
def test_a_bound_is_explained_and_costs_only_its_value(score, bound: str) -> None:  # type: ignore[no-untyped-def]
    scored = score(table(row(), row(bilirubin=bound), row(lactate_mmol_l=bound)))
    assert (scored.status, scored.risks) == (0, [RISK, None, RISK])
    warning = next(w for w in scored.lines[1]["warnings"] if w["code"] == "bound")
    assert warning["field"] == "bilirubin" and bound in warning["message"]
    assert f"bilirubin, bound: 1 (line 3). The first: {warning['message']}" in scored.said


@pytest.mark.parametrize(
    "typed", ["342.0↑", "342.0 H", "342.0*", "３４２．０", "342 umol/L", "342。0", "3.42e2"]
)
def test_flags_and_units_behind_a_number_are_understood(score, typed: str) -> None:  # type: ignore[no-untyped-def]
    assert score(table(row(bilirubin=typed))).risks == [RISK]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"bilirubin": "1,342"}, "number_ambiguous"),
        ({"bilirubin": "20 mg/dL"}, "units_contradict"),
        ({"bilirubin": "约342"}, "not_plain"),
        ({"inr": "阴性"}, "not_a_number"),
        ({"encephalopathy_grade": "Ⅰ-Ⅱ"}, "not_whole"),
        ({"encephalopathy_grade": "有"}, "not_whole"),
        ({"cirrhosis": "既往有"}, "not_yes_or_no"),
        ({"cirrhosis": "2"}, "not_yes_or_no"),
        ({"sampled_at": "03/04/2026"}, "date_ambiguous"),
        ({"sampled_at": "昨天"}, "date_invalid"),
        ({"sampled_at": "2099-01-01T00:00:00+08:00"}, "sampled_in_future"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_value_and_line(  # type: ignore[no-untyped-def]
    score, changes: dict[str, str], code: str
) -> None:
    scored = score(table(row(), row(**changes)))
    assert (scored.status, scored.codes, scored.lines[1]["line"]) == (1, [None, code], 3)
    assert next(iter(changes.values())) in scored.lines[1]["error"]["message"]
    assert f"{code}: 1 (line 3)." in scored.said


@pytest.mark.parametrize(
    ("typed", "grade"),
    [
        *(
            ("无", 0),
            ("0级", 0),
            ("I", 1),
            ("Ⅰ", 1),
            ("1级", 1),
            ("①", 1),
            ("一级", 1),
            ("Ⅱ级", 2),
            ("II", 2),
        ),
        *(("2期", 2), ("Ⅲ度", 3), ("HE 2级", 2), ("IV", 4), ("2.0", 2), ("否", 0)),
    ],
)
def test_grades_are_understood_however_they_are_written(score, typed: str, grade: int) -> None:  # type: ignore[no-untyped-def]
    plain, written = score(table(row(encephalopathy_grade=str(grade)), row(encephalopathy_grade=typed))).risks
    assert plain == written


@pytest.mark.parametrize(
    ("yes", "no"),
    [("有", "无"), ("阳性", "阴性"), ("+", "没有"), ("√", "×"), ("Y", "N"), ("TRUE", "假"), ("1", "0")],
)
def test_yes_and_no_are_understood_however_they_are_written(score, yes: str, no: str) -> None:  # type: ignore[no-untyped-def]
    with_it, without = score(table(row(cirrhosis=yes), row(cirrhosis=no))).risks
    assert (with_it, without) == (RISK, pytest.approx(0.599, abs=1e-3))


@pytest.mark.parametrize("day", ["2026/3/5", "20260305", "2026年3月5日", "46086", "2026-3-5 下午3:05", ""])
def test_a_time_of_sampling_without_an_offset_costs_nobody(score, day: str) -> None:  # type: ignore[no-untyped-def]
    assert score(table(row(sampled_at=day))).risks == [RISK]


def test_what_is_lacking_is_named_when_nobody_can_be_scored(score) -> None:  # type: ignore[no-untyped-def]
    scored = score("ID,Age,Cirrhosis,TBIL(umol/L),INR,BUN(mmol/L),Na(mmol/L)\n1,52,1,342,2.3,9.1,131\n")
    assert scored.status == 1
    assert scored.lines[0]["missing"] == ["variceal_bleeding", "encephalopathy_grade"]
    assert "Nobody could be scored: variceal_bleeding is missing in 1 of 1 rows." in scored.said


def test_bleeding_of_any_cause_is_not_taken_for_variceal_bleeding(score) -> None:  # type: ignore[no-untyped-def]
    scored = score(CHINESE.replace("食管静脉曲张破裂出血", "消化道出血") + CHINESE_ROW)
    assert (scored.status, scored.lines[0]["missing"]) == (1, ["variceal_bleeding"])
    assert "“消化道出血” is bleeding of any cause" in scored.said


def test_two_columns_for_one_input_are_refused_by_name(score) -> None:  # type: ignore[no-untyped-def]
    scored = score("bilirubin,TBIL(mg/dL),inr\n342,20,2\n")
    assert scored.status == 1
    assert "“bilirubin” and “TBIL(mg/dL)” both say bilirubin" in scored.lines[0]["error"]["message"]


def test_a_row_whose_unit_is_not_that_of_the_heading_is_refused(score) -> None:  # type: ignore[no-untyped-def]
    content = table(row(), row(bilirubin_unit="mg/dL", bilirubin="20")).replace(
        "bilirubin,", "TBIL(umol/L),", 1
    )
    scored = score(content)
    assert scored.codes == [None, "unit_contradicts_heading"]


def test_a_plain_mg_dl_is_that_of_urea_nitrogen_where_the_heading_says_so(score) -> None:  # type: ignore[no-untyped-def]
    nitrogen = row(urea="25.48", urea_unit="mg/dL")
    assert score(table(nitrogen).replace("urea,", "BUN,", 1)).risks == [RISK]
    assert score(table(nitrogen)).codes == ["unit_ambiguous"]


@pytest.mark.parametrize("bilirubin", ["191.0", "82.5"], ids=["impossible", "unusual"])
def test_a_column_in_another_unit_refuses_the_file(score, bilirubin: str) -> None:  # type: ignore[no-untyped-def]
    wrong = [row(id=f"A{n}", bilirubin=bilirubin, bilirubin_unit="mg/dL") for n in range(30)]
    scored = score(table(*wrong))
    assert scored.status == 1
    assert [line["error"]["code"] for line in scored.lines] == ["implausible_column"]
    assert "bilirubin" in scored.said
    assert score(table(*wrong[:5])).lines[0]["row"] == 1, "a few patients may be as they are"


def test_prothrombin_times_in_the_column_of_the_inr_refuse_the_file(score) -> None:  # type: ignore[no-untyped-def]
    scored = score(table(*[row(inr="18.5")] * 30))
    assert "inr: the middle one of 30 values is unusual even for one" in scored.said


def test_units_can_be_confirmed(score) -> None:  # type: ignore[no-untyped-def]
    low = [row(bilirubin="12")] * 30
    assert "bilirubin: the middle one of 30 values" in score(table(*low)).said
    assert score(table(*low), "--confirm-units").status == 0


UNITLESS = CHINESE.replace("(μmol/L)", "").replace("(mmol/L)", "")


@pytest.mark.parametrize(
    "units",
    [
        ",,岁,,,,μmol/L,,mmol/L,mmol/L",
        "单位,,岁,,,级,（μmol/L）,/,mmol/L,mmol/L",
        ",,,是/否,是/否,0-4,umol/L,,mmol/l,",
    ],
)
def test_a_line_of_units_below_the_names_is_no_patient(score, units: str) -> None:  # type: ignore[no-untyped-def]
    scored = score(f"{UNITLESS}{units}\n{CHINESE_ROW}")
    assert (scored.status, scored.risks) == (0, [RISK])
    assert "bilirubin in umol/L; urea in mmol/L" in scored.said


@pytest.mark.parametrize(
    ("header", "units", "code"),
    [
        (UNITLESS, ",,岁,,,,μmol/L,,mg/dL,mmol/L", "unit_unknown"),
        (UNITLESS, ",,岁,,,,μmol/L,s,mmol/L,mmol/L", "unit_unknown"),
        (CHINESE, ",,岁,,,,mg/dL,,mmol/L,mmol/L", "units_contradict"),
    ],
)
def test_a_line_of_units_that_cannot_be_refuses_the_file(score, header: str, units: str, code: str) -> None:  # type: ignore[no-untyped-def]
    scored = score(f"{header}{units}\n{CHINESE_ROW}")
    assert (scored.status, scored.codes) == (1, [code])


def test_the_units_of_a_line_hold_for_every_patient(score) -> None:  # type: ignore[no-untyped-def]
    scored = score(f"{UNITLESS}单位,,,,,,mg/dL,,mmol/L,\n{CHINESE_ROW.replace('342.0', '20')}")
    assert (scored.status, scored.risks) == (0, [RISK])


@pytest.mark.parametrize("name", ["䶮", "陳鑫", "龔玥", "喆"])
def test_rare_names_in_gbk_are_read_where_the_answers_are_chinese(score, name: str) -> None:  # type: ignore[no-untyped-def]
    scored = score(table(row(id=name)).encode("gb18030"))
    assert (scored.status, [line["id"] for line in scored.lines]) == (0, [name])


def test_an_id_that_is_no_text_is_not_printed_as_question_marks(score) -> None:  # type: ignore[no-untyped-def]
    scored = score(table(row()).encode() + b"\xff\xfe" + row().encode())
    assert "id" not in scored.lines[1]


@pytest.mark.parametrize(
    "label", ["共1例", "均值±标准差", "Mean±SD", "本页小计", "累计", "百分比", "合计：1例", "总 计", "Total:"]
)
def test_a_row_of_totals_is_known_by_any_usual_name(score, label: str) -> None:  # type: ignore[no-untyped-def]
    scored = score(table(row(), row(id=label, cirrhosis="", bilirubin="342±10")))
    assert (scored.status, scored.risks) == (0, [RISK])
    assert "1 rows of totals or remarks are passed over (line 3)." in scored.said


@pytest.mark.parametrize("sign", ["\u200b", "\ufeff", "\u200e", "\u2060"])
def test_signs_that_show_nothing_change_nothing(score, sign: str) -> None:  # type: ignore[no-untyped-def]
    content = table(row(id=f"A1{sign}", inr=f"{sign}2.3")).replace(",inr,", f",{sign}inr,")
    scored = score(content)
    assert (scored.status, scored.risks, scored.lines[0]["id"]) == (0, [RISK], "A1")


def test_cells_kept_as_text_for_a_spreadsheet_are_read(score) -> None:  # type: ignore[no-untyped-def]
    scored = score(table(row(id='="0012"', inr='="2.3"')))
    assert (scored.status, scored.risks, scored.lines[0]["id"]) == (0, [RISK], "0012")
