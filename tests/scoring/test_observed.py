"""Predicted risks beside outcomes, on cohorts whose figures are known."""

import numpy as np
import pytest

from scoring.research.agreement import Estimate
from scoring.research.observed import THRESHOLDS, auroc, observe, risk_groups


def cohort(patients: int = 4000, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Risks, and end points that come exactly as often as predicted."""
    rng = np.random.default_rng(seed)
    risk = rng.beta(2, 8, patients)
    return risk, rng.random(patients) < risk


def test_a_true_model_is_calibrated() -> None:
    result = observe(*cohort())
    assert result.ratio is not None
    assert result.ratio.low < 1 < result.ratio.high
    covered = [group.observed.low <= group.predicted <= group.observed.high for group in result.groups]
    assert sum(covered) >= 8
    assert len(result.groups) == 10


def test_a_model_that_says_half_of_what_comes_is_seen_to() -> None:
    risk, event = cohort()
    result = observe(risk / 2, event)
    assert result.ratio is not None
    assert result.ratio.value == pytest.approx(2, rel=0.15)
    assert result.ratio.low > 1.5


def test_discrimination_is_the_share_of_pairs_in_order() -> None:
    risk = np.array([0.1, 0.4, 0.35, 0.8])
    event = np.array([False, False, True, True])
    assert auroc(risk, event).value == 0.75


def test_the_interval_of_the_area_is_delongs_worked_by_hand() -> None:
    """Cases 3, 5, 6; controls 1, 2, 4: structural components 2/3, 1, 1 and 1, 1, 2/3."""
    result = auroc(np.array([3.0, 5, 6, 1, 2, 4]), np.array([True] * 3 + [False] * 3))
    variance = 2 * np.var([2 / 3, 1, 1], ddof=1) / 3
    assert result.value == pytest.approx(8 / 9)
    assert result.low == pytest.approx(8 / 9 - 1.959964 * variance**0.5)
    assert result.high == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_area_and_its_interval_are_those_of_all_pairs_ties_half(seed: int) -> None:
    rng = np.random.default_rng(seed)
    risk, event = rng.integers(0, 9, 60) / 10, rng.random(60) < 0.3
    pairs = np.sign(risk[event][:, None] - risk[~event][None, :]) / 2 + 0.5
    by_case, by_control = pairs.mean(axis=1), pairs.mean(axis=0)
    spread = 1.959964 * (by_case.var(ddof=1) / event.sum() + by_control.var(ddof=1) / (~event).sum()) ** 0.5
    result = auroc(risk, event)
    assert result.value == pytest.approx(pairs.mean())
    assert result.low == pytest.approx(pairs.mean() - spread, abs=1e-6)
    assert result.high == pytest.approx(min(1, pairs.mean() + spread), abs=1e-6)


def test_of_one_patient_with_or_without_the_end_point_there_is_no_area() -> None:
    risk = np.linspace(0.1, 0.9, 9)
    for with_it in (1, 8):
        assert auroc(risk, np.arange(9) < with_it) == Estimate(None, None, None)
    assert auroc(risk, np.arange(9) < 2).value == auroc(risk, np.arange(9) < 7).value == 0


def test_equal_risks_discriminate_nothing() -> None:
    assert auroc(np.full(40, 0.2), np.arange(40) < 10).value == 0.5


def test_groups_are_cut_along_the_risk_and_hold_everybody() -> None:
    risk, event = cohort(230)
    groups = risk_groups(risk, event)
    assert sum(group.observed.total for group in groups) == 230
    assert sum(group.observed.hits for group in groups) == int(event.sum())
    assert all(one.high <= other.low for one, other in zip(groups, groups[1:], strict=False))


@pytest.mark.parametrize(("patients", "groups"), [(30, 2), (59, 2), (60, 3), (199, 9), (200, 10), (900, 10)])
def test_a_group_has_20_patients_or_more_and_there_are_two_to_ten(patients: int, groups: int) -> None:
    made = risk_groups(np.linspace(0, 1, patients), np.arange(patients) % 3 == 0)
    assert len(made) == groups
    sizes = [group.observed.total for group in made]
    assert max(sizes) - min(sizes) <= 1
    assert made[0].low == 0 and made[-1].high == 1
    assert all(group.low < group.predicted < group.high for group in made)


def test_the_net_benefit_of_the_model_weighs_true_and_false_referrals_at_each_threshold() -> None:
    risk = np.append(np.repeat(THRESHOLDS, 3), [0.01, 0.99])
    event = np.arange(len(risk)) % 3 == 0
    result = observe(risk, event)
    assert len(result.net_benefit) == 16
    for threshold, model, _everybody in result.net_benefit:
        referred = risk >= threshold
        wrongly = (referred & ~event).mean() * threshold / (1 - threshold)
        assert model == pytest.approx((referred & event).mean() - wrongly)


@pytest.mark.parametrize(("patients", "events"), [(30, 5), (30, 25)])
def test_30_patients_with_5_of_each_are_enough(patients: int, events: int) -> None:
    risk = np.linspace(0.1, 0.9, patients)
    result = observe(risk, np.arange(patients) >= patients - events)
    assert (result.patients, result.events) == (patients, events)
    assert result.predicted == pytest.approx(0.5)
    assert result.observed is not None and (result.observed.hits, result.observed.total) == (events, patients)
    assert result.ratio is not None and result.auroc is not None and result.groups and result.net_benefit
    ratio = events / (0.5 * patients)
    assert result.ratio.value == pytest.approx(ratio)
    assert result.ratio.low == pytest.approx(ratio * np.exp(-1.959964 / events**0.5))
    assert result.ratio.high == pytest.approx(ratio * np.exp(1.959964 / events**0.5))


def test_net_benefit_of_everybody_is_that_of_the_textbook() -> None:
    risk, event = cohort()
    result = observe(risk, event)
    share = event.mean()
    assert [row[0] for row in result.net_benefit] == THRESHOLDS.tolist()
    for threshold, _model, everybody in result.net_benefit:
        assert everybody == pytest.approx(share - (1 - share) * threshold / (1 - threshold))


def test_a_good_model_beats_referring_everybody_at_high_thresholds() -> None:
    result = observe(*cohort())
    assert all(model >= everybody - 0.005 for _threshold, model, everybody in result.net_benefit)


@pytest.mark.parametrize(("patients", "events"), [(0, 0), (29, 10), (200, 4), (200, 197)])
def test_too_few_give_their_counts_only(patients: int, events: int) -> None:
    result = observe(np.linspace(0, 1, patients), np.arange(patients) < events)
    assert (result.patients, result.events) == (patients, events)
    assert result.observed is None
    assert (result.auroc, result.groups, result.net_benefit) == (None, (), ())


def test_risks_that_set_both_apart_or_are_all_the_same_have_no_interval_of_no_width() -> None:
    event = np.arange(40) < 10
    assert auroc(np.where(event, 0.8, 0.1), event) == Estimate(1, None, None)
    assert auroc(np.full(40, 0.2), event) == Estimate(0.5, None, None)


def test_where_no_end_point_was_predicted_there_is_no_ratio() -> None:
    result = observe(np.zeros(40), np.arange(40) < 10)
    assert result.ratio == Estimate(None, None, None)
    assert (result.predicted, result.events) == (0, 10)
