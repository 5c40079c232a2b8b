"""Ways in: the app's sign-in, the browser's cookie, and access tokens of programs."""

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts import clock, tokens
from accounts.models import AccessToken, AuditEntry
from tests.api.conftest import API, Caller
from tests.world import ILL, World

LOGIN = "/_allauth/app/v1/auth/login"
MINUTE = 60
CREDENTIALS = {"email": "doctor@test.example", "password": "a-long-password"}


def sign_in(**headers: str) -> Any:
    return Client().post(LOGIN, CREDENTIALS, "application/json", headers=headers)


@pytest.fixture
def with_verified_address(world: World) -> World:
    EmailAddress.objects.create(user=world.doctor, email=world.doctor.email, verified=True, primary=True)
    return world


def test_the_app_signs_in_and_its_session_token_opens_the_api_until_it_signs_out(
    with_verified_address: World,
) -> None:
    token = sign_in().json()["meta"]["session_token"]
    headers = {"X-Session-Token": token}
    me = Client().get(f"{API}/me", headers=headers)
    assert (me.status_code, me.json()["email"]) == (200, "doctor@test.example")
    assert me.json()["roles"][0]["role"] == "referring_clinician"
    assert Client().post(f"{API}/score", ILL, "application/json", headers=headers).status_code == 200

    assert Client().delete("/_allauth/app/v1/auth/session", headers=headers).status_code == 401
    assert Client().get(f"{API}/me", headers=headers).status_code == 401


def test_a_session_whose_second_factor_is_still_due_opens_nothing(with_verified_address: World) -> None:
    TOTP.activate(with_verified_address.doctor, generate_totp_secret())
    begun = sign_in()
    assert begun.status_code == 401
    pending = begun.json()["meta"]["session_token"]
    assert Client().get(f"{API}/me", headers={"X-Session-Token": pending}).status_code == 401


@pytest.mark.parametrize("token", ["x" * 32, "0" * 32, "", "a'b", "ü" * 32, "0" * 5000])
def test_a_session_token_that_is_none_is_refused(world: World, token: str) -> None:
    answer = Caller(None).send("GET", "/me", X_Session_Token=token)
    assert (answer.status, answer.code) == (401, "authentication_failed") or answer.code == "not_signed_in"


def test_a_browsers_cookie_reads_freely_and_writes_with_the_csrf_token_only(world: World) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
    browser.force_login(world.doctor)
    assert browser.get(f"{API}/me").status_code == 200
    refused = browser.post(f"{API}/score", json.dumps(ILL), "application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    browser.get(f"{API}/docs")
    headers = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    assert (
        browser.post(f"{API}/score", json.dumps(ILL), "application/json", headers=headers).status_code == 200
    )


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_an_access_token_is_shown_once_and_opens_what_its_scopes_say(world: World, doctor: Caller) -> None:
    made = doctor.prove().post("/me/tokens", {"name": "laboratory", "scopes": ["read"], "days": 30})
    assert made.status == 201
    secret = made.body["token"]
    listed = doctor.get("/me/tokens").body["results"]
    assert [row["name"] for row in listed] == ["laboratory"]
    assert "token" not in listed[0]
    assert secret not in str(AccessToken.objects.values())

    program = Caller(None)
    assert program.send("GET", "/cases", **bearer(secret)).status == 200
    refused = program.post("/cases", {}, **bearer(secret))
    assert (refused.status, refused.code) == (403, "scope_missing")
    writer = doctor.prove().post("/me/tokens", {"name": "w", "scopes": ["read", "write"]}).body["token"]
    assert program.post("/cases", {}, **bearer(writer)).status == 422
    assert doctor.get("/me/tokens").body["results"][1]["last_used_at"]


def test_a_token_makes_and_ends_no_tokens(doctor: Caller) -> None:
    made = doctor.prove().post("/me/tokens", {"name": "x", "scopes": ["read", "write"]}).body
    program = Caller(None)
    for method, path in (
        ("GET", "/me/tokens"),
        ("POST", "/me/tokens"),
        ("DELETE", f"/me/tokens/{made['id']}"),
    ):
        answer = program.send(method, path, **bearer(made["token"]))
        assert (answer.status, answer.code) == (403, "needs_a_person")


def test_a_revoked_or_expired_token_opens_nothing(world: World, doctor: Caller, other_doctor: Caller) -> None:
    made = doctor.prove().post("/me/tokens", {"name": "x", "scopes": ["read"], "days": 1}).body
    assert other_doctor.delete(f"/me/tokens/{made['id']}").status == 404
    assert tokens.find(made["token"], now=clock.now() + timedelta(hours=23)) is not None
    assert tokens.find(made["token"], now=clock.now() + timedelta(hours=25)) is None
    assert doctor.delete(f"/me/tokens/{made['id']}").status == 204
    assert doctor.delete(f"/me/tokens/{made['id']}").status == 404
    assert Caller(None).send("GET", "/me", **bearer(made["token"])).status == 401
    assert list(AuditEntry.objects.filter(subject_type="access_token").values_list("action", flat=True)) == [
        "revoke_access_token", "create_access_token"
    ]  # fmt: skip


def test_a_token_of_somebody_who_left_opens_nothing(world: World, doctor: Caller) -> None:
    secret = doctor.prove().post("/me/tokens", {"name": "x", "scopes": ["read"]}).body["token"]
    world.doctor.is_active = False
    world.doctor.save()
    assert Caller(None).send("GET", "/me", **bearer(secret)).status == 401


def test_a_token_needs_a_name_scopes_that_exist_and_a_sane_length_of_life(doctor: Caller) -> None:
    for body, field in (
        ({"scopes": ["read"]}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["all"]}, "scopes"),
        ({"name": "x", "scopes": ["read"], "days": 4000}, "days"),
    ):
        assert list(doctor.prove().post("/me/tokens", body).fields) == [field]


def test_a_person_has_twenty_tokens_at_most(doctor: Caller) -> None:
    doctor.prove()
    for number in range(tokens.MOST):
        assert doctor.post("/me/tokens", {"name": str(number), "scopes": ["read"]}).status == 201
    answer = doctor.post("/me/tokens", {"name": "one more", "scopes": ["read"]})
    assert (answer.status, answer.code) == (409, "too_many_tokens")


def test_where_a_second_factor_is_required_nobody_works_without_one(
    with_verified_address: World, doctor: Caller, settings: Any
) -> None:
    secret = doctor.prove().post("/me/tokens", {"name": "x", "scopes": ["read"]}).body["token"]
    settings.MFA_REQUIRED = True
    program = Caller(None)
    for answer in (doctor.get("/cases"), program.send("GET", "/cases", **bearer(secret))):
        assert (answer.status, answer.code) == (403, "mfa_required")
    TOTP.activate(with_verified_address.doctor, generate_totp_secret())
    for answer in (doctor.get("/cases"), program.send("GET", "/cases", **bearer(secret))):
        assert answer.status == 200
