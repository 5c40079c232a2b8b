"""The calculator in a real browser: units convert as one types, and the browser keeps no value."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import build

pytestmark = pytest.mark.django_db(transaction=True)


def test_values_convert_as_they_are_typed_and_leave_nothing_in_the_browser(
    browser: Browser, live_server: Any, transactional_db: None, as_user: SignIn
) -> None:
    client = as_user(build().doctor)
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    without_live_stream(context)
    page = context.new_page()
    sign_in(page, client)
    page.goto(reverse("portal:calculator"))

    page.locator("[name=creatinine]").fill("176.8")
    expect(page.locator("output[for=id_creatinine]")).to_have_text("= 2 mg/dL")
    page.get_by_role("button", name="Calculate").click()
    expect(page.get_by_role("table")).to_contain_text("needs: Total bilirubin, INR")

    assert page.url.endswith(reverse("portal:calculator"))
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "176.8" not in kept
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
