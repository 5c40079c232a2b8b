"""Forms that save themselves, in a real browser: discarded tabs, ended sign-ins, two people, two windows."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from accounts import clock
from accounts.models import Session, User
from portal.models import FormDraft
from referral.models import Case
from referral.pathway.vocabulary import State
from tests.e2e.conftest import until
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import fill, sign_in
from tests.portal.offline.test_offline_in_browser import ON_THE_DEVICE
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    world = build()
    User.objects.update(language=User.Language.ENGLISH)
    return world


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """A browser whose live stream is cut off: it needs another server."""
    context = browser.new_context(base_url=live_server.url, locale="en-GB", service_workers="allow")
    without_live_stream(context)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, world: World, as_user: SignIn) -> Page:
    """The empty form of a first visit, open in the doctor's browser."""
    page = context.new_page()
    sign_in(page, as_user(world.doctor))
    page.goto("/cases/new/")
    return page


def saved(page: Page) -> None:
    expect(page.locator("[data-draft-state]").first).to_contain_text("Saved ")


def sign_in_by_form(page: Page, user: User) -> None:
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill("a-long-password")
    page.get_by_role("button", name="Sign in", exact=True).click()


def holds_all(page: Page) -> None:
    expect(page.locator("[name=name]")).to_have_value("张三")
    expect(page.locator("[name=birth_date]")).to_have_value("1970-01-02")
    expect(page.locator("[name=inr]")).to_have_value("2.2")
    expect(page.locator("[name=cirrhosis][value=yes]")).to_be_checked()


def is_empty(page: Page) -> None:
    expect(page.locator("[name=name]")).to_have_value("")
    expect(page.locator("[name=inr]")).to_have_value("")
    expect(page.locator("[name=chronic_liver_disease]")).to_have_value("")
    for name in ("sex", "cirrhosis", "variceal_bleeding", "encephalopathy_grade"):
        expect(page.locator(f"[name={name}]:checked")).to_have_count(0)


def test_a_discarded_tab_loses_nothing(page: Page) -> None:
    fill(page)
    saved(page)
    address = page.url
    page.close(run_before_unload=False)

    again = page.context.new_page()
    again.goto(address)
    holds_all(again)
    expect(again.locator("[data-restored]")).to_be_visible()


def test_a_reload_loses_nothing(page: Page) -> None:
    fill(page)
    saved(page)
    page.reload()
    holds_all(page)


def test_a_closed_tab_is_gone_on_with_from_the_first_page(page: Page) -> None:
    fill(page)
    saved(page)
    page.close(run_before_unload=False)

    again = page.context.new_page()
    again.goto("/")
    expect(again.get_by_text("Unfinished, seen by you only")).to_be_visible()
    again.get_by_role("link", name="Continue").click()
    holds_all(again)
    again.get_by_role("button", name="Assess now").click()
    again.wait_for_url("**/result/")
    assert not FormDraft.objects.exists()


def test_what_was_thrown_away_does_not_come_back(page: Page) -> None:
    fill(page)
    saved(page)
    page.goto("/")
    page.get_by_role("link", name="Throw away").click()
    page.get_by_role("button", name="Throw away").click()
    expect(page.get_by_text("The unfinished form was thrown away.")).to_be_visible()
    page.goto("/cases/new/")
    is_empty(page)


def test_leaving_the_form_and_coming_back_shows_an_empty_one_and_offers_the_unfinished(page: Page) -> None:
    fill(page)
    saved(page)
    page.goto("/")
    page.goto("/cases/new/")
    is_empty(page)
    expect(page.get_by_role("link", name="Continue")).to_be_visible()


def test_back_after_a_registration_begins_with_an_empty_form(page: Page) -> None:
    fill(page)
    page.get_by_role("button", name="Assess now").click()
    page.wait_for_url("**/result/")

    page.go_back()
    expect(page.get_by_text("is registered. This is a new, empty form.")).to_be_visible()
    is_empty(page)
    registered = Case.objects.get()
    assert page.locator("[name=case_id]").input_value() != str(registered.pk)


def test_an_ended_sign_in_brings_everything_back_and_the_sign_in_page_says_so(
    page: Page, world: World
) -> None:
    fill(page)
    Session.objects.all().delete()
    page.get_by_role("button", name="Assess now").click()
    page.wait_for_url("**/accounts/login/**")
    expect(page.get_by_text("What you typed is kept for you")).to_be_visible()

    sign_in_by_form(page, world.doctor)
    page.wait_for_url("**/cases/new/?draft=*")
    holds_all(page)
    page.get_by_role("button", name="Assess now").click()
    page.wait_for_url("**/result/")
    assert Case.objects.get().state == State.OFFERED


def test_a_sign_in_renewed_in_another_tab_lets_the_form_go(page: Page, world: World) -> None:
    fill(page)
    page.context.clear_cookies(name="sessionid")
    other = page.context.new_page()
    other.goto("/")
    sign_in_by_form(other, world.doctor)
    other.wait_for_url("**/")

    page.get_by_role("button", name="Assess now").click()
    page.wait_for_url("**/result/")


def test_signing_out_in_another_tab_wipes_this_one(page: Page) -> None:
    page.locator("[name=name]").fill("张三")
    saved(page)
    other = page.context.new_page()
    other.goto("/")
    other.locator(".menu > summary").click()
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/accounts/login/**")

    page.wait_for_url("**/accounts/login/**")
    assert "张三" not in page.content()
    assert page.evaluate(ON_THE_DEVICE) == []


def test_a_tab_shows_nothing_of_who_is_signing_out(page: Page) -> None:
    page.locator("[name=name]").fill("张三")
    saved(page)
    held: list[Route] = []
    page.context.route("**/accounts/logout/", lambda route: held.append(route))
    shown: list[str] = []
    page.on("framenavigated", lambda frame: shown.append(frame.url))
    other = page.context.new_page()
    other.goto("/")
    other.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    expect(page.locator("body > *")).to_have_count(0)
    until(lambda: page.evaluate("true") and bool(held))

    held[0].continue_()
    page.wait_for_url("**/accounts/login/**")
    assert all("/accounts/login/" in url for url in shown)


def test_a_colleague_who_signs_in_in_another_tab_closes_this_one_and_sees_nothing_of_it(
    page: Page, world: World
) -> None:
    fill(page)
    page.context.clear_cookies(name="sessionid")
    other = page.context.new_page()
    other.goto("/")
    sign_in_by_form(other, world.other_doctor)
    for tab in (other, page):
        expect(tab.locator(".menu-name")).to_have_text("doctor2")
    for tab in (page, other):
        tab.goto("/cases/new/")
        is_empty(tab)
        assert "张三" not in tab.content()
    until(lambda: FormDraft.objects.filter(user=world.doctor).exists())
    assert not FormDraft.objects.exclude(user=world.doctor).exists()


def test_a_page_left_open_is_not_sent_in_a_colleagues_name(page: Page, world: World, as_user: SignIn) -> None:
    fill(page)
    # As a browser that told this page nothing: only its cookies are another person's.
    sign_in(page, as_user(world.other_doctor))
    page.get_by_role("button", name="Assess now").click()

    expect(page.get_by_text("Somebody else has signed in on this computer.")).to_be_visible()
    assert not Case.objects.exists()


def test_two_windows_of_one_person_do_not_overwrite_each_other_unasked(page: Page) -> None:
    page.locator("[name=inr]").fill("2.2")
    saved(page)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("[name=inr]")).to_have_value("2.2")
    other.locator("[name=sodium_mmol_l]").fill("129")
    until(lambda: FormDraft.objects.get().version == 2)

    page.locator("[name=urea]").fill("11")
    expect(page.get_by_text("This form is open in another window of yours")).to_be_visible()
    assert dict(FormDraft.objects.get().typed)["sodium_mmol_l"] == "129"
    page.get_by_role("button", name="Show what was saved there").click()
    expect(page.locator("[name=sodium_mmol_l]")).to_have_value("129")


def test_a_verbs_note_comes_back_and_is_gone_when_sent(
    context: BrowserContext, world: World, as_user: SignIn
) -> None:
    case = world.accepted(now=clock.now())
    page = context.new_page()
    sign_in(page, as_user(world.specialist))
    address = f"/cases/{case.pk}/release/"
    page.goto(address)
    page.locator(".verb-extra > summary").click()
    page.locator("[name=note]").fill("no nurse tonight")
    saved(page)
    page.close(run_before_unload=False)

    again = context.new_page()
    again.goto(address)
    expect(again.locator("[name=note]")).to_have_value("no nurse tonight")
    again.locator("[name=reason]").first.check()
    again.locator(".verb-submit").click()
    expect(again.get_by_text("The bed was taken back and the next ward was asked.")).to_be_visible()
    assert not FormDraft.objects.exists()


def test_a_verb_without_a_connection_or_a_working_server_stays_on_its_page(
    context: BrowserContext, world: World, as_user: SignIn
) -> None:
    case = world.accepted(now=clock.now())
    page = context.new_page()
    sign_in(page, as_user(world.specialist))
    page.goto(f"/cases/{case.pk}/release/")
    page.locator(".verb-extra > summary").click()
    page.locator("[name=note]").fill("no nurse tonight")
    page.locator("[name=reason]").first.check()

    context.set_offline(True)
    page.locator(".verb-submit").click()
    expect(page.get_by_text("No connection.")).to_be_visible()
    kept = str(page.evaluate(ON_THE_DEVICE))
    assert "reason" in kept and "nurse" not in kept
    context.set_offline(False)
    expect(page.get_by_text("The connection is back. Look")).to_be_visible()

    page.route("**/drafts/save/", lambda route: route.fulfill(status=502, body="Bad gateway"))
    page.locator(".verb-submit").click()
    expect(page.get_by_text("The platform does not answer as it should.")).to_be_visible()
    expect(page.locator("[name=note]")).to_have_value("no nurse tonight")
    page.unroute("**/drafts/save/")
    page.locator(".verb-submit").click()
    expect(page.get_by_text("The bed was taken back and the next ward was asked.")).to_be_visible()


def test_a_server_that_fails_at_the_last_moment_loses_nothing(
    browser: Browser, live_server: Any, world: World, as_user: SignIn
) -> None:
    # What a service worker fetches, the test cannot answer in the server's place.
    context = browser.new_context(base_url=live_server.url, locale="en-GB", service_workers="block")
    without_live_stream(context)
    page = context.new_page()
    sign_in(page, as_user(world.doctor))
    page.goto("/cases/new/")
    fill(page)
    page.route(
        "**/cases/new/**",
        lambda route: (
            route.fulfill(status=500, body="error") if route.request.method == "POST" else route.continue_()
        ),
    )
    page.get_by_role("button", name="Assess now").click()
    expect(page.get_by_text("error")).to_be_visible()
    page.unroute("**/cases/new/**")
    page.go_back()
    holds_all(page)
    context.close()
