"""What opens an account, over the API: seen, named and ended by whoever it belongs to, and by nobody else."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.ids import new_id
from accounts.models import AuditEntry, Session, SignIn, User
from accounts.people import settle_address
from tests.api.conftest import API, Answer, Caller
from tests.proof import code_of
from tests.world import World

LOGIN = "/_allauth/app/v1/auth/login"
PASSWORD = "a-long-password"
SOME_SESSION = "0197a5f0-0000-7000-8000-000000000001"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 "
    "Mobile/15E148 Safari/604.1"
)


class App(Caller):
    """An app that signed in as apps do."""

    def __init__(self, user: User, **headers: str) -> None:
        settle_address(user=user)
        self.user, self.client = user, Client()
        body = {"email": user.email, "password": PASSWORD}
        answer = self.client.post(LOGIN, body, "application/json", headers=headers)
        self.meta = answer.json()["meta"]
        self.headers = {"Accept-Language": "en", "X-Session-Token": self.meta["session_token"]}

    def code(self, code: str) -> int:
        address = "/_allauth/app/v1/auth/2fa/reauthenticate"
        body = {"code": code}
        status: int = self.client.post(address, body, "application/json", headers=self.headers).status_code
        return status


@pytest.fixture
def app(world: World) -> App:
    return App(world.doctor, **{"User-Agent": IPHONE})


@pytest.fixture
def browser(world: World) -> Client:
    client = Client(headers={"User-Agent": CHROME})
    settle_address(user=world.doctor)
    client.post(reverse("account_login"), {"login": world.doctor.email, "password": PASSWORD})
    return client


def kinds(answer: Answer) -> list[str]:
    return [row["kind"] for row in answer.body["results"]]


def test_each_is_listed_in_words_with_the_present_one_first(app: App, browser: Client) -> None:
    app.prove().post("/me/tokens", {"name": "laboratory", "scopes": ["read"]})
    first, second, third = app.get("/me/sessions").body["results"]
    assert (first["kind"], first["device"], first["current"]) == ("app", "Mobile Safari on iPhone", True)
    assert (second["kind"], second["device"], second["current"]) == ("browser", "Chrome on Windows", False)
    assert (third["kind"], third["name"], third["scopes"]) == ("access_token", "laboratory", ["read"])
    assert (first["address"], third["last_used_at"]) == ("127.0.0.1", None)


def test_a_browsers_cookie_lists_the_same_and_knows_itself(app: App, browser: Client) -> None:
    rows = browser.get(f"{API}/me/sessions").json()["results"]
    assert [(row["kind"], row["current"]) for row in rows] == [("browser", True), ("app", False)]


def test_nothing_that_could_be_used_is_in_the_list(app: App) -> None:
    text = str(app.get("/me/sessions").body)
    assert app.meta["session_token"] not in text
    assert not {key for key in Session.objects.values_list("pk", flat=True) if key in text}


def test_a_session_that_is_ended_opens_nothing_from_then_on(app: App, browser: Client) -> None:
    [id] = [row["id"] for row in app.get("/me/sessions").body["results"] if row["kind"] == "browser"]
    assert app.delete(f"/me/sessions/{id}").status == 204
    assert browser.get(f"{API}/me").status_code == 401
    assert app.delete(f"/me/sessions/{id}").status == 404
    line = AuditEntry.objects.get(action="end_sign_in")
    assert (line.actor, line.subject_id, line.detail["reason"]) == (app.user, id, "ended")


def test_an_access_token_is_ended_in_the_same_place(app: App) -> None:
    made = app.prove().post("/me/tokens", {"name": "x", "scopes": ["read"]}).body
    assert app.delete(f"/me/sessions/{made['id']}").status == 204
    assert Caller(None).send("GET", "/me", Authorization=f"Bearer {made['token']}").status == 401


def test_a_session_of_somebody_else_is_as_absent_as_one_that_never_was(world: World, app: App) -> None:
    stranger = App(world.other_doctor)
    [row] = stranger.get("/me/sessions").body["results"]
    foreign, absent = app.delete(f"/me/sessions/{row['id']}"), app.delete(f"/me/sessions/{new_id()}")
    assert (foreign.status, foreign.body) == (absent.status, absent.body) == (404, foreign.body)
    assert app.patch(f"/me/sessions/{row['id']}", {"name": "x"}).status == 404
    assert stranger.get("/me").status == 200


def test_all_others_are_ended_and_this_one_stays(app: App, browser: Client) -> None:
    made = app.prove().post("/me/tokens", {"name": "x", "scopes": ["read"]}).body
    assert app.post("/me/sessions/end-others").body == {"ended": 2}
    assert browser.get(f"{API}/me").status_code == 401
    assert Caller(None).send("GET", "/me", Authorization=f"Bearer {made['token']}").status == 401
    assert kinds(app.get("/me/sessions")) == ["app"]
    assert app.post("/me/sessions/end-others").body == {"ended": 0}


def test_all_are_ended_this_one_too(app: App, browser: Client) -> None:
    assert app.post("/me/sessions/end-all").body == {"ended": 2}
    assert (app.get("/me").status, browser.get(f"{API}/me").status_code) == (401, 401)
    assert not Session.objects.filter(sign_in__isnull=False).exists()


def test_a_device_gets_a_name(app: App) -> None:
    [row] = app.get("/me/sessions").body["results"]
    assert app.patch(f"/me/sessions/{row['id']}", {"name": "值班手机"}).body["name"] == "值班手机"
    assert app.patch(f"/me/sessions/{row['id']}", {"name": "x" * 61}).fields == {"name": "max_length"}
    assert app.patch(f"/me/sessions/{row['id']}", {"kind": "browser"}).status == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", "/end-others"), ("POST", "/end-all"), ("DELETE", f"/{SOME_SESSION}")],
)
def test_an_access_token_neither_looks_nor_ends(app: App, method: str, path: str) -> None:
    secret = app.prove().post("/me/tokens", {"name": "x", "scopes": ["read", "write"]}).body["token"]
    answer = Caller(None).send(method, f"/me/sessions{path}", Authorization=f"Bearer {secret}")
    assert (answer.status, answer.code) == (403, "needs_a_person")


def test_signing_out_leaves_nothing_in_the_list(app: App, browser: Client) -> None:
    browser.post(reverse("account_logout"))
    assert kinds(app.get("/me/sessions")) == ["app"]
    assert SignIn.objects.exclude(ended_at=None).get().kind == "browser"


def test_a_token_is_not_made_by_a_session_alone(app: App) -> None:
    body = {"name": "x", "scopes": ["read"]}
    answer = app.post("/me/tokens", body)
    assert (answer.status, answer.code, answer.body["method"]) == (403, "second_proof_required", "password")
    assert app.prove().post("/me/tokens", body).status == 201


def test_a_proof_in_one_session_is_none_in_another(world: World, app: App) -> None:
    app.prove()
    thief = App(world.doctor)
    assert thief.post("/me/tokens", {"name": "x", "scopes": ["read"]}).code == "second_proof_required"


def test_where_there_is_a_second_factor_the_password_does_not_do(world: World) -> None:
    secret = generate_totp_secret()
    app = App(world.doctor)
    TOTP.activate(world.doctor, secret)
    app.prove()
    body = {"name": "x", "scopes": ["read"]}
    answer = app.post("/me/tokens", body)
    assert (answer.code, answer.body["method"]) == ("second_proof_required", "mfa")
    assert app.code("000000") == 400
    assert app.post("/me/tokens", body).status == 403
    assert app.code(code_of(secret)) == 200
    assert app.post("/me/tokens", body).status == 201


def test_a_stored_answer_with_a_token_in_it_needs_the_proof_again(app: App, settings: Any) -> None:
    body = {"name": "x", "scopes": ["read"]}
    made = app.prove().post("/me/tokens", body, Idempotency_Key="k")
    assert app.post("/me/tokens", body, Idempotency_Key="k").body == made.body
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    again = app.post("/me/tokens", body, Idempotency_Key="k")
    assert (again.status, again.code) == (403, "second_proof_required")


def test_an_account_without_password_and_factor_is_told_what_to_do(world: World) -> None:
    app = App(world.doctor)
    session = Session.objects.exclude(sign_in=None).get()
    world.doctor.set_unusable_password()
    world.doctor.save()
    Session.objects.filter(pk=session.pk).delete()
    caller = Caller(world.doctor)
    answer = caller.post("/me/tokens", {"name": "x", "scopes": ["read"]})
    assert (answer.code, answer.body["method"]) == ("second_proof_required", None)
    assert "second factor" in answer.body["detail"]
    assert app.get("/me").status == 401


def test_the_last_use_is_noted_every_five_minutes_at_most(app: App) -> None:
    sign_in = SignIn.objects.get()
    long_ago = clock.now().replace(year=2020)
    SignIn.objects.update(last_used_at=long_ago)
    Session.objects.update(noted_at=long_ago)
    app.get("/me")
    sign_in.refresh_from_db()
    assert sign_in.last_used_at > long_ago
    SignIn.objects.update(last_used_at=long_ago)
    app.get("/me")
    sign_in.refresh_from_db()
    assert sign_in.last_used_at == long_ago


def test_what_happened_to_the_account_is_among_the_notifications(app: App) -> None:
    app.prove().post("/me/tokens", {"name": "x", "scopes": ["read"]})
    [row] = app.get("/notifications").body["results"]
    assert row["title"] == "An access token was made for your account"
    assert app.client.get("/inbox/").status_code in (200, 302)
