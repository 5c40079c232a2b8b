"""The whole product on the test's database: web server, engine and worker as processes, a real browser."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from pytest_django import DjangoDbBlocker

from accounts import clock
from accounts.models import User
from config.spawning import before_exec
from notifications.channels.webpush.keys import make_private_key
from notifications.models import ProcessTick
from referral.models import Case
from tests.answers import status_of
from tests.conftest import CHROMIUM_FLAGS
from tests.e2e.screens import DESKTOP
from tests.notifications.channels.provider import Provider, Reply, replies_with, serving
from tests.notifications.smtp import Mailbox, smtp_server
from tests.proof import proved
from tests.world import World, build

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 90
CARRIER_SECRET = "shared-with-the-carrier"
WAYS = {
    "ACLF_SMS_PROVIDER": "generic",
    "ACLF_SMS_SECRET": CARRIER_SECRET,
    "ACLF_VOICE_PROVIDER": "generic",
    "ACLF_VOICE_SECRET": CARRIER_SECRET,
    "ACLF_PRIVATE_NETWORKS": "127.0.0.0/8",
    "ACLF_VAPID_PRIVATE_KEY": make_private_key(),
    "ACLF_VAPID_CONTACT": "mailto:it@aclf.example",
    "ACLF_DINGTALK_URL": "https://oapi.dingtalk.com",
    "ACLF_WEBHOOKS": "true",
}
"""So that the preferences show every kind of way; nobody has a telephone until a test gives them one."""

COMMANDS = {
    "web": "-m config.web --port {port}",
    "engine": "manage.py run_engine",
    "worker": "-m celery --quiet -A config worker --queues critical,notify,retry,bulk --pool solo"
    " --without-gossip --without-mingle",
}


@dataclass
class Platform:
    """Where the product answers, the mail it has sent, and what its carrier was given."""

    url: str
    mailbox: Mailbox
    carrier: Provider


@pytest.fixture(scope="package")
def platform(
    browser: Browser, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Platform]:
    """Runs only while tests of this folder do: its engine and worker would meddle with all others."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mailbox = Mailbox()
    with smtp_server(mailbox) as mail_port, serving() as carrier:
        carrier.behave = replies_with(Reply(202, b"{}"))
        database, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        environ = os.environ | {
            "DATABASE_URL": f"{database}/{connection.settings_dict['NAME']}",
            "ACLF_BASE_URL": f"http://127.0.0.1:{port}",
            "ACLF_EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "ACLF_SMS_URL": carrier.url,
            "ACLF_VOICE_URL": carrier.url,
            **WAYS,
        }
        environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
        running = [
            subprocess.Popen(
                [sys.executable, *command.format(port=port).split()],
                env=environ,
                cwd=ROOT,
                start_new_session=True,
                preexec_fn=before_exec(signal.SIGTERM),
            )
            for command in COMMANDS.values()
        ]
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", running)
            yield Platform(f"http://127.0.0.1:{port}", mailbox, carrier)
        finally:
            for process in running:
                os.killpg(process.pid, signal.SIGKILL)  # their children too, or the database stays in use
                process.wait()
            with django_db_blocker.unblock():
                ProcessTick.objects.all().delete()  # signs of life from after the last test's end


def _wait_for(address: str, running: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert all(process.poll() is None for process in running), "a process of the product did not start"
        if status_of(address) == 200:
            return
        time.sleep(0.2)
    raise AssertionError("the web server does not answer")


@pytest.fixture
def world(transactional_db: None, platform: Platform) -> World:
    """The small network, everyone reading English."""
    world = build()
    User.objects.update(language=User.Language.ENGLISH)
    return world


@transaction.atomic
def requests(world: World, number: int) -> list[Case]:
    """Patients of whom the first ward is asked; open pages hear of all of them at once."""
    return [world.flagged(now=clock.now(), name=f"测试{place}") for place in range(number)]


@dataclass
class Visits:
    """Browsers of their own for several people; what their consoles complain about fails the test.

    `expects_trouble`: the test takes the network away, and htmx may say so. `has_worker`: pages keep what
    works without a connection, which has every new browser fetch two pages with all their files.
    """

    browser: Browser
    url: str
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expects_trouble: bool = False
    has_worker: bool = False

    def __call__(self, user: User | None = None, size: tuple[int, int] = DESKTOP, dark: bool = False) -> Page:
        """A new browser, signed in as `user`, who has just proved it."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            service_workers="allow" if self.has_worker else "block",
        )
        self.contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            proved(client, user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.url}])
        return self.tab(context)

    def tab(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _listen(self, message: ConsoleMessage) -> None:
        is_answer = message.text.startswith("Failed to load resource") or "net::ERR" in message.text
        is_trouble = self.expects_trouble and message.text.startswith(("htmx:", "[object Event]"))
        if message.type == "error" and not is_answer and not is_trouble:
            self.complaints.append(message.text)


@contextmanager
def visits_of(browser: Browser, platform: Platform) -> Iterator[Visits]:
    visits = Visits(browser, platform.url)
    yield visits
    for context in visits.contexts:
        context.close()
    assert visits.complaints == []


@pytest.fixture
def visit(browser: Browser, platform: Platform) -> Iterator[Visits]:
    with visits_of(browser, platform) as visits:
        yield visits


@contextmanager
def may_sound(browser: Browser, path: str) -> Iterator[Browser]:
    """A browser whose pages may sound without a gesture."""
    flags = [*CHROMIUM_FLAGS, "--autoplay-policy=no-user-gesture-required"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    loud = browser.browser_type.launch(executable_path=path, args=flags)
    yield loud
    loud.close()


@pytest.fixture(scope="package")
def loud_browser(browser: Browser, chromium_path: str) -> Iterator[Browser]:
    with may_sound(browser, chromium_path) as loud:
        yield loud


@pytest.fixture
def loud(loud_browser: Browser, platform: Platform) -> Iterator[Visits]:
    with visits_of(loud_browser, platform) as visits:
        yield visits


def live(page: Page) -> None:
    """Wait until the page hears the live stream."""
    expect(page.locator("#live-state")).to_have_attribute("data-state", "open")


def until(holds: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
