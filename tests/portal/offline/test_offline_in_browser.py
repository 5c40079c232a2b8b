"""A first visit without a connection: the page opens, waits, sends itself, and names nobody on the device."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.signals import request_started
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts import clock
from accounts.models import User
from config import icons
from referral.models import Case
from referral.pathway.vocabulary import State
from tests.e2e.conftest import until
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import fill, sign_in
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)

AT_HAND = """async () => {
  const store = await caches.open("aclf-offline");
  const kept = (await store.keys()).map(({ url }) => new URL(url).pathname);
  return kept.includes("/offline/") && kept.some((path) => path.endsWith(".css"));
}"""
ON_THE_DEVICE = """async () => {
  const open = await new Promise((done) => {
    const asked = indexedDB.open("aclf-offline");
    asked.onsuccess = () => done(asked.result);
  });
  if (!open.objectStoreNames.length) return [];
  const rows = await new Promise((done) => {
    const asked = open.transaction("drafts").objectStore("drafts").getAll();
    asked.onsuccess = () => done(asked.result);
  });
  open.close();
  return rows;
}"""


@pytest.fixture
def world(transactional_db: None) -> World:
    world = build()
    User.objects.update(language=User.Language.ENGLISH)
    return world


@pytest.fixture
def page(browser: Browser, live_server: Any, world: World, as_user: SignIn) -> Iterator[Page]:
    """A doctor's browser that has been on the first page once. The live stream needs another server."""
    context = browser.new_context(base_url=live_server.url, locale="en-GB", service_workers="allow")
    without_live_stream(context)
    page = context.new_page()
    sign_in(page, as_user(world.doctor))
    page.goto("/")
    until(lambda: bool(page.evaluate(AT_HAND)))
    yield page
    context.close()


def test_a_wards_board_without_a_connection_says_so_in_the_platforms_own_words(
    browser: Browser, live_server: Any, world: World, as_user: SignIn
) -> None:
    context = browser.new_context(base_url=live_server.url, locale="en-GB", service_workers="allow")
    without_live_stream(context)
    page = context.new_page()
    sign_in(page, as_user(world.specialist))
    page.goto("/board/")
    until(lambda: bool(page.evaluate(AT_HAND)))

    context.set_offline(True)
    page.goto("/board/")

    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    expect(page.get_by_role("link", name="New case")).to_have_count(0)
    context.close()


def press_assess(page: Page) -> None:
    page.get_by_role("button", name="Assess now").click()


def test_a_first_visit_entered_without_a_connection_is_sent_by_itself(page: Page) -> None:
    page.context.set_offline(True)
    page.goto("/")
    page.get_by_role("link", name="New case").click()
    fill(page)
    press_assess(page)
    expect(page.get_by_text("No connection.")).to_be_visible()
    expect(page.get_by_role("link", name="020-2000").first).to_be_visible()
    assert not Case.objects.exists()

    page.context.set_offline(False)
    page.wait_for_url("**/result/")
    assert Case.objects.get().state == State.OFFERED
    assert page.evaluate(ON_THE_DEVICE) == []


def test_two_first_visits_from_the_same_kept_page_are_two_cases(page: Page) -> None:
    page.context.set_offline(True)
    ids = set()
    for _visit in range(2):
        page.goto("/cases/new/")
        ids.add(page.locator("[name=case_id]").input_value())
    assert len(ids) == 2


def test_a_page_that_was_closed_leaves_the_values_and_not_the_patient(page: Page) -> None:
    page.context.set_offline(True)
    page.goto("/cases/new/")
    fill(page)
    press_assess(page)
    expect(page.get_by_text("No connection.")).to_be_visible()
    kept = json.dumps(page.evaluate(ON_THE_DEVICE), ensure_ascii=False)
    assert "310" in kept
    assert "张三" not in kept
    assert "1970" not in kept

    page.context.set_offline(False)
    page.close(run_before_unload=False)
    again = page.context.new_page()
    again.goto("/")
    again.get_by_role("link", name="Continue there").click()
    again.get_by_role("button", name="Continue").click()
    expect(again.locator("[name=inr]")).to_have_value("2.2")
    expect(again.locator("[name=cirrhosis][value=yes]")).to_be_checked()
    expect(again.locator("[name=name]")).to_have_value("")

    again.locator("[name=name]").fill("张三")
    again.locator("[name=birth_date]").fill("1970-01-02")
    press_assess(again)
    again.wait_for_url("**/result/")
    assert again.evaluate(ON_THE_DEVICE) == []


def test_a_sign_in_that_ended_meanwhile_is_said_and_the_form_stays(page: Page) -> None:
    page.context.set_offline(True)
    page.goto("/cases/new/")
    fill(page)
    press_assess(page)
    expect(page.get_by_text("No connection.")).to_be_visible()

    page.context.clear_cookies(name="sessionid")
    page.context.set_offline(False)
    expect(page.get_by_text("your sign-in has ended")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("张三")


def test_signing_out_wipes_what_was_kept_for_want_of_a_connection(page: Page) -> None:
    page.context.set_offline(True)
    page.goto("/cases/new/")
    page.locator("[name=inr]").fill("2.2")
    press_assess(page)
    expect(page.get_by_text("No connection.")).to_be_visible()
    assert page.evaluate(ON_THE_DEVICE) != []

    page.on("dialog", lambda dialog: dialog.accept())
    page.context.set_offline(False)
    page.goto("/")
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate(ON_THE_DEVICE) == []
    assert page.evaluate("caches.keys()") == []


def test_other_pages_say_that_there_is_no_connection(page: Page) -> None:
    page.context.set_offline(True)
    page.goto("/inbox/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    expect(page.get_by_role("link", name="New case")).to_be_visible()


def kept_form(page: Page) -> Any:
    return page.evaluate("caches.match('/cases/new/').then(Boolean)")


AGE = """async () => {
  const store = await caches.open("aclf-offline");
  for (const path of ["/cases/new/", "/offline/"]) {
    const kept = await store.match(path);
    const headers = new Headers(kept.headers);
    headers.set("Kept-At", Date.now() - 660000);
    headers.set("Is-Old", "");
    await store.put(path, new Response(await kept.text(), { headers }));
  }
}"""


def test_what_is_kept_is_fetched_again_only_when_it_is_old_or_in_another_language(
    page: Page, request: pytest.FixtureRequest
) -> None:
    fetched: list[str] = []

    def note(environ: dict[str, str], **_about: Any) -> None:
        if "HTTP_X_KEPT" in environ:
            fetched.append(environ["PATH_INFO"])

    request_started.connect(note)
    request.addfinalizer(lambda: request_started.disconnect(note))
    page.goto("/inbox/")
    page.goto("/me/")
    page.evaluate(AGE)
    page.goto("/inbox/")
    until(lambda: page.evaluate("caches.match('/offline/').then(({ headers }) => !headers.has('Is-Old'))"))

    User.objects.update(language=User.Language.CHINESE)
    page.goto("/inbox/")
    until(lambda: 'lang="zh-hans"' in page.evaluate("caches.match('/offline/').then((kept) => kept.text())"))
    assert fetched == ["/cases/new/", "/offline/"] * 2


def test_after_an_ended_sign_in_nobody_is_shown_what_was_kept_for_the_one_before(page: Page) -> None:
    page.context.clear_cookies()
    page.context.set_offline(True)
    for path in ("/", "/cases/new/"):
        page.goto(path)
        expect(page.get_by_role("heading", name="No connection")).to_be_visible()
        expect(page.get_by_role("link", name="New case")).to_have_count(0)
        assert "doctor" not in page.content()


def test_the_page_for_want_of_a_connection_gives_way_when_it_is_back(page: Page) -> None:
    page.context.set_offline(True)
    page.goto("/inbox/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="No connection")).to_have_count(0)
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


def test_a_form_that_another_role_may_not_have_is_kept_no_longer(
    page: Page, world: World, as_user: SignIn
) -> None:
    assert kept_form(page)
    sign_in(page, as_user(world.specialist))
    page.goto("/board/")
    until(lambda: not kept_form(page) and bool(page.evaluate(AT_HAND)))

    page.context.set_offline(True)
    page.goto("/cases/new/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()


def test_a_form_is_kept_no_longer_once_the_sign_in_is_found_to_have_ended(page: Page) -> None:
    assert kept_form(page)
    page.context.clear_cookies(name="sessionid")
    page.goto("/cases/new/")
    page.wait_for_url("**/accounts/login/**")
    until(lambda: not kept_form(page))


def test_the_worker_is_a_script_at_the_root(db: None) -> None:
    answer = Client().get("/worker.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "showNotification" in answer.content.decode()
    assert "no-cache" in answer.headers["Cache-Control"]


def test_the_portal_can_be_installed_like_an_app(db: None) -> None:
    answer = Client().get("/app.webmanifest", headers={"Accept-Language": "en"})
    described = answer.json()
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert (described["name"], described["start_url"], described["display"]) == (
        "ACLF referral",
        "/",
        "standalone",
    )


def test_the_app_has_bitmaps_for_phones_that_take_no_drawing(db: None) -> None:
    described = Client().get("/app.webmanifest").json()
    bitmaps = {
        (icon["sizes"], icon["purpose"]): icon["src"]
        for icon in described["icons"]
        if icon["type"] == "image/png"
    }
    assert set(bitmaps) == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }
    for (size, _purpose), source in bitmaps.items():
        file = finders.find(source.removeprefix(settings.STATIC_URL))
        assert file is not None
        header = Path(file).read_bytes()[:24]
        assert header[:8] == b"\x89PNG\r\n\x1a\n"
        assert "x".join(str(number) for number in struct.unpack(">II", header[16:])) == size


def test_the_bitmaps_are_those_that_the_drawing_gives() -> None:
    for name in icons.SIZES:
        assert (icons.FOLDER / name).read_bytes() == icons.draw(name), f"{name}: run python -m config.icons"


def test_only_who_refers_is_promised_a_new_case(world: World, as_user: SignIn) -> None:
    assert "/cases/new/" in as_user(world.doctor).get("/offline/").content.decode()
    assert "/cases/new/" not in as_user(world.specialist).get("/offline/").content.decode()


def test_a_question_that_a_visit_from_offline_meets_is_shown_with_all_that_was_typed(
    page: Page, world: World
) -> None:
    world.register(now=clock.now(), name="张三")
    page.context.set_offline(True)
    page.goto("/cases/new/")
    fill(page)
    press_assess(page)
    expect(page.get_by_text("No connection.")).to_be_visible()

    page.context.set_offline(False)
    answer = page.get_by_label("I have made sure: it is another person")
    expect(answer).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("张三")
    expect(page.locator("[name=inr]")).to_have_value("2.2")
    assert Case.objects.count() == 1

    answer.check()
    press_assess(page)
    page.wait_for_url("**/result/")
    assert Case.objects.filter(state=State.OFFERED).count() == 1
    assert page.evaluate(ON_THE_DEVICE) == []
