"""Entering a case in a real browser: what scripts add to the form."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from referral.models import Case
from tests.e2e.screens import PHONES, WIDER_PARTS
from tests.portal.conftest import SignIn, without_live_stream
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@pytest.fixture
def page(browser: Browser, live_server: Any, world: World, as_user: SignIn) -> Iterator[Page]:
    """A page of the doctor. The live stream needs another server, so it is cut off."""
    context = browser.new_context(base_url=live_server.url, locale="en-GB")
    without_live_stream(context)
    page = context.new_page()
    sign_in(page, as_user(world.doctor))
    page.goto("/cases/new/")
    yield page
    context.close()


def sign_in(page: Page, client: Client) -> None:
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "domain": "localhost", "path": "/"}])


def fill(page: Page) -> None:
    page.locator("[name=name]").fill("张三")
    page.locator("[name=sex][value=male]").check()
    page.locator("[name=birth_date]").fill("1970-01-02")
    page.locator("[name=chronic_liver_disease]").select_option("hepatitis_b")
    page.locator("[name=cirrhosis][value=yes]").check()
    page.locator("[name=variceal_bleeding][value=no]").check()
    page.locator("[name=encephalopathy_grade][value='2']").check()
    for name, value in (("bilirubin", "310"), ("inr", "2.2"), ("urea", "11"), ("sodium_mmol_l", "129")):
        page.locator(f"[name={name}]").fill(value)


def test_a_value_is_converted_as_it_is_typed(page: Page) -> None:
    page.locator("[name=bilirubin]").fill("171")
    expect(page.locator("output[for=id_bilirubin]")).to_have_text("= 10 mg/dL")

    page.locator("[name=bilirubin_unit]").select_option("mg/dL")
    expect(page.locator("output[for=id_bilirubin]")).to_have_text("= 2924 µmol/L")


def test_an_impossible_value_is_refused_at_its_field_before_anything_is_sent(page: Page) -> None:
    page.locator("[name=name]").fill("张三")
    page.locator("[name=sodium_mmol_l]").fill("1400")
    with page.expect_request("**/cases/check/") as asked:
        page.locator("[name=sodium_mmol_l]").press("Tab")

    assert asked.value.post_data == "sodium_mmol_l=1400"

    expect(page.get_by_text("Serum sodium: 1400 is impossible")).to_be_visible()


def test_a_hospital_number_that_is_none_is_answered_at_its_field(page: Page) -> None:
    page.locator("[name=local_number]").fill("待补")
    page.locator("[name=local_number]").press("Tab")

    field = page.locator(".identity-field", has=page.locator("[name=local_number]"))
    expect(field.locator(".identity-remark")).to_contain_text("hospital number is no number")


def test_a_second_click_registers_nothing_more(page: Page) -> None:
    fill(page)

    page.get_by_role("button", name="Assess now").dblclick()
    page.wait_for_url("**/result/")

    assert Case.objects.count() == 1
    expect(page.get_by_role("heading", name="Red flag")).to_be_visible()


def test_a_form_that_was_left_never_meets_another_patient(page: Page) -> None:
    fill(page)
    page.goto("/")
    page.goto("/cases/new/")

    expect(page.locator("[name=inr]")).to_have_value("")
    expect(page.locator("[data-restored]")).to_be_hidden()


def test_the_time_of_sampling_takes_one_tap(page: Page) -> None:
    page.get_by_role("button", name="Just now").click()
    now = page.locator("[name=sampled_at]").input_value()
    page.get_by_role("button", name="3 hours ago").click()
    earlier = page.locator("[name=sampled_at]").input_value()

    elapsed = datetime.fromisoformat(now) - datetime.fromisoformat(earlier)
    assert timedelta(hours=2, minutes=58) < elapsed <= timedelta(hours=3)
    seen = page.locator("[name=first_visit_at]").input_value()
    assert abs(datetime.fromisoformat(seen) - datetime.fromisoformat(now)) <= timedelta(minutes=2)


def test_light_and_dark_are_remembered(page: Page) -> None:
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Light or dark").click()
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_what_is_asked_about_a_number_stands_below_the_bar_and_not_under_it(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    for name, leads_to in (("张三", "**/result/"), ("李四", "**/cases/new/?draft=*")):
        page.goto("/cases/new/")
        fill(page)
        page.locator("[name=name]").fill(name)
        page.locator("[name=local_number]").fill("ZY-778102")
        page.locator("[name=then][value=draft]").click()
        page.wait_for_url(leads_to)
    summary = page.locator(".error-summary").first
    expect(summary).to_be_focused()
    edges = page.evaluate(
        "[document.querySelector('.topbar'), document.querySelector('.error-summary h2')]"
        ".map((one) => one.getBoundingClientRect())"
    )
    assert edges[1]["top"] >= edges[0]["bottom"]


def test_the_longest_countdown_fits_the_narrowest_phone(page: Page) -> None:
    page.set_viewport_size({"width": PHONES[0][0], "height": PHONES[0][1]})
    page.goto("/cases/new/")
    fill(page)
    page.locator("[name=then][value=draft]").click()
    page.wait_for_url("**/result/")
    page.evaluate(
        "for (const left of document.querySelectorAll('[data-left]'))"
        " left.textContent = '71 h 59 min overdue'"
    )
    assert page.evaluate(WIDER_PARTS) == []
