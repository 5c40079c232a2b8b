"""A doctor at a screen comes from a patient's page in the record, and takes what it has, one by one."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from accounts import clock
from tests.e2e.screens import troubles
from tests.fhir.conftest import integrate
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.portal.launch.record_server import RecordServer
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@pytest.fixture
def record(world: World, settings: Any, live_server: Any) -> Iterator[RecordServer]:
    settings.PRIVATE_NETWORKS, settings.BASE_URL = ["127.0.0.1/32"], live_server.url
    server = RecordServer(clock.now())
    integrate(world.hospital, world.doctor, fhir_base=server.base, smart_client_id="aclf")
    yield server
    server.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_what_the_record_has_is_taken_one_by_one(
    world: World, record: RecordServer, browser: Browser, live_server: Any, as_user: SignIn, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    without_live_stream(context)
    page = context.new_page()
    sign_in(page, as_user(world.doctor))
    page.goto(f"{live_server.url}/smart/launch/?iss={record.base}&launch=xyz")
    expect(page.get_by_role("heading", name="From the patient record")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("")
    page.get_by_role("button", name="Take Name 测试甲").click()
    expect(page.locator("[name=name]")).to_have_value("测试甲")
    page.get_by_role("button", name="Take Sex Male").click()
    expect(page.locator("[name=sex][value=male]")).to_be_checked()
    page.get_by_role("button", name="Take Cirrhosis").click()
    expect(page.locator("[name=cirrhosis][value=yes]")).to_be_checked()
    page.locator("[name=local_number]").fill("B-1")
    page.get_by_role("button", name="Take Hospital's own number A-17").click()
    expect(page.locator("[name=local_number]")).to_have_value("B-1")
    page.get_by_role("button", name="Replace what is typed").click()
    expect(page.locator("[name=local_number]")).to_have_value("A-17")
    page.get_by_role("button", name="Take all without doubts").click()
    expect(page.locator("[name=bilirubin]")).to_have_value("180")
    assert not troubles(page)
    if folder := os.environ.get("SCREENS"):
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=f"{folder}/launch-{width}.png", full_page=True)
    context.close()
