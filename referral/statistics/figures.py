"""Medians and 90th centiles of many groups at once, in NumPy, without a loop over the groups."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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


def spreads(values: Ints, group: Ints, groups: int) -> tuple[Spread, list[Spread]]:
    """The spread of all `values`, and of those in each of `groups`; `group` numbers them from 0.

    Centiles are interpolated (as percentile_cont does); the interval of the median goes by ranks, without
    an assumption about the distribution (Campbell MJ, Gardner MJ, BMJ 1988;296:1454-1456).
    """
    if not len(values):
        return Spread(0), [Spread(0)] * groups
    ordered = _in_order(values, group, groups)
    return (
        _spread(len(values), ordered.of_all),
        [_spread(ordered.cases(number), partial(ordered.of_group, number)) for number in range(groups)],
    )


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Values by group and size, each one number: its group times `width`, plus its distance from `lowest`.

    `starts` are the places where the groups begin, and the end of the last.
    """

    keys: Ints
    starts: Ints
    lowest: int
    width: int

    def cases(self, number: int) -> int:
        return int(self.starts[number + 1] - self.starts[number])

    def of_group(self, number: int, ranks: Ints) -> Ints:
        """The values of these ranks, from 0, within a group."""
        return self.keys[self.starts[number] + ranks].astype(np.int64) - number * self.width + self.lowest

    def of_all(self, ranks: Ints) -> Ints:
        """The values of these ranks among all, found by halving, as every group is in order by itself."""
        first = np.arange(len(self.starts) - 1)[:, None] * self.width
        least, most = np.zeros_like(ranks), np.full_like(ranks, self.width - 1)
        while (least < most).any():
            middle = (least + most) // 2
            ends = np.searchsorted(self.keys, (first + middle).astype(self.keys.dtype), side="right")
            enough = (ends - self.starts[:-1, None]).sum(axis=0) > ranks
            least, most = np.where(enough, least, middle + 1), np.where(enough, middle, most)
        return least + self.lowest


def _in_order(values: Ints, group: Ints, groups: int) -> _Ordered:
    """Sorted in one go; in 32 bits, twice as fast, where they fit."""
    lowest = int(values.min())
    width = int(values.max()) - lowest + 1
    kind = np.uint32 if width * (groups + 1) < 2**32 else np.int64
    keys: Ints = (values - np.array(lowest, values.dtype)).astype(kind)
    if groups > 1:
        keys += group.astype(kind) * np.array(width, kind)
    keys.sort()
    starts = np.searchsorted(keys, (np.arange(groups + 1) * width).astype(kind))
    return _Ordered(keys, starts, lowest, width)


def _spread(cases: int, ranked: Callable[[Ints], Ints]) -> Spread:
    """The spread of so many values, of which `ranked` gives those of some ranks."""
    if cases == 0:
        return Spread(0)
    middle, ninth = (cases - 1) * 0.5, (cases - 1) * 0.9
    low, high = median_ranks(cases)
    ranks = [math.floor(middle), math.ceil(middle), math.floor(ninth), math.ceil(ninth)]
    found = ranked(np.array([*ranks, max(low - 1, 0), max(high - 1, 0)])).tolist()
    return Spread(
        cases,
        _between(found[0], found[1], middle),
        float(found[4]) if low else None,
        float(found[5]) if high else None,
        _between(found[2], found[3], ninth),
    )


def _between(below: int, above: int, place: float) -> float:
    """At the part of `place` behind the point, between two neighbours."""
    return float(below) + (place - math.floor(place)) * float(above - below)


def median_ranks(cases: int) -> tuple[int, int]:
    """The ranks, from 1, between which the median lies with 95 % confidence; (0, 0) of too few."""
    if cases < FEWEST_FOR_INTERVAL:
        return 0, 0
    half, spread = cases / 2, Z95 * math.sqrt(cases) / 2
    return max(1, round(half - spread)), min(cases, round(1 + half + spread))
