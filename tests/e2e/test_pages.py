"""Every page as people meet it: axe finds nothing, nothing overflows, the security policy is kept."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visits
from tests.e2e.rounds import NOWHERE, ROUNDS, follow, furnish
from tests.e2e.screens import PHONE, PHONES, SETTLED, barriers, troubles, troubles_everywhere
from tests.world import World

NOT_HEALTHY = """(ask => {
    window.fetch = (what, ...how) => what === "/healthz" ? Promise.reject(Error()) : ask(what, ...how);
})(window.fetch)"""
PARTS = 3
"""All pages in one test would keep one worker busy when all others have finished."""


def opened(pages: list[tuple[Any, str]], visit: Visits) -> Iterator[tuple[str, Page]]:
    """Every page in turn, on a phone and in the light, with all that can be unfolded on it.

    The health check answers nobody: else the page for want of a connection gives way while it is looked at.
    It is no route that aborts: with one, a browser loads every file anew for each page.
    """
    browsers: dict[Any, Page] = {}
    for user, path in pages:
        if user not in browsers:
            browsers[user] = visit(user, size=PHONE)
            browsers[user].add_init_script(NOT_HEALTHY)
        page = browsers[user]
        answer = page.goto(path)
        assert answer is not None and answer.status == (404 if path == NOWHERE else 200), path
        page.evaluate("document.querySelectorAll('main details').forEach((part) => (part.open = true))")
        for unfolding in page.locator("details[open] [data-unfolds]:visible").all():
            expect(unfolding.locator("form")).to_be_attached()
        page.evaluate(SETTLED)
        yield path, page


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("pages", ROUNDS)
def test_every_page_is_for_desks_phones_and_fingers_in_light_and_dark(
    pages: Callable[[World], Iterator[tuple[Any, str]]], part: int, world: World, visit: Visits
) -> None:
    """Each page is loaded once; only the screen and the colours change."""
    faults = []
    for path, page in opened(list(pages(world))[part::PARTS], visit):
        faults += [f"{path} {trouble}" for trouble in troubles_everywhere(page)]
    assert not faults, "\n".join(faults)


def test_axe_reads_the_styles_that_all_pages_share(world: World, visit: Visits) -> None:
    """The rule that no style turns a page by the way a phone is held reads the files; they are everywhere
    the same."""
    page = visit(world.doctor, size=PHONE)
    page.goto("/")
    assert barriers(page, preload=True, runOnly=["css-orientation-lock"]) == []


def test_the_newest_value_stands_beside_its_name_on_a_narrow_phone(world: World, visit: Visits) -> None:
    _admitted, _returned, watched = follow(world)
    page = visit(world.doctor, size=PHONES[0])
    page.goto(f"/cases/{watched.pk}/trends/")
    row = page.get_by_role("row", name="bilirubin").first
    row.evaluate("(row) => window.scrollBy(0, row.getBoundingClientRect().top - 200)")
    newest = row.get_by_role("cell").first
    expect(newest).to_contain_text("64")
    expect(newest).to_be_in_viewport(ratio=1)
    page.locator(".table-scroll").evaluate("(region) => region.scrollBy(1000, 0)")
    expect(row.get_by_role("rowheader")).to_be_in_viewport(ratio=1)


def test_a_refused_form_has_no_barrier_and_leads_to_the_field(world: World, visit: Visits) -> None:
    _offered, accepted = furnish(world)
    page = visit(world.doctor, size=PHONE)
    page.goto(f"/cases/{accepted.pk}/depart/")
    page.evaluate("document.querySelectorAll('[required]').forEach((field) => (field.required = false))")
    page.get_by_role("button", name="Record departure").click()
    expect(page.get_by_role("alert")).to_contain_text("Please fill in: ")
    assert troubles(page) == []
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_label("Expected arrival")).to_be_focused()


def test_the_language_is_switched_and_kept(world: World, visit: Visits) -> None:
    page = visit(world.specialist)
    page.goto("/board/?tab=window-2")
    expect(page.locator("html")).to_have_attribute("lang", "en")

    page.locator("details[data-menu] > summary").click()
    page.get_by_role("button", name="中文").click()

    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    assert page.url.endswith("/board/?tab=window-2")
    page.goto("/inbox/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


def test_the_letter_prints_without_the_frame_of_the_page(world: World, visit: Visits) -> None:
    _offered, accepted = furnish(world)
    page = visit(world.doctor)
    page.goto(f"/cases/{accepted.pk}/letter/")
    page.emulate_media(media="print")
    expect(page.locator(".letter")).to_be_visible()
    for part in (".topbar", ".letter-tools", ".page-footer"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.get_by_text("Provisional: not the consortium's published model")).to_be_visible()
