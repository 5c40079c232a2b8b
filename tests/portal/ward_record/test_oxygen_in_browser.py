"""The fraction of oxygen by one tap on room air, or as an estimate that says so."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from accounts import clock
from referral.models import OrganFailureAssessment
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import HOUR, World, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@pytest.fixture
def form(browser: Browser, live_server: Any, world: World, as_user: SignIn) -> Iterator[Locator]:
    """The form of organ failure, open on the page of the ward's records on a phone."""
    case = world.admitted(clock.now() - 20 * HOUR)
    context = browser.new_context(
        base_url=live_server.url, locale="en-GB", viewport={"width": 390, "height": 844}
    )
    without_live_stream(context)
    page = context.new_page()
    sign_in(page, as_user(world.specialist))
    page.goto(f"/cases/{case.pk}/ward/")
    page.locator('a[data-in-place][href*="assess-organ-failure"]').first.click()
    yield page.locator("dialog#ward-form[open] form")
    context.close()


def test_room_air_is_one_tap_and_so_is_the_time(form: Locator) -> None:
    form.get_by_role("button", name="Room air").click()
    expect(form.locator('[name="fio2"]')).to_have_value("0.21")
    form.get_by_role("button", name="Just now").first.click()
    expect(form.locator('[name="sampled_at"]')).not_to_have_value("")


def test_a_flow_becomes_an_estimate_that_is_stored_as_one(form: Locator) -> None:
    form.locator('[name="spo2_percent"]').fill("92")
    form.get_by_label("Oxygen flow").fill("3")
    form.get_by_role("button", name="Estimate from the flow").click()
    expect(form.locator('[name="fio2"]')).to_have_value("0.33")
    expect(form.locator("[data-oxygen-for] output")).to_contain_text("is an estimate")
    form.locator(".verb-submit").click()
    expect(form.page.locator("dialog#ward-form")).not_to_be_visible()
    stored = OrganFailureAssessment.objects.get()
    assert stored.values["fio2"] == 0.33
    assert stored.note == "FiO2 0.33 is an estimate: nasal cannula, 3 L/min."


def test_what_is_typed_over_an_estimate_is_none(form: Locator) -> None:
    form.get_by_label("Oxygen flow").fill("2")
    form.get_by_role("button", name="Estimate from the flow").click()
    form.locator('[name="fio2"]').fill("0.5")
    expect(form.locator('[name="note"]')).to_have_value("")
    expect(form.locator("[data-oxygen-for] output")).to_be_empty()


def test_a_flow_of_a_mask_is_not_estimated(form: Locator) -> None:
    form.get_by_label("Oxygen flow").fill("10")
    form.get_by_role("button", name="Estimate from the flow").click()
    expect(form.locator('[name="fio2"]')).to_have_value("")
    expect(form.locator("[data-oxygen-for] output")).to_contain_text("1 to 6 L/min")


def test_what_follows_from_the_values_covers_nothing_below_it(form: Locator) -> None:
    form.locator('[name="spo2_percent"]').fill("92")
    form.locator('[name="fio2"]').fill("0.33")
    form.get_by_role("row", name="Number of failing organs").wait_for()
    form.locator(".verb-submit").click(trial=True)
    below = form.locator(".verb-submit").bounding_box()
    above = form.locator("#organ-preview").bounding_box()
    assert below and above and below["y"] >= above["y"] + above["height"]
    assert form.locator("#organ-preview").evaluate("(one) => one.scrollHeight <= one.clientHeight + 1")
