"""Short forms keep what is typed too: the talk, the hand-over note, the reason of a closing ward."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts import clock
from accounts.models import User
from portal.models import FormDraft
from referral.models import Message
from tests.e2e.conftest import until
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "INR 3.1 now, two units of plasma given"


@pytest.fixture
def world(transactional_db: None) -> World:
    world = build()
    User.objects.update(language=User.Language.ENGLISH)
    return world


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A phone's page. The live stream needs another server, so it is cut off."""
    size = {"width": 390, "height": 844}
    context = browser.new_context(base_url=live_server.url, locale="en-GB", viewport=size)  # type: ignore[arg-type]
    without_live_stream(context)
    yield context.new_page()
    context.close()


def typed_and_left(page: Page, address: str, field: str) -> None:
    """Type into a field, wait until that is kept, and lose the page."""
    page.goto(address)
    page.locator(field).fill(WORDS)
    form = page.locator("form", has=page.locator(field))
    expect(form.locator("[data-draft-state]")).to_contain_text("Saved ")
    page.goto("about:blank")


def test_a_message_that_was_not_sent_is_still_there_and_gone_once_it_was(
    page: Page, world: World, as_user: SignIn
) -> None:
    case = world.accepted(now=clock.now())
    address = f"/cases/{case.pk}/"
    sign_in(page, as_user(world.doctor))
    typed_and_left(page, address, "#talk-text")

    page.goto(address)
    expect(page.locator("#talk-text")).to_have_value(WORDS)
    page.locator("#talk-text").press_sequentially("!")
    page.locator("#talk-form button").click()
    expect(page.locator("#talk-list")).to_contain_text(f"{WORDS}!")
    expect(page.locator("[data-unfinished]")).to_have_count(0)
    page.wait_for_timeout(1000)
    assert not FormDraft.objects.exists()
    assert Message.objects.get().text == f"{WORDS}!"


@pytest.mark.parametrize(
    ("place", "field", "button"),
    [("duty/", "#note-text", "Leave the note"), ("", "#reason", "Close the ward")],
)
def test_what_a_ward_was_told_goes_on_where_it_was_left(
    page: Page, world: World, as_user: SignIn, place: str, field: str, button: str
) -> None:
    address = f"/board/wards/{world.ward.pk}/{place}"
    sign_in(page, as_user(world.lead))
    typed_and_left(page, address, field)

    page.goto(address)
    expect(page.locator(field)).to_have_value(WORDS)
    page.get_by_role("button", name=button).click()
    until(lambda: not FormDraft.objects.exists())
