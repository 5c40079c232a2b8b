"""Fitting and validating: known truths are recovered, limits said, bad cohorts refused in a sentence."""

import io
import json
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import translation

from scoring import DEFAULT_MODEL, model_from_document
from scoring.research.cohort import Cohort, CohortError, open_cohort, read_cohort
from scoring.research.fit import Fitted, Plan, fit_model
from scoring.research.fitted_file import document_of
from scoring.research.validate import Validation, validate
from tests.scoring.cohorts import simulated

TRUTH = {term.input: term.coefficients[0] for term in DEFAULT_MODEL.terms}


def cohort_of(text: str) -> Cohort:
    return read_cohort(io.BytesIO(text.encode()))


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """A fit to 4,000 simulated patients, with a token bootstrap."""
    return fit_model(
        cohort_of(simulated(4000, seed=11).csv()), Plan("recovered", "Recovered", "Simulated", bootstrap=3)
    )


@pytest.fixture(scope="module")
def validation() -> Validation:
    """The provisional model on patients who follow it."""
    return validate(DEFAULT_MODEL, cohort_of(simulated(2000, seed=12).csv()), bootstrap=20)


# Reading


def test_a_cohort_keeps_its_outcomes_and_counts_what_it_leaves_out() -> None:
    cohort = cohort_of(
        "inr,time_days,event\n1.5,90,1\n1.6,0,1\n1.7,10,2\n1.8,?,0\n1.9,nan,0\nx,20,0\n,30,1\n2,40,1,5\n"
    )
    assert (cohort.rows, len(cohort)) == (8, 5)
    assert cohort.time_days[1] == 0 and cohort.event[1], "a death on day 0 is a death"
    assert cohort.event[2] and cohort.transplantations == 1, "a transplantation is the end point"
    assert cohort.excluded == {"time_missing": 2, "too_many_cells": 1}
    assert [*map(str, cohort.excluded_lines["time_missing"])] == ["line 5: “?”", "line 6: “nan”"]
    assert cohort.refused == {"inr": 1}
    assert cohort.missing(["inr"]) == {"inr": 2}
    assert cohort.column("inr")[0] == 1.5


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("inr,event\n1.5,1\n", "no column time_days"),
        ("inr,time_days\n1.5,10\n", "no column event"),
        ("inr,time_days,event\n1.5,-1,1\n", "No patient has a usable outcome"),
        ("inr,time_days,event\n", "No patient follows the first line"),
    ],
)
def test_a_cohort_without_outcomes_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "cohort.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CohortError, match=sentence):
        open_cohort(file)


def test_follow_up_can_be_ended_at_the_horizon() -> None:
    cohort = cohort_of("inr,time_days,event\n1.5,90,1\n1.6,91,1\n1.7,200,0\n").until(90)
    assert cohort.time_days.tolist() == [90, 90, 90]
    assert cohort.event.tolist() == [True, False, False]


def test_the_same_patients_have_the_same_fingerprint() -> None:
    text = simulated(20).csv()
    assert cohort_of(text).fingerprint == cohort_of(text).fingerprint
    assert cohort_of(text).fingerprint != cohort_of(simulated(20, seed=2).csv()).fingerprint


# Fitting


def test_the_parameters_of_a_simulated_cohort_are_recovered(fitted: Fitted) -> None:
    values = {term.input: term.coefficients[0] for term in fitted.terms}
    errors = dict(zip(values, fitted.cox.standard_errors, strict=True))
    for name, truth in TRUTH.items():
        assert abs(values[name] - truth) < 3.5 * errors[name], name
    assert max(errors.values()) < 0.15


def test_the_baseline_is_recovered_so_that_risks_are_right(fitted: Fitted) -> None:
    model = model_from_document(document_of(fitted))
    fresh = simulated(5000, seed=13)
    predicted = model.risk(model.linear_predictor(fresh.values))
    assert float(np.mean(predicted)) == pytest.approx(float(fresh.risk.mean()), abs=0.015)
    assert float(np.abs(predicted - fresh.risk).mean()) < 0.03


def test_a_fitted_model_is_sealed_provisional_and_says_how_it_was_made(fitted: Fitted) -> None:
    document = document_of(fitted)
    assert document["status"] == "provisional"
    assert document["fit"]["patients"] == 4000
    assert document["fit"]["cohort"] == fitted.cohort.fingerprint
    assert all(
        term["certainty"] == "fitted" and "Standard error" in term["note"]["en"] for term in document["terms"]
    )
    assert document["reference"]["inr"] == pytest.approx(1.42, rel=0.05)
    assert document["limits"][0]["zh-hans"]


def test_the_bootstrap_corrects_downwards(fitted: Fitted) -> None:
    assert fitted.optimism.resamples == 3
    assert 0.5 < fitted.optimism.corrected_c <= fitted.optimism.apparent_c + 0.005


def test_a_curved_effect_is_found_by_a_spline_and_by_no_straight_line() -> None:
    rng = np.random.default_rng(5)
    sodium = rng.uniform(116, 159, 2500)
    ends = rng.exponential(90 / np.exp(-1.5 + ((sodium - 138) / 9) ** 2 / 2))
    rows = [f"{na:.3f},{min(end, 90):.4f},{int(end <= 90)}" for na, end in zip(sodium, ends, strict=True)]
    cohort = cohort_of("\n".join(["sodium_mmol_l,time_days,event", *rows]))
    plain, curved = (
        fit_model(cohort, Plan("x", "x", "x", inputs=["sodium_mmol_l"], splines=splines, bootstrap=0))
        for splines in ({}, {"sodium_mmol_l": 5})
    )
    assert curved.optimism.apparent_c > plain.optimism.apparent_c + 0.05
    model = model_from_document(document_of(curved))
    shares = [model.linear_predictor({"sodium_mmol_l": na}) for na in (118, 138, 158)]
    for share, sodium_there in ((shares[0], 118), (shares[2], 158)):
        assert share - shares[1] == pytest.approx(((sodium_there - 138) / 9) ** 2 / 2, abs=0.5)


def test_what_does_not_vary_is_left_out_and_named() -> None:
    simulation = simulated(400, seed=3)
    simulation.values["cirrhosis"][:] = 1
    document = document_of(fit_model(cohort_of(simulation.csv()), Plan("x", "x", "x", bootstrap=0)))
    assert "cirrhosis" not in [term["input"] for term in document["terms"]]
    assert any("Left out, the same for all: cirrhosis" in limit["en"] for limit in document["limits"])


def test_a_model_says_the_range_of_its_values_and_of_ages_that_nobody_stated_every_adults() -> None:
    rows = [f"{1 + day * 37 % 200 / 100:.2f},{day},{day % 2}" for day in range(200)]
    cohort = cohort_of("\n".join(["inr,time_days,event", *rows]))
    document = document_of(fit_model(cohort, Plan("x", "x", "x", inputs=["inr"], bootstrap=0)))
    assert document["population"]["age_years"] == [18, 120]
    low, high = np.quantile([1 + day / 100 for day in range(200)], [0.01, 0.99])
    assert document["validity"]["inr"] == pytest.approx([low, high], abs=0.02)
    assert document["reference"] == {"inr": pytest.approx(1.99, abs=0.02)}


def test_incomplete_patients_are_left_out_and_the_file_says_so() -> None:
    lines = simulated(600, seed=3).csv().splitlines()
    spoilt = [
        lines[0],
        *[f",{line.partition(',')[2]}" if i % 3 == 0 else line for i, line in enumerate(lines[1:])],
    ]
    document = document_of(fit_model(cohort_of("\n".join(spoilt)), Plan("x", "x", "x", bootstrap=0)))
    assert document["fit"]["patients"] == 400
    assert document["fit"]["missing"]["age_years"] == 200
    assert any("200 of 600" in limit["en"] for limit in document["limits"])


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ({"inputs": ["shoe_size"]}, "not a known input"),
        ({"inputs": ["inr"], "splines": {"urea": 3}}, "not among the inputs"),
        ({"inputs": ["cirrhosis", "inr"], "splines": {"cirrhosis": 3}}, "needs a measured input"),
        ({"inputs": ["inr"], "splines": {"inr": 9}}, "3, 4 or 5 knots"),
        ({"inputs": ["creatinine"]}, "more than one value"),
        ({"inputs": ["inr", "sex"]}, "sex has no numeric value"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(plan: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CohortError, match=sentence):
        fit_model(cohort_of(simulated(200).csv()), Plan("x", "x", "x", **plan))


def test_inputs_that_say_the_same_are_refused() -> None:
    lines = simulated(300, seed=3).csv().splitlines()
    urea = lines[0].split(",").index("urea")
    twenty = [f"{line},{float(line.split(',')[urea]) * 20:.10g},umol/L" for line in lines[1:]]
    same = [f"{lines[0]},creatinine,creatinine_unit", *twenty]
    with pytest.raises(CohortError, match="say the same"):
        fit_model(cohort_of("\n".join(same)), Plan("x", "x", "x", inputs=["urea", "creatinine"], bootstrap=0))


def test_too_few_end_points_are_refused() -> None:
    with pytest.raises(CohortError, match="10 are needed"):
        fit_model(cohort_of(simulated(200, seed=3).csv(rows=30)), Plan("x", "x", "x"))


# Validating


def test_the_true_model_is_found_calibrated_and_discriminating(validation: Validation) -> None:
    intercept, slope = validation.calibration_intercept, validation.calibration_slope
    assert intercept[1] < 0 < intercept[2]
    assert slope[1] < 1 < slope[2]
    assert 0.68 < validation.c_index[0] < 0.8
    assert validation.auroc[0] == pytest.approx(validation.c_index[0], abs=0.03)
    assert validation.predicted_risk == pytest.approx(validation.observed_risk[0], abs=0.03)
    assert sum(group.patients for group in validation.groups) == 2000
    assert sum(group.low <= group.predicted <= group.high for group in validation.groups) >= 8


def test_net_benefit_of_the_true_model_is_never_below_that_of_referring_nobody(
    validation: Validation,
) -> None:
    benefit = dict(zip(validation.thresholds, validation.net_benefit["model"], strict=True))
    everybody = dict(zip(validation.thresholds, validation.net_benefit["everybody"], strict=True))
    assert all(benefit[threshold] > -0.005 for threshold in (0.05, 0.15, 0.3))
    assert benefit[0.3] > everybody[0.3]


def test_scores_that_nobody_has_the_inputs_of_are_named(validation: Validation) -> None:
    assert validation.rivals == ()
    assert validation.no_rivals["MELD"] == "0 of 2000 patients have its inputs"


def test_comparators_are_compared_on_the_same_patients() -> None:
    lines = simulated(300, seed=14).csv().splitlines()
    extended = [
        f"{lines[0]},albumin_g_l",
        *[f"{line},{30 if i % 2 else ''}" for i, line in enumerate(lines[1:])],
    ]
    result = validate(DEFAULT_MODEL, cohort_of("\n".join(extended)), bootstrap=20)
    (albi,) = result.rivals
    assert (albi.name, albi.patients) == ("ALBI", 150)
    assert albi.c_difference[0] == pytest.approx(albi.model_c_index[0] - albi.c_index[0])
    assert albi.brier is None, "ALBI predicts no risk"


def test_losses_before_the_horizon_are_weighted_for() -> None:
    result = validate(DEFAULT_MODEL, cohort_of(simulated(3000, seed=15, lost_by=150).csv()), bootstrap=10)
    assert result.outcome["censored_before_horizon"] > 1000
    assert result.predicted_risk == pytest.approx(result.observed_risk[0], abs=0.035)
    assert any("were lost before day 90" in limit for limit in result.limits)


def test_a_cohort_without_an_input_cannot_validate_unless_it_is_held() -> None:
    cohort = cohort_of(simulated(300, seed=16).csv(without=("inr",)))
    with pytest.raises(CohortError, match="inr 300"):
        validate(DEFAULT_MODEL, cohort)
    result = validate(DEFAULT_MODEL, cohort, hold=["inr"], bootstrap=10)
    assert result.held == ("inr",)
    assert "calibration mean nothing" in result.limits[0]
    with pytest.raises(CohortError, match="not an input"):
        validate(DEFAULT_MODEL, cohort, hold=["lactate_mmol_l"])


def test_a_held_value_counts_for_no_comparator() -> None:
    lines = simulated(200, seed=16).csv(without=("inr",)).splitlines()
    extended = [
        f"{lines[0]},creatinine,creatinine_unit,albumin_g_l",
        *[f"{line},90,umol/L,30" for line in lines[1:]],
    ]
    result = validate(DEFAULT_MODEL, cohort_of("\n".join(extended)), hold=["inr"], bootstrap=5)
    assert [rival.name for rival in result.rivals] == ["ALBI"]
    assert "MELD" in result.no_rivals


def test_validating_on_the_patients_of_the_fit_is_called_by_its_name() -> None:
    cohort = cohort_of(simulated(400, seed=17).csv())
    model = model_from_document(document_of(fit_model(cohort, Plan("x", "x", "x", bootstrap=2))))
    assert "these very patients" in validate(model, cohort, bootstrap=5).limits[0]
    other = cohort_of(simulated(400, seed=18).csv())
    assert not any("these very patients" in limit for limit in validate(model, other, bootstrap=5).limits)


def test_small_cohorts_are_called_small_and_tiny_ones_refused() -> None:
    cohort = cohort_of(simulated(200, seed=19).csv())
    assert any(limit.startswith("Small:") for limit in validate(DEFAULT_MODEL, cohort, bootstrap=5).limits)
    with pytest.raises(CohortError, match=r"too few to validate on. Missing: .* \(--hold\)"):
        validate(DEFAULT_MODEL, cohort_of(simulated(20).csv()))


def test_the_findings_are_valid_json_even_where_nothing_could_be_estimated(validation: Validation) -> None:
    assert json.loads(json.dumps(validation.as_dict(), allow_nan=False))["model"] == "aclf8-provisional-1"


def test_every_word_in_a_plot_is_text_in_the_readers_language(validation: Validation) -> None:
    from scoring.research.plots import plots  # with what draws them, a second to load

    with warnings.catch_warnings(), translation.override("zh-hans"):
        warnings.simplefilter("error")
        drawn = plots(validation)
    words = {text for svg in drawn.values() for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)}
    assert {"90天内预测风险", "净获益", "阈值（预测风险）"} <= words
    names = r"Kaplan-Meier|C指数"
    assert not any(re.search("[A-Za-z]", re.sub(names, "", text)) for text in words)
