"""What somebody waits for at the server: a submission, the board, one row of it, a form that is unfolded.

`python -m bench.pages` prints a table and writes bench/results/pages.json. A real web server beside 100,000
open cases of another network. The board has 50 rows, 10 of them unplaced; its reader answers for the ward and
coordinates. The first answers after the start are shown apart, and a board of which no row was drawn within
the last minute: a row is drawn once for all who have the same rights. Beside the submission stand two bare
views that insert the same rows (`bench/bare_view.py`); all three are asked in this process.
"""

import gzip
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx

from bench import report, rig
from bench.live import answers, fill_board, submit, token
from config.servers import free_port

if TYPE_CHECKING:
    from tests.world import World

OTHERS = 100_000
TIMES = 60
LIMITS_MS = {"submission": 80, "board": 100, "row": 25}
BOARD_BYTES, ROW_BYTES, STATEMENTS = 60_000, 10_000, 25


def furnish() -> "World":
    """The other network's cases, and a ward with as many rows on its board as a page has."""
    from accounts import clock
    from bench import scene
    from tests.world import build

    now = clock.now()
    scene.build(now)
    scene.clear(now)
    scene.add(OTHERS, due=now + timedelta(days=30), apart=timedelta(milliseconds=1))
    world = build()
    fill_board(world, now)
    scene.settle()
    return world


def timed(ask: Callable[[], httpx.Response]) -> tuple[float, httpx.Response]:
    began = time.perf_counter()
    answer = ask()
    answer.raise_for_status()
    return (time.perf_counter() - began) * 1000, answer


def pages(url: str, world: "World") -> list[report.Figure]:
    """The board, one row and one form, as the specialist's browser asks for them."""
    case = world.flagged(_now(), name="新患者")
    addresses = {
        "board": "/board/",
        "row": f"/board/changed/?tab=window-1&case={case.pk}",
        "form": f"/cases/{case.pk}/accept/form/?back=board",
    }
    figures = []
    with httpx.Client(base_url=url, timeout=30, cookies={"sessionid": token(world.specialist)}) as browser:
        for name, address in addresses.items():
            first, _answer = timed(lambda address=address: browser.get(address))
            samples = [timed(lambda address=address: browser.get(address)) for _ in range(TIMES)]
            took = [milliseconds for milliseconds, _answer in samples]
            weight = len(gzip.compress(samples[-1][1].content, 6))
            figures += _of_page(name, first, took, weight)
    return figures


def drawn_anew(world: "World") -> list[report.Figure]:
    """The board where nothing of it was drawn within the last minute; asked in this process."""
    from django.core.cache import caches
    from django.test import Client

    browser = Client()
    browser.cookies["sessionid"] = token(world.specialist)
    took = []
    for _ in range(TIMES // 3):
        caches["rows"].clear()
        began = time.perf_counter()
        browser.get("/board/")
        took.append((time.perf_counter() - began) * 1000)
    return [report.Figure("  all rows drawn anew, ms", report.median(took))]


def _of_page(name: str, first: float, took: list[float], weight: int) -> list[report.Figure]:
    words = {"board": "board of 50 rows", "row": "one row and the counts", "form": "a form, unfolded"}[name]
    median, bytes_named = f"{words}, ms", "  compressed, bytes"
    limit, middle = LIMITS_MS.get(name), report.median(took)
    most = {"board": BOARD_BYTES, "row": ROW_BYTES}.get(name)
    return [
        report.below(median, middle, limit) if limit else report.Figure(median, middle),
        report.Figure("  99th centile, ms", report.centile(took, 0.99)),
        report.Figure("  the first time, ms", first),
        report.below(bytes_named, weight, most) if most else report.Figure(bytes_named, weight),
    ]


def submissions(url: str, world: "World") -> list[report.Figure]:
    """The app's submission: registers, scores, offers."""
    with httpx.Client(base_url=url, timeout=30) as api:
        api.headers["X-Session-Token"] = token(world.doctor)
        first, _answer = timed(lambda: submit(api, 0)[2])
        took = [timed(lambda nth=nth: submit(api, nth)[2])[0] for nth in range(1, TIMES + 1)]
    return [
        report.below("submission that scores and offers, ms", report.median(took), LIMITS_MS["submission"]),
        report.Figure("  99th centile, ms", report.centile(took, 0.99)),
        report.Figure("  the first time, ms", first),
    ]


def beside_bare_views(world: "World") -> list[report.Figure]:
    """Statements of a submission, and how many a second of it and of two views that insert the same rows."""
    from django.db import connection
    from django.test import override_settings
    from django.test.utils import CaptureQueriesContext

    from bench import bare_view
    from referral.models import Case

    ours = _posting(world, "/api/v1/cases", _first_visit)
    ours()
    before = _inserted()
    with CaptureQueriesContext(connection) as asked:
        case = Case.objects.get(pk=ours().json()["id"])
    statements, inserted, rows = len(asked) - 1, _inserted() - before, bare_view.rows_of(case)
    bare_view.Copying.rows = rows
    if len(rows) != inserted:
        raise RuntimeError(f"{inserted} rows were inserted, and {len(rows)} found.")
    with override_settings(ROOT_URLCONF=bare_view.__name__):
        copying = _posting(world, bare_view.COPYING, _first_visit)
        checking = _posting(world, bare_view.CHECKING, lambda _nth: bare_view.to_check(rows))
        a_second, cost = _in_turns({"ours": ours, "copying": copying, "checking": checking})
    return [
        report.below("  statements of one, sign-in and answer included", statements, STATEMENTS + 1),
        report.Figure("  rows inserted by one", inserted),
        report.at_least("  a second, one after the other", a_second["ours"], round(a_second["checking"])),
        report.Figure("  a second, of a view that checks and saves the same rows", a_second["checking"]),
        report.Figure("  a second, of a view that copies the same rows", a_second["copying"]),
        report.Figure("  processor time of one in Python, ms", cost["ours"]),
        report.Figure("  of the view that checks, ms", cost["checking"]),
        report.Figure("  of the view that copies, ms", cost["copying"]),
    ]


def _in_turns(asked: dict[str, Callable[[], Any]]) -> tuple[dict[str, float], dict[str, float]]:
    """By name: how many a second, and milliseconds of processor time in this process; medians."""
    rates: dict[str, list[float]] = {name: [] for name in asked}
    costs: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(TIMES + 1):
        for name, ask in asked.items():
            began, used = time.perf_counter(), time.process_time()
            ask()
            if turn:  # the first answer of a view also loads what it needs
                rates[name].append(1 / (time.perf_counter() - began))
                costs[name].append((time.process_time() - used) * 1000)
    middle = [{name: report.median(values) for name, values in all.items()} for all in (rates, costs)]
    return middle[0], middle[1]


def _posting(world: "World", address: str, body: Callable[[int], Any]) -> Callable[[], Any]:
    """What posts one body after the other to `address`, as the app does; they are made before."""
    from django.core.serializers.json import DjangoJSONEncoder
    from django.test import Client

    client, headers = Client(), {"X-Session-Token": token(world.doctor)}
    made = (body(nth) for nth in range(10_000, 10_000 + TIMES + 3))
    bodies = iter([json.dumps(one, cls=DjangoJSONEncoder) for one in made])

    def ask() -> Any:
        answer = client.post(address, next(bodies), "application/json", headers=headers)
        if answer.status_code != 201:
            raise RuntimeError(answer.content)
        return answer

    return ask


def _first_visit(nth: int) -> dict[str, Any]:
    """A submission of a patient of its own, with all eight indicators."""
    from tests.api.conftest import ill, visit

    now = _now()
    name = f"测试{nth}"
    return visit(now, indicators=ill(now), name=name, national_id="", birth_date="1970-01-02")


def _inserted() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT sum(n_tup_ins) FROM pg_stat_user_tables")
        return int(cursor.fetchone()[0])


def _now() -> Any:
    from accounts import clock

    return clock.now()


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    rig.start(ACLF_BASE_URL=url)
    world = furnish()
    with rig.running(f"-m config.web --port {port}"):
        rig.wait_for("the web server", lambda: answers(url))
        figures = [*submissions(url, world), *beside_bare_views(world), *pages(url, world)]
        figures += drawn_anew(world)
    conditions = rig.conditions() | {"other cases": OTHERS, "times each": TIMES}
    return report.publish("pages", "What somebody waits for", figures, conditions)


if __name__ == "__main__":
    raise SystemExit(main())
