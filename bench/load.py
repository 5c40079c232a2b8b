"""What a million open deadlines cost: how evaluating slows as they grow, and how late it is at 100 a second.

`python -m bench.load` prints a table, writes bench/results/load.json and draws bench/results/load.svg. The
deadlines that are not due lie in the future, one for each open case, as in a network that follows very many
patients.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bench import report, rig

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
FIRED, RUNS = 2_000, 5
STREAM, APART = 3_000, timedelta(milliseconds=10)
FAR = timedelta(days=30)
TARGET_GROWTH = 1.2
TARGET_LAG_MS = 50


def grow() -> dict[int, float]:
    """Microseconds per fired deadline, by how many others are open; the median of several runs."""
    from accounts import clock
    from bench import scene
    from referral.deadlines import engine

    scene.clear(clock.now())
    costs, before = {}, 0
    for size in SIZES:
        scene.add(size - before, due=clock.now() + FAR, apart=timedelta(milliseconds=1))
        before = size
        scene.settle()
        runs = []
        for _ in range(RUNS + 1):
            rig.empty_broker()
            scene.add(FIRED, due=clock.now() - timedelta(hours=1))
            start = time.perf_counter()
            fired = engine.run_cycle(clock.now())
            runs.append((time.perf_counter() - start) / fired * 1e6)
        costs[size] = report.median(runs[1:])
        print(f"{size:>9,} open: {costs[size]:.0f} us per deadline", flush=True)
    return costs


@contextmanager
def noting(lags: list[float]) -> Iterator[None]:
    """Keep, for each fired deadline, the milliseconds from its time to the commit of what it caused."""
    from django.db import transaction

    from accounts import clock
    from referral.deadlines import engine

    claim = engine.claim

    def note(times: list[datetime]) -> None:
        committed = clock.wall()
        lags.extend((committed - at).total_seconds() * 1000 for at in times)

    def noting_claim(*args: Any, **named: Any) -> list[Any]:
        due = claim(*args, **named)
        # Before everything else that follows the commit.
        transaction.on_commit(partial(note, [deadline.next_at for deadline in due]))
        return due

    engine.claim = noting_claim
    try:
        yield
    finally:
        engine.claim = claim


def lags() -> list[float]:
    """Milliseconds of lag while one deadline falls due every 10 ms, through the engine's own loop."""
    from accounts import clock
    from bench import scene
    from referral.management.commands.run_engine import Command, Heartbeat, Ticker

    seconds: list[float] = []
    rig.empty_broker()
    scene.add(STREAM, due=clock.now() + timedelta(seconds=5), apart=APART)
    command, heartbeat, ticker = Command(), Heartbeat(None), Ticker()
    with noting(seconds):
        while len(seconds) < STREAM:
            time.sleep(command.cycle(heartbeat, ticker))
    return seconds


def draw(costs: dict[int, float]) -> None:
    from matplotlib import pyplot

    pyplot.figure(figsize=(6, 3.5))
    pyplot.semilogx(list(costs), list(costs.values()), marker="o")
    pyplot.ylim(bottom=0)
    pyplot.xlabel("open deadlines")
    pyplot.ylabel("microseconds per fired deadline")
    pyplot.tight_layout()
    pyplot.savefig(report.RESULTS / "load.svg")


def main() -> int:
    """Measure, print, draw, keep; 1 if a target was missed."""
    rig.start()
    from accounts import clock
    from bench import scene

    scene.build(clock.now())
    costs = grow()
    late = lags()
    largest, smallest = max(SIZES), min(SIZES)
    growth = costs[largest] / costs[smallest]
    figures = [
        *(report.Figure(f"{size:,} open, us per fired deadline", cost) for size, cost in costs.items()),
        report.below(f"{largest:,} open against {smallest:,}", growth, TARGET_GROWTH),
        report.Figure(f"lag at 100/s, {largest:,} open, median, ms", report.median(late)),
        report.below("  99th centile, ms", report.centile(late, 0.99), TARGET_LAG_MS),
        report.Figure("  worst, ms", max(late)),
    ]
    conditions = rig.conditions() | {"fired per run": FIRED, "runs": RUNS, "stream": STREAM}
    missed = report.publish("load", "Under a million open deadlines", figures, conditions)
    draw(costs)
    return missed


if __name__ == "__main__":
    raise SystemExit(main())
