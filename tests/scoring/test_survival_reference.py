"""Survival statistics on any cohort against scikit-survival, and what the follow-up cannot say is not said.

The cohorts are small and full of ties: deaths and losses on one day, day 0, all with or without the end
point, all lost before the horizon. scikit-survival counts losses on the day of a death as if they came first
when it weighs that death, so that its weights do not sum to the number of patients; where both fall on one
day it is asked about the same cohort with every loss a quarter of a day later, which is what "the end point
came first" means.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring.research import survival
from scoring.research.fit import cox
from scoring.research.sample import Sample, observed_risk, percentile_interval, scaled_brier
from scoring.research.survival import Outcome
from tests.scoring.cohorts import simulated

EXACT = 1e-9
A_MOMENT = 0.25
RISKS = np.array([0.02, 0.05, 0.15, 0.15, 0.4, 0.4, 0.7, 0.95])


def reference(part: str) -> Any:
    """A part of scikit-survival, loaded when the first test asks for it: it costs every worker a second."""
    return pytest.importorskip(f"sksurv.{part}", reason="no wheel for this machine")


@pytest.fixture(scope="module")
def nonparametric() -> Any:
    return reference("nonparametric")


@pytest.fixture(scope="module")
def metrics() -> Any:
    return reference("metrics")


@dataclass(frozen=True)
class Drawn:
    """A cohort with the predicted risks of its patients, and the horizon that is asked about."""

    outcome: Outcome
    risk: np.ndarray
    days: int

    @property
    def structured(self) -> np.ndarray:
        """The outcome as scikit-survival wants it, losses a moment after the deaths of their day."""
        time = np.where(self.outcome.event, self.outcome.time, self.outcome.time + A_MOMENT)
        rows = list(zip(self.outcome.event, time, strict=True))
        return np.array(rows, dtype=[("event", bool), ("time", float)])


@st.composite
def cohorts(draw: st.DrawFn, horizon: int = 8) -> Drawn:
    """Up to forty patients over a few days, so that nearly everything is tied."""
    size = draw(st.integers(1, 40))
    last = draw(st.integers(0, 2 * horizon))
    days = draw(st.lists(st.integers(0, last), min_size=size, max_size=size))
    event = draw(
        st.one_of(
            st.lists(st.booleans(), min_size=size, max_size=size),
            st.just([True] * size),
            st.just([False] * size),
        )
    )
    places = draw(st.lists(st.integers(0, len(RISKS) - 1), min_size=size, max_size=size))
    return Drawn(Outcome(np.array(days, dtype=float), np.array(event)), RISKS[places], horizon)


def can_be_estimated(drawn: Drawn) -> bool:
    """Whether the last who were observed reach the horizon or died: said once more, in other words."""
    losses = [time for time, event in zip(drawn.outcome.time, drawn.outcome.event, strict=True) if not event]
    deaths = [time for time, event in zip(drawn.outcome.time, drawn.outcome.event, strict=True) if event]
    if max([*losses, *deaths]) >= drawn.days:
        return True
    return not losses or bool(deaths) and max(deaths) > max(losses)


@given(cohorts())
def test_survival_agrees_wherever_it_is_known(nonparametric: Any, drawn: Drawn) -> None:
    estimate = survival.survival_at(drawn.outcome, drawn.days)
    assert (estimate is not None) == can_be_estimated(drawn)
    if estimate is None:
        return
    times, left = nonparametric.kaplan_meier_estimator(drawn.outcome.event, drawn.outcome.time)
    reached = times <= drawn.days
    assert estimate[0] == pytest.approx(left[reached][-1] if reached.any() else 1.0, abs=EXACT)


@given(cohorts())
def test_weights_agree_and_sum_to_the_number_of_patients(nonparametric: Any, drawn: Drawn) -> None:
    weights = survival.weights_at(drawn.outcome, drawn.days)
    assert (weights is not None) == can_be_estimated(drawn)
    if weights is None:
        return
    assert weights.sum() == pytest.approx(len(drawn.outcome), abs=EXACT)
    outcome = drawn.outcome
    times, kept = nonparametric.kaplan_meier_estimator(outcome.event, outcome.time, reverse=True)
    just_before = np.searchsorted(times, np.minimum(outcome.time, drawn.days), side="left")
    followed = ~outcome.lost_before(drawn.days)
    chance = np.concatenate([[1.0], kept])[just_before]
    assert weights[followed] == pytest.approx(1 / chance[followed], abs=EXACT)
    assert (weights[~followed] == 0).all()


@settings(max_examples=50)
@given(cohorts())
def test_the_brier_score_agrees(metrics: Any, drawn: Drawn) -> None:
    ours = survival.brier(drawn.risk, drawn.outcome, drawn.days)
    assert (ours is not None) == can_be_estimated(drawn)
    assume(drawn.outcome.event.any())
    assume(drawn.structured["time"].min() <= drawn.days < drawn.structured["time"].max())
    _times, (theirs,) = metrics.brier_score(drawn.structured, drawn.structured, 1 - drawn.risk, drawn.days)
    assert ours == pytest.approx(theirs, abs=EXACT)


@settings(max_examples=50)
@given(cohorts())
def test_the_area_under_the_curve_agrees(metrics: Any, drawn: Drawn) -> None:
    ours = survival.auroc(drawn.risk, drawn.outcome, drawn.days)
    cases = drawn.outcome.by(drawn.days)
    controls = ~cases & ~drawn.outcome.lost_before(drawn.days)
    assert (ours is not None) == bool(cases.any() and controls.any())
    assume(ours is not None and drawn.structured["time"].max() > drawn.days)
    # What happens after the horizon is not asked; it is taken away so that no weight there is undefined.
    ended = drawn.structured.copy()
    after = ended["time"] > drawn.days + A_MOMENT
    ended["event"][after], ended["time"][after] = False, drawn.days + A_MOMENT
    assume(ended["time"].max() > drawn.days)
    (theirs,), _mean = metrics.cumulative_dynamic_auc(ended, ended, drawn.risk, drawn.days)
    assert ours == pytest.approx(theirs, abs=EXACT)


@settings(max_examples=50)
@given(cohorts())
def test_concordance_agrees_and_is_unknown_where_nobody_can_be_compared(metrics: Any, drawn: Drawn) -> None:
    ours = survival.concordance(drawn.risk, drawn.outcome)
    time, event = drawn.outcome.time, drawn.outcome.event
    pairs = sum(
        event[i] and (time[i] < time[j] or time[i] == time[j] and not event[j])
        for i in range(len(time))
        for j in range(len(time))
    )
    assert (ours is not None) == bool(pairs)
    assume(pairs)
    assert ours == pytest.approx(metrics.concordance_index_censored(event, time, drawn.risk)[0], abs=EXACT)


@given(cohorts())
def test_net_benefit_of_everybody_follows_from_the_observed_risk(drawn: Drawn) -> None:
    thresholds = np.array([0.05, 0.3, 0.6])
    everybody = survival.net_benefit(np.ones(len(drawn.risk)), drawn.outcome, drawn.days, thresholds)
    estimate = survival.survival_at(drawn.outcome, drawn.days)
    assert (everybody is None) == (estimate is None)
    if everybody is None or estimate is None:
        return
    observed = 1 - estimate[0]
    assert everybody == pytest.approx(observed - (1 - observed) * thresholds / (1 - thresholds), abs=EXACT)


@given(cohorts())
def test_scaled_brier_of_the_observed_risk_is_zero(drawn: Drawn) -> None:
    sample = Sample(drawn.risk, drawn.risk, drawn.outcome, drawn.days)
    observed = observed_risk(sample)
    if observed is None or observed in (0, 1):
        assert scaled_brier(sample) is None
        return
    constant = Sample(drawn.risk, np.full(len(drawn.risk), observed), drawn.outcome, drawn.days)
    assert scaled_brier(constant) == pytest.approx(0, abs=EXACT)


@settings(max_examples=50)
@given(cohorts())
def test_the_calibration_line_is_the_maximum_of_the_likelihood_or_not_known(drawn: Drawn) -> None:
    intercept, slope = survival.calibration_line(drawn.risk, drawn.outcome, drawn.days)
    cases = drawn.outcome.by(drawn.days)
    controls = ~cases & ~drawn.outcome.lost_before(drawn.days)
    both = can_be_estimated(drawn) and bool(cases.any() and controls.any())
    assert (intercept is not None) == both
    if not both:
        assert slope is None
        return
    weights = survival.weights_at(drawn.outcome, drawn.days)
    loglog = np.log(-np.log1p(-drawn.risk))

    def misfit(line: np.ndarray) -> float:
        hazard = np.exp(np.clip(line[0] + line[1] * loglog, -30, 5))
        chance = np.where(cases, np.log(-np.expm1(-hazard)), -hazard)
        return -float((weights * chance).sum())

    from scipy.optimize import minimize  # half a second to load

    values = minimize(lambda a: misfit(np.array([a[0], 1.0])), [0.0], method="Nelder-Mead", tol=1e-10)
    assert intercept == pytest.approx(values.x[0], abs=1e-4)
    overlap = drawn.risk[cases].min() < drawn.risk[controls].max()
    overlap &= drawn.risk[controls].min() < drawn.risk[cases].max()
    assert (slope is not None) == overlap
    if slope is not None:
        values = minimize(misfit, [0.0, 1.0], method="Nelder-Mead", tol=1e-10, options={"maxiter": 4000})
        assert slope == pytest.approx(values.x[1], abs=1e-3)


def test_a_death_and_a_loss_on_one_day_leave_the_weights_whole() -> None:
    outcome = Outcome(np.array([5.0, 5.0, 120.0]), np.array([True, False, False]))
    assert survival.weights_at(outcome, 90).tolist() == [1, 0, 2]
    assert survival.brier(np.full(3, 0.5), outcome, 90) == pytest.approx(0.25)


def test_a_death_on_the_first_day_is_a_death() -> None:
    outcome = Outcome(np.array([0.0, 0.0, 100.0, 100.0]), np.array([True, False, False, False]))
    assert survival.survival_at(outcome, 90)[0] == 0.75
    assert survival.weights_at(outcome, 90).tolist() == pytest.approx([1, 0, 1.5, 1.5])


@pytest.mark.parametrize("seed", range(8))
def test_coefficients_of_any_cohort_agree(seed: int) -> None:
    linear_model = reference("linear_model")
    drawn = np.random.default_rng(seed)
    size = int(drawn.integers(60, 300))
    matrix = drawn.normal(size=(size, 3))
    days = np.ceil(drawn.exponential(40, size) * np.exp(-matrix[:, 0] / 2))
    outcome = Outcome(days, drawn.random(size) < 0.7)
    rows = np.array(list(zip(outcome.event, days, strict=True)), dtype=[("event", bool), ("time", float)])
    theirs = linear_model.CoxPHSurvivalAnalysis(ties="efron", tol=1e-13, n_iter=200).fit(matrix, rows)
    assert cox(matrix, outcome).coefficients == pytest.approx(theirs.coef_, abs=EXACT)


def test_cox_and_its_baseline_agree() -> None:
    linear_model = reference("linear_model")
    drawn = simulated(400, seed=8)
    matrix = np.column_stack([drawn.values["age_years"], np.log(drawn.values["inr"])])
    days = np.minimum(np.ceil(drawn.time_days / 5) * 5, 90)
    outcome = Outcome(days, drawn.event & (drawn.time_days <= 90))
    ours = cox(matrix, outcome)
    rows = np.array(list(zip(outcome.event, days, strict=True)), dtype=[("event", bool), ("time", float)])
    theirs = linear_model.CoxPHSurvivalAnalysis(ties="efron", tol=1e-12, n_iter=200).fit(matrix, rows)
    assert ours.coefficients == pytest.approx(theirs.coef_, abs=EXACT)
    of_zero = theirs.predict_cumulative_hazard_function(np.zeros((1, 2)))[0](90)
    assert ours.log_cumulative_hazard == pytest.approx(np.log(of_zero), abs=EXACT)


@pytest.mark.parametrize("further", [-1e5, 1e3, 1e5])
def test_a_baseline_far_from_every_patient_is_still_a_number(further: float) -> None:
    drawn = np.random.default_rng(3)
    event = drawn.random(200) < 0.3
    outcome = Outcome(np.where(event, drawn.integers(1, 80, 200), 90), event)
    nearly_everything = (100 - outcome.time + drawn.normal(0, 3, 200))[:, None]
    near, far = (cox(nearly_everything + shift, outcome) for shift in (0, further))
    assert far.coefficients == pytest.approx(near.coefficients, rel=1e-6)
    expected = near.log_cumulative_hazard - near.coefficients[0] * further
    assert far.log_cumulative_hazard == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("values", "has_interval"),
    [
        ([0.1] * 10 + [0.2] * 10, True),
        ([0.1] * 9 + [0.2] * 10, False),
        ([0.1] * 30, False),
        ([0.1, 0.2] * 45 + [None] * 10, True),
        ([0.1, 0.2] * 45 + [None] * 11, False),
        ([], False),
    ],
)
def test_an_interval_needs_enough_resamples_that_differ(
    values: list[float | None], has_interval: bool
) -> None:
    estimate, low, high = percentile_interval(0.15, values)
    assert estimate == 0.15
    assert (low is not None, high is not None) == (has_interval, has_interval)
    assert percentile_interval(None, values) == (None, None, None)
