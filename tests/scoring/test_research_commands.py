"""The commands of research on a public cohort: a model from real patients, reports, and what is refused."""

import io
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from scoring import load_model
from scoring.research.cohort import open_cohort


@pytest.fixture(scope="module")
def support2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("support2") / "support2.csv"
    call_command("support2_cohort", str(file), stdout=io.StringIO())
    return file


def test_the_support2_cohort_is_the_508_patients_with_203_deaths_by_day_90(support2: Path) -> None:
    cohort = open_cohort(support2)
    assert cohort.describe_outcome(90) == {
        "patients": 508,
        "events": 329,
        "events_by_horizon": 203,
        "censored_before_horizon": 0,
    }
    assert cohort.missing(["bilirubin", "urea", "inr"]) == {"bilirubin": 67, "urea": 297, "inr": 508}
    assert cohort.refused["albumin_g_l"] == 1, "29 g/dL is an error of the data"


def test_from_real_patients_to_a_model_and_a_report_that_says_its_limits(
    support2: Path, tmp_path: Path
) -> None:
    out = io.StringIO()
    model = tmp_path / "reduced.json"
    call_command(
        *("fit_model", str(support2), "--name", "support2-reduced", "--bootstrap", "3"),
        *("--inputs", "age_years,bilirubin,sodium_mmol_l,creatinine", "--output", str(model)),
        stdout=out,
    )
    assert "441 of 508 patients" in out.getvalue()
    assert re.search(r"sodium_mmol_l +capped +-0\.\d{4}  Standard error 0\.\d+\.\n", out.getvalue())
    assert "Not measured in the cohort: variceal_bleeding, encephalopathy_grade, inr." in out.getvalue()
    assert load_model(model).status == "provisional"
    call_command(
        *("validate_model", str(support2), "--model", str(model), "--bootstrap", "5"),
        *("--population", "American intensive care, 1989-1994", "--output", str(tmp_path / "found")),
        stdout=out,
    )
    path = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert 0.6 < path["c_index"][0] < 0.72
    assert path["population"] == "American intensive care, 1989-1994"
    assert [rival["name"] for rival in path["rivals"]] == ["ALBI"]
    page = (tmp_path / "found.html").read_text(encoding="utf-8")
    assert page.count("<svg ") == 3 + 3 + 2, "three plots, the keys of two"
    assert "American intensive care, 1989-1994" in page and "was not stated" not in page
    assert "Not measured in the cohort: Variceal bleeding, Hepatic encephalopathy" in page
    assert "The same for every patient: Cirrhosis." in page
    for sentence in ("these very patients", "Complete cases only: 67 of 508", "What limits these findings"):
        assert sentence in page
    assert "http" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    ).replace("https://matplotlib.org", ""), "the page loads nothing"


def test_what_support2_lacks_can_be_held_and_then_only_discrimination_is_shown(
    support2: Path, tmp_path: Path
) -> None:
    lacking = "inr,encephalopathy_grade,variceal_bleeding"
    call_command(
        *("validate_model", str(support2), "--hold", lacking, "--bootstrap", "5"),
        *("--output", str(tmp_path / "held")),
        stdout=io.StringIO(),
    )
    page = (tmp_path / "held.html").read_text(encoding="utf-8")
    assert "calibration mean nothing" in page
    assert "The cohort lacks INR, Hepatic encephalopathy (West Haven grade), Variceal bleeding" in page
    assert "The same for every patient: Cirrhosis." in page
    assert "Calibration intercept" not in page and "Decision curve" not in page


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["fit_model", "/no/such.csv"], "cannot be opened"),
        (["validate_model", "/no/such.csv"], "cannot be opened"),
        (["validate_model", "/dev/null"], "The file is empty"),
        (["validate_model", "/dev/null", "--model", "nothing"], "no model of this name"),
        (["support2_cohort", "/no/such/folder.csv"], "cannot be written"),
        (["fit_model", "/dev/null", "--inputs", "age_years,shoe_size"], "shoe_size is not a known input"),
        (["fit_model", "/dev/null", "--spline", "bilirubin:7"], "write an input and 3, 4 or 5 knots"),
    ],
)
def test_the_commands_refuse_in_one_sentence(command: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command(*command, stdout=io.StringIO())


def test_a_report_that_cannot_be_written_is_an_error_in_one_sentence(support2: Path) -> None:
    with pytest.raises(CommandError, match=r"/no/such/place.html cannot be written: No such file"):
        call_command(
            *("validate_model", str(support2), "--bootstrap", "2", "--output", "/no/such/place"),
            *("--hold", "inr,encephalopathy_grade,variceal_bleeding"),
            stdout=io.StringIO(),
        )


def test_a_report_in_chinese_takes_the_models_chinese_words(support2: Path, tmp_path: Path) -> None:
    with translation.override("en"):
        call_command(
            *("validate_model", str(support2), "--language", "zh-hans", "--bootstrap", "2"),
            *("--hold", "inr,encephalopathy_grade,variceal_bleeding", "--output", str(tmp_path / "zh")),
            stdout=io.StringIO(),
        )
    page = (tmp_path / "zh.html").read_text(encoding="utf-8")
    assert '<html lang="zh-hans">' in page
    assert "八项指标风险模型（暂定版）" in page
    assert "未说明患者为何种人群" in page
    assert ">C指数及其区间（同一批患者）</text>" in page
