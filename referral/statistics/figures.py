"""Medians and 90th centiles of many groups at once, in NumPy, without a loop over the groups."""

import math
from dataclasses import dataclass
from itertools import pairwise
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


def spreads(values: Ints, group: Ints, groups: int) -> list[Spread]:
    """The spread of `values` in each of `groups` groups; `group` numbers them from 0, one per value.

    Centiles are interpolated (as percentile_cont does); the interval of the median goes by ranks, without
    an assumption about the distribution (Campbell MJ, Gardner MJ, BMJ 1988;296:1454-1456).
    """
    if not len(values):
        return [Spread(0)] * groups
    lowest = int(values.min())
    width = int(values.max()) - lowest + 1
    keys = _sorted_keys(values, group, lowest, width)
    starts = np.searchsorted(keys, np.arange(groups + 1, dtype=np.int64) * width).tolist()
    return [
        _spread(keys[start:end], number * width - lowest)
        for number, (start, end) in enumerate(pairwise(starts))
    ]


def _sorted_keys(values: Ints, group: Ints, lowest: int, width: int) -> Ints:
    """Group and size in one number per value, sorted in one go; in 32 bits, twice as fast, where they fit."""
    groups = int(group.max()) + 1
    kind = np.uint32 if width * groups < 2**32 else np.int64
    keys: Ints = (values - np.array(lowest, values.dtype)).astype(kind)
    if groups > 1:
        keys += group.astype(kind) * np.array(width, kind)
    keys.sort()
    return keys


def _spread(keys: Ints, offset: int) -> Spread:
    """The spread of one group's sorted keys, which are its values plus `offset`."""
    cases = len(keys)
    if cases == 0:
        return Spread(0)
    low, high = median_ranks(cases)
    return Spread(
        cases,
        centile(keys, 0.5) - offset,
        float(keys[low - 1]) - offset if low else None,
        float(keys[high - 1]) - offset if high else None,
        centile(keys, 0.9) - offset,
    )


def centile(ordered: Ints, share: float) -> float:
    """The centile of sorted values, interpolated between neighbours."""
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below]) + (place - below) * float(ordered[above] - ordered[below])


def median_ranks(cases: int) -> tuple[int, int]:
    """The ranks, from 1, between which the median lies with 95 % confidence; (0, 0) of too few."""
    if cases < FEWEST_FOR_INTERVAL:
        return 0, 0
    half, spread = cases / 2, Z95 * math.sqrt(cases) / 2
    return max(1, round(half - spread)), min(cases, round(1 + half + spread))
