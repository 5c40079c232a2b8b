"""Sign-in and administration are others' code: what they would stumble over is refused."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.world import World, build

APP = "/_allauth/app/v1"
NO_TEXT = "\ud800"
DEEP = "[" * 100_000
UNREADABLE = {
    "deep": f'{{"a":{DEEP}',
    "a number of 5000 digits": f'{{"a":{"9" * 5000}}}',
    "half a sign in a password": json.dumps({"email": "doctor@test.example", "password": NO_TEXT}),
    "half a sign in a new password": json.dumps({"current_password": NO_TEXT, "new_password": NO_TEXT}),
    "half a sign in a key": json.dumps({"key": NO_TEXT, "password": "a-long-password"}),
    "a security key that is none": json.dumps({"credential": {"id": "x"}}),
}


@pytest.fixture
def world(db: None) -> World:
    cache.clear()
    return build()


@pytest.fixture
def strict() -> Client:
    """A client that gets what the server answers, failures too."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    "address", ["auth/login", "auth/password/reset", "auth/webauthn/login", "auth/session"]
)
@pytest.mark.parametrize("body", UNREADABLE)
def test_whatever_an_app_sends_to_sign_in_is_refused(
    world: World, strict: Client, address: str, body: str
) -> None:
    for kind in ("application/json", "text/plain"):
        answer = strict.post(f"{APP}/{address}", UNREADABLE[body], content_type=kind)
        assert 400 <= answer.status_code < 500


def test_a_password_of_half_signs_is_refused_to_who_is_signed_in(world: World, strict: Client) -> None:
    sound = {"email": "doctor@test.example", "password": "a-long-password"}
    signed_in = strict.post(f"{APP}/auth/login", sound, content_type="application/json").json()
    token = {"X-Session-Token": signed_in["meta"]["session_token"]}
    for body in UNREADABLE.values():
        for address in ("account/password/change", "auth/reauthenticate"):
            answer = strict.post(f"{APP}/{address}", body, content_type="application/json", headers=token)
            assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "said", [DEEP, '{"id": "\\ud800"}', "{}", "1", '{"id": "x", "rawId": "é"}', "nothing"]
)
def test_a_security_key_that_cannot_be_read_opens_nothing(world: World, strict: Client, said: str) -> None:
    answer = strict.post("/accounts/2fa/webauthn/login/", {"credential": said})
    assert answer.status_code < 500
    assert "_auth_user_id" not in strict.session


def test_a_body_beyond_one_mebibyte_is_refused_at_sign_in(world: World, strict: Client) -> None:
    sent = strict.post("/accounts/login/", {"login": "x" * 1_100_000})
    answer = strict.post(f"{APP}/auth/login", {"email": "x" * 1_100_000}, content_type="application/json")
    assert 400 <= sent.status_code < 500
    assert 400 <= answer.status_code < 500


@pytest.fixture
def administrator(world: World, strict: Client) -> User:
    world.administrator.is_staff = True
    world.administrator.save()
    strict.force_login(world.administrator)
    return world.administrator


@pytest.mark.parametrize(
    "question",
    ["password__startswith=a", "name__exact=%00", "memberships__role__exact=%00", "q=%00", "last_login=x"],
)
def test_a_list_of_people_answers_only_what_its_page_offers(
    administrator: User, strict: Client, question: str
) -> None:
    assert strict.get(f"/admin/accounts/user/?{question}").status_code == 400
    offered = "/admin/accounts/user/?memberships__role__exact=specialist&is_active__exact=1&q=doctor"
    assert strict.get(offered).status_code == 200


def test_a_form_that_is_too_large_is_told_so_in_words(world: World, client: Client) -> None:
    client.force_login(world.doctor)
    answer = client.post(
        "/cases/new/", f"name={'x' * 1024 * 1024}", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413
    assert "1 MiB" in answer.content.decode()
