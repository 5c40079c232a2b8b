"""The countdown of an arrival in a real browser: it turns red by itself, and the sheet fits a phone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from accounts import clock
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import HOUR, MINUTE, World, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@pytest.fixture
def coming(world: World) -> Case:
    now = clock.now()
    case = world.accepted(now - HOUR, name="张建国")
    at = now + 5 * MINUTE
    crew = {"team": "王师傅", "contact": "139 1234 5678"}
    return perform(
        case, Verb.DEPART, actor=world.doctor, now=now - 30 * MINUTE, expected_arrival_at=at, **crew
    )


@pytest.fixture
def page(browser: Browser, live_server: Any, world: World, as_user: SignIn) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    without_live_stream(context)
    page = context.new_page()
    page.clock.install()
    sign_in(page, as_user(world.specialist))
    yield page
    context.close()


def test_the_countdown_turns_red_and_says_so_without_a_reload(page: Page, coming: Case) -> None:
    page.goto(f"/cases/{coming.pk}/arrival/")
    bar, warning = page.locator(".arrival-time .window"), page.get_by_text("The expected time has passed")
    expect(bar).to_contain_text("min left")
    expect(warning).to_be_hidden()
    page.evaluate("window.sameDocument = true")

    call_command("fast_forward", "7m")
    page.clock.fast_forward("07:00")

    expect(bar).to_contain_text("min overdue")
    expect(bar).to_have_class(re.compile("level-over"))
    expect(warning).to_be_visible()
    assert page.evaluate("window.sameDocument") is True


def test_the_sheet_fits_a_phone_and_dials_the_vehicle(page: Page, coming: Case) -> None:
    page.goto(f"/cases/{coming.pk}/arrival/")
    expect(page.locator("a.btn[href='tel:13912345678']").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= 390")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_text("What to have ready")).to_be_visible()
