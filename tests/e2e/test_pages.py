"""Every page as people meet it: axe finds nothing, nothing overflows, the security policy is kept."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from accounts import clock
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.e2e.conftest import Visits
from tests.e2e.screens import PHONE, PHONES, SETTLED, barriers, troubles, troubles_everywhere
from tests.world import HOUR, MINUTE, WELL, World, sampled

NOWHERE = "/nowhere/"
NOT_HEALTHY = """(ask => {
    window.fetch = (what, ...how) => what === "/healthz" ? Promise.reject(Error()) : ask(what, ...how);
})(window.fetch)"""
PARTS = 3
"""All pages in one test would keep one worker busy when all others have finished."""


@transaction.atomic
def furnish(world: World) -> tuple[Case, Case]:
    """Cases in several states; gives the offered one, whose acknowledgement is late, and the accepted one.

    The engine sees all of it or nothing: an offer of the past would expire before the ward accepts it.
    """
    now = clock.now()
    offered = world.flagged(now=now - 20 * MINUTE, name="测试甲")
    accepted = world.accepted(now=now - 10 * MINUTE, name="测试乙")
    perform(accepted, Verb.MESSAGE, actor=world.doctor, now=now, text="Drowsy since six")
    perform(accepted, Verb.MESSAGE, actor=world.specialist, now=now, text="Send her")
    world.register(now=now - 5 * HOUR, name="测试丙")
    world.admitted(now=now - 10 * MINUTE, name="测试丁")
    return offered, accepted


@transaction.atomic
def overdue(world: World) -> Case:
    """A case whose long lateness has to fit on the screen."""
    return world.admitted(now=clock.now() - 61 * HOUR - 14 * MINUTE, name="测试戊")


def pages_of(world: World) -> Iterator[tuple[Any, str]]:
    """Who opens what."""
    offered, accepted = furnish(world)
    yield None, "/accounts/login/"
    for path in ("/", "/cases/new/", f"/cases/{accepted.pk}/", f"/cases/{accepted.pk}/letter/"):
        yield world.doctor, path
    for path in ("/inbox/", "/me/", "/about/", f"/cases/{offered.pk}/result/"):
        yield world.doctor, path
    for verb in ("depart", "withdraw", "end-referral", "mark-entered-in-error", "correct-first-visit"):
        yield world.doctor, f"/cases/{accepted.pk}/{verb}/"
    for path in ("/board/", "/board/?tab=window-2", "/board/?tab=follow-up", f"/cases/{offered.pk}/"):
        yield world.specialist, path
    yield world.specialist, f"/cases/{offered.pk}/decline/"
    yield world.lead, f"/board/wards/{world.ward.pk}/"
    yield world.lead, f"/board/wards/{world.ward.pk}/duty/"
    for path in ("/operations/", "/operations/deliveries/", "/operations/deliveries/?state=sent"):
        yield world.administrator, path
    yield world.specialist, f"/cases/{accepted.pk}/arrival/"
    for path in ("/board/", "/morning/"):
        yield world.coordinator, path
    for path in ("", "models/", "research/", "notifications/"):
        yield world.coordinator, f"/statistics/{path}"
    yield world.researcher, "/statistics/?by=hospital"
    yield world.coordinator, f"/cases/{offered.pk}/redirect/"
    yield world.coordinator, f"/cases/{accepted.pk}/extend/"
    yield world.coordinator, f"/cases/{overdue(world).pk}/"


@transaction.atomic
def follow(world: World) -> tuple[Case, Case, Case]:
    """Cases in the ward, referred back, and watched through a row of assessments."""
    now = clock.now()
    watched = world.watched(now - 20 * HOUR, name="测试庚")
    for hours in (12, 8, 4):
        at = now - hours * HOUR
        values = sampled({**WELL, "bilirubin": 60 + hours}, at)
        perform(watched, Verb.ASSESS, actor=world.doctor, now=at, values=values)
    return (
        world.admitted(now - 2 * HOUR, name="测试辛"),
        world.returned(now - 3 * HOUR, name="测试壬"),
        watched,
    )


def pages_on_the_way_of(world: World) -> Iterator[tuple[Any, str]]:
    """Who opens what of a case after its referral, and what is nobody's case."""
    admitted, returned, watched = follow(world)
    for part in ("", "trends/", "indicators/"):
        yield world.doctor, f"/cases/{watched.pk}/{part}"
    for path in (
        f"/cases/{returned.pk}/",
        f"/cases/{returned.pk}/back-letter/",
        "/calculator/",
        "/evidence/",
    ):
        yield world.doctor, path
    for path in ("/accounts/2fa/", "/accounts/password/change/", "/offline/", "/?tab=closed", NOWHERE):
        yield world.doctor, path
    for part in ("ward/", "assess-organ-failure/", "diagnose/", "back-refer/"):
        yield world.specialist, f"/cases/{admitted.pk}/{part}"
    for user in (world.second_specialist, world.other_doctor):
        yield user, "/inbox/"
    yield world.second_specialist, "/board/?tab=follow-up"
    yield world.lead, "/me/"
    yield None, "/accounts/password/reset/"


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
@pytest.mark.parametrize("pages", [pages_of, pages_on_the_way_of])
def test_every_page_is_for_desks_phones_and_fingers_in_light_and_dark(
    pages: Callable[[World], Iterator[tuple[Any, str]]], part: int, world: World, visit: Visits
) -> None:
    """Each page is loaded once; only the screen and the colours change."""
    faults = []
    for path, page in opened(list(pages(world))[part::PARTS], visit):
        faults += [f"{path} {trouble}" for trouble in troubles_everywhere(page)]
    assert faults == []


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
