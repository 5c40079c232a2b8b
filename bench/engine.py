"""How fast deadlines are fired, beside raw SQL that writes the same rows, and how long a backlog takes.

`python -m bench.engine` prints a table and writes bench/results/engine.json. Each fired deadline is a
missed admission: one line of the timeline, an alert with a row for each of four people, the next time. Engine
and raw SQL take turns in the same run, alone and two at once; each figure is the median of several runs.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from bench import report, rig

RUNS, WARM_UP = 3, 2_000
DEADLINES = 10_000
BACKLOG = 100_000
TARGET_PER_SECOND = 3_000
TARGET_SHARE = 0.5
TARGET_BACKLOG_SECONDS = 30


@dataclass
class Run:
    """Deadlines per second of all processes together, and processor time per deadline, microseconds."""

    per_second: float
    own_us: float
    server_us: float


class EngineProcess:
    """A process that evaluates on demand (see bench/engine_process.py)."""

    def __init__(self, kind: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.engine_process", kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.answer()

    def ask(self) -> None:
        print("now", file=self.process.stdin, flush=True)

    def answer(self) -> list[str]:
        if self.process.stdout is None or not (line := self.process.stdout.readline()):
            raise RuntimeError("The process ended; its words are above.")
        return line.split()


@contextmanager
def engine_processes(kind: str, processes: int) -> Iterator[list[EngineProcess]]:
    started = [EngineProcess(kind) for _ in range(processes)]
    yield started
    for one in started:
        one.process.kill()
        one.process.wait()


def evaluate_all(workers: list[EngineProcess]) -> Run:
    """Let all of `workers` evaluate together until nothing is due."""
    start = time.perf_counter()
    for one in workers:
        one.ask()
    answers = [[float(part) for part in one.answer()] for one in workers]
    seconds = time.perf_counter() - start
    fired = sum(answer[0] for answer in answers)
    own, server = (sum(answer[place] for answer in answers) for place in (2, 3))
    return Run(fired / seconds, own / fired * 1e6, server / fired * 1e6)


def measure(kind: str, processes: int, deadlines: int) -> Run:
    """One run on a scene of its own."""
    from accounts import clock
    from bench import scene

    with engine_processes(kind, processes) as workers:
        for count in (WARM_UP, deadlines):
            now = clock.now()
            scene.clear(now)
            rig.empty_broker()
            scene.add(count, due=now - timedelta(hours=1))
            scene.settle()
            run = evaluate_all(workers)
        return run


def middle(runs: list[Run]) -> Run:
    return Run(
        report.median(run.per_second for run in runs),
        report.median(run.own_us for run in runs),
        report.median(run.server_us for run in runs),
    )


def compare(processes: int) -> tuple[Run, Run]:
    """Engine and raw SQL in turn, several times; the medians."""
    pairs = [
        (measure("engine", processes, DEADLINES), measure("raw", processes, DEADLINES)) for _ in range(RUNS)
    ]
    return middle([pair[0] for pair in pairs]), middle([pair[1] for pair in pairs])


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    rig.start()
    from accounts import clock
    from bench import scene

    scene.build(clock.now())
    figures = []
    for processes, words in ((1, "one process"), (2, "two processes")):
        engine, raw = compare(processes)
        share = engine.per_second / raw.per_second
        figures += [
            report.at_least(f"engine, deadlines/s, {words}", engine.per_second, TARGET_PER_SECOND),
            report.Figure(f"  raw SQL of the same rows, {words}", raw.per_second),
            report.at_least("  share of raw SQL", share, TARGET_SHARE),
            report.Figure("  processor time per deadline in the engine, us", engine.own_us),
            report.Figure("  and in PostgreSQL, us", engine.server_us),
            report.Figure("  of raw SQL in PostgreSQL, us", raw.server_us),
        ]
    backlog = BACKLOG / measure("engine", 2, BACKLOG).per_second
    figures.append(
        report.below(f"{BACKLOG:,} overdue, two engines, seconds", backlog, TARGET_BACKLOG_SECONDS)
    )
    conditions = rig.conditions() | {"deadlines per run": DEADLINES, "runs": RUNS}
    return report.publish("engine", "Escalating deadlines", figures, conditions)


if __name__ == "__main__":
    raise SystemExit(main())
