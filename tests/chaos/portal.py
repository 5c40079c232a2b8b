"""The web process killed while a doctor's app registers cases and repeats what was not answered."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from django.test import Client

from accounts import clock
from accounts.models import User
from tests.api.conftest import ill, visit
from tests.chaos.platform import WEB_START_SECONDS, until
from tests.chaos.reckoning import rows
from tests.chaos.suite import Chaos, scenario

CASES, KILLS = 40, 6
APP_SECONDS = 240
DONE = """
SELECT what, count(*), count(DISTINCT case_id) FROM referral_event
WHERE recorded_at >= %(since)s AND what IN ('register', 'assess', 'message') GROUP BY what
"""


@dataclass
class App(threading.Thread):
    """Sends every request under a key of its own until it is answered."""

    url: str
    token: str
    now: datetime
    done: int = 0
    refusals: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        for nth in range(CASES):
            person = {"name": f"测试{nth}", "national_id": "", "birth_date": "1970-01-02"}
            case = self.post("/cases", f"case-{nth}", visit(self.now, indicators=ill(self.now), **person))
            self.post(f"/cases/{case['id']}/message", f"message-{nth}", {"text": "x"})
            self.done += 1

    def post(self, path: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"X-Session-Token": self.token, "Idempotency-Key": key}
        while True:
            try:
                answer = httpx.post(f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=20)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.is_success:
                return dict(answer.json())
            self.refusals.append(f"{answer.status_code} {answer.text[:200]}")
            time.sleep(0.2)


@scenario("web killed while cases are registered", repeats=True)
def web_killed(chaos: Chaos) -> None:
    since, platform = clock.now(), chaos.platform
    platform.start("engine", "worker", "delivery")
    platform.start_web()
    url = f"http://127.0.0.1:{platform.web_port}"
    app = App(url, _token(chaos.traffic.world.doctor), since)
    chaos.expect("the web process answers", lambda: _answers(url), WEB_START_SECONDS)
    app.start()
    for _ in range(KILLS):
        before = app.done
        until(lambda before=before: app.done > before, 60)
        time.sleep(chaos.random.uniform(0, 0.3))
        platform.kill_web()
        platform.kills += 1
        platform.start_web()
    app.join(APP_SECONDS)
    chaos.wrong += app.refusals
    values = {what: (events, cases) for what, events, cases in rows(DONE, since=since)}
    for what in ("register", "assess", "message"):
        if values.get(what) != (CASES, CASES):
            chaos.wrong.append(
                f"{CASES} times {what} were asked for, done (times, cases): {values.get(what)}"
            )


def _token(user: User) -> str:
    browser = Client()
    browser.force_login(user)
    return str(browser.session.session_key)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").is_success
    except httpx.TransportError:
        return False
