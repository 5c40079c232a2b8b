"""Reading the text of a laboratory report through the API: proposals in the reader's language."""

from typing import Any

import pytest

from labs.reading import LONGEST_TEXT
from tests.api.conftest import Caller

SHEET = """姓名：王小明  性别：男  年龄：52岁  住院号：0012345
采样时间：2026-11-29 01:35
TBIL  总胆红素  356.8 ↑  umol/L  0-26
INR  国际标准化比值  2.31 ↑    0.8-1.2
UREA  尿素  60  mg/dL
PT  22.5 s"""


def read(caller: Caller, text: Any, **headers: str) -> Any:
    return caller.post("/labs/read", {"text": text}, **headers)


def test_a_report_becomes_proposals_with_their_doubts_in_words(doctor: Caller) -> None:
    answer = read(doctor, SHEET)
    assert answer.status == 200
    assert answer.body["patient"] == {
        "name": "王小明",
        "sex": "male",
        "age_years": 52,
        "number": "0012345",
    }
    proposed = {row["input"]: (row["value"], row["unit"]) for row in answer.body["findings"]}
    assert proposed == {
        "bilirubin": (356.8, "umol/L"),
        "inr": (2.31, None),
        "urea": (60, None),
        None: (22.5, "s"),
    }
    doubts = {row["test"]: [doubt["code"] for doubt in row["doubts"]] for row in answer.body["findings"]}
    assert doubts["bilirubin_total"] == []
    assert doubts["urea"] == ["urea_or_nitrogen"]
    urea = next(row for row in answer.body["findings"] if row["test"] == "urea")
    assert urea["doubts"][0]["message"].endswith("Choose which.")


def test_names_and_doubts_are_in_the_language_of_the_reader(doctor: Caller) -> None:
    (finding,) = read(doctor, "TBIL 356.8", Accept_Language="zh-hans").body["findings"]
    assert finding["name"] == "总胆红素"
    assert finding["doubts"] == [{"code": "no_unit", "message": "旁边未印单位，请选择单位。"}]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MSH|^~\\&|LIS", "form_not_read"),
        ("1" * 2_001, "line_too_long"),
        (" \n ", "empty"),
        ("", "empty"),
        ("x" * (LONGEST_TEXT + 1), "max_length"),
        (None, "null"),
        ([], "invalid"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_field(doctor: Caller, text: Any, code: str) -> None:
    answer = read(doctor, text)
    assert (answer.status, answer.fields) == (422, {"text": code})


def test_nothing_of_a_report_is_kept_by_anybody_on_the_way(doctor: Caller) -> None:
    answer = read(doctor, SHEET)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in answer.headers
