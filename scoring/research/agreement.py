"""Agreement of a yes-or-no test with what came of it: shares with Wilson intervals, and Cohen's kappa."""

import math
from dataclasses import dataclass

Z95 = 1.959963984540054
"""The standard normal's 97.5th percentile."""
_NO_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`; estimate and its 95 % interval as fractions, None of nothing."""

    hits: int
    total: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; None where it, or the interval alone, cannot be estimated."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A two-by-two table of test (positive or not) against condition (present or not), and its figures."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int
    sensitivity: Share
    specificity: Share
    positive_predictive_value: Share
    negative_predictive_value: Share
    kappa: Estimate

    @property
    def total(self) -> int:
        return self.true_positive + self.false_positive + self.false_negative + self.true_negative


def share(hits: int, total: int) -> Share:
    """A share with Wilson's score interval (J Am Stat Assoc 1927;22:209-212). ValueError if impossible."""
    if not 0 <= hits <= total:
        raise ValueError(f"{hits} of {total} is no share.")
    if total == 0:
        return Share(0, 0, None, None, None)
    value, square = hits / total, Z95**2
    centre = (value + square / (2 * total)) / (1 + square / total)
    spread = Z95 * math.sqrt(value * (1 - value) / total + square / (4 * total**2)) / (1 + square / total)
    return Share(hits, total, value, max(0.0, centre - spread), min(1.0, centre + spread))


def agreement(
    *, true_positive: int, false_positive: int, false_negative: int, true_negative: int
) -> Agreement:
    """The figures of a two-by-two table of counts. Raises ValueError for a negative count."""
    tp, fp, fn, tn = true_positive, false_positive, false_negative, true_negative
    return Agreement(
        true_positive=tp,
        false_positive=fp,
        false_negative=fn,
        true_negative=tn,
        sensitivity=share(tp, tp + fn),
        specificity=share(tn, tn + fp),
        positive_predictive_value=share(tp, tp + fp),
        negative_predictive_value=share(tn, tn + fn),
        kappa=kappa(tp, fp, fn, tn),
    )


def kappa(tp: int, fp: int, fn: int, tn: int) -> Estimate:
    """Cohen's kappa with its large-sample interval (Fleiss JL, Psychol Bull 1969;72:323-327).

    No interval where the formula has no width, as in perfect agreement: that would claim certainty.
    """
    total = tp + fp + fn + tn
    if total == 0:
        return Estimate(None, None, None)
    cells = [[tp / total, fp / total], [fn / total, tn / total]]
    rows = [sum(row) for row in cells]
    columns = [cells[0][0] + cells[1][0], cells[0][1] + cells[1][1]]
    observed = cells[0][0] + cells[1][1]
    expected = sum(row * column for row, column in zip(rows, columns, strict=True))
    if math.isclose(expected, 1):
        return Estimate(None, None, None)
    value = (observed - expected) / (1 - expected)
    variance = _kappa_variance(cells, rows, columns, value)
    if variance <= _NO_VARIANCE:
        return Estimate(value, None, None)
    spread = Z95 * math.sqrt(variance / total)
    return Estimate(
        value, max(-1.0, value - spread / (1 - expected)), min(1.0, value + spread / (1 - expected))
    )


def _kappa_variance(cells: list[list[float]], rows: list[float], columns: list[float], value: float) -> float:
    """n (1 - expected)^2 times the variance of kappa."""
    expected = sum(row * column for row, column in zip(rows, columns, strict=True))
    agreeing = sum(cells[i][i] * (1 - (rows[i] + columns[i]) * (1 - value)) ** 2 for i in (0, 1))
    differing = sum(cells[i][j] * (columns[i] + rows[j]) ** 2 for i, j in ((0, 1), (1, 0))) * (1 - value) ** 2
    return agreeing + differing - (value - expected * (1 - value)) ** 2
