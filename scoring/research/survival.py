"""Estimates for censored outcomes, in NumPy: Kaplan-Meier, weights, discrimination, calibration, net benefit.

Scores and risks are columns of length n; `time` in days, `event` true for the end point; `days` the horizon.
Censoring before the horizon is met by inverse probability weights (Graf E, Stat Med 1999;18:2529-2545).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Flags = NDArray[np.bool_]

_PAIR_ROWS = 512
"""Patients compared with all others at a time, so that memory does not grow with the square of the cohort."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Follow-up of n patients."""

    time: Column
    event: Flags

    def take(self, rows: NDArray[np.intp]) -> "Outcome":
        """The follow-up of some rows, repeats allowed."""
        return Outcome(self.time[rows], self.event[rows])

    def by(self, days: float) -> Flags:
        """Who reached the end point within `days`."""
        return self.event & (self.time <= days)


def survival_at(outcome: Outcome, days: float) -> tuple[float, float]:
    """Kaplan-Meier probability of no end point by `days`, and its standard error by Greenwood's formula."""
    times = np.unique(outcome.time[outcome.by(days)])
    at_risk = len(outcome.time) - np.searchsorted(np.sort(outcome.time), times, side="left")
    ended = np.array([(outcome.by(days) & (outcome.time == time)).sum() for time in times])
    survival = float(np.prod(1 - ended / at_risk)) if len(times) else 1.0
    left = at_risk - ended
    variance = float((ended[left > 0] / (at_risk[left > 0] * left[left > 0])).sum()) if len(times) else 0.0
    return survival, survival * variance**0.5


def weights_at(outcome: Outcome, days: float) -> Column:
    """Weight at the horizon: 0 for patients lost before it, else 1 / probability of not having been lost."""
    lost = ~outcome.event & (outcome.time < days)
    times, ended = np.unique(outcome.time[lost], return_counts=True)
    at_risk = len(outcome.time) - np.searchsorted(np.sort(outcome.time), times, side="left")
    kept = np.concatenate([[1.0], np.cumprod(1 - ended / at_risk)])
    losses_before = np.searchsorted(times, np.minimum(outcome.time, days), side="left")
    return np.where(lost, 0.0, 1 / np.maximum(kept[losses_before], 1e-9))


def concordance(score: Column, outcome: Outcome) -> float:
    """Harrell's C: share of comparable pairs in which the one who ended first scored higher; ties half."""
    agreeing = comparable = 0.0
    for start in range(0, len(score), _PAIR_ROWS):
        rows = slice(start, start + _PAIR_ROWS)
        time, ended = outcome.time[rows, None], outcome.event[rows, None]
        usable = ended & ((time < outcome.time) | ((time == outcome.time) & ~outcome.event))
        higher = (np.sign(score[rows, None] - score) + 1) / 2
        agreeing += float(higher[usable].sum())
        comparable += float(usable.sum())
    return agreeing / comparable if comparable else float("nan")


def auroc(score: Column, outcome: Outcome, days: float) -> float:
    """Area under the ROC curve for the end point by the horizon, weighted for censoring; ties half."""
    weight, ended = weights_at(outcome, days), outcome.by(days)
    case_weight, control_weight = weight * ended, weight * ~ended
    order = np.argsort(score, kind="stable")
    values, below = score[order], np.concatenate([[0.0], np.cumsum(control_weight[order])])
    first = np.searchsorted(values, score, side="left")
    last = np.searchsorted(values, score, side="right")
    beaten = (below[first] + below[last]) / 2
    total = case_weight.sum() * control_weight.sum()
    return float((case_weight * beaten).sum() / total) if total else float("nan")


def brier(risk: Column, outcome: Outcome, days: float) -> float:
    """Mean squared distance of risk and end point by the horizon, weighted for censoring."""
    weight = weights_at(outcome, days)
    return float((weight * (outcome.by(days) - risk) ** 2).sum() / weight.sum())


def calibration_line(risk: Column, outcome: Outcome, days: float) -> tuple[float, float]:
    """Intercept (with the slope held at 1) and slope of observed on predicted, on the log(-log) scale.

    Perfect is 0 and 1. An intercept above 0 means that more end points occurred than were predicted, a slope
    below 1 that predictions are too extreme. NaN where they cannot be estimated.
    """
    predicted = np.log(-np.log1p(-np.clip(risk, 1e-9, 1 - 1e-9)))
    weight, ended = weights_at(outcome, days), outcome.by(days).astype(np.float64)
    ones = np.ones((len(risk), 1))
    intercept = _loglog_regression(ones, ended, weight, offset=predicted)
    both = _loglog_regression(np.column_stack([ones, predicted]), ended, weight, offset=np.zeros(len(risk)))
    return float(intercept[0]), float(both[1])


def net_benefit(risk: Column, outcome: Outcome, days: float, thresholds: Column) -> Column:
    """Net benefit of referring at or above each threshold (Vickers AJ, Med Decis Making 2006;26:565-574)."""
    weight, ended = weights_at(outcome, days), outcome.by(days)
    order = np.argsort(risk, kind="stable")
    below = np.searchsorted(risk[order], thresholds)
    true = _from_place((weight * ended)[order], below) / len(risk)
    false = _from_place((weight * ~ended)[order], below) / len(risk)
    return benefit(true, false, thresholds)


def benefit(true: Column, false: Column, thresholds: Column) -> Column:
    """Net benefit where a share of all is referred rightly and another wrongly at each threshold."""
    return np.asarray(true - false * thresholds / (1 - thresholds), dtype=np.float64)


def _from_place(values: Column, places: NDArray[Any]) -> Column:
    """The sum of the values from each place to the end."""
    before = np.concatenate(([0.0], np.cumsum(values)))
    return np.asarray(before[-1] - before[places], dtype=np.float64)


def _loglog_regression(design: Column, ended: Column, weight: Column, *, offset: Column) -> Column:
    """Weighted maximum likelihood of P = 1 - exp(-exp(offset + design b)) by Fisher scoring."""
    b = np.zeros(design.shape[1])
    for _ in range(100):
        hazard = np.exp(np.clip(offset + design @ b, -30, 5))
        probability = np.clip(-np.expm1(-hazard), 1e-12, 1 - 1e-12)
        slope = hazard * np.exp(-hazard)
        score = design.T @ (weight * slope * (ended - probability) / (probability * (1 - probability)))
        information = design.T @ (design * (weight * slope**2 / (probability * (1 - probability)))[:, None])
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            return np.full(design.shape[1], np.nan)
        b = b + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            return b
    return np.full(design.shape[1], np.nan)
