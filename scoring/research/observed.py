"""What became of scored patients beside what a model had said: calibration, discrimination, net benefit.

For patients whose outcome at the horizon is known; those who were lost are the caller's to count and to say.
"""

import math
from dataclasses import dataclass

import numpy as np

from scoring.research.agreement import Z95, Estimate, Share, share
from scoring.research.survival import Column, Flags, benefit

THRESHOLDS = np.round(np.arange(0.05, 0.81, 0.05), 2)
FEWEST_PATIENTS, FEWEST_OF_EACH = 30, 5
_MOST_GROUPS, _PATIENTS_PER_GROUP = 10, 20
_NO_VARIANCE = 1e-15


@dataclass(frozen=True, slots=True)
class RiskGroup:
    """Patients of similar risk: `low` to `high` and `predicted`, their mean, as fractions."""

    low: float
    high: float
    predicted: float
    observed: Share


@dataclass(frozen=True, slots=True)
class Observed:
    """A model against outcomes. Below the fewest that say anything, only the counts are given.

    `ratio`: end points observed per end point predicted. `net_benefit`: by threshold, of referring by the
    model and of referring everybody.
    """

    patients: int
    events: int
    predicted: float | None = None
    observed: Share | None = None
    ratio: Estimate | None = None
    auroc: Estimate | None = None
    groups: tuple[RiskGroup, ...] = ()
    net_benefit: tuple[tuple[float, float, float], ...] = ()


def observe(risk: Column, event: Flags) -> Observed:
    """The figures of n predicted risks (0-1) and whether the end point came within the horizon."""
    patients, events = len(risk), int(event.sum())
    if patients < FEWEST_PATIENTS or min(events, patients - events) < FEWEST_OF_EACH:
        return Observed(patients, events)
    order = np.argsort(risk)  # what is sorted already is sorted below in no time
    risk, event = np.asarray(risk, dtype=np.float64)[order], event[order]
    expected = float(risk.sum())
    return Observed(
        patients=patients,
        events=events,
        predicted=expected / patients,
        observed=share(events, patients),
        ratio=_ratio(events, expected),
        auroc=auroc(risk, event),
        groups=tuple(risk_groups(risk, event)),
        net_benefit=tuple(_benefits(risk, event)),
    )


def _ratio(events: int, expected: float) -> Estimate:
    """End points per predicted one with a Poisson interval on the log scale; None if none were predicted."""
    if expected <= 0:
        return Estimate(None, None, None)
    ratio, spread = events / expected, math.exp(Z95 / math.sqrt(events))
    return Estimate(ratio, ratio / spread, ratio * spread)


def risk_groups(risk: Column, event: Flags) -> list[RiskGroup]:
    """Groups of equal size by predicted risk, ten at most."""
    order = np.argsort(risk, kind="stable")
    count = max(2, min(_MOST_GROUPS, len(risk) // _PATIENTS_PER_GROUP))
    return [
        RiskGroup(
            float(risk[rows[0]]),
            float(risk[rows[-1]]),
            float(risk[rows].mean()),
            share(int(event[rows].sum()), len(rows)),
        )
        for rows in np.array_split(order, count)
    ]


def auroc(risk: Column, event: Flags) -> Estimate:
    """Area under the ROC curve, ties half, with DeLong's interval (Biometrics 1988;44:837-845).

    No interval where the risks set the two groups wholly apart or are all the same: DeLong's has no width
    there, which would claim certainty.
    """
    m, n = int(event.sum()), int((~event).sum())
    if m < 2 or n < 2:
        return Estimate(None, None, None)
    cases, controls = _counts_by_value(risk, event)
    beaten_controls = (np.cumsum(controls) - controls / 2) / n
    beating_cases = 1 - (np.cumsum(cases) - cases / 2) / m
    value = float(beaten_controls @ cases) / m
    variance = _variance(beaten_controls, cases) / m + _variance(beating_cases, controls) / n
    if variance <= _NO_VARIANCE:
        return Estimate(value, None, None)
    spread = Z95 * math.sqrt(variance)
    return Estimate(value, max(0.0, value - spread), min(1.0, value + spread))


def _counts_by_value(risk: Column, event: Flags) -> tuple[Column, Column]:
    """With and without the event, by ascending value of the risk."""
    order = np.argsort(risk, kind="stable")
    values, upto = risk[order], np.cumsum(event[order], dtype=np.float64)
    ends = np.append(np.flatnonzero(values[1:] != values[:-1]), len(values) - 1)
    cases = np.diff(upto[ends], prepend=0.0)
    return cases, np.diff(ends + 1.0, prepend=0.0) - cases


def _variance(values: Column, counts: Column) -> float:
    """The sample variance of values that occur `counts` times each."""
    total = float(counts.sum())
    mean = float(values @ counts) / total
    return float((values - mean) ** 2 @ counts) / (total - 1)


def _benefits(risk: Column, event: Flags) -> list[tuple[float, float, float]]:
    """Threshold, net benefit by the model, net benefit of referring everybody; the risks ascend."""
    below = np.searchsorted(risk, THRESHOLDS)
    events_before = np.concatenate(([0], np.cumsum(event)))
    patients, events = len(risk), events_before[-1]
    true = events - events_before[below]
    by_model = benefit(true / patients, (patients - below - true) / patients, THRESHOLDS)
    everybody = benefit(events / patients, 1 - events / patients, THRESHOLDS)
    return list(zip(THRESHOLDS.tolist(), by_model.tolist(), everybody.tolist(), strict=True))
