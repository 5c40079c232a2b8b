"""The alarm in real browsers: one that lets every page sound, and one that waits for a tap."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts import clock
from accounts.models import DutyShift
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.e2e.conftest import Platform, Visits, live, may_sound, requests, until, visits_of
from tests.e2e.screens import PHONE
from tests.world import World

LOUDNESS_OF_RINGS = """
  window.peaks = [];
  const ramp = AudioParam.prototype.exponentialRampToValueAtTime;
  AudioParam.prototype.exponentialRampToValueAtTime = function (value, at) {
    if (value > 0.001) window.peaks.push(value);
    return ramp.call(this, value, at);
  };
"""
NOTES_OF_A_RING = 5
RING_EVERY = 5_000
SAID_FOR = 8_000
"""In milliseconds: by so much the clock of a page is moved, where a test would wait for it."""
SAY_STATES = """
  const say = ([change]) => console.debug(`alarm: ${change.target.dataset.alarm}`);
  new MutationObserver(say).observe(document, { subtree: true, attributeFilter: ["data-alarm"] });
"""
"""To hear of a state without looking: looking at a page by Playwright is a gesture for the browser."""


@pytest.fixture
def loud_with_windows(browser: Browser, whole_chromium_path: str, platform: Platform) -> Iterator[Visits]:
    """A browser that can show notifications."""
    with may_sound(browser, whole_chromium_path) as loud, visits_of(loud, platform) as visits:
        yield visits


def is_in(page: Page, state: str) -> None:
    """Wait until the alarm of `page` is in `state`."""
    expect(page.locator("html")).to_have_attribute("data-alarm", state)


def blocks(page: Page, act: Callable[[], object]) -> None:
    """After `act` the browser does not let `page` sound."""
    with page.expect_console_message(lambda message: message.text == "alarm: blocked"):
        act()


def sounds(page: Page) -> None:
    is_in(page, "ringing")
    expect(page.locator("html")).to_have_attribute("data-alarm-voice", "here")
    until(lambda: rings(page) > 0)


def rings(page: Page) -> int:
    return int(page.locator("html").get_attribute("data-alarm-rings") or 0)


def voices(context: BrowserContext) -> list[Page]:
    """The tabs that sound."""
    return [
        page for page in context.pages if page.locator("html").get_attribute("data-alarm-voice") == "here"
    ]


def opened(visits: Visits, context: BrowserContext, path: str) -> Page:
    page = visits.tab(context)
    page.goto(path)
    return page


def test_requests_ring_again_and_louder_until_the_last_is_acknowledged(world: World, loud: Visits) -> None:
    page = loud(world.specialist)
    page.clock.install()
    page.add_init_script(LOUDNESS_OF_RINGS)
    page.goto("/board/")
    live(page)
    is_in(page, "armed")
    assert rings(page) == 0

    requests(world, 3)
    sounds(page)
    for _again in range(2):
        page.clock.fast_forward(RING_EVERY)
    until(lambda: rings(page) >= 3)
    peaks = page.evaluate("window.peaks")[::NOTES_OF_A_RING]
    assert peaks[0] < peaks[1] < peaks[2]

    for left in ("2", "1"):
        page.get_by_role("button", name="Acknowledge").first.click()
        expect(page.locator("[data-count]")).to_have_text(left)
        sounds(page)
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator("[data-count]")).to_be_hidden()
    is_in(page, "armed")
    assert rings(page) == 0


def test_a_browser_that_blocks_sound_is_said_until_one_tap_arms_the_page(world: World, visit: Visits) -> None:
    page = visit(world.specialist, size=PHONE)
    page.add_init_script(SAY_STATES)
    blocks(page, lambda: page.goto("/inbox/"))
    blocked = page.get_by_text("The browser blocks sound here: you will not hear a new request.")
    expect(blocked).to_be_in_viewport()

    case = world.flagged(now=clock.now())
    expect(page.get_by_text("Waiting for acknowledgement: 1")).to_be_in_viewport()
    page.locator("[data-strip=blocked]").get_by_role("button", name="Turn on sound").click()
    sounds(page)
    expect(blocked).to_be_hidden()

    page.locator("[data-numbers] a").click()
    expect(page).to_have_url(f"{visit.url}/cases/{case.pk}/")
    sounds(page)

    blocks(page, page.reload)
    expect(blocked).to_be_in_viewport()
    page.locator("h1, h2").first.click()
    sounds(page)


def test_one_tab_of_a_browser_sounds_and_the_next_one_takes_over(world: World, loud: Visits) -> None:
    case = world.flagged(now=clock.now())
    first = loud(world.specialist)
    first.clock.install()
    first.goto("/board/")
    sounds(first)
    others = [opened(loud, first.context, path) for path in (f"/cases/{case.pk}/", "/inbox/")]
    for other in others:
        is_in(other, "ringing")
    assert voices(first.context) == [first]
    assert [rings(other) for other in others] == [0, 0]

    first.close()
    until(lambda: len(voices(others[0].context)) == 1)
    sounds(voices(others[0].context)[0])

    perform(case, Verb.ACKNOWLEDGE, actor=world.lead, now=clock.now())
    expect(others[0].get_by_text("Acknowledged. Nothing is waiting any more.")).to_be_visible()
    for other in others:
        is_in(other, "acknowledged")
    others[0].clock.fast_forward(SAID_FOR)
    for other in others:
        is_in(other, "armed")
    assert voices(others[0].context) != []


def test_a_tab_that_may_not_sound_leaves_it_to_one_that_may(world: World, visit: Visits) -> None:
    first = visit(world.specialist)
    first.context.add_init_script(SAY_STATES)
    blocks(first, lambda: first.goto("/board/"))
    first.locator("#sound").click()
    is_in(first, "armed")

    second = visit.tab(first.context)
    blocks(second, lambda: second.goto("/inbox/"))
    expect(second.get_by_text("Requests sound in another tab of this browser.")).to_be_visible()
    expect(second.get_by_text("The browser blocks sound here")).to_be_hidden()
    world.flagged(now=clock.now())
    sounds(first)

    first.close()
    expect(second.get_by_text("The browser blocks sound here")).to_be_in_viewport()


def test_an_acknowledged_critical_alert_is_silent_on_every_device(world: World, loud: Visits) -> None:
    case = world.accepted(now=clock.now())
    perform(case, Verb.RELEASE, actor=world.specialist, now=clock.now(), reason="bed_lost")
    desk, phone = loud(world.coordinator), loud(world.coordinator, size=PHONE)
    for page in (desk, phone):
        page.goto("/inbox/")
        is_in(page, "off")
        page.locator("#sound").click()
        sounds(page)

    phone.goto(f"/cases/{case.pk}/")
    sounds(phone)
    phone.locator("form[action$='/alerts/'] button").click()
    for page in (desk, phone):
        expect(page.locator("[data-count]")).to_be_hidden()
        expect(page.locator("html")).not_to_have_attribute("data-alarm", "ringing")


def test_sound_that_was_turned_off_on_duty_stays_off_and_says_so(world: World, loud: Visits) -> None:
    page = loud(world.specialist)
    page.goto("/board/")
    is_in(page, "armed")
    expect(page.locator("#sound")).to_contain_text("Sound is on")
    page.locator("#sound").click()
    turn_off = page.get_by_role("button", name="Turn it off here for 12 hours")
    expect(turn_off).to_be_visible()
    is_in(page, "armed")
    turn_off.click()
    is_in(page, "off")

    other = opened(loud, page.context, "/inbox/")
    is_in(other, "off")
    expect(other.get_by_text("You are on duty, and sound is off on this device.")).to_be_visible()
    world.flagged(now=clock.now())
    expect(other.get_by_text("Waiting for acknowledgement: 1")).to_be_visible()
    assert (rings(page), rings(other)) == (0, 0)

    other.locator("#sound").click()
    until(lambda: len(voices(page.context)) == 1)
    is_in(page, "ringing")


def test_who_is_not_on_duty_is_not_woken_without_asking_for_it(world: World, loud: Visits) -> None:
    DutyShift.objects.exclude(ward=world.ward).delete()
    world.flagged(now=clock.now())
    page = loud(world.lead)
    page.goto("/board/")
    expect(page.get_by_text("Waiting for acknowledgement: 1")).to_be_visible()
    is_in(page, "off")
    expect(page.locator("[data-strip=off]")).to_be_hidden()
    page.locator("#sound").click()
    sounds(page)


def test_a_page_whose_sign_in_has_ended_says_that_it_hears_nothing(world: World, loud: Visits) -> None:
    world.flagged(now=clock.now())
    page = loud(world.specialist)
    page.goto(f"/board/wards/{world.ward.pk}/duty/")
    sounds(page)
    page.context.clear_cookies()
    page.evaluate("document.dispatchEvent(new CustomEvent('live:news'))")
    expect(
        page.get_by_text("Your sign-in has ended: requests are no longer heard on this page.")
    ).to_be_visible()
    is_in(page, "off")


def test_a_page_that_is_not_looked_at_shows_a_notification_that_names_nobody(
    world: World, loud_with_windows: Visits
) -> None:
    loud_with_windows.has_worker = True
    page = loud_with_windows(world.specialist)
    page.context.grant_permissions(["notifications"])
    page.add_init_script("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })")
    page.goto("/inbox/")
    live(page)
    is_in(page, "armed")
    notes = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
        .map(({ title, body, data }) => [title, body, data.path])"""

    case = world.flagged(now=clock.now())
    until(lambda: page.evaluate(notes) == [["New referral request", case.number, f"/cases/{case.pk}/"]])
    perform(case, Verb.ACKNOWLEDGE, actor=world.lead, now=clock.now())
    until(lambda: page.evaluate(notes) == [])


def test_who_answers_for_no_ward_has_no_alarm(world: World, loud: Visits) -> None:
    page = loud(world.doctor)
    page.goto("/")
    live(page)
    expect(page.locator("#sound, #alarm")).to_have_count(0)


def test_news_without_a_pause_does_not_keep_the_alarm_from_asking(world: World, loud: Visits) -> None:
    page = loud(world.specialist)
    page.goto("/board/")
    live(page)
    page.wait_for_load_state("networkidle")
    news = "() => setInterval(() => document.dispatchEvent(new CustomEvent('live:news')), 15)"
    with page.expect_request("**/alarm/", timeout=10_000):
        page.evaluate(news)
