"""How long a telephone on a slow line waits for the form of a new case, the first time and after that.

`python -m bench.slow_line` prints a table and writes bench/results/slow_line.json. A real browser in the size
of a telephone on slow 3G (400 kbit/s, 400 ms for each round trip, as the browser's own tools slow it down)
opens the form of a doctor who is signed in: with nothing kept, and again with what the browser keeps. The
form is usable when its first field can be written in and the page's scripts have run. Static files are
collected and compressed, as in production (`make bench` does so).
"""

import shutil
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, sync_playwright

from bench import report, rig
from bench.live import CHROMIUM, FLAGS, answers, token
from config.servers import free_port

if TYPE_CHECKING:
    from tests.world import World

TIMES = 5
BYTES_A_SECOND, ROUND_TRIP_MS = 400_000 / 8, 400
COLD_MS, WARM_MS = 2_500, 1_000
TELEPHONE = {"width": 360, "height": 740}
SENT = """
() => performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
  .reduce((sum, entry) => sum + entry.transferSize, 0)
"""
USABLE = """
() => {
  const [page] = performance.getEntriesByType("navigation");
  const field = document.querySelector("form [name=name]");
  return page.domContentLoadedEventEnd > 0 && field && !field.disabled ? page.domContentLoadedEventEnd : 0;
}
"""


def opened(browser: Browser, url: str, session: str) -> tuple[list[float], list[float]]:
    """Milliseconds until the form is usable and bytes that were sent: cold, and warm."""
    from django.conf import settings

    context = browser.new_context(base_url=url, viewport=TELEPHONE, is_mobile=True, has_touch=True)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    page = context.new_page()
    line = {
        "downloadThroughput": BYTES_A_SECOND,
        "uploadThroughput": BYTES_A_SECOND,
        "latency": ROUND_TRIP_MS,
    }
    tools = context.new_cdp_session(page)
    tools.send("Network.emulateNetworkConditions", {"offline": False, **line})
    took, sent = [], []
    for _ in ("cold", "warm"):
        page.goto("/cases/new/", wait_until="domcontentloaded")
        took.append(page.wait_for_function(USABLE).json_value())
        page.wait_for_load_state("load")
        sent.append(page.evaluate(SENT))
    context.close()
    return took, sent


def measure(url: str, session: str) -> list[tuple[list[float], list[float]]]:
    path = next(program for name in CHROMIUM if (program := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        opened(browser, url, session)
        samples = [opened(browser, url, session) for _ in range(TIMES)]
        browser.close()
    return samples


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    rig.start(ACLF_BASE_URL=url, ACLF_MODE="demo")
    from tests.world import build

    world: World = build()
    session = token(world.doctor)
    with rig.running(f"-m config.web --port {port}"):
        rig.wait_for("the web server", lambda: answers(url))
        samples = measure(url, session)
    figures = []
    for place, (words, limit) in enumerate((("cold", COLD_MS), ("warm", WARM_MS))):
        took = report.median([took[place] for took, _sent in samples])
        figures += [
            report.below(f"form of a new case, {words}, ms", took, limit),
            report.Figure("  bytes sent", report.median([sent[place] for _took, sent in samples])),
        ]
    conditions = rig.machine() | {"bytes a second": BYTES_A_SECOND, "round trip, ms": ROUND_TRIP_MS}
    return report.publish("slow_line", "A telephone on slow 3G", figures, conditions | {"times": TIMES})


if __name__ == "__main__":
    raise SystemExit(main())
