"""Every form that is refused brings its first error into view and focus, on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from accounts import clock
from accounts.models import User
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}
STATE = """() => {
  const inView = (node) => {
    const { top, bottom, width } = node.getBoundingClientRect();
    return width > 0 && bottom > 0 && top < innerHeight;
  };
  const active = document.activeElement;
  const errors = [...document.querySelectorAll(".field-error, .error-summary, .status-bad")];
  return {
    name: active.name || active.id,
    isMarked: active.matches("[aria-invalid=true], .is-invalid, .error-summary")
      || Boolean(active.closest(".has-error, fieldset, .question")),
    isInView: inView(active) || inView(active.parentElement),
    errorIsInView: errors.some((node) => node.textContent.trim() && inView(node)),
    summary: document.querySelector("[role=alert]")?.textContent.trim() ?? "",
    hash: location.hash,
  };
}"""


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@pytest.fixture
def phone(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A phone's page. The live stream needs another server, so it is cut off."""
    context = browser.new_context(base_url=live_server.url, locale="en-GB", viewport=PHONE)
    without_live_stream(context)
    yield context.new_page()
    context.close()


@pytest.fixture
def go(phone: Page, as_user: SignIn) -> Any:
    def to(user: User, address: str) -> Page:
        sign_in(phone, as_user(user))
        phone.goto(address)
        phone.evaluate("document.querySelectorAll('form').forEach((form) => (form.noValidate = true))")
        return phone

    return to


def refused_at(page: Page, name: str) -> None:
    """The refusal has been shown, and the reader is at the control of that name."""
    expect(page.locator(".error-summary").first).to_be_attached()
    page.wait_for_load_state("load")
    state = page.evaluate(STATE)
    assert state["name"] == name, state
    assert state["isMarked"] and state["isInView"] and state["errorIsInView"] and state["summary"], state
    assert not state["hash"]


def test_a_referral_without_a_score_and_without_a_name(go: Any, world: World) -> None:
    page = go(world.doctor, "/cases/new/")
    page.get_by_role("link", name="Refer without a score").click()
    page.locator("[name=reason]").select_option("worried")
    page.get_by_role("button", name="Refer now").click()
    refused_at(page, "name")
    expect(page.locator(".error-summary")).to_contain_text("Please fill in: Name.")
    assert page.locator("[name=reason]").input_value() == "worried"


def test_a_link_of_the_summary_leads_to_its_field_inside_of_what_is_folded(go: Any, world: World) -> None:
    page = go(world.doctor, "/cases/new/")
    page.get_by_role("button", name="Refer now").click()
    refused_at(page, "name")
    page.locator(".error-summary a", has_text="birth").click()
    assert page.evaluate("document.activeElement.name") == "birth_date"


def test_an_impossible_indicator(go: Any, world: World) -> None:
    case = world.register(now=clock.now())
    page = go(world.doctor, reverse("portal:indicators", args=[case.pk]))
    page.locator("[name=sodium_mmol_l]").fill("1400")
    page.get_by_role("button", name="Save, values still to come").click()
    refused_at(page, "sodium_mmol_l")


def test_an_unusual_indicator_asks_at_its_box(go: Any, world: World) -> None:
    case = world.register(now=clock.now())
    page = go(world.doctor, reverse("portal:indicators", args=[case.pk]))
    for name, value in (("bilirubin", "310"), ("inr", "2.2"), ("urea", "11"), ("sodium_mmol_l", "112")):
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=cirrhosis][value=yes]").check()
    page.locator("[name=variceal_bleeding][value=no]").check()
    page.locator("[name=encephalopathy_grade][value='2']").check()
    page.get_by_role("button", name="Assess now").click()
    expect(page.locator(".error-summary")).to_contain_text("Please check once")
    page.wait_for_load_state("load")
    assert page.evaluate(STATE)["name"] == "confirmed" and page.evaluate(STATE)["isInView"]


def test_a_verb_on_the_page_of_a_case(go: Any, world: World) -> None:
    case = world.accepted(now=clock.now())
    page = go(world.doctor, reverse("portal:case", args=[case.pk]))
    page.locator("#action-depart summary").first.click()
    page.locator(".verb-form-depart .verb-submit").click()
    refused_at(page, "expected_arrival_at")


def test_a_time_inside_of_what_was_folded(go: Any, world: World) -> None:
    case = world.flagged(now=clock.now())
    page = go(world.specialist, reverse("portal:case", args=[case.pk]))
    page.locator("#action-accept > summary").click()
    page.locator(".verb-form-accept .verb-extra > summary").click()
    page.locator(".verb-form-accept [name=occurred_at]").fill("2030-01-01T10:00")
    page.locator(".verb-form-accept .verb-submit").click()
    refused_at(page, "occurred_at")


def test_a_reason_that_is_a_button(go: Any, world: World) -> None:
    case = world.flagged(now=clock.now())
    page = go(world.specialist, reverse("portal:verb", args=[case.pk, "decline"]))
    page.evaluate("document.querySelector('.verb-form-decline').submit()")
    refused_at(page, "reason")


def test_a_choice_among_nothing_is_where_the_reader_is_led(go: Any, world: World) -> None:
    case = world.flagged(now=clock.now())
    page = go(world.specialist, reverse("portal:verb", args=[case.pk, "explain-delay"]))
    page.locator(".verb-submit").click()
    expect(page.locator(".error-summary").first).to_be_attached()
    page.wait_for_load_state("load")
    state = page.evaluate(STATE)
    assert state["isMarked"] and state["isInView"] and state["errorIsInView"], state


def test_a_choice_of_a_verb_on_its_own_page(go: Any, world: World) -> None:
    case = world.admitted(now=clock.now())
    page = go(world.specialist, reverse("portal:verb", args=[case.pk, "diagnose"]))
    page.locator(".verb-submit").click()
    refused_at(page, "category")


def test_a_death_needs_its_time_and_does_not_say_otherwise(go: Any, world: World) -> None:
    case = world.admitted(now=clock.now())
    page = go(world.specialist, reverse("portal:verb", args=[case.pk, "record-death"]))
    expect(page.get_by_text("Empty means: now.")).to_have_count(0)
    page.locator(".verb-submit").click()
    refused_at(page, "occurred_at")


def test_a_ward_that_closes_without_a_reason(go: Any, world: World) -> None:
    page = go(world.lead, reverse("portal:ward", args=[world.ward.pk]))
    page.locator("[name=reason]").fill("  ")
    page.get_by_role("button", name="Close the ward").click()
    refused_at(page, "reason")


@pytest.mark.parametrize(("button", "name"), [("add", "user"), ("swap", "starts_at"), ("note", "text")])
def test_the_forms_of_the_rota(go: Any, world: World, button: str, name: str) -> None:
    page = go(
        world.lead if button != "note" else world.specialist, reverse("portal:duty", args=[world.ward.pk])
    )
    page.locator(f"button[name=do][value={button}]").click()
    refused_at(page, name)


def test_the_calculator(go: Any, world: World) -> None:
    page = go(world.doctor, reverse("portal:calculator"))
    page.locator("[name=inr]").fill("abc")
    page.get_by_role("button", name="Calculate").click()
    refused_at(page, "inr")


def test_a_way_that_cannot_be_reached(go: Any, world: World, settings: Any) -> None:
    settings.CHANNEL_SETTINGS = {"dingtalk": {"url": "https://oapi.dingtalk.com"}}
    settings.NOTIFICATION_CHANNELS = [
        *settings.NOTIFICATION_CHANNELS,
        "notifications.channels.dingtalk.DingTalkChannel",
    ]
    page = go(world.specialist, reverse("portal:preferences"))
    form = page.locator("details.method-add").first
    form.locator("summary").click()
    field = form.locator("input.form-control").first
    field.fill("x")
    name = str(field.get_attribute("name"))
    form.get_by_role("button").click()
    refused_at(page, name)


def test_an_arrival_that_is_not_found(go: Any, world: World) -> None:
    page = go(world.specialist, reverse("portal:board"))
    page.get_by_label("Case number or national ID").fill("99-9999")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("No open case was found")).to_be_visible()
    page.wait_for_load_state("load")
    state = page.evaluate(STATE)
    assert state["isMarked"] and state["isInView"], state


def test_a_wrong_password(phone: Page, world: World) -> None:
    phone.goto("/accounts/login/")
    phone.locator("[name=login]").fill("doctor@test.example")
    phone.locator("[name=password]").fill("wrong")
    phone.get_by_role("button", name="Sign in", exact=True).click()
    expect(phone.locator(".error-summary")).to_be_attached()
    phone.wait_for_load_state("load")
    state = phone.evaluate(STATE)
    assert state["isMarked"] and state["isInView"] and state["errorIsInView"]


def test_a_message_that_the_server_refuses(go: Any, world: World) -> None:
    case = perform(world.flagged(now=clock.now()), Verb.ACKNOWLEDGE, actor=world.specialist, now=clock.now())
    page = go(world.doctor, reverse("portal:case", args=[case.pk]))
    page.locator("#talk-text").fill("   ")
    page.locator("#talk-form button").click()
    expect(page.locator("#talk-error")).not_to_be_empty()
    state = page.evaluate(STATE)
    assert state["name"] == "talk-text" or state["name"] == "text", state
    assert state["isInView"]
