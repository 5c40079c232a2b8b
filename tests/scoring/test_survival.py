"""Estimates for censored outcomes against an independent library and against known truths."""

from importlib import import_module

import numpy as np
import pytest

from scoring.research import survival
from scoring.research.sample import Sample, interval, paired_difference, resamples, scaled_brier
from scoring.research.survival import Outcome
from tests.scoring.cohorts import DAYS, simulated

COHORT = simulated(1500)
OUTCOME = Outcome(COHORT.time_days, COHORT.event)


def constant(value: float, size: int = len(COHORT.risk)) -> np.ndarray:
    return np.full(size, value)


@pytest.mark.parametrize("days", [1, 28, 90, 200])
def test_survival_is_kaplan_meiers(days: int) -> None:
    lifelines = import_module("lifelines")
    fitted = lifelines.KaplanMeierFitter().fit(COHORT.time_days, COHORT.event)
    left, error = survival.survival_at(OUTCOME, days) or (0.0, 0.0)
    assert left == pytest.approx(float(fitted.survival_function_at_times(days).iloc[0]), abs=1e-12)
    assert 0 < error < 0.05


def test_before_the_first_end_point_everybody_survives() -> None:
    assert survival.survival_at(Outcome(np.array([5.0, 6.0]), np.array([True, False])), 3) == (1.0, 0.0)


def test_concordance_is_harrells() -> None:
    concordance_index = import_module("lifelines.utils").concordance_index
    rounded = Outcome(np.ceil(COHORT.time_days), COHORT.event)
    coarse = np.round(COHORT.risk, 2)
    ours = survival.concordance(coarse, rounded)
    assert ours == pytest.approx(concordance_index(rounded.time, -coarse, rounded.event), abs=2e-3)
    assert survival.concordance(COHORT.risk, OUTCOME) == pytest.approx(
        concordance_index(OUTCOME.time, -COHORT.risk, OUTCOME.event), abs=1e-12
    )


def test_a_score_without_information_is_at_one_half() -> None:
    assert survival.concordance(constant(0.3), OUTCOME) == 0.5
    assert survival.auroc(constant(0.3), OUTCOME, DAYS) == pytest.approx(0.5)


def test_without_comparable_pairs_nothing_is_claimed() -> None:
    nobody = Outcome(np.array([1.0, 2.0]), np.array([False, False]))
    assert survival.concordance(np.array([1.0, 2.0]), nobody) is None
    assert survival.auroc(np.array([1.0, 2.0]), nobody, 5) is None


def test_auroc_without_losses_is_the_share_of_pairs() -> None:
    outcome = Outcome(np.array([10.0, 20.0, 120.0, 130.0]), np.array([True, True, False, False]))
    assert survival.auroc(np.array([0.9, 0.2, 0.3, 0.1]), outcome, DAYS) == pytest.approx(3 / 4)


def test_weights_stand_in_for_the_lost() -> None:
    weights = survival.weights_at(OUTCOME, DAYS)
    lost = ~COHORT.event & (COHORT.time_days < DAYS)
    assert (weights[lost] == 0).all()
    assert (weights[~lost] >= 1).all()
    assert weights.sum() == pytest.approx(len(COHORT.risk), rel=1e-12)


def test_ending_follow_up_at_the_horizon_changes_no_weight() -> None:
    early = Outcome(np.minimum(COHORT.time_days, DAYS), COHORT.event & (COHORT.time_days <= DAYS))
    assert survival.weights_at(early, DAYS) == pytest.approx(survival.weights_at(OUTCOME, DAYS))


def test_the_true_risks_are_found_to_be_calibrated() -> None:
    large = simulated(12_000, seed=4)
    intercept, slope = survival.calibration_line(large.risk, Outcome(large.time_days, large.event), DAYS)
    assert intercept == pytest.approx(0, abs=0.08)
    assert slope == pytest.approx(1, abs=0.08)


def test_risks_too_low_and_too_extreme_are_found_out() -> None:
    large = simulated(12_000, seed=5)
    outcome = Outcome(large.time_days, large.event)
    loglog = np.log(-np.log1p(-large.risk))
    too_low = -np.expm1(-np.exp(loglog - 0.5))
    too_extreme = -np.expm1(-np.exp(2 * loglog))
    assert survival.calibration_line(too_low, outcome, DAYS)[0] == pytest.approx(0.5, abs=0.08)
    assert survival.calibration_line(too_extreme, outcome, DAYS)[1] == pytest.approx(0.5, abs=0.05)


def test_calibration_where_nobody_reached_the_end_point_is_not_known() -> None:
    outcome = Outcome(np.array([100.0, 100.0]), np.array([False, False]))
    assert survival.calibration_line(np.array([0.1, 0.1]), outcome, DAYS) == (None, None)


def test_the_brier_score_of_the_truth_beats_a_constant() -> None:
    sample = Sample(COHORT.risk, COHORT.risk, OUTCOME, DAYS)
    assert 0 < scaled_brier(sample) < 1
    assert survival.brier(COHORT.risk, OUTCOME, DAYS) < survival.brier(constant(0.18), OUTCOME, DAYS)


def test_net_benefit_of_referring_everybody_is_known() -> None:
    thresholds = np.array([0.1, 0.5])
    observed = 1 - survival.survival_at(OUTCOME, DAYS)[0]
    everybody = survival.net_benefit(constant(1.0), OUTCOME, DAYS, thresholds)
    assert everybody == pytest.approx(observed - (1 - observed) * thresholds / (1 - thresholds), abs=1e-12)
    assert survival.net_benefit(constant(0.0), OUTCOME, DAYS, thresholds) == pytest.approx([0, 0])


def test_intervals_hold_the_estimate_and_repeat_with_the_seed() -> None:
    sample = Sample(COHORT.risk, COHORT.risk, OUTCOME, DAYS).take(np.arange(300))
    draws = resamples(300, 50, seed=3)
    estimate, low, high = interval(lambda s: survival.concordance(s.score, s.outcome), sample, draws)
    assert low < estimate < high
    again = interval(lambda s: survival.concordance(s.score, s.outcome), sample, resamples(300, 50, seed=3))
    assert again == (estimate, low, high)


def test_a_score_does_not_differ_from_itself() -> None:
    sample = Sample(COHORT.risk, COHORT.risk, OUTCOME, DAYS).take(np.arange(200))
    draws = resamples(200, 20, seed=3)
    assert paired_difference(lambda s: s.score.mean(), sample, sample, draws) == (0.0, None, None)
