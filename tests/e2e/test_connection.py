"""A page that loses its connection says so, does not pretend, keeps what was typed, and heals by itself."""

import re

from playwright.sync_api import Page, expect

from accounts import clock
from referral.models import Case
from referral.pathway.vocabulary import Verb
from tests.e2e.conftest import Visits, live
from tests.e2e.screens import PHONE
from tests.e2e.test_pages import troubles
from tests.world import MINUTE, World

ANSWERS_BEFORE_THE_NETWORK_GOES = "window.drafts.save = async () => ({ state: 'ready' })"


PATIENCE = 1_500
"""Milliseconds for which a page that lost its connection does not say so: the next one may be coming."""


def lose(visit: Visits, page: Page) -> None:
    visit.expects_trouble = True
    page.clock.install()
    page.context.set_offline(True)
    expect(page.locator("#live-state")).to_have_attribute("data-state", "lost")
    page.clock.fast_forward(PATIENCE)
    expect(page.get_by_text("Connection lost.")).to_be_in_viewport()


def find_again(page: Page) -> None:
    page.context.set_offline(False)
    live(page)
    expect(page.get_by_text("Connection lost.")).to_be_hidden()


def typed(page: Page) -> None:
    page.locator("#action-decline > summary").click()
    page.locator("#action-decline .verb-extra > summary").click()
    page.get_by_label("Note").fill("no bed before noon")


def test_a_lost_connection_is_a_banner_with_the_age_of_a_grey_board(world: World, visit: Visits) -> None:
    world.flagged(now=clock.now() - 3 * MINUTE)
    page = visit(world.specialist, size=PHONE)
    page.goto("/board/")
    live(page)
    left = page.locator("[data-left]").first
    expect(left).not_to_contain_text("as of")

    lose(visit, page)
    expect(page.locator("#lost")).to_contain_text(re.compile(r"What you see is from \d\d:\d\d, \d+ s ago"))
    expect(left).to_contain_text(re.compile(r"\(as of \d\d:\d\d\)"))
    expect(page.locator("#board-live")).to_have_css("filter", "grayscale(1)")
    age = page.locator("[data-age]").inner_text()
    expect(page.locator("[data-age]")).not_to_have_text(age)
    assert troubles(page) == []

    missed = world.flagged(now=clock.now(), name="测试乙")
    find_again(page)
    expect(page.locator("article[data-new]", has_text=missed.number)).to_be_visible()
    expect(left).not_to_contain_text("as of")
    expect(page.locator("#board-live")).to_have_css("filter", "none")


def test_an_action_without_a_connection_keeps_its_page_and_what_was_typed(
    world: World, visit: Visits
) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist, size=PHONE)
    page.goto(f"/cases/{case.pk}/")
    live(page)
    typed(page)
    lose(visit, page)

    page.locator("#action-decline button", has_text="No bed").click()
    notice = page.locator(".unsent-here")
    expect(notice).to_contain_text("Nothing was sent.")
    expect(notice).to_be_in_viewport()
    expect(page).to_have_url(f"{visit.url}/cases/{case.pk}/")
    expect(page.get_by_label("Note")).to_have_value("no bed before noon")

    find_again(page)
    expect(notice).to_contain_text("The connection is back.")
    assert not case.events.filter(what=Verb.DECLINE).exists()
    page.locator("#action-decline button", has_text="No bed").click()
    page.wait_for_url("**/board/")
    assert case.events.get(what=Verb.DECLINE).note == "no bed before noon"


def test_a_board_outlives_an_action_without_a_connection(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.specialist)
    page.goto("/board/")
    live(page)
    lose(visit, page)
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".unsent-here")).to_contain_text("Nothing was sent.")
    expect(page.locator("article", has_text=case.number)).to_be_visible()

    find_again(page)
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Acknowledged. The first hospital was told.")).to_be_visible()
    assert case.events.filter(what=Verb.ACKNOWLEDGE).count() == 1


def test_an_action_that_gets_no_answer_leaves_its_page_too(world: World, visit: Visits) -> None:
    """The network goes between the server's word that it can be sent and the sending."""
    case = world.flagged(now=clock.now())
    visit.has_worker = True
    page = visit(world.specialist)
    page.goto(f"/cases/{case.pk}/")
    live(page)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    typed(page)
    page.evaluate(ANSWERS_BEFORE_THE_NETWORK_GOES)
    visit.expects_trouble = True
    page.context.set_offline(True)

    page.locator("#action-decline button", has_text="No bed").click()

    expect(page.locator(".unsent-here")).to_contain_text("No answer came.")
    expect(page.get_by_label("Note")).to_have_value("no bed before noon")
    assert Case.objects.get(pk=case.pk).state == "offered"


def test_a_ward_is_not_closed_without_a_connection(world: World, visit: Visits) -> None:
    page = visit(world.lead)
    page.goto(f"/board/wards/{world.ward.pk}/")
    live(page)
    page.get_by_label("Why does it close?").fill("water damage")
    lose(visit, page)
    page.get_by_role("button", name="Close the ward").click()
    expect(page.locator(".unsent-here")).to_contain_text("Nothing was sent.")
    expect(page.get_by_label("Why does it close?")).to_have_value("water damage")

    find_again(page)
    page.get_by_role("button", name="Close the ward").click()
    expect(page.get_by_text("The ward is closed.")).to_be_visible()
