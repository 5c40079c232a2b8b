"""Medians and 90th centiles of many groups at once, in NumPy, without a loop over the groups.

Sorted values of different cases need not be sorted together: what has a rank in all of them is found by
halving, as it is known how many of each are at most so large.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.research.agreement import Z95

Ints = NDArray[Any]
FEWEST_FOR_INTERVAL = 6
"""With fewer, even the whole range is no 95 % interval of the median."""


@dataclass(frozen=True, slots=True)
class Spread:
    """`cases` durations in seconds: median with its 95 % interval, and the 90th centile; None of nothing."""

    cases: int
    median: float | None = None
    low: float | None = None
    high: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """Values by group and size, each one number: its group times `width`, plus its distance from `lowest`.

    `starts` are the places where the groups begin, and the end of the last.
    """

    keys: Ints
    starts: Ints
    lowest: int
    width: int

    @property
    def cases(self) -> Ints:
        """How many values each group has."""
        return np.diff(self.starts)

    def at_most(self, values: Ints) -> Ints:
        """How many of each group, as rows, are at most as large as these values of the row."""
        first = np.arange(len(self.starts) - 1)[:, None] * self.width
        distance = np.minimum(values - self.lowest, self.width - 1)
        sought = (first + np.maximum(distance, 0)).astype(self.keys.dtype)
        places = np.searchsorted(self.keys, sought, side="right") - self.starts[:-1, None]
        return np.where(distance < 0, 0, places)


def in_order(values: Ints, group: Ints, groups: int) -> Ordered:
    """`values` sorted in one go, in 32 bits where they fit; `group` numbers each one's from 0."""
    lowest = int(values.min()) if len(values) else 0
    width = int(values.max()) - lowest + 1 if len(values) else 1
    kind = np.uint32 if width * (groups + 1) < 2**32 else np.int64
    keys: Ints = (values - np.array(lowest, values.dtype)).astype(kind)
    if groups > 1:
        keys += group.astype(kind) * np.array(width, kind)
    keys.sort()
    starts = np.searchsorted(keys, (np.arange(groups + 1) * width).astype(kind))
    return Ordered(keys, starts, lowest, width)


def spreads(runs: Sequence[tuple[Ordered, Ints]], groups: int) -> tuple[Spread, list[Spread]]:
    """The spread of all values of all runs, and of those in each of `groups`.

    With each run goes the number, from 0, of each of its groups. Centiles are interpolated (as
    percentile_cont does); the interval of the median goes by ranks, without an assumption about the
    distribution (Campbell MJ, Gardner MJ, BMJ 1988;296:1454-1456).
    """

    def at_most(values: Ints) -> Ints:
        counts = np.zeros(values.shape, dtype=np.int64)
        for ordered, place in runs:
            counts[place] += ordered.at_most(values[place])
        return counts

    def at_most_of_all(values: Ints) -> Ints:
        counts = [
            ordered.at_most(np.broadcast_to(values, (len(place), values.shape[1]))) for ordered, place in runs
        ]
        return np.concatenate(counts).sum(axis=0, keepdims=True)

    cases = np.zeros(groups, dtype=np.int64)
    for ordered, place in runs:
        cases[place] += ordered.cases
    (whole,) = _spreads(cases.sum(keepdims=True), at_most_of_all, runs)
    return whole, _spreads(cases, at_most, runs)


def _spreads(
    cases: Ints, at_most: Callable[[Ints], Ints], runs: Sequence[tuple[Ordered, Ints]]
) -> list[Spread]:
    """One for each of `cases`, of which `at_most` counts those at most so large."""
    filled = [ordered for ordered, _place in runs if len(ordered.keys)]
    if not filled:
        return [Spread(0) for _none in cases]
    ranks = np.array([_ranks(count) for count in cases.tolist()])
    least = np.full_like(ranks, min(ordered.lowest for ordered in filled))
    most = np.full_like(ranks, max(ordered.lowest + ordered.width - 1 for ordered in filled))
    while (least < most).any():
        middle = (least + most) // 2
        enough = at_most(middle) > ranks
        least, most = np.where(enough, least, middle + 1), np.where(enough, middle, most)
    return [_spread(count, values) for count, values in zip(cases.tolist(), least.tolist(), strict=True)]


def _ranks(cases: int) -> list[int]:
    """The ranks, from 0, of a spread: two about the median, two about the 90th centile, the interval."""
    middle, ninth = (max(cases - 1, 0) * share for share in (0.5, 0.9))
    return [
        *(math.floor(middle), math.ceil(middle), math.floor(ninth), math.ceil(ninth)),
        *(max(rank - 1, 0) for rank in median_ranks(cases)),
    ]


def _spread(cases: int, values: Sequence[int]) -> Spread:
    """The spread of so many, of which these values have their _ranks."""
    if cases == 0:
        return Spread(0)
    before, after, before_ninth, after_ninth, low, high = map(float, values)
    has_interval = cases >= FEWEST_FOR_INTERVAL
    return Spread(
        cases,
        _between(before, after, (cases - 1) * 0.5),
        low if has_interval else None,
        high if has_interval else None,
        _between(before_ninth, after_ninth, (cases - 1) * 0.9),
    )


def _between(below: float, above: float, place: float) -> float:
    """At the part of `place` behind the point, between two neighbours."""
    return below + (place - math.floor(place)) * (above - below)


def median_ranks(cases: int) -> tuple[int, int]:
    """The ranks, from 1, between which the median lies with 95 % confidence; (0, 0) of too few."""
    if cases < FEWEST_FOR_INTERVAL:
        return 0, 0
    half, spread = cases / 2, Z95 * math.sqrt(cases) / 2
    return max(1, round(half - spread)), min(cases, round(1 + half + spread))
