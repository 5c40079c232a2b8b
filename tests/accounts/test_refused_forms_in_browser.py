"""Forms of the administration that are refused bring their first error into view and focus, on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(transactional_db: None, browser: Browser, live_server: Any) -> Iterator[Page]:
    """The administrator's phone."""
    world: World = build()
    User.objects.filter(pk=world.administrator.pk).update(is_staff=True, language=User.Language.ENGLISH)
    client = Client()
    client.force_login(User.objects.get(pk=world.administrator.pk))
    size = {"width": 390, "height": 844}
    context = browser.new_context(base_url=live_server.url, locale="en-GB", viewport=size)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, client)
    yield page
    context.close()


def refused_at(page: Page, name: str) -> None:
    field = page.locator(f"[name={name}]")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    expect(page.locator(".errorlist").first).to_be_in_viewport()


def test_a_policy_whose_length_makes_no_sense(page: Page) -> None:
    page.goto(reverse("admin:referral_pathwaypolicy_add"))
    page.locator("[name=note]").fill("night")
    page.locator("[name=length_admit_0]").fill("-3")
    page.locator(".submit-row button").click()
    refused_at(page, "length_admit_0")


def test_a_policy_without_a_reason(page: Page) -> None:
    page.goto(reverse("admin:referral_pathwaypolicy_add"))
    page.locator("[name=risk_threshold]").fill("7")
    page.locator(".submit-row button").click()
    refused_at(page, "note")


def test_a_hospital_without_a_name(page: Page) -> None:
    page.goto(reverse("admin:accounts_hospital_add"))
    page.evaluate("document.querySelectorAll('form').forEach((form) => (form.noValidate = true))")
    page.locator("[name=_save]").click()
    expect(page.locator(".errornote")).to_be_attached()
    refused_at(page, "name_zh")
