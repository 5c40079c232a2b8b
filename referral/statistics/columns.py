"""A million rows of facts as columns: what PostgreSQL strings together, NumPy reads in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from django.db import connection, transaction
from django.db.models import Aggregate, BinaryField, QuerySet
from numpy.typing import NDArray

from referral.models import CaseFacts
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


class Together(Aggregate):
    """The bytes of all rows of a group, one after the other."""

    function = "string_agg"
    template = "%(function)s(%(expressions)s, ''::bytea)"
    output_field = BinaryField()


@dataclass(frozen=True, slots=True)
class Cell:
    """Month, first hospital and ward (None before one has accepted) that some cases have in common."""

    month: date
    hospital: UUID
    ward: UUID | None


@dataclass(frozen=True)
class Columns:
    """n cases: `cell` is the place of each one's cell in `cells`, `rows` the numbers in LAYOUT.

    Columns are taken out of the rows once, in the machine's own order of bytes.
    """

    cells: list[Cell]
    cell: NDArray[np.int32]
    rows: Column

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, chosen: Column) -> "Columns":
        """The cases for which `chosen` is true."""
        return Columns(self.cells, self.cell[chosen], self.rows[chosen])

    def seconds(self, moment: str) -> tuple[Column, Column]:
        """Seconds from the first visit to a moment, and in which cases it came. "first_visit_at": 0, all."""
        if moment not in self._seconds:
            self._seconds[moment] = self._taken_out(moment)
        return self._seconds[moment]

    def between(self, since: str, until: str) -> tuple[Column, Column]:
        """Seconds between two moments of the cases in which both came, and which cases those are."""
        if (since, until) not in self._between:
            begun, ended = self.seconds(since), self.seconds(until)
            both = begun[1] & ended[1]
            self._between[since, until] = (ended[0] - begun[0])[both], both
        return self._between[since, until]

    def verdict_counts(self, group: Column, groups: int) -> dict[str, Column]:
        """By kind: how many cases of each of `groups` have each verdict (IN_TIME, LATE and higher with a
        reason, NO_VERDICT), as `groups` rows; `group` numbers each case's from 0.

        Two kinds share a byte of a row, and are counted together.
        """
        found, first = [], group * np.intp(VERDICTS**2)
        for pair in self._verdict_bytes[: -(-len(KINDS) // 2)]:
            counts = np.bincount(first + pair, minlength=groups * VERDICTS**2)
            both = counts.reshape(groups, VERDICTS, VERDICTS)
            found += [both.sum(axis=1), both.sum(axis=2)]
        return dict(zip(KINDS, found, strict=False))

    def _taken_out(self, moment: str) -> tuple[Column, Column]:
        if moment == "first_visit_at":
            return np.zeros(len(self), dtype=np.int32), np.ones(len(self), dtype=bool)
        found = self.rows[moment].astype(np.int32)
        return found, found != NOT_YET

    @cached_property
    def _seconds(self) -> dict[str, tuple[Column, Column]]:
        return {}

    @cached_property
    def _between(self) -> dict[tuple[str, str], tuple[Column, Column]]:
        return {}

    @cached_property
    def _verdict_bytes(self) -> Column:
        """Eight rows of bytes, the first with the first two kinds, which stand last in the row."""
        packed = self.rows["verdicts"].astype("<i8").view(np.uint8).reshape(-1, 8)
        return np.ascontiguousarray(packed.T)


def read(rows: QuerySet[CaseFacts]) -> Columns:
    """All of `rows` in one statement, straight from the covering index, grouped by their cell."""
    grouped = rows.order_by().values_list("month", "hospital", "ward").annotate(together=Together("packed"))
    found = fetched_as_bytes(*grouped.query.sql_with_params())
    packed = np.frombuffer(b"".join(row[3] for row in found), dtype=LAYOUT)
    lengths = np.array([len(row[3]) // LAYOUT.itemsize for row in found], dtype=np.int64)
    cells = [Cell(*row[:3]) for row in found]
    return Columns(cells, np.repeat(np.arange(len(cells), dtype=np.int32), lengths), packed)


def fetched_as_bytes(text: str, parameters: Sequence[Any]) -> list[Any]:
    """The rows in PostgreSQL's binary form: half the bytes of the text that Django would ask for."""
    with transaction.atomic(), connection.cursor() as django_cursor:
        asked = django_cursor.mogrify(text, parameters)
        # Workers would have to hand every row's bytes over to their leader, which takes longer than the scan.
        django_cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        with psycopg.Cursor(connection.connection) as cursor:
            return cursor.execute(asked, binary=True).fetchall()
