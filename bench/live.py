"""How long it takes from a doctor's submission to the specialist's open board.

`python -m bench.live` prints a table and writes bench/results/live.json. A real web server, a real browser
with the board open on which 50 rows stand, 10 of them unplaced, and a program that registers flagged cases
through the API. The time runs from before the request is sent until the row stands on the page; each case
comes to a board at rest.
"""

import shutil
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from bench import report, rig
from config.servers import free_port

if TYPE_CHECKING:
    from tests.world import World

CASES, WARM_UP = 100, 5
ROWS, UNPLACED = 50, 10
TARGET_MS = 200
LONGEST_MS = 30_000
REST_SECONDS = 1.2
"""More than the second in which an open board counts its drawings, to show what follows a few together."""
SEEN = """
([number, longest]) => new Promise((resolve) => {
  const end = Date.now() + longest;
  const look = () => {
    const at = window.seenAt[number];
    if (at !== undefined || Date.now() > end) resolve(at ?? null);
    else setTimeout(look, 5);
  };
  look();
})
"""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--disable-gpu", "--no-sandbox", "--disable-background-networking", "--disable-sync"]
WATCH = """
() => {
  window.seenAt = {};
  const look = () => document.querySelectorAll("[data-new][data-number]").forEach((row) => {
    window.seenAt[row.dataset.number] ??= Date.now();
  });
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}
"""


def fill_board(world: "World", now: datetime) -> None:
    """A page of rows for somebody who answers for the ward and coordinates: acknowledged, and unplaced."""
    from accounts.models import Membership, Role, Ward
    from referral.pathway.perform import perform
    from referral.pathway.vocabulary import Verb

    Membership.objects.create(user=world.specialist, role=Role.COORDINATOR, network=world.network)
    for number in range(ROWS - UNPLACED):
        case = world.flagged(now, name=f"患者{number}")
        perform(case, Verb.ACKNOWLEDGE, actor=world.lead, now=now)
    wards = Ward.objects.filter(hospital__network=world.network)
    wards.update(closed_at=now, closed_reason="isolation")
    for number in range(UNPLACED):
        world.flagged(now, name=f"无床{number}")
    wards.update(closed_at=None, closed_reason="")


def token(user: Any) -> str:
    """A session for `user`."""
    from django.test import Client

    client = Client()
    client.force_login(user)
    return str(client.session.session_key)


def open_board(browser: Browser, url: str, session: str) -> Page:
    """The board of the ward, hearing the live stream."""
    from django.conf import settings

    context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    page = context.new_page()
    page.goto("/board/")
    page.locator("#live-state[data-state=open]").wait_for(state="attached")
    page.evaluate(WATCH)
    return page


def submit(api: httpx.Client, nth: int) -> tuple[dict[str, Any], float, httpx.Response]:
    """Register a flagged case; the case, the milliseconds of the clock before the request, and the answer."""
    from tests.api.conftest import ill, visit

    now = datetime.now(UTC)  # noqa: TID251
    body = visit(now, indicators=ill(now), name=f"测试{nth}", national_id="", birth_date="1970-01-02")
    began = time.time() * 1000  # noqa: TID251
    answer = api.post("/api/v1/cases", json=body, headers={"Idempotency-Key": f"bench-{nth}"})
    answer.raise_for_status()
    return answer.json(), began, answer


def withdraw(api: httpx.Client, case: dict[str, Any], page: Page) -> None:
    """Make room on the board, which shows a page of cases, and wait until it is at rest again."""
    body = {"reason": "improved"}
    path, key = f"/api/v1/cases/{case['id']}/withdraw", f"withdraw-{case['id']}"
    api.post(path, json=body, headers={"Idempotency-Key": key}).raise_for_status()
    page.locator(f"[data-number='{case['number']}']").wait_for(state="detached")
    time.sleep(REST_SECONDS)


def measure(url: str, world: "World") -> list[float]:
    """Milliseconds from submission to the row on the page, for each case."""
    path = next(samples for name in CHROMIUM if (samples := shutil.which(name)))
    doctor, specialist, samples = token(world.doctor), token(world.specialist), []
    with sync_playwright() as playwright, httpx.Client(base_url=url, timeout=30) as api:
        api.headers["X-Session-Token"] = doctor
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = open_board(browser, url, specialist)
        for nth in range(CASES + WARM_UP):
            case, began, _answer = submit(api, nth)
            shown = page.evaluate(SEEN, [case["number"], LONGEST_MS])
            if shown is None:
                raise TimeoutError(f"{case['number']} did not come to the open board.")
            samples.append(shown - began)
            withdraw(api, case, page)
        browser.close()
    return samples[WARM_UP:]


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    rig.start(ACLF_BASE_URL=url)
    from accounts import clock
    from tests.world import build

    world = build()
    fill_board(world, clock.now())
    with rig.running(f"-m config.web --port {port}"):
        rig.wait_for("the web server", lambda: answers(url))
        times = measure(url, world)
    figures = [
        report.Figure("submission to the open board, median, ms", report.median(times)),
        report.below("  99th centile, ms", report.centile(times, 0.99), TARGET_MS),
        report.Figure("  worst, ms", max(times)),
    ]
    return report.publish("live", "Live board", figures, rig.conditions() | {"cases": CASES})


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").is_success
    except httpx.TransportError:
        return False


if __name__ == "__main__":
    raise SystemExit(main())
