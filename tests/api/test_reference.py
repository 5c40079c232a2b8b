"""The API's reference: the file as it is committed, and Swagger UI over it under the strict policy."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.world import World, build


def test_the_file_is_served_as_yaml_and_as_json() -> None:
    text = Client().get("/api/v1/schema")
    assert (text.status_code, text["Content-Type"]) == (200, "application/yaml; charset=utf-8")
    assert text.content.startswith(b"openapi: 3.1")
    for query, headers in (("?format=json", {}), ("", {"Accept": "application/json"})):
        assert Client().get(f"/api/v1/schema{query}", headers=headers).json()["openapi"].startswith("3.1")


def test_the_reference_has_no_inline_script_or_style_and_nothing_from_elsewhere() -> None:
    page = Client().get("/api/v1/docs", headers={"Accept-Language": "en"})
    html = page.content.decode()
    assert not re.search(r"<style|style=|onload=|<script(?![^>]*src=)", html)
    assert not re.search(r"(src|href)=\"(https?:)?//", html)
    assert "'unsafe-inline'" not in page["Content-Security-Policy"]


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


def test_somebody_who_is_signed_in_tries_an_operation_in_the_reference(
    world: World, live_server: LiveServer, browser: Browser
) -> None:
    client = Client()
    client.force_login(world.doctor)
    context = browser.new_context(base_url=live_server.url)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    complaints: list[Any] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    page.goto("/api/v1/docs")
    operation = page.locator("#operations-scoring-score")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table .response-col_status").last).to_have_text("200")
    expect(operation.locator(".live-responses-table")).to_contain_text("aclf8-provisional")
    context.close()
    assert complaints == []
