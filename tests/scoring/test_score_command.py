"""`manage.py score`: no database, one JSON line per patient, exit status."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.embedded import ROOT
from scoring import evaluate, read_inputs
from scoring.modelfile import FOLDER
from tests.commands import run_apart, run_here
from tests.scoring.patients import everything, patient


def lines(done: CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def csv_of(*patients: dict[str, Any]) -> str:
    columns = list(dict.fromkeys(name for one in patients for name in one))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(patients)
    return text.getvalue()


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> CompletedProcess[str]:
    """One run over one good, one incomplete, one bad, one lettered and one more good patient."""
    file = tmp_path_factory.mktemp("score") / "patients.csv"
    file.write_text(
        csv_of(
            {"id": "first", **everything()},
            patient(urea=None, inr=2.6),
            patient(sodium_mmol_l=1400),
            patient(bilirubin_unit="furlong", ward="7"),
            patient(inr=3),
        ),
        encoding="utf-8-sig",
    )
    return run_apart("score", str(file))


def test_every_patient_has_one_line_and_one_bad_row_makes_the_status_1(
    scored: CompletedProcess[str],
) -> None:
    assert [line["row"] for line in lines(scored)] == [1, 2, 3, 4, 5]
    assert scored.returncode == 1
    assert "\r" not in scored.stderr, "no progress where nobody watches"


def test_every_row_that_was_not_scored_is_counted_by_reason(
    scored: CompletedProcess[str],
) -> None:
    assert scored.stderr.splitlines() == [
        "Not used, no known name: “ward”.",
        "Rows: 5. Scored 2, incomplete 1, refused 2.",
        "Missing, by input: urea 1.",
        "sodium_mmol_l, out_of_range: 1 (line 4). The first: Serum sodium: 1400 is impossible. Possible "
        "values are 90 to 200 mmol/L; check value and unit.",
        "bilirubin_unit, unit_unknown: 1 (line 5). The first: Unit of bilirubin: “furlong” is not a known "
        "unit. Choose one of: µmol/L or mg/dL.",
    ]


def test_a_scored_line_has_the_agreed_fields(scored: CompletedProcess[str]) -> None:
    line = lines(scored)[0]
    for name in ("model", "risk_90d", "band", "high_risk", "red_flags", "linear_predictor", "contributions"):
        assert name in line
    assert (line["id"], line["model"], line["status"]) == ("first", "aclf8-provisional", "provisional")
    assert line["missing"] == []
    assert line["scores"]["MELD"] == {"value": 19}
    assert line["scores"]["CTP"]["grade"] == "B"
    assert len(line["scores"]) == 13


def test_a_scored_line_grades_the_organ_failures(scored: CompletedProcess[str]) -> None:
    graded = lines(scored)[0]["organ_failure"]
    assert (graded["grade"], graded["simple_grade"], graded["missing"]) == ("none", None, [])
    assert graded["clif_c_of"] == lines(scored)[0]["scores"]["CLIF-C OF"]["value"]
    partly = lines(scored)[4]["organ_failure"]
    assert (partly["failures"], partly["simple_grade"], partly["clif_c_of"]) == (["coagulation"], "I", None)
    assert partly["missing"] == ["kidney", "circulation", "respiration"]


def test_the_line_says_what_the_library_says(scored: CompletedProcess[str]) -> None:
    expected = evaluate(read_inputs(everything())).as_dict()
    line = lines(scored)[0]
    for name in ("risk_90d", "linear_predictor", "contributions"):
        assert line[name] == pytest.approx(expected[name], rel=1e-14)
    for name in ("band", "high_risk", "red_flags", "missing", "status", "outcome"):
        assert line[name] == expected[name]


def test_an_incomplete_patient_is_no_failure_but_has_no_risk(
    scored: CompletedProcess[str],
) -> None:
    line = lines(scored)[1]
    assert (line["risk_90d"], line["band"], line["high_risk"]) == (None, None, None)
    assert line["missing"] == ["urea"]
    assert line["red_flags"] == ["inr_ge_2_5"]


def test_a_bad_value_names_field_code_and_what_was_expected(scored: CompletedProcess[str]) -> None:
    error = lines(scored)[2]["error"]
    assert (error["field"], error["code"]) == ("sodium_mmol_l", "out_of_range")
    assert "90 to 200" in error["message"]
    assert lines(scored)[2]["line"] == 4
    assert lines(scored)[3]["error"]["code"] == "unit_unknown"


def test_a_column_that_is_no_input_is_a_warning(scored: CompletedProcess[str]) -> None:
    warnings = lines(scored)[0]["warnings"]
    assert [(w["field"], w["code"]) for w in warnings] == [("ward", "unknown_field")]


def test_json_from_standard_input_is_scored_and_all_good_is_status_0() -> None:
    done = run_here("score", "--json", "-", stdin=json.dumps(patient()) + "\n" + json.dumps(patient(inr=2.0)))
    assert (done.returncode, done.stderr) == (0, "")
    assert [line["outcome"] for line in lines(done)] == ["scored", "scored"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Give either a CSV file or --json"),
        (["x.csv", "--json", "-"], "Give either a CSV file or --json"),
        (["/no/such/file.csv"], "cannot be opened"),
        (["/dev/null", "--model", "meld-9000"], "no model of this name"),
        (["/dev/null", "--threshold", "15"], "between 0 and 1"),
        (["/dev/null"], "The file is empty"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as caught:
        call_command("score", *arguments, stdout=io.StringIO())
    assert caught.value.returncode == 1


@pytest.mark.parametrize(("form", "content"), [("--json", "[]"), ("-", "inr,bilirubin,bilirubin_unit\n")])
def test_a_file_without_a_patient_is_an_error_in_either_form(form: str, content: str, tmp_path: Path) -> None:
    file, out = tmp_path / "nobody", io.StringIO()
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match="Give one"):
        call_command("score", *([form, str(file)] if form == "--json" else [str(file)]), stdout=out)
    assert json.loads(out.getvalue())["error"]["code"] == "empty_file"


def test_an_unreadable_file_also_gives_a_line_for_programs(tmp_path: Path) -> None:
    file = tmp_path / "strange.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(CommandError, match="names no input"):
        call_command("score", str(file), stdout=out)
    assert json.loads(out.getvalue())["error"]["code"] == "no_known_column"


def test_another_model_file_can_be_given(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text((FOLDER / "aclf8-provisional-1.json").read_text(encoding="utf-8"), encoding="utf-8")
    patients = tmp_path / "patients.csv"
    patients.write_text(csv_of(patient()), encoding="utf-8")
    out = io.StringIO()
    call_command("score", str(patients), model=str(file), stdout=out)
    assert json.loads(out.getvalue())["outcome"] == "scored"
    file.write_text(file.read_text(encoding="utf-8").replace("0.032", "0.033"), encoding="utf-8")
    with pytest.raises(CommandError, match="mine.json, line"):
        call_command("score", str(patients), model=str(file), stdout=io.StringIO())


def test_a_reader_that_stops_early_causes_no_complaint() -> None:
    many = csv_of(*[patient()] * 3000)
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} manage.py score - | head -1"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        input=many,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_long_file_is_scored_in_constant_memory(tmp_path: Path) -> None:
    header, row, _ = csv_of(patient()).split("\r\n")
    code = (
        "import re, sys, scoring\n"
        "from pathlib import Path\n"
        "from scoring.lines import result_lines\n"
        "from scoring.rows import csv_rows\n"
        "for file in sys.argv[1:]:\n"
        "    rows = csv_rows(open(file, 'rb'))\n"
        "    lines = result_lines(rows, model=scoring.DEFAULT_MODEL, threshold=0.15)\n"
        "    scored = sum(ok for _, ok in lines)\n"
        "    print(scored, re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    files = [tmp_path / "short.csv", tmp_path / "long.csv"]
    for file, patients in zip(files, (2_000, 12_000), strict=True):
        file.write_text(f"{header}\n" + f"{row}\n" * patients)
    done = subprocess.run(
        [sys.executable, "-c", code, *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    (short, peak), (long, later_peak) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert (short, long) == (2_000, 12_000)
    assert later_peak - peak < 3_000
