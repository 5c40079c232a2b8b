"""A doctor at a screen: what the laboratory sent is there, and one tap puts it into the form."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from accounts import clock
from integrations.receiving import Incoming, receive
from referral.intake import results
from tests.e2e.screens import troubles
from tests.fhir.conftest import integrate
from tests.integrations.hl7_messages import SENDER, oru
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    world = build()
    lis = integrate(world.hospital, world.doctor, name="LIS")
    lis.hl7_application, lis.hl7_facility = SENDER
    lis.save()
    return world


def sent(*messages: bytes) -> None:
    receive([Incoming(content, "127.0.0.1") for content in messages], clock.now())
    results.process_waiting(clock.now())


@pytest.mark.parametrize("width", [390, 1440])
def test_results_are_given_to_a_case_and_taken(
    world: World, browser: Browser, live_server: Any, as_user: SignIn, width: int
) -> None:
    case = world.register(now=clock.now(), local_number="A-17")
    sampled = f"{clock.now():%Y%m%d%H%M}+0000"
    sent(oru(number="Z-9", name="另一人", sampled=sampled), oru(control_id="2", sampled=sampled))
    context = browser.new_context(viewport={"width": width, "height": 900})
    without_live_stream(context)
    page = context.new_page()
    sign_in(page, as_user(world.doctor))
    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name="Results without a patient").click()
    expect(page.get_by_role("heading", level=1, name="Results of the laboratory")).to_be_visible()
    assert not troubles(page)
    page.get_by_role("button", name="Propose on this case").click()
    expect(page.get_by_text("Choose the case that these results are of.")).to_be_visible()
    expect(page.get_by_label("Case", exact=True)).to_be_focused()
    page.get_by_role("button", name="Of none of our cases").click()
    expect(page.get_by_role("button", name="Of none of our cases")).to_have_count(0)
    page.get_by_role("link", name=f"Take values on case {case.number}").click()
    page.get_by_role("button", name="Take all without doubts").click()
    expect(page.locator("[name=bilirubin]")).to_have_value("310")
    expect(page.locator("[name=inr]")).to_have_value("2.2")
    assert not troubles(page)
    context.close()
