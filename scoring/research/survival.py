"""Estimates for censored outcomes, in NumPy: Kaplan-Meier, weights, discrimination, calibration, net benefit.

Scores and risks are columns of length n; `time` in days from 0, `event` true for the end point; `days` the
horizon. Censoring before the horizon is met by inverse probability weights (Graf E, Stat Med
1999;18:2529-2545). Of an end point and a loss on one day the end point came first. What the follow-up cannot
say is None, never a number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Flags = NDArray[np.bool_]

_PAIR_ROWS = 512
"""Patients compared with all others at a time, so that memory does not grow with the square of the cohort."""
_SEARCH_STEPS = 100
_FURTHEST = 25.0
"""Coefficients beyond this are a search that runs away, not a maximum."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Follow-up of n patients."""

    time: Column
    event: Flags

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", np.asarray(self.time, dtype=np.float64))
        object.__setattr__(self, "event", np.asarray(self.event, dtype=bool))

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: NDArray[np.intp]) -> "Outcome":
        """The follow-up of some rows, repeats allowed."""
        return Outcome(self.time[rows], self.event[rows])

    def by(self, days: float) -> Flags:
        """Who reached the end point within `days`."""
        return self.event & (self.time <= days)

    def lost_before(self, days: float) -> Flags:
        """Whose follow-up ended before `days` without the end point."""
        return ~self.event & (self.time < days)

    def observed_at(self, days: float) -> int:
        """How many were followed to `days` or longer."""
        return int((self.time >= days).sum())

    def reaches(self, days: float) -> bool:
        """Whether the share without the end point at `days` can be known.

        It can if somebody was observed then, or if all who were observed last reached the end point. If the
        last ones were lost earlier, Kaplan-Meier's estimate is not defined at `days`.
        """
        if not len(self):
            return False
        last = self.time.max()
        return bool(last >= days or self.event[self.time == last].all())


def survival_at(outcome: Outcome, days: float) -> tuple[float, float] | None:
    """Kaplan-Meier probability of no end point by `days`, and its standard error by Greenwood's formula.

    None if the follow-up does not reach `days`.
    """
    if not outcome.reaches(days):
        return None
    times, ended = np.unique(outcome.time[outcome.by(days)], return_counts=True)
    at_risk = _still_observed(outcome.time, times)
    left = at_risk - ended
    survival = float(np.prod(left / at_risk))
    some = left > 0
    variance = float((ended[some] / (at_risk[some] * left[some])).sum())
    return survival, survival * variance**0.5


def weights_at(outcome: Outcome, days: float) -> Column | None:
    """Weight at the horizon: 0 for patients lost before it, else 1 / probability of not having been lost.

    The weights sum to n. None if the follow-up does not reach `days`: nobody could stand in for the lost.
    """
    if not outcome.reaches(days):
        return None
    lost = outcome.lost_before(days)
    times, losses = np.unique(outcome.time[lost], return_counts=True)
    # Who reached the end point that day could not be lost any more.
    at_risk = _still_observed(outcome.time, times) - _on_the_day(outcome.time[outcome.event], times)
    kept = np.concatenate([[1.0], np.cumprod((at_risk - losses) / at_risk)])
    losses_before = np.searchsorted(times, np.minimum(outcome.time, days), side="left")
    weights = np.zeros(len(outcome))
    np.divide(1.0, kept[losses_before], out=weights, where=~lost)
    return weights


def concordance(score: Column, outcome: Outcome) -> float | None:
    """Harrell's C: share of comparable pairs in which the one who ended first scored higher; ties half.

    None if no two patients can be compared.
    """
    agreeing = comparable = 0.0
    for start in range(0, len(score), _PAIR_ROWS):
        rows = slice(start, start + _PAIR_ROWS)
        time, ended = outcome.time[rows, None], outcome.event[rows, None]
        usable = ended & ((time < outcome.time) | ((time == outcome.time) & ~outcome.event))
        higher = (np.sign(score[rows, None] - score) + 1) / 2
        agreeing += float(higher[usable].sum())
        comparable += float(usable.sum())
    return agreeing / comparable if comparable else None


def auroc(score: Column, outcome: Outcome, days: float) -> float | None:
    """Area under the ROC curve for the end point by the horizon, weighted for censoring; ties half.

    None if the follow-up does not reach `days`, or everybody or nobody reached the end point by then.
    """
    weight, ended = weights_at(outcome, days), outcome.by(days)
    if weight is None or not ended.any() or not (weight * ~ended).any():
        return None
    case_weight, control_weight = weight * ended, weight * ~ended
    order = np.argsort(score, kind="stable")
    values, below = score[order], np.concatenate([[0.0], np.cumsum(control_weight[order])])
    first = np.searchsorted(values, score, side="left")
    last = np.searchsorted(values, score, side="right")
    beaten = (below[first] + below[last]) / 2
    return float((case_weight * beaten).sum() / (case_weight.sum() * control_weight.sum()))


def brier(risk: Column, outcome: Outcome, days: float) -> float | None:
    """Mean squared distance of risk and end point by the horizon, weighted for censoring.

    None if the follow-up does not reach `days`.
    """
    weight = weights_at(outcome, days)
    if weight is None:
        return None
    return float((weight * (outcome.by(days) - risk) ** 2).sum() / len(outcome))


def calibration_line(risk: Column, outcome: Outcome, days: float) -> tuple[float | None, float | None]:
    """Intercept (with the slope held at 1) and slope of observed on predicted, on the log(-log) scale.

    Perfect is 0 and 1. An intercept above 0 means that more end points occurred than were predicted, a slope
    below 1 that predictions are too extreme. None where it cannot be estimated: the follow-up does not reach
    `days`, everybody or nobody reached the end point, or, for the slope, the risks are all the same or
    separate those with from those without the end point.
    """
    weight, ended = weights_at(outcome, days), outcome.by(days)
    if weight is None or not ended.any() or not (weight * ~ended).any():
        return None, None
    predicted = np.log(-np.log1p(-np.clip(risk, 1e-9, 1 - 1e-9)))
    ones, reached = np.ones((len(risk), 1)), ended.astype(np.float64)
    intercept = _loglog_regression(ones, reached, weight, offset=predicted)
    slope = None
    if _overlap(predicted[ended], predicted[~ended & (weight > 0)]):
        design = np.column_stack([ones, predicted])
        slope = _loglog_regression(design, reached, weight, offset=np.zeros(len(risk)))
    return (
        None if intercept is None else float(intercept[0]),
        None if slope is None else float(slope[1]),
    )


def net_benefit(risk: Column, outcome: Outcome, days: float, thresholds: Column) -> Column | None:
    """Net benefit of referring at or above each threshold (Vickers AJ, Med Decis Making 2006;26:565-574).

    None if the follow-up does not reach `days`.
    """
    weight, ended = weights_at(outcome, days), outcome.by(days)
    if weight is None:
        return None
    order = np.argsort(risk, kind="stable")
    below = np.searchsorted(risk[order], thresholds)
    true = _from_place((weight * ended)[order], below) / len(risk)
    false = _from_place((weight * ~ended)[order], below) / len(risk)
    return benefit(true, false, thresholds)


def benefit(true: Column, false: Column, thresholds: Column) -> Column:
    """Net benefit where a share of all is referred rightly and another wrongly at each threshold."""
    return np.asarray(true - false * thresholds / (1 - thresholds), dtype=np.float64)


def _still_observed(time: Column, times: Column) -> NDArray[np.intp]:
    """How many of `time` are at or after each of `times`."""
    return np.asarray(len(time) - np.searchsorted(np.sort(time), times, side="left"))


def _on_the_day(time: Column, times: Column) -> NDArray[np.intp]:
    """How many of `time` are equal to each of `times`."""
    ordered = np.sort(time)
    return np.asarray(
        np.searchsorted(ordered, times, side="right") - np.searchsorted(ordered, times, side="left")
    )


def _from_place(values: Column, places: NDArray[Any]) -> Column:
    """The sum of the values from each place to the end."""
    before = np.concatenate(([0.0], np.cumsum(values)))
    return np.asarray(before[-1] - before[places], dtype=np.float64)


def _overlap(one: Column, other: Column) -> bool:
    """Whether no value lies between the two groups, as a slope that is finite needs."""
    return bool(one.min() < other.max() and other.min() < one.max())


def _loglog_regression(design: Column, ended: Column, weight: Column, *, offset: Column) -> Column | None:
    """Weighted maximum likelihood of P = 1 - exp(-exp(offset + design b)) by Newton's method.

    The likelihood is concave, so that halving a step that goes too far always arrives. None if there is no
    maximum.
    """
    b = np.zeros(design.shape[1])
    for _ in range(_SEARCH_STEPS):
        hazard = _hazard(offset + design @ b)
        slope = hazard / np.expm1(hazard)
        score = weight * (ended * slope - (1 - ended) * hazard)
        curvature = weight * (ended * slope * (hazard + slope - 1) + (1 - ended) * hazard)
        try:
            full = np.linalg.solve(design.T @ (design * curvature[:, None]), design.T @ score)
        except np.linalg.LinAlgError:
            return None
        step = full * _halvings(b, full, lambda at: _log_likelihood(offset + design @ at, ended, weight))
        b = b + step
        if not np.abs(b).max() < _FURTHEST:
            return None
        if np.abs(step).max() < 1e-10:
            return b
    return None


def _hazard(predictor: Column) -> Column:
    return np.asarray(np.exp(np.clip(predictor, -30, 6.5)))


def _log_likelihood(predictor: Column, ended: Column, weight: Column) -> float:
    hazard = _hazard(predictor)
    return float((weight * (ended * np.log(-np.expm1(-hazard)) - (1 - ended) * hazard)).sum())


def _halvings(start: Column, step: NDArray[Any], height: Callable[[NDArray[Any]], float]) -> float:
    """The largest of 1, 1/2, 1/4 ... of the step that leads no lower."""
    share, before = 1.0, height(start)
    while share > 1e-10 and height(start + share * step) < before - 1e-12 * abs(before):
        share /= 2
    return share
