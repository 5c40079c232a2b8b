"""The live stream through the real web server."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from notifications.live import publish
from tests.answers import status_of
from tests.notifications.conftest import until

pytestmark = pytest.mark.django_db(transaction=True)

CONNECTIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


POOL = 2
"""Connections of the server: pages that held one each would leave none for the third."""


@dataclass
class Web:
    process: subprocess.Popen[bytes]
    url: str


@pytest.fixture
def web() -> Iterator[Web]:
    """The web server on the test's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    environ = os.environ | {
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "tests.notifications.live_settings",
        "ACLF_DATABASE_POOL": str(POOL),
    }
    command = [sys.executable, "-m", "config.web", "--port", str(port)]
    process = subprocess.Popen(command, env=environ, start_new_session=True)
    server = Web(process, f"http://127.0.0.1:{port}")
    try:
        until(lambda: _answers(server), seconds=90)
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(web: Web) -> bool:
    assert web.process.poll() is None, "the server did not start"
    return status_of(f"{web.url}/live") == 401


@pytest.fixture
def cookies(user: User) -> dict[str, str]:
    browser = Client()
    browser.force_login(user)
    return {settings.SESSION_COOKIE_NAME: browser.cookies[settings.SESSION_COOKIE_NAME].value}


def lines_until(lines: Iterator[str], expected: str) -> list[str]:
    seen = []
    for line in lines:
        seen.append(line)
        if line == expected:
            return seen
    raise AssertionError(f"the stream ended without “{expected}”: {seen}")


def others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        return int(cursor.fetchone()[0])


def test_many_open_pages_hear_at_once_hold_no_database_connection_and_end_when_the_server_stops(
    web: Web, user: User, cookies: dict[str, str]
) -> None:
    with contextlib.ExitStack() as stack:
        browser = stack.enter_context(httpx.Client(base_url=web.url, cookies=cookies, timeout=120))
        streams = [stack.enter_context(browser.stream("GET", "/live")).iter_lines() for _ in range(12)]
        for lines in streams:
            lines_until(lines, "event: ready")
        until(lambda: others() <= POOL)

        publish(topics=[f"user:{user.pk}"], kind="case", ids={"case": "7"})
        for lines in streams:
            lines_until(lines, "event: case")
            assert json.loads(next(lines).removeprefix("data: ")) == {"case": "7"}

        web.process.send_signal(signal.SIGTERM)
        assert web.process.wait(timeout=120) == 0
        for lines in streams:
            assert list(lines) in ([], [""])


def test_a_page_that_left_does_not_keep_the_server_from_stopping(web: Web, cookies: dict[str, str]) -> None:
    with httpx.Client(base_url=web.url, cookies=cookies, timeout=120) as browser:
        for _ in range(3):
            with browser.stream("GET", "/live") as stream:
                lines_until(stream.iter_lines(), "event: ready")
        web.process.send_signal(signal.SIGTERM)
        assert web.process.wait(timeout=120) == 0
