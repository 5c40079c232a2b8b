"""Where a second factor is required, nothing opens without one."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests.world import World

LOGIN = "/_allauth/app/v1/auth/login"


@pytest.fixture
def required(settings: Settings) -> None:
    settings.MFA_REQUIRED = True


def enrolled(user: User) -> User:
    TOTP.activate(user, generate_totp_secret())
    return user


def app_token(email: str) -> str:
    answer = Client().post(
        LOGIN, {"email": email, "password": "a-long-password"}, content_type="application/json"
    )
    token: str = answer.json()["meta"]["session_token"]
    return token


def test_without_one_every_page_leads_to_setting_it_up(required: None, world: World, client: Client) -> None:
    client.force_login(world.doctor)
    for path in ("/", "/board/", "/admin/", f"/cases/{world.hospital.pk}/", "/nowhere"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index")), path


def test_setting_it_up_signing_out_and_health_stay_open(required: None, world: World, client: Client) -> None:
    client.force_login(world.doctor)
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get("/healthz").status_code == 200
    assert client.get(reverse("mfa_activate_totp")).status_code in (200, 302)
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_a_fragment_makes_its_whole_page_go_there(required: None, world: World, client: Client) -> None:
    client.force_login(world.doctor)
    answer = client.get("/board/rows/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("mfa_index")


@pytest.mark.parametrize("path", ["/api/v1/cases", "/api/v1/me", "/live"])
def test_a_program_gets_a_problem_that_says_so(
    required: None, world: World, client: Client, path: str
) -> None:
    client.force_login(world.doctor)
    answer = client.get(path)
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "mfa_required"


def test_the_apps_session_token_does_not_get_around_it(required: None, world: World) -> None:
    token = app_token("doctor@test.example")
    answer = Client().get("/api/v1/me", headers={"X-Session-Token": token})
    assert (answer.status_code, answer.json()["code"]) == (403, "mfa_required")


def test_the_app_reads_codes_refreshes_and_signs_out_before_there_is_one(
    required: None, world: World
) -> None:
    signed_in = Client().post(
        LOGIN,
        {"email": "doctor@test.example", "password": "a-long-password"},
        content_type="application/json",
    )
    meta = signed_in.json()["meta"]
    headers = {"X-Session-Token": meta["session_token"], "X-Device-Token": meta["device_token"]}
    assert Client().get("/api/v1/codes", headers=headers).status_code == 200
    refreshed = Client().post(
        "/api/v1/sessions/refresh",
        {"refresh_token": meta["refresh_token"]},
        "application/json",
        headers=headers,
    )
    assert refreshed.status_code == 200
    headers["X-Session-Token"] = refreshed.json()["session_token"]
    assert Client().get("/api/v1/me", headers=headers).json()["code"] == "mfa_required"
    assert Client().delete("/api/v1/me/sessions/current", headers=headers).status_code == 204
    assert Client().get("/api/v1/me", headers=headers).status_code == 401


@pytest.mark.parametrize("whose", ["nobody's", "another's"])
def test_a_token_beside_the_cookie_does_not_get_around_it(
    required: None, world: World, client: Client, whose: str
) -> None:
    browser = Client()
    browser.force_login(enrolled(world.other_doctor))
    token = {"nobody's": "0" * 32, "another's": str(browser.session.session_key)}[whose]
    client.force_login(world.doctor)
    assert client.get("/live", headers={"X-Session-Token": token}).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "0" * 5000, "a b", "%00", "é" * 10])
def test_a_session_token_that_is_none_is_refused_and_never_a_failure(
    required: None, world: World, token: str
) -> None:
    answer = Client().get("/api/v1/me", headers={"X-Session-Token": token})
    assert answer.status_code < 500


def test_recovery_codes_alone_are_no_second_factor(required: None, world: World, client: Client) -> None:
    RecoveryCodes.activate(world.doctor)
    client.force_login(world.doctor)
    assert client.get("/api/v1/me").json()["code"] == "mfa_required"


def test_with_one_everything_opens(required: None, world: World, client: Client) -> None:
    client.force_login(enrolled(world.administrator))
    assert client.get("/live-is-not-this").status_code == 404
    assert client.get(reverse("admin:index"))["Location"] != reverse("mfa_index")


def test_a_password_is_not_enough_for_who_has_one(world: World, client: Client) -> None:
    enrolled(world.doctor)
    client.post(reverse("account_login"), {"login": "doctor@test.example", "password": "a-long-password"})
    assert "_auth_user_id" not in client.session
    answer = Client().post(
        LOGIN,
        {"email": "doctor@test.example", "password": "a-long-password"},
        content_type="application/json",
    )
    assert answer.status_code == 401
    assert {flow["id"] for flow in answer.json()["data"]["flows"] if flow.get("is_pending")} == {
        "mfa_authenticate"
    }


def test_who_is_not_signed_in_is_asked_to_sign_in_and_not_for_a_factor(
    required: None, world: World, client: Client
) -> None:
    assert client.get("/admin/")["Location"] != reverse("mfa_index")


def test_where_none_is_required_nobody_is_stopped(world: World, client: Client) -> None:
    client.force_login(world.administrator)
    assert client.get("/nowhere").status_code == 404
