"""An hour of a country's referrals, ten times over, before 500 people with open boards; then until it breaks.

`python -m bench.hour` prints a table and writes bench/results/hour.json; `--minutes 5` for a shorter hour.
The web server with two processes, the engine and a worker are the product's own. Each open board hears the
live stream and fetches the rows of what changed, as a page does; its reader opens the board anew and looks at
a case every ten minutes. Doctors refer at random moments; a ward acknowledges, accepts and admits. Afterwards
the referrals double every minute until half of the answers of some kind take longer than a second.

How many referrals a country has in its busiest hour is an assumption, not a measurement: EXPECTED_AN_HOUR.
"""

import argparse
import asyncio
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from bench import report, rig
from bench.live import answers
from config.servers import free_port
from tests.notifications.smtp import Mailbox, smtp_server

EXPECTED_AN_HOUR, TIMES = 14, 10
"""60,000 referrals a year, the busiest hour twice the mean of all hours."""
MINUTES, STEP_SECONDS, MOST_STEPS = 60.0, 60.0, 10
LOOKS_EVERY_SECONDS = 600.0
TOGETHER_SECONDS = 0.15
ANSWERS_AFTER = {"acknowledge": (5, 40), "accept": (60, 240), "admit": (300, 900)}
"""Seconds until a ward's answer, at least and at most."""
BREAKS_AT_MS = 1000
TARGETS_MS = {"submission": 200, "board": 300, "row": 200}
COMMANDS = (
    "-m config.web --workers 2 --port {port}",
    "manage.py run_engine",
    "-m celery --quiet -A config worker --queues critical,notify,retry,bulk --concurrency 1 --without-gossip",
)


@dataclass
class Load:
    """What the people do and how long they waited, in ms, by kind of answer; `failed` answers are counted.

    Each patient who is accepted gets a bed of their own. `lags` are the engine's, in ms, second by second.
    """

    api: httpx.AsyncClient
    wards: list[list[str]]
    doctors: list[str]
    waited: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: list[str] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    beds: Iterator[int] = field(default_factory=lambda: count(1))
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def do(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def ask(self, kind: str, method: str, address: str, **more: Any) -> httpx.Response | None:
        """One timed answer; None for one that did not come or was an error."""
        began = time.perf_counter()
        try:
            answer = await self.api.request(method, address, **more)
        except httpx.HTTPError as error:
            self.failed.append(f"{kind}: {type(error).__name__}")
            return None
        self.waited[kind].append((time.perf_counter() - began) * 1000)
        if answer.is_success:
            return answer
        self.failed.append(f"{kind}: {answer.status_code}")
        return None

    async def person(self, session: str) -> None:
        """Keeps a board open, and looks at it anew and at a case every ten minutes."""
        cookie = {"Cookie": f"sessionid={session}"}
        await asyncio.sleep(random.uniform(0, 20))  # noqa: S311
        self.do(self.hears(cookie))
        while True:
            page = await self.ask("board", "GET", "/board/", headers=cookie)
            if page is not None and (number := page.text.find('id="case-')) > 0:
                case = page.text[number + 9 : number + 45]
                await self.ask("case", "GET", f"/cases/{case}/", headers=cookie)
            await asyncio.sleep(random.uniform(0.5, 1.5) * LOOKS_EVERY_SECONDS)  # noqa: S311

    async def hears(self, cookie: dict[str, str]) -> None:
        """The live stream; what comes within a moment is fetched together."""
        changed: set[str] = set()

        async def fetch() -> None:
            await asyncio.sleep(TOGETHER_SECONDS)
            rows = urlencode([("tab", "window-1"), *(("case", case) for case in sorted(changed))])
            changed.clear()
            await self.ask("row", "GET", f"/board/changed/?{rows}", headers=cookie)

        async with self.api.stream("GET", "/live", headers=cookie, timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: {") and (case := json.loads(line[6:]).get("case")):
                    if not changed:
                        self.do(fetch())
                    changed.add(case)

    async def refer(self, nth: int) -> None:
        """A doctor submits; the ward that is asked answers in its time."""
        from accounts import clock
        from tests.api.conftest import ill, visit

        now = clock.wall()
        body = visit(now, indicators=ill(now), name=f"测试{nth}", national_id="", birth_date="1970-01-02")
        headers = self.app(random.choice(self.doctors))  # noqa: S311
        answer = await self.ask("submission", "POST", "/api/v1/cases", json=body, headers=headers)
        if answer is None or not (offer := answer.json()["offer"]):
            return
        case, people = answer.json()["id"], self.people_of(offer["ward"]["name"])
        for verb, (least, most) in ANSWERS_AFTER.items():
            await asyncio.sleep(random.uniform(least, most))  # noqa: S311
            body = {"bed": str(next(self.beds))} if verb == "accept" else {}
            address, headers = f"/api/v1/cases/{case}/{verb}", self.app(random.choice(people))  # noqa: S311
            await self.ask("verb", "POST", address, json=body, headers=headers)

    async def watch(self) -> None:
        while True:
            self.lags.append(await asyncio.to_thread(_lag))
            await asyncio.sleep(1)

    def people_of(self, ward: str) -> list[str]:
        from bench.country import WARDS

        network, number = ward.removeprefix("病房").split("-")
        return self.wards[int(network) * WARDS + int(number)]

    @staticmethod
    def app(session: str) -> dict[str, str]:
        return {"X-Session-Token": session, "Idempotency-Key": uuid4().hex}

    async def refer_for(self, seconds: float, an_hour: float) -> None:
        """Referrals at random moments, so many an hour, for some seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(left, random.expovariate(an_hour / 3600)))
            if time.monotonic() < end:
                self.do(self.refer(random.randrange(10**9)))  # noqa: S311


async def hour(url: str, wards: list[list[str]], doctors: list[str], minutes: float) -> list[report.Figure]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as api:
        load = Load(api, wards, doctors)
        for people in wards:
            for session in people:
                load.do(load.person(session))
        await asyncio.sleep(30)
        load.waited.clear()
        load.do(load.watch())
        await load.refer_for(minutes * 60, EXPECTED_AN_HOUR * TIMES)
        figures = [*_waited(load), *await asyncio.to_thread(_processes), *await _until_it_breaks(load)]
        for task in load.tasks:
            task.cancel()
        return figures


def _waited(load: Load) -> list[report.Figure]:
    figures = []
    for kind, took in sorted(load.waited.items()):
        target, centile = TARGETS_MS.get(kind), report.centile(took, 0.99)
        name = f"{kind}, 99th centile, ms"
        figures += [
            report.below(name, centile, target) if target else report.Figure(name, centile),
            report.Figure("  median, ms", report.median(took)),
            report.Figure("  answers", len(took)),
        ]
    figures.append(report.below("answers that were errors", len(load.failed), 1))
    figures += [report.Figure(f"  {what}", times) for what, times in Counter(load.failed).items()]
    return [*figures, report.Figure("lag of the engine, the longest, ms", max(load.lags))]


def _lag() -> float:
    from notifications.models import ProcessTick

    return ProcessTick.objects.get(name="engine").lag.total_seconds() * 1000


def _processes() -> list[report.Figure]:
    """The memory of each kind of process, with its share of what it has in common with others."""
    figures = []
    for words, name in (("config.web", "web"), ("run_engine", "engine"), ("celery", "worker")):
        sizes = [size for command, size in _memory().items() if words in command[1]]
        figures.append(report.Figure(f"memory of the largest process of {name}, MB", max(sizes, default=0)))
    return figures


def _memory() -> dict[tuple[int, str], float]:
    """Proportional memory in MB, by process of this user."""
    sizes = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text().replace("\0", " ")
            rollup = (folder / "smaps_rollup").read_text()
        except OSError:
            continue
        sizes[int(folder.name), command] = int(rollup.partition("Pss:")[2].split()[0]) / 1024
    return sizes


async def _until_it_breaks(load: Load) -> list[report.Figure]:
    """The referrals double every step until half of the answers of a kind are slow."""
    held, slow, an_hour = 0.0, "", float(EXPECTED_AN_HOUR * TIMES)
    for _step in range(MOST_STEPS):
        load.waited.clear()
        await load.refer_for(STEP_SECONDS, an_hour)
        medians = {kind: report.median(took) for kind, took in load.waited.items()}
        slow = max(medians, key=medians.__getitem__)
        if medians[slow] > BREAKS_AT_MS:
            break
        held, an_hour = an_hour, an_hour * 2
    return [
        report.Figure("referrals an hour that were still answered", held),
        report.Figure(f"  at {an_hour:,.0f} an hour the first to be slow: {slow}, median, ms", medians[slow]),
    ]


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    minutes, port = parser.parse_args().minutes, free_port()
    url = f"http://127.0.0.1:{port}"
    with smtp_server(Mailbox()) as mail_port:
        mail = f"smtp://127.0.0.1:{mail_port}"
        rig.start(ACLF_BASE_URL=url, ACLF_EMAIL_URL=mail)
        from accounts import clock
        from bench import country

        people = country.build(clock.now())
        with rig.running(*(command.format(port=port) for command in COMMANDS)):
            rig.wait_for("the web server", lambda: answers(url))
            figures = asyncio.run(hour(url, people.wards, people.doctors, minutes))
    conditions = {"minutes": minutes, "referrals an hour": EXPECTED_AN_HOUR * TIMES, "open boards": 500}
    return report.publish("hour", "An hour of a country", figures, rig.conditions() | conditions)


if __name__ == "__main__":
    raise SystemExit(main())
