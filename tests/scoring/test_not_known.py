"""What the follow-up of a cohort cannot say is nowhere a figure: command, JSON, report, model file."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from scoring import DEFAULT_MODEL
from scoring.research.not_known import FIGURES, INTERVAL
from scoring.research.validate import OF_RISK, validate
from tests.scoring.cohorts import Simulated, simulated
from tests.scoring.test_research import cohort_of

OF_THE_HORIZON = {
    "observed_risk",
    "auroc",
    "brier",
    "scaled_brier",
    "calibration_intercept",
    "calibration_slope",
}
OF_BOTH_CLASSES = {"auroc", "scaled_brier", "calibration_intercept", "calibration_slope"}
SIZE = 200


def followed(until: float, event: Callable[[Simulated], Any]) -> Simulated:
    """Patients of whom nobody was followed up longer than `until` days."""
    drawn = simulated(SIZE, seed=6)
    return Simulated(drawn.values, drawn.risk, np.minimum(drawn.time_days, until), event(drawn))


def short() -> Simulated:
    return followed(60, lambda drawn: drawn.event & (drawn.time_days <= 60))


def everybody() -> Simulated:
    return followed(80, lambda _drawn: np.ones(SIZE, dtype=bool))


def nobody() -> Simulated:
    drawn = simulated(SIZE, seed=6)
    return Simulated(drawn.values, drawn.risk, np.full(SIZE, 120.0), np.zeros(SIZE, dtype=bool))


def run(tmp_path: Path, cohort: Simulated, *arguments: str) -> tuple[str, dict[str, Any], str]:
    """What validate_model prints, its JSON, and its page without markup."""
    file, out = tmp_path / "cohort.csv", io.StringIO()
    file.write_text(cohort.csv(), encoding="utf-8")
    options = (*arguments, "--bootstrap", "20", "--output", str(tmp_path / "found"))
    call_command("validate_model", str(file), *options, stdout=out)
    path = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    page = (tmp_path / "found.html").read_text(encoding="utf-8")
    return out.getvalue(), path, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def not_known(values: dict[str, Any]) -> set[str]:
    return {name for name in FIGURES if isinstance(values[name], list) and values[name][:1] == [None]}


def test_a_follow_up_shorter_than_the_horizon_gives_no_figure_of_that_day(tmp_path: Path) -> None:
    printed, path, page = run(tmp_path, short())
    assert not_known(path) == OF_THE_HORIZON
    assert path["net_benefit"] == {}
    assert all(group["observed"] is group["low"] is group["high"] is None for group in path["groups"])
    assert path["c_index"][0] > 0.5, "who ended first among those who were seen is known"
    assert {*OF_THE_HORIZON, "net_benefit", "groups"} <= set(path["not_known"])
    sentence = "nobody was followed up to day 90 (the longest follow-up is 60 days)"
    assert all(sentence in text for text in (printed, page, path["not_known"]["brier"]))
    assert not any("weighted for them" in text for text in (printed, page))
    assert "Brier score not known" in page and "Calibration slope not known" in page
    assert "By the model Everybody" not in page, "no table of net benefit"


def test_where_nobody_reached_the_end_point_what_needs_both_is_not_known(tmp_path: Path) -> None:
    printed, path, page = run(tmp_path, nobody())
    assert not_known(path) == {*OF_BOTH_CLASSES, "c_index"}
    assert path["observed_risk"] == [0, None, None], "seen in all, but no interval of no width"
    assert path["brier"][0] == pytest.approx(float(np.mean(nobody().risk ** 2)))
    assert "nobody reached the end point by day 90" in printed
    assert "C index not known" in printed and "C index not known" in page
    assert "0.000 – 0.000" not in page


def test_where_everybody_reached_the_end_point_what_needs_both_is_not_known(tmp_path: Path) -> None:
    _printed, path, page = run(tmp_path, everybody())
    assert not_known(path) == OF_BOTH_CLASSES
    assert path["observed_risk"] == [1, None, None]
    assert "everybody who was followed up to day 90 had reached the end point" in page


def test_no_output_holds_a_number_that_is_none(tmp_path: Path) -> None:
    for cohort in (short(), nobody(), everybody()):
        printed, path, page = run(tmp_path, cohort)
        for text in (printed, page, json.dumps(path, allow_nan=False)):
            assert not re.search(r"\b(nan|NaN|inf|None)\b", text)


def test_a_report_in_chinese_says_it_in_chinese(tmp_path: Path) -> None:
    printed, _path, page = run(tmp_path, short(), "--language", "zh-hans")
    assert "无法得知" in page and "随访" in page
    assert "nobody was followed" not in page + printed


def test_a_group_that_was_lost_early_has_no_observed_risk() -> None:
    drawn = simulated(SIZE, seed=6)
    riskiest = drawn.risk > np.quantile(drawn.risk, 0.8)
    time = np.where(riskiest, np.minimum(drawn.time_days, 30), 120.0)
    event = drawn.event & riskiest & (drawn.time_days <= 30)
    result = validate(
        DEFAULT_MODEL,
        cohort_of(Simulated(drawn.values, drawn.risk, time, event).csv()),
        bootstrap=0,
    )
    assert result.groups[0].observed == 0 and result.groups[0].low is None
    assert result.groups[-1].observed is None
    assert "in some of the groups nobody was followed up" in result.not_known["groups"]


def test_held_inputs_leave_discrimination_only_in_the_json_too(tmp_path: Path) -> None:
    drawn = simulated(SIZE, seed=6)
    file = tmp_path / "cohort.csv"
    file.write_text(drawn.csv(without=("inr",)), encoding="utf-8")
    call_command(
        *("validate_model", str(file), "--hold", "inr", "--bootstrap", "20"),
        *("--output", str(tmp_path / "found")),
        stdout=io.StringIO(),
    )
    path = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert path["brier"] == [None, None, None] and path["predicted_risk"] is None
    assert set(OF_RISK) <= set(path["not_known"])
    assert path["c_index"][0] > 0.5 and path["auroc"][0] > 0.5


def test_without_resamples_there_is_no_interval() -> None:
    result = validate(DEFAULT_MODEL, cohort_of(simulated(SIZE, seed=6).csv()), bootstrap=0)
    assert result.c_index[0] is not None and result.c_index[1:] == (None, None)
    assert f"c_index{INTERVAL}" in result.not_known
    assert any(limit.startswith("No interval: Observed risk, C index") for limit in result.limits)


@pytest.mark.parametrize(
    ("cohort", "sentence"),
    [
        (short, r"carry a horizon of 60 days at most.* longest follow-up of the 200 patients .* is 60 days"),
        (everybody, "carry a horizon of 80 days at most"),
        (nobody, "0 reached the end point by day 90; 10 are needed"),
    ],
)
def test_no_model_is_fitted_to_data_that_do_not_carry_its_horizon(
    cohort: Callable[[], Simulated], sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / "cohort.csv"
    file.write_text(cohort().csv(), encoding="utf-8")
    with pytest.raises(CommandError, match=sentence):
        call_command("fit_model", str(file), "--output", str(tmp_path / "model.json"), stdout=io.StringIO())
    assert not (tmp_path / "model.json").exists()


def test_a_fit_says_which_horizon_the_data_carry(tmp_path: Path) -> None:
    drawn, out = simulated(400, seed=3), io.StringIO()
    file, target = tmp_path / "cohort.csv", tmp_path / "model.json"
    file.write_text(drawn.csv(), encoding="utf-8")
    call_command("fit_model", str(file), "--bootstrap", "0", "--output", str(target), stdout=out)
    assert (
        "Followed up to day 399.642; horizon day 90, to which 239 patients were followed up" in out.getvalue()
    )
    assert "corrected for optimism not known; slope not known" in out.getvalue()
    fit = json.loads(target.read_text(encoding="utf-8"))["fit"]
    assert (fit["horizon_days"], fit["observed_at_horizon"]) == (90, int((drawn.time_days >= 90).sum()))
    assert fit["corrected_c"] is None


def test_a_fit_on_few_who_were_followed_up_says_that_its_level_is_uncertain(tmp_path: Path) -> None:
    drawn, out = simulated(400, seed=3), io.StringIO()
    stayed = np.arange(400) < 3
    time = np.where(stayed, np.maximum(drawn.time_days, 95), np.minimum(drawn.time_days, 80))
    event = drawn.event & (drawn.time_days <= 80)
    file = tmp_path / "cohort.csv"
    file.write_text(Simulated(drawn.values, drawn.risk, time, event).csv(), encoding="utf-8")
    options = ("--bootstrap", "0", "--output", str(tmp_path / "model.json"))
    call_command("fit_model", str(file), *options, stdout=out)
    assert "Only 3 patients were followed up to day 90, 336 were lost before" in out.getvalue()
