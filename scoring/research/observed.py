"""What became of scored patients beside what a model had said: calibration, discrimination, net benefit.

For patients whose outcome at the horizon is known; those who were lost are the caller's to count and to say.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.research.agreement import Z95, Estimate, Share, share
from scoring.research.survival import Column, Flags, benefit

THRESHOLDS = np.round(np.arange(0.05, 0.81, 0.05), 2)
FEWEST_PATIENTS, FEWEST_OF_EACH = 30, 5
_MOST_GROUPS, _PATIENTS_PER_GROUP = 10, 20
Counts = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class RiskGroup:
    """Patients of similar risk: `low` to `high` and `predicted`, their mean, as fractions.

    `number`: from 1 in the order of the risks. `low` and `high` are each one patient's risk, None where the
    reader may not know it.
    """

    number: int
    low: float | None
    high: float | None
    predicted: float
    observed: Share


@dataclass(frozen=True, slots=True)
class Above:
    """How many patients have a risk of `threshold` or more, and with how many of them it came to the end
    point."""

    threshold: float
    patients: int
    events: int


@dataclass(frozen=True, slots=True)
class Ranks:
    """How the risks of those with and without the end point lie to each other, in half pairs.

    `concordant`: pairs in which who had the end point had the higher risk; `tied`: the same risk. A patient
    with the end point scores 2 for each one without at a lower risk and 1 at the same; one without scores
    likewise for those with it at a higher risk. `squares_with`, `squares_without`: sums of the squares of
    these scores.
    """

    concordant: int
    tied: int
    squares_with: int
    squares_without: int


@dataclass(frozen=True, slots=True)
class Sums:
    """All that the figures are computed from. `predicted`: mean of the risks, None below the fewest patients
    that say anything."""

    patients: int
    events: int
    predicted: float | None = None
    ranks: Ranks | None = None
    groups: tuple[RiskGroup, ...] = ()
    above: tuple[Above, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """A model against outcomes. Below the fewest that say anything, only the counts are given.

    `ratio`: end points observed per end point predicted. `net_benefit`: by threshold, of referring by the
    model and of referring everybody. `sums`: what this was computed from.
    """

    sums: Sums
    observed: Share | None = None
    ratio: Estimate | None = None
    auroc: Estimate | None = None
    net_benefit: tuple[tuple[float, float, float], ...] = ()

    @property
    def patients(self) -> int:
        return self.sums.patients

    @property
    def events(self) -> int:
        return self.sums.events

    @property
    def predicted(self) -> float | None:
        return self.sums.predicted

    @property
    def groups(self) -> tuple[RiskGroup, ...]:
        return self.sums.groups


def observe(risk: Column, event: Flags) -> Observed:
    """The figures of n predicted risks (0-1) and whether the end point came within the horizon."""
    return observed(summed(risk, event))


def summed(risk: Column, event: Flags) -> Sums:
    """What the figures of these patients are computed from."""
    patients, events = len(risk), int(event.sum())
    if patients < FEWEST_PATIENTS or min(events, patients - events) < FEWEST_OF_EACH:
        return Sums(patients, events)
    order = np.argsort(risk)  # what is sorted already is sorted below in no time
    risk, event = np.asarray(risk, dtype=np.float64)[order], event[order]
    return Sums(
        patients=patients,
        events=events,
        predicted=float(risk.sum()) / patients,
        ranks=ranks(risk, event),
        groups=tuple(risk_groups(risk, event)),
        above=tuple(_above(risk, event)),
    )


def observed(sums: Sums) -> Observed:
    """The figures."""
    if sums.predicted is None or sums.ranks is None:
        return Observed(sums)
    return Observed(
        sums=sums,
        observed=share(sums.events, sums.patients),
        ratio=_ratio(sums.events, sums.predicted * sums.patients),
        auroc=_auroc(sums.ranks, sums.events, sums.patients - sums.events),
        net_benefit=tuple(_benefits(sums)),
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
            number,
            float(risk[rows[0]]),
            float(risk[rows[-1]]),
            float(risk[rows].mean()),
            share(int(event[rows].sum()), len(rows)),
        )
        for number, rows in enumerate(np.array_split(order, count), 1)
    ]


def auroc(risk: Column, event: Flags) -> Estimate:
    """Area under the ROC curve, ties half, with DeLong's interval (Biometrics 1988;44:837-845).

    No interval where the risks set the two groups wholly apart or are all the same: DeLong's has no width
    there, which would claim certainty.
    """
    return _auroc(ranks(risk, event), int(event.sum()), int((~event).sum()))


def _auroc(ranks: Ranks, m: int, n: int) -> Estimate:
    """Of `m` patients with the end point and `n` without."""
    if m < 2 or n < 2:
        return Estimate(None, None, None)
    scored = 2 * ranks.concordant + ranks.tied
    value = scored / (2 * m * n)
    apart = m * ranks.squares_with - scored**2, n * ranks.squares_without - scored**2
    if apart == (0, 0):
        return Estimate(value, None, None)
    spread = Z95 * math.sqrt(apart[0] / (m - 1) + apart[1] / (n - 1)) / (2 * m * n)
    return Estimate(value, max(0.0, value - spread), min(1.0, value + spread))


def ranks(risk: Column, event: Flags) -> Ranks:
    """How the risks of those with and without the end point lie to each other."""
    with_it, without = _counts_by_value(risk, event)
    below, above = np.cumsum(without) - without, with_it.sum() - np.cumsum(with_it)
    return Ranks(
        concordant=int(below @ with_it),
        tied=int(without @ with_it),
        squares_with=int((2 * below + without) ** 2 @ with_it),
        squares_without=int((2 * above + with_it) ** 2 @ without),
    )


def _counts_by_value(risk: Column, event: Flags) -> tuple[Counts, Counts]:
    """With and without the event, by ascending value of the risk."""
    order = np.argsort(risk, kind="stable")
    values, upto = risk[order], np.cumsum(event[order], dtype=np.int64)
    ends = np.append(np.flatnonzero(values[1:] != values[:-1]), len(values) - 1)
    with_it = np.diff(upto[ends], prepend=0)
    return with_it, np.diff(ends + 1, prepend=0) - with_it


def _above(risk: Column, event: Flags) -> Iterator[Above]:
    """By threshold; the risks ascend."""
    below = np.searchsorted(risk, THRESHOLDS)
    events_before = np.concatenate(([0], np.cumsum(event)))
    counts = zip(THRESHOLDS.tolist(), below.tolist(), events_before[below].tolist(), strict=True)
    for threshold, patients, events in counts:
        yield Above(threshold, len(risk) - patients, int(events_before[-1]) - events)


def _benefits(sums: Sums) -> list[tuple[float, float, float]]:
    """Threshold, net benefit by the model, net benefit of referring everybody."""
    thresholds, above, true = (
        np.array([getattr(row, name) for row in sums.above]) for name in ("threshold", "patients", "events")
    )
    patients, prevalence = sums.patients, np.array(sums.events / sums.patients)
    by_model = benefit(true / patients, (above - true) / patients, thresholds)
    everybody = benefit(prevalence, 1 - prevalence, thresholds)
    return list(zip(thresholds.tolist(), by_model.tolist(), everybody.tolist(), strict=True))
