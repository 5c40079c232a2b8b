"""Many cases as columns of numbers, in NumPy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from referral.models.statistics import KINDS, MOMENTS, NO_VERDICT, NOT_YET

Column = NDArray[Any]
VERDICTS = NO_VERDICT + 1
LAYOUT = np.dtype(
    [
        *((moment, ">i4") for moment in MOMENTS),
        ("risk_90d", ">f4"),
        ("verdicts", ">i8"),
        ("offers", ">i2"),
        ("declines", ">i2"),
        ("expiries", ">i2"),
        ("state", ">i2"),
        ("outcome_28", ">i2"),
        ("outcome_90", ">i2"),
        ("flagged_late", ">i2"),
    ]
)
"""One row's `packed`, as `models.statistics.PACKING` writes it."""

KEPT = {name: LAYOUT[name].newbyteorder("<") for name in LAYOUT.names or ()}
"""The columns of a case and the form in which they are counted, and kept in sealed months."""


SAID = np.dtype([("risks", "<f8", 2), ("flags", "<i2", 2)])
"""Risk (0-1) and flag of one case by a model in shadow and, second, by the one in force."""

OUTCOME = ("outcome_28", "outcome_90", "died_at")
"""The columns that say who reached the end point of the models."""


@dataclass(frozen=True, slots=True)
class Place:
    """First hospital, and the ward (None before one has accepted)."""

    hospital: UUID
    ward: UUID | None


@dataclass(frozen=True)
class Columns:
    """n cases: `month` and `place` are the numbers of each one's in `months` and `places`; `numbers` are
    those columns of KEPT that were asked for, by name."""

    months: list[date]
    places: list[Place]
    month: NDArray[np.int32]
    place: NDArray[np.int32]
    numbers: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.month)

    def __getitem__(self, chosen: Column) -> "Columns":
        """The cases for which `chosen` is true."""
        numbers = {name: column[chosen] for name, column in self.numbers.items()}
        return Columns(self.months, self.places, self.month[chosen], self.place[chosen], numbers)

    def seconds(self, moment: str) -> tuple[Column, Column]:
        """Seconds from the first visit to a moment, and in which cases it came. "first_visit_at": 0, all."""
        if moment == "first_visit_at":
            return np.zeros(len(self), dtype=np.int32), np.ones(len(self), dtype=bool)
        moments = self.numbers[moment]
        return moments, moments != NOT_YET

    def between(self, since: str, until: str) -> tuple[Column, Column]:
        """Seconds between two moments of the cases in which both came, and which cases those are."""
        begun, ended = self.seconds(since), self.seconds(until)
        both = begun[1] & ended[1]
        return (ended[0] - begun[0])[both], both


def verdict_counts(verdicts: Column, group: Column, groups: int) -> dict[str, Column]:
    """By kind: how many cases of each of `groups` have each verdict (IN_TIME, LATE and higher with a reason,
    NO_VERDICT), as `groups` rows; `group` numbers each case's from 0.

    Two kinds share a byte of a case's `verdicts`, the first two the first, and are counted together.
    """
    sums, first = [], group * np.intp(VERDICTS**2)
    bytes_of_cases = np.ascontiguousarray(verdicts.view(np.uint8).reshape(-1, 8).T)
    for pair in bytes_of_cases[: -(-len(KINDS) // 2)]:
        counts = np.bincount(first + pair, minlength=groups * VERDICTS**2)
        both = counts.reshape(groups, VERDICTS, VERDICTS)
        sums += [both.sum(axis=1), both.sum(axis=2)]
    return dict(zip(KINDS, sums, strict=False))
