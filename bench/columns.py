"""What a library's engine would make of the statistics: Polars beside our own columns, taking turns.

`uv run --with polars python -m bench.columns` prints a table; Polars is no part of the product (ADR 18 says
why). A million cases in the columns of 60 sealed months, made up in memory, without a database: read from
Parquet and counted by Polars (eight measures by group and of all, fourteen verdicts by group), and counted by
ours, the first time and for a question that was asked before, with 17,000 cases that are not sealed. Times
are those of the processor, of all threads, because a shared machine bends the others; both are printed.
"""

import io
import resource
import time
from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import Any
from uuid import UUID

import numpy as np

from bench import report, rig

CASES, MONTHS, ROUTES, OPEN_PART, RUNS = 1_000_000, 60, 360, 60, 5
MOMENTS_DRAWN = {
    "indicators_at": (0, 18_000),
    "flagged_at": (10_800, 1),
    "offered_at": (18_000, 3_600),
    "acknowledged_at": (21_600, 1_800),
    "accepted_at": (25_200, 7_200),
    "admitted_at": (36_000, 216_000),
    "diagnosed_at": (252_000, 216_000),
    "intervened_at": (468_000, 216_000),
}
"""Seconds after the first visit: at least, and how many more at most. Other moments have not come."""

Took = tuple[float, float]


def columns() -> Any:
    """The cases, as the product has them in memory once it has read them."""
    from referral.models.statistics import KINDS, MOMENTS, NO_VERDICT, NOT_YET
    from referral.statistics.columns.layout import KEPT, Columns, Place

    drawn = np.random.default_rng(1)
    numbers = {name: np.zeros(CASES, dtype) for name, dtype in KEPT.items()}
    for moment in MOMENTS:
        since, more = MOMENTS_DRAWN.get(moment, (NOT_YET, 0))
        numbers[moment][:] = since + drawn.random(CASES) * more
    for place in range(len(KINDS)):
        late = np.where(drawn.random(CASES) < 0.2, 1 + drawn.integers(0, 8, CASES), 0)
        numbers["verdicts"] |= (late if place % 2 == 0 else np.full(CASES, NO_VERDICT)) << (4 * place)
    numbers["flagged_late"][:] = drawn.random(CASES) < 0.05
    months = [date(2021 + number // 12, 1 + number % 12, 1) for number in range(MONTHS)]
    places = [Place(UUID(int=route % 60), UUID(int=route // 60)) for route in range(ROUTES)]
    month = np.repeat(np.arange(MONTHS, dtype=np.int32), -(-CASES // MONTHS))[:CASES]
    return Columns(months, places, month, drawn.integers(0, ROUTES, CASES, np.int32), numbers)


def as_parquet(pl: Any, cases: Any) -> list[bytes]:
    """Each month's cases, a verdict of each kind apart, as one Parquet value."""
    from referral.models.statistics import KINDS, NO_VERDICT, NOT_YET

    frame = pl.DataFrame(
        {
            **{name: cases.numbers[name] for name in cases.numbers if name != "verdicts"},
            **{
                kind: (cases.numbers["verdicts"] >> (4 * place) & NO_VERDICT).astype(np.uint8)
                for place, kind in enumerate(KINDS)
            },
            "month": cases.month,
            "hospital": cases.place % 60,
        }
    )
    moments = [name for name in frame.columns if name.endswith("_at")]
    frame = frame.with_columns(pl.col(name).replace(NOT_YET, None) for name in moments)
    values = []
    for part in frame.partition_by("month", maintain_order=True):
        part.write_parquet(file := io.BytesIO())
        values.append(file.getvalue())
    return values


def by_polars(pl: Any, frame: Any, by: str) -> list[Any]:
    """Sorted times of all and of each group, and verdicts by group."""
    from referral.models.statistics import KINDS
    from referral.statistics.reports.measures import MEASURES

    first = pl.lit(0, pl.Int32).alias("first_visit_at")
    cases = frame.lazy().with_columns(first)
    took = [(pl.col(one.until) - pl.col(one.since)).drop_nulls().sort().alias(one.name) for one in MEASURES]
    whole = cases.select(each.implode() for each in took)
    groups = cases.group_by(by).agg(pl.len(), pl.col("flagged_late").sum(), *took)
    verdicts = [cases.group_by(by, kind, "flagged_late").len() for kind in KINDS]
    return list(pl.collect_all([whole, groups, *verdicts]))


def megabytes() -> float:
    """Of memory that this process has taken at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], Any]) -> Took:
    """Milliseconds of processor time and of the clock."""
    processor, clock = time.process_time(), time.perf_counter()
    work()
    return (time.process_time() - processor) * 1000, (time.perf_counter() - clock) * 1000


def main() -> int:
    """Measure in turns, print."""
    rig.start()
    before = megabytes()
    imported = timed(lambda: import_module("polars"))
    pl = import_module("polars")
    print(f"import: {imported[0]:.0f} ms of processor time, {megabytes() - before:.0f} MB more")
    from referral.statistics.reports.measures import By
    from referral.statistics.reports.summary import summarised, total

    cases = columns()
    values = as_parquet(pl, cases)
    print(f"{sum(map(len, values)) / CASES:.0f} bytes a case in Parquet, {pl.thread_pool_size()} threads")
    names = [*set(pl.read_parquet(io.BytesIO(values[0])).columns) - {"risk_90d", "state"}]

    def read() -> Any:
        return pl.concat([pl.read_parquet(io.BytesIO(value), columns=names) for value in values])

    frame, few = read(), cases[np.arange(CASES) % OPEN_PART == 0]
    kept = {by: summarised(cases, by) for by in (By.MONTH, By.HOSPITAL)}
    works: dict[str, Callable[[], Any]] = {"Polars, reading Parquet": read}
    for by in kept:
        works |= {
            f"Polars, by {by}": lambda by=by: by_polars(pl, frame, by),
            f"our columns, by {by}, the first time": lambda by=by: total(
                [summarised(cases, by), summarised(few, by)]
            ),
            f"our columns, by {by}, asked before": lambda by=by: total([kept[by], summarised(few, by)]),
        }
    show(works)
    return 0


def show(works: dict[str, Callable[[], Any]]) -> None:
    """Let the works take turns; print the median of each."""
    runs: dict[str, list[Took]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            runs[name].append(timed(work))
    for name, times in runs.items():
        processor, clock = (report.median(of) for of in zip(*times, strict=True))
        print(f"{name:45} {processor:6.0f} ms of processor time, {clock:6.0f} ms by the clock")


if __name__ == "__main__":
    raise SystemExit(main())
