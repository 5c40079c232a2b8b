"""`manage.py grade`: no database, one JSON line per patient, exit status."""

import json
from subprocess import CompletedProcess
from typing import Any

from tests.commands import run_apart, run_here
from tests.scoring.definitions.tables import WELL


def lines(done: CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_raw_values_as_json_give_every_definition() -> None:
    one = {**WELL, "bilirubin": 310, "inr": 1.8, "cirrhosis": False, "id": "A7"}
    done = run_here("grade", "--json", "-", stdin=json.dumps(one))
    assert done.returncode == 0, done.stderr
    (line,) = lines(done)
    assert (line["id"], line["organ_failures"]) == ("A7", ["liver"])
    assert (line["china"]["stage"], line["china"]["type"]) == ("early", "A")
    assert line["cossh"]["grade"] == "1"
    assert line["easl_clif"] | {"grade": "none", "why": ["not_cirrhosis"]} == line["easl_clif"]
    assert line["apasl"]["aclf"] is False
    assert line["by_number"]["grade"] == "I"
    assert line["kdigo"]["stage"] == "none"
    assert line["warnings"] == []


def test_a_hospital_table_is_graded_and_told_in_chinese() -> None:
    table = (
        "住院号,总胆红素(μmol/L),INR,PTA(%),肌酐(umol/L),基线肌酐(umol/L),病因,肝硬化,肝性脑病,并发症\n"
        "a,310,1.8,35,80,70,乙肝,否,无,0\n"
        "b,18000,1.8,35,80,70,乙肝,否,无,0\n"
    )
    done = run_apart("grade", "-", stdin=table, LC_ALL="zh_CN.UTF-8")
    good, bad = lines(done)
    assert done.returncode == 1
    assert good["china"]["stage"] == "early"
    assert (bad["error"]["field"], bad["error"]["code"]) == ("bilirubin", "out_of_range")
    assert "总胆红素" in bad["error"]["message"]
    assert any("未填写" in warning["message"] for warning in good["warnings"])


def test_the_language_that_is_asked_for_goes_before_the_terminal_s() -> None:
    one = {**WELL, "dialysis": None}
    done = run_here("grade", "--json", "-", "--language", "en", stdin=json.dumps(one), LC_ALL="zh_CN.UTF-8")
    assert "is not stated and counts as no" in lines(done)[0]["warnings"][0]["message"]


def test_creatinine_and_its_baseline_in_two_units_are_refused() -> None:
    table = "肌酐(umol/L),基线肌酐(mg/dL),INR\n80,0.8,1.2\n"
    done = run_here("grade", "-", stdin=table)
    assert done.returncode == 1
    assert lines(done)[0]["error"]["code"] == "units_contradict"


def test_a_file_by_which_nothing_is_decided_is_an_error() -> None:
    done = run_here("grade", "--json", "-", stdin='{"inr": 1.8}')
    assert done.returncode == 1
    assert lines(done)[0]["china"]["stage"] is None
    assert "bilirubin" in done.stderr


def test_an_organ_that_fails_is_an_answer_though_no_grade_is_decided() -> None:
    values = {"bilirubin": 310, "bilirubin_unit": "umol/L", "inr": 1.8, "cause": "hepatitis_b"}
    done = run_here("grade", "--json", "-", stdin=json.dumps(values))
    assert (done.returncode, lines(done)[0]["organ_failures"]) == (0, ["liver"])
    assert (lines(done)[0]["cossh"]["grade"], lines(done)[0]["cossh"]["at_least"]) == (None, "1")


def test_neither_and_both_kinds_of_file_are_refused() -> None:
    assert run_here("grade").returncode == 1
    assert run_here("grade", "a.csv", "--json", "-").returncode == 1
