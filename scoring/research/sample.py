"""Predictions beside outcomes, and what they are worth, with bootstrap intervals."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.research import survival
from scoring.research.survival import Outcome

Column = NDArray[np.float64]
Rows = NDArray[np.intp]
Interval = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Sample:
    """n patients: a score that rises with severity, the risk (0-1) by `days`, the outcome."""

    score: Column
    risk: Column
    outcome: Outcome
    days: int

    def __len__(self) -> int:
        return len(self.score)

    def take(self, rows: Rows) -> "Sample":
        """Some rows, repeats allowed."""
        return Sample(self.score[rows], self.risk[rows], self.outcome.take(rows), self.days)


def c_index(sample: Sample) -> float:
    """Harrell's C of the score."""
    return survival.concordance(sample.score, sample.outcome)


def auroc(sample: Sample) -> float:
    """Area under the ROC curve of the score at the horizon."""
    return survival.auroc(sample.score, sample.outcome, sample.days)


def brier(sample: Sample) -> float:
    """Brier score of the risk at the horizon."""
    return survival.brier(sample.risk, sample.outcome, sample.days)


def scaled_brier(sample: Sample) -> float:
    """1 - Brier score / that of predicting everybody's observed risk: 1 is perfect, 0 says nothing."""
    constant = np.full(len(sample), observed_risk(sample))
    return 1 - brier(sample) / survival.brier(constant, sample.outcome, sample.days)


def observed_risk(sample: Sample) -> float:
    """Kaplan-Meier risk at the horizon."""
    return 1 - survival.survival_at(sample.outcome, sample.days)[0]


def calibration_intercept(sample: Sample) -> float:
    """See `survival.calibration_line`."""
    return survival.calibration_line(sample.risk, sample.outcome, sample.days)[0]


def calibration_slope(sample: Sample) -> float:
    """See `survival.calibration_line`."""
    return survival.calibration_line(sample.risk, sample.outcome, sample.days)[1]


def resamples(patients: int, count: int, seed: int) -> list[Rows]:
    """`count` draws of that many patients with replacement."""
    rng = np.random.default_rng(seed)
    return [rng.integers(0, patients, patients) for _ in range(count)]


def interval(statistic: Callable[[Sample], float], sample: Sample, draws: Sequence[Rows]) -> Interval:
    """The statistic and its 95 % interval."""
    return percentile_interval(statistic(sample), [statistic(sample.take(rows)) for rows in draws])


def paired_difference(
    statistic: Callable[[Sample], float], one: Sample, other: Sample, draws: Sequence[Rows]
) -> Interval:
    """The statistic of `one` minus that of `other`, both always on the same patients."""
    over = [statistic(one.take(rows)) - statistic(other.take(rows)) for rows in draws]
    return percentile_interval(statistic(one) - statistic(other), over)


def percentile_interval(estimate: float, resampled: Sequence[float]) -> Interval:
    """The estimate with the 2.5th and 97.5th percentile of what could be estimated over the resamples."""
    known = np.array([value for value in resampled if math.isfinite(value)])
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (math.nan, math.nan)
    return estimate, float(low), float(high)
