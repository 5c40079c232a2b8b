"""What a page says about its alarm as it is drawn, before the browser or the server was asked anything."""

from playwright.sync_api import Page, expect

from accounts import clock
from tests.e2e.conftest import Visits, live, requests
from tests.e2e.screens import PHONE
from tests.e2e.test_alarm import SAY_STATES, blocks, sounds
from tests.world import World

WATCH = """
  window.tops = new Set();
  window.made = 0;
  const look = () => {
    const main = document.querySelector("main");
    if (main) window.tops.add(main.offsetTop);
    requestAnimationFrame(look);
  };
  look();
  window.AudioContext = class extends AudioContext {
    constructor() {
      super();
      window.made += 1;
    }
  };
"""


def watched(page: Page) -> Page:
    page.add_init_script(WATCH)
    page.add_init_script(SAY_STATES)
    return page


def test_where_sound_is_forbidden_the_page_says_so_without_moving_and_makes_none_ready(
    world: World, visit: Visits
) -> None:
    requests(world, 8)
    page = watched(visit(world.specialist, size=PHONE))
    blocks(page, lambda: page.goto("/board/"))
    live(page)
    expect(
        page.get_by_text("The browser blocks sound here: you will not hear a new request.")
    ).to_be_visible()
    expect(page.get_by_text("Waiting for acknowledgement: 8")).to_be_visible()
    assert page.evaluate("[window.tops.size, window.made]") == [1, 0]

    page.locator("h1").click()
    sounds(page)


def test_on_a_page_drawn_without_them_the_bars_move_nothing_and_leave_the_places_free(
    world: World, visit: Visits
) -> None:
    case = world.flagged(now=clock.now())
    page = watched(visit(world.specialist, size=PHONE))
    blocks(page, lambda: page.goto(f"/cases/{case.pk}/"))
    expect(page.get_by_text("The browser blocks sound here")).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("Waiting for acknowledgement: 1")).to_be_in_viewport(ratio=1)
    assert page.evaluate("window.tops.size") == 1
    page.locator(".places a", has_text="Inbox").click()
    expect(page).to_have_url(f"{visit.url}/inbox/")


def test_where_sound_is_allowed_a_page_rings_for_what_it_was_drawn_with(world: World, loud: Visits) -> None:
    world.flagged(now=clock.now())
    page = watched(loud(world.specialist))
    page.route("**/alarm/", lambda route: route.abort())
    page.goto("/board/")
    sounds(page)
    assert page.evaluate("window.made") == 1
