"""Whether the portal stays as fast while laboratory sheets are read.

`python -m bench.pages_while_reading` prints a table and writes bench/results/pages_while_reading.json. A real
web server, and the workers that check and read files as the Procfile starts them. The board of 50 rows, the
page of a case and the form of a new case are asked for in turn: at rest, while ten photographed sheets are
checked and read, and at rest again. What they take meanwhile is compared with both rests together.
"""

import io
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx

from bench import report, rig
from bench.live import answers, fill_board, token
from config.servers import free_port

if TYPE_CHECKING:
    from tests.world import World

SHEETS, TIMES_AT_REST = 10, 40
NICENESS = 10
"""Of the worker that reads, as in the Procfile."""
LIMIT = 1.25
LONGEST_SECONDS = 600
WORKER = "-m celery --quiet -A config worker --concurrency 1 --without-gossip --without-mingle --queues"
Samples = dict[str, list[float]]


def addresses(world: "World") -> dict[str, tuple[str, str]]:
    """What is asked for: the path and the session, by what it is called."""
    from accounts import clock

    case = world.flagged(clock.now(), name="新患者")
    doctor, specialist = token(world.doctor), token(world.specialist)
    return {
        "board of 50 rows": ("/board/", specialist),
        "page of a case": (f"/cases/{case.pk}/", doctor),
        "form of a new case": ("/cases/new/", doctor),
    }


def asked(url: str, pages: dict[str, tuple[str, str]], goes_on: Callable[[int], bool]) -> Samples:
    """Milliseconds of each page, asked for in turn as long as `goes_on` says of the turns so far."""
    took: Samples = defaultdict(list)
    turn = 0
    with httpx.Client(base_url=url, timeout=60) as browser:
        while goes_on(turn):
            for name, (path, session) in pages.items():
                began = time.perf_counter()
                browser.get(path, cookies={"sessionid": session}).raise_for_status()
                took[name].append((time.perf_counter() - began) * 1000)
            turn += 1
    return took


def ask_for_readings(world: "World") -> None:
    """Ten sheets of ten different seeds, sent and asked for at once."""
    from accounts import clock
    from files.intake import Sent, receive
    from labs.drawing import draw_sheet
    from labs.readings.requests import ask_for

    sheets = []
    for seed in range(SHEETS):
        written = io.BytesIO()
        draw_sheet(seed).picture.save(written, "JPEG", quality=90)
        sheets.append(written.getvalue())
    for content in sheets:
        now = clock.now()
        file = receive(user=world.doctor, sent=Sent(uuid4(), "sheet.jpg", content), now=now)
        ask_for(user=world.doctor, file=file, now=now)


def waiting() -> int:
    from labs.models import LabReading, ReadingState

    return LabReading.objects.filter(state=ReadingState.WAITING).count()


def read() -> int:
    from labs.models import LabReading, ReadingState

    return LabReading.objects.filter(state=ReadingState.READ).count()


def figures(rest: Samples, meanwhile: Samples, seconds: float) -> list[report.Figure]:
    rows = []
    for name, took in meanwhile.items():
        before, now = report.median(rest[name]), report.median(took)
        rows += [
            report.Figure(f"{name}, at rest, ms", before),
            report.Figure("  while sheets are read, ms", now),
            report.Figure("  95th centile at rest, ms", report.centile(rest[name], 0.95)),
            report.Figure("  95th centile while sheets are read, ms", report.centile(took, 0.95)),
            report.below("  times as long while sheets are read", now / before, LIMIT),
        ]
    turns = len(next(iter(meanwhile.values())))
    return [
        *rows,
        report.Figure("turns of asking while sheets were read", turns),
        report.at_least("sheets read", read(), SHEETS),
        report.Figure("seconds until the last of them was read", seconds),
    ]


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    store = tempfile.TemporaryDirectory(prefix="aclf-bench-files-")
    rig.start(ACLF_BASE_URL=url, ACLF_FILES_URL=f"file://{store.name}")
    from accounts import clock
    from tests.world import build

    world = build()
    fill_board(world, clock.now())
    with (
        rig.running(f"-m config.web --port {port}"),
        rig.running(f"{WORKER} files"),
        rig.running(f"{WORKER} reading") as reader,
    ):
        os.setpriority(os.PRIO_PGRP, reader[0].pid, NICENESS)
        rig.wait_for("the web server", lambda: answers(url))
        pages = addresses(world)
        asked(url, pages, lambda turn: turn < TIMES_AT_REST // 4)
        rest = asked(url, pages, lambda turn: turn < TIMES_AT_REST)
        ask_for_readings(world)
        began = time.monotonic()
        end = began + LONGEST_SECONDS
        meanwhile = asked(url, pages, lambda _turn: bool(waiting()) and time.monotonic() < end)
        seconds = time.monotonic() - began
        after = asked(url, pages, lambda turn: turn < TIMES_AT_REST)
        both = {name: [*rest[name], *after[name]] for name in rest}
        rows = figures(both, meanwhile, seconds)
    conditions = rig.conditions() | {"sheets": SHEETS, "times each at rest": 2 * TIMES_AT_REST}
    return report.publish("pages_while_reading", "The portal while sheets are read", rows, conditions)


if __name__ == "__main__":
    raise SystemExit(main())
