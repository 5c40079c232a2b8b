"""The countdowns of an open board: they run on whatever else on the page is drawn again."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts import clock
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)

OPEN_STREAM = """window.EventSource = class extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 2;
  constructor() {
    super();
    window.stream = this;
    this.readyState = 1;
    Promise.resolve().then(() => this.onopen?.(new Event("open")));
  }
  close() {}
};"""
SAY = "([kind, data]) => window.stream.dispatchEvent(new MessageEvent(kind, { data }))"


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@pytest.fixture
def board(browser: Browser, live_server: Any, world: World, as_user: SignIn) -> Iterator[Page]:
    """A page whose live stream says what the test says, and whose clock the test moves."""
    context = browser.new_context(base_url=live_server.url, locale="en-GB")
    context.add_init_script(OPEN_STREAM)
    page = context.new_page()
    page.clock.install()
    sign_in(page, as_user(world.specialist))
    yield page
    context.close()


def minutes_left(page: Page, case: Case) -> int:
    words = page.locator(f"#case-{case.pk} [data-left]").first.inner_text()
    minutes = re.search(r"(\d+) min", words)
    assert minutes, words
    return int(minutes[1])


def test_a_row_that_is_left_as_it_is_keeps_counting_when_another_is_drawn(world: World, board: Page) -> None:
    """Less than a minute is left out, after which the whole board is fetched anew."""
    begun = clock.now() - timedelta(seconds=45)
    kept, changed = world.flagged(now=begun, name="甲一"), world.flagged(now=begun, name="甲二")
    board.goto("/board/")
    expect(board.locator("#live-state")).to_have_attribute("data-state", "open")
    board.wait_for_load_state("networkidle")
    assert minutes_left(board, kept) == 14
    for _turn in range(2):
        board.evaluate(SAY, ["alive", "{}"])
        board.clock.fast_forward(20_000)
        board.wait_for_load_state("networkidle")
    assert minutes_left(board, kept) == 13

    perform(changed, Verb.ACKNOWLEDGE, actor=world.lead, now=clock.now())
    board.evaluate(SAY, ["case", f'{{"case": "{changed.pk}"}}'])
    board.clock.run_for(500)
    expect(board.locator(f"#case-{changed.pk}")).to_contain_text("acknowledged")
    board.evaluate("document.dispatchEvent(new Event('connection:changed'))")
    assert minutes_left(board, kept) == 13
