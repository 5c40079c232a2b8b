from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.models import User
from tests.world import World

SignIn = Callable[[User], Client]
NEVER_OPENS = """window.EventSource = class extends EventTarget {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSED = 2;
    readyState = 0;
    close() { this.readyState = 2; }
};"""


def without_live_stream(context: BrowserContext) -> None:
    """Cut the live stream off, which needs another server.

    Not as a route that aborts: with one, a browser loads every file anew for each page.
    """
    context.add_init_script(NEVER_OPENS)


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page of a browser that nobody has signed in with, without the live stream."""
    context = browser.new_context(base_url=live_server.url, locale="en-GB")
    without_live_stream(context)
    yield context.new_page()
    context.close()


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    return make_world()


@pytest.fixture
def as_user() -> SignIn:
    """A client signed in as somebody, in English so that tests can read the texts."""

    def sign_in(user: User) -> Client:
        user.language = User.Language.ENGLISH
        user.save()
        client = Client()
        client.force_login(user)
        return client

    return sign_in
