"""The provisional model's solved constants can be found again by anyone."""

import io
import re

import numpy as np
import pytest
from django.core.management import call_command

from scoring import DEFAULT_MODEL
from scoring.calibration import (
    HAZARD_RATIO_OF_MEANS,
    MEAN_RISK,
    Solution,
    _newton,
    calibrate,
    simulate_cohort,
)
from scoring.cards import model_card


@pytest.fixture(scope="module")
def solved() -> Solution:
    return calibrate(DEFAULT_MODEL)


def test_the_constants_in_the_file_are_those_the_script_solves(solved: Solution) -> None:
    cirrhosis = next(term for term in DEFAULT_MODEL.terms if term.input == "cirrhosis").coefficients[0]
    assert DEFAULT_MODEL.horizons[0].log_cumulative_hazard == pytest.approx(
        solved.log_baseline_hazard, abs=2e-4
    )
    assert cirrhosis == pytest.approx(solved.cirrhosis_coefficient, abs=2e-4)


def test_the_simulated_cohort_meets_both_published_figures(solved: Solution) -> None:
    assert solved.mean_risk == pytest.approx(MEAN_RISK, abs=1e-9)
    ratio = np.log1p(-solved.mean_risk_cirrhosis) / np.log1p(-solved.mean_risk_no_cirrhosis)
    assert ratio == pytest.approx(HAZARD_RATIO_OF_MEANS, abs=1e-9)


def test_the_card_states_the_share_that_would_be_flagged(solved: Solution) -> None:
    assert DEFAULT_MODEL.document["expected_load"] == [
        {"threshold": 0.15, "share": round(solved.flagged_share, 3)}
    ]


def test_the_same_seed_gives_the_same_cohort_and_another_seed_another() -> None:
    first, again, other = (simulate_cohort(size=100, seed=seed) for seed in (1, 1, 2))
    assert all((first[key] == again[key]).all() for key in first)
    assert (first["inr"] != other["inr"]).any()


def test_another_seed_moves_the_constants_but_little(solved: Solution) -> None:
    other = calibrate(DEFAULT_MODEL, seed=7)
    assert other.log_baseline_hazard == pytest.approx(solved.log_baseline_hazard, abs=0.03)
    assert other.cirrhosis_coefficient == pytest.approx(solved.cirrhosis_coefficient, abs=0.03)


def test_the_cohort_has_the_published_marginals() -> None:
    cohort = simulate_cohort(size=200_000)
    assert cohort["cirrhosis"].mean() == pytest.approx(0.71, abs=0.005)
    assert cohort["variceal_bleeding"][cohort["cirrhosis"] == 1].mean() == pytest.approx(0.17, abs=0.005)
    assert not cohort["variceal_bleeding"][cohort["cirrhosis"] == 0].any()
    assert np.median(cohort["bilirubin_umol_l"]) == pytest.approx(95, rel=0.02)
    assert (cohort["encephalopathy_grade"] >= 3).mean() == pytest.approx(0.023, abs=0.002)
    assert cohort["sodium_mmol_l"].min() >= 115 and cohort["sodium_mmol_l"].max() <= 152


def test_the_file_says_in_words_what_the_cohort_was_drawn_from() -> None:
    cohort = simulate_cohort(size=200_000)
    marginals = model_card(DEFAULT_MODEL).calibration["marginals"]
    held = {key: words for key, words in marginals.items() if "held within" in words}
    assert len(held) == 5
    for key, words in held.items():
        middle, spread, low, high = map(float, re.findall(r"\d+(?:\.\d+)?", words))
        scale = np.log if words.startswith("lognormal") else np.asarray
        lower, median, upper = np.quantile(scale(cohort[key]), [0.25, 0.5, 0.75])
        assert low <= cohort[key].min() and cohort[key].max() <= high
        assert median == pytest.approx(scale(middle), rel=0.01)
        assert (upper - lower) / 1.349 == pytest.approx(spread, rel=0.02), (
            "quartiles of a normal distribution"
        )


def test_the_command_prints_what_it_solved() -> None:
    out = io.StringIO()
    call_command("calibrate_provisional", stdout=out)
    assert "Solved h                    -0.5133  in the file -0.5133" in out.getvalue()
    assert "Solved cirrhosis            +0.8588  in the file +0.8588" in out.getvalue()


def test_equations_without_a_root_are_given_up_after_fifty_steps() -> None:
    asked = 0

    def misses(point: np.ndarray) -> np.ndarray:
        nonlocal asked
        asked += 1
        return point**2 + 1

    with pytest.raises(ArithmeticError, match="did not converge"):
        _newton(misses, np.array([0.5, 0.7]))
    assert asked == 50 * 3, "the miss itself and one for each of two difference quotients"
