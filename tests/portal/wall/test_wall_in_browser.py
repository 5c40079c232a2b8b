"""A screen on the wall in a real browser: it is set up by one tap, fits, and says when it is not current."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from accounts import clock
from accounts.models import User
from portal.pages.wall.screens import add_screen
from tests.e2e.screens import barriers
from tests.world import HOUR, MINUTE, build

pytestmark = pytest.mark.django_db(transaction=True)


COVERED = """() => [...document.querySelectorAll(".wall-row")].filter((row) => {
    const time = row.querySelector(".window-left"), range = document.createRange();
    if (!time) return false;
    range.selectNodeContents(time);
    return range.getBoundingClientRect().right > row.querySelector(".wall-body").getBoundingClientRect().left;
}).length"""
"""How many rows have a time that runs into the name."""


def test_a_screen_is_set_up_fits_and_says_when_it_is_not_current(browser: Browser, live_server: Any) -> None:
    world, now = build(), clock.now()
    world.lead.language = User.Language.ENGLISH
    for number in range(9):
        world.accepted(now=now - number * HOUR, name=f"甲{number}")
    late = world.flagged(now=now - 20 * MINUTE, name="张建国")
    _screen, link = add_screen(ward=world.ward, actor=world.lead, name="corridor", shows_names=False, now=now)
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1920, "height": 1080}, locale="en-GB"
    )
    page = context.new_page()
    page.goto(f"/wall/open/{link}/")
    page.get_by_role("button", name="Show the board on this screen").click()

    expect(page.get_by_role("heading", name="张**")).to_be_in_viewport()
    expect(page.get_by_text("and 4 more cases")).to_be_in_viewport()
    expect(page.locator("#wall-age")).to_contain_text("s ago")
    assert page.evaluate("document.documentElement.scrollWidth <= 1920")
    assert page.evaluate(COVERED) == 0
    assert late.patient.name not in page.content()
    assert barriers(page) == []

    page.route("**/wall/rows/", lambda route: route.abort())
    page.evaluate("(now => { Date.now = () => now() + 60000; })(Date.now)")
    expect(page.locator("#wall-age")).to_contain_text("Not current: nothing heard since")
    context.close()


def test_whole_names_long_times_and_long_grades_fit_too(browser: Browser, live_server: Any) -> None:
    world, now = build(), clock.now()
    world.lead.language = User.Language.CHINESE
    for number in range(8):
        world.accepted(now=now - 60 * HOUR + number * 37 * MINUTE, name=f"阿卜杜拉·买买提江{number}")
        world.admitted(now=now - 61 * HOUR + number * 37 * MINUTE, name=f"司马光明{number}")
    _screen, link = add_screen(ward=world.ward, actor=world.lead, name="office", shows_names=True, now=now)
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.goto(f"/wall/open/{link}/")
    page.locator("form button").click()
    expect(page.locator(".wall-row")).to_have_count(12)
    for more in page.locator(".wall-more").all():
        expect(more).to_be_in_viewport(ratio=1)
    assert page.evaluate(COVERED) == 0
    context.close()
