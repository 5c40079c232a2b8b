"""Predictions beside outcomes, and what they are worth, with bootstrap intervals.

What the follow-up cannot say is None, in figures and in intervals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.research import survival
from scoring.research.survival import Outcome

Column = NDArray[np.float64]
Rows = NDArray[np.intp]
Interval = tuple[float | None, float | None, float | None]
Statistic = Callable[["Sample"], float | None]

FEWEST_RESAMPLES = 20
SHARE_OF_RESAMPLES = 0.9
"""With fewer in which a statistic could be estimated, what could is no fair draw of what could be."""


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


def c_index(sample: Sample) -> float | None:
    """Harrell's C of the score."""
    return survival.concordance(sample.score, sample.outcome)


def auroc(sample: Sample) -> float | None:
    """Area under the ROC curve of the score at the horizon."""
    return survival.auroc(sample.score, sample.outcome, sample.days)


def brier(sample: Sample) -> float | None:
    """Brier score of the risk at the horizon."""
    return survival.brier(sample.risk, sample.outcome, sample.days)


def scaled_brier(sample: Sample) -> float | None:
    """1 - Brier score / that of predicting everybody's observed risk: 1 is perfect, 0 says nothing."""
    own, observed = brier(sample), observed_risk(sample)
    if own is None or observed is None or not 0 < observed < 1:
        return None
    return 1 - own / (observed * (1 - observed))


def observed_risk(sample: Sample) -> float | None:
    """Kaplan-Meier risk at the horizon."""
    estimate = survival.survival_at(sample.outcome, sample.days)
    return None if estimate is None else 1 - estimate[0]


def calibration_intercept(sample: Sample) -> float | None:
    """See `survival.calibration_line`."""
    return survival.calibration_line(sample.risk, sample.outcome, sample.days)[0]


def calibration_slope(sample: Sample) -> float | None:
    """See `survival.calibration_line`."""
    return survival.calibration_line(sample.risk, sample.outcome, sample.days)[1]


def resamples(patients: int, count: int, seed: int) -> list[Rows]:
    """`count` draws of that many patients with replacement."""
    rng = np.random.default_rng(seed)
    return [rng.integers(0, patients, patients) for _ in range(count)]


def interval(statistic: Statistic, sample: Sample, draws: Sequence[Rows]) -> Interval:
    """The statistic and its 95 % interval."""
    return percentile_interval(statistic(sample), [statistic(sample.take(rows)) for rows in draws])


def paired_difference(statistic: Statistic, one: Sample, other: Sample, draws: Sequence[Rows]) -> Interval:
    """The statistic of `one` minus that of `other`, both always on the same patients."""
    over = [_difference(statistic(one.take(rows)), statistic(other.take(rows))) for rows in draws]
    return percentile_interval(_difference(statistic(one), statistic(other)), over)


def percentile_interval(estimate: float | None, resampled: Sequence[float | None]) -> Interval:
    """The estimate with the 2.5th and 97.5th percentile over the resamples.

    No interval without an estimate, where the statistic could not be estimated in enough of the resamples, or
    where it was the same in all of them, which says nothing of how far it may be off.
    """
    values = [value for value in resampled if value is not None]
    if estimate is None or len(values) < max(FEWEST_RESAMPLES, SHARE_OF_RESAMPLES * len(resampled)):
        return estimate, None, None
    low, high = np.quantile(values, [0.025, 0.975]).tolist()
    return (estimate, low, high) if low < high else (estimate, None, None)


def _difference(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
