"""A real PostgreSQL and Redis for each worker of a run, and a real browser for who asks."""

import atexit
import gc
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import django
import pytest
from _pytest import runner
from django.conf import settings
from django.contrib.auth import login
from django.core.cache import cache
from django.db import connections, transaction
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.test import Client, TransactionTestCase
from django.test.signals import template_rendered
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from config import embedded
from config.frames import with_room
from config.servers import EmbeddedError
from tests.loading import load_share
from tests.migrated import start_migrated

PATIENCE_MILLISECONDS = 60_000
Keep = Callable[[Callable[[], Any]], Callable[[], Any]]
RARELY = (50_000, 20, 100)
"""When garbage is collected: by default, that is an eighth of what the tests cost."""
HEADLESS_SHELL = "chromium-headless-shell"
"""Chromium without windows: a page costs it less than half of what it costs the whole one."""
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _start_servers() -> None:
    """A transaction holds back what its whole server tells of changes: no worker shares one with others."""
    data = Path(tempfile.mkdtemp(prefix="aclf-test-"))
    servers = embedded.Servers(data, durable=False)

    def remove() -> None:
        servers.stop()
        shutil.rmtree(data, ignore_errors=True)

    servers.acquire()
    atexit.register(remove)
    for name in [name for name in os.environ if name.startswith("ACLF_")]:
        del os.environ[name]
    os.environ.update(
        embedded.DEMO_ENVIRONMENT
        | embedded.keys(data)
        | embedded.files_folder(data)
        | {"ACLF_MODE": "test", "ACLF_STORM_CONTROL": "false"}
    )
    try:
        start_migrated(servers)
    except EmbeddedError as error:
        pytest.exit(str(error), returncode=3)
    os.environ.update(servers.addresses)


gc.disable()  # until all tests are collected: nothing of them goes before the end
_start_servers()  # at import, before any test module or nested conftest touches a model
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
# A worker that inherited this would read the settings before it has servers of its own.
del os.environ["DJANGO_SETTINGS_MODULE"]


from accounts.models import User  # noqa: E402 - models need settings
from accounts.sessions import SessionStore  # noqa: E402 - likewise
from tests.ending import MigratedRows, browsers  # noqa: E402 - likewise
from tests.world import World, build  # noqa: E402 - likewise

expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The database of each worker is a copy of the one that is migrated."""
    database = connections["default"].settings_dict
    database["TEST"]["TEMPLATE"] = database["NAME"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests that commit leave the database as migrating left it."""
    with django_db_blocker.unblock():
        migrated = MigratedRows()
    TransactionTestCase._fixture_teardown = lambda case: migrated.restore()


@pytest.fixture(scope="module")
def keep(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Keep]:
    """Keeps what a function makes, rows and objects, for all tests of a module.

    The rows are written in a transaction around the tests, each of which works in a savepoint of it and
    leaves nothing behind. Called without a function, what is kept makes the objects anew, a test's own.
    """
    alone = [test.name for test in _committing(request)]
    assert not alone, f"these empty the tables and need a module of their own: {alone}"

    def keep(make: Callable[[], Any]) -> Callable[[], Any]:
        with django_db_blocker.unblock():
            return partial(pickle.loads, pickle.dumps(make()))

    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
    yield keep
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


def _committing(request: pytest.FixtureRequest) -> list[pytest.Item]:
    """The tests of the module that write for good, and empty the tables when they are done."""
    tests = [item for item in request.session.items if item.path == request.path]
    return [test for test in tests if _commits(test)]


def _commits(test: pytest.Item) -> bool:
    if {"transactional_db", "live_server"} & {*getattr(test, "fixturenames", ())}:
        return True
    return any(mark.kwargs.get("transaction") for mark in test.iter_markers("django_db"))


@pytest.fixture(scope="module")
def make_world(request: pytest.FixtureRequest) -> Callable[[], World]:
    """Gives each test the small network: written once for a module, unless one of its tests commits."""
    if _committing(request):
        return build
    keep: Keep = request.getfixturevalue("keep")
    kept = keep(build)

    def world() -> World:
        cache.clear()  # where limits count what the same people did in the test before
        return kept()

    return world


@pytest.fixture(scope="session", autouse=True)
def pages_only(django_test_environment: None) -> None:
    """The test client hears which page was drawn and what it knew, and not the same of each part and field.

    Of hundreds of fields on a page, telling costs as much as drawing some of them.
    """

    def render(template: Template, context: Context) -> str:
        if isinstance(context, RequestContext) and context.template is template:
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    Template._render = render


@pytest.fixture(scope="session", autouse=True)
def signed_in_at_once(django_test_environment: None) -> None:
    """A client signs in as a browser does that has no session yet.

    Django's writes one first, and reads and deletes it: that is a third of the statements of signing in.
    """
    sign_in = Client._login

    def sign_in_at_once(client: Client, user: User, backend: str | None = None) -> None:
        if settings.SESSION_COOKIE_NAME in client.cookies:
            return sign_in(client, user, backend)
        request = HttpRequest()
        request.session = SessionStore()
        login(request, user, backend)
        request.session.save()
        client._set_login_cookies(request)

    Client._login = sign_in_at_once


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Texts outside a request come in English, whatever language the request of an earlier test left."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The machine's Chromium, without windows where it has that."""
    return _on_the_path(HEADLESS_SHELL, *CHROMIUM_NAMES)


@pytest.fixture(scope="session")
def whole_chromium_path() -> str:
    """The machine's Chromium, for what needs its windows, such as notifications."""
    return _on_the_path(*CHROMIUM_NAMES)


def _on_the_path(*names: str) -> str:
    """Without a browser, its tests are skipped, or fail if REQUIRE_BROWSER=1."""
    for name in names:
        if result := shutil.which(name):
            return result
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"None of {names} on the PATH, and REQUIRE_BROWSER=1 asks for the browser tests.")
    pytest.skip(f"none of {names} on the PATH (Debian: apt-get install {HEADLESS_SHELL} chromium)")


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    flags = [*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    # Playwright runs an event loop in this thread, which Django takes for asynchronous code, with
    # connections of its own: those from before would stay open to the end, and the other way round.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    connections.close_all()
    with sync_playwright() as playwright:
        chromium = _patient(playwright.chromium.launch(executable_path=chromium_path, args=flags))
        browsers.append(chromium)
        yield chromium
        browsers.remove(chromium)
        chromium.close()
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def _patient(browser: Browser) -> Browser:
    """`browser`, whose pages wait as long as a busy machine needs.

    A page's service worker fetches two pages and all their files to have them at hand without a connection:
    it works only for tests that ask for it. Without windows, a browser names no language unless told. Each
    step of a transition or of a smooth scroll is drawn, so the person in front of it wants less motion.
    """
    make = browser.new_context
    usual = {"service_workers": "block", "locale": "en-US", "reduced_motion": "reduce"}

    def new_context(**options: Any) -> BrowserContext:
        context = make(**{**usual, **options})
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        return context

    browser.new_context = new_context  # type: ignore[method-assign]
    return browser


def pytest_collection(session: pytest.Session) -> None:
    load_share(session.config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that mostly wait begin, all with one worker: the others use what it leaves of the processors."""
    items.sort(key=lambda item: item.get_closest_marker("waits") is None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """A test begins deep in calls, and makes more of them than one answer of the product."""
    return with_room(runner.pytest_runtest_protocol)(item, nextitem)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(*RARELY)
    gc.enable()
