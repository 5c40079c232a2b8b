"""The app's sign-in is as the OpenAPI file says: its addresses, its answers, and its refusals as problems."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from allauth.account.models import EmailAddress
from allauth.headless import spec
from django.http import Http404
from django.test import Client
from django.urls import Resolver404, resolve

from api.openapi.sign_in import LEFT_OUT, OPERATIONS, ROOT, Operation
from api.problem_codes import MEANINGS
from config.urls import closed
from tests.contract.conformance import findings
from tests.proof import code_of
from tests.world import World, build

CREDENTIALS = {"email": "doctor@test.example", "password": "a-long-password"}
METHODS = ("get", "post", "put", "patch", "delete")


class App:
    """An app that signs in; each answer is compared with the file."""

    def __init__(self) -> None:
        self.client = Client(headers={"Accept-Language": "en"})
        self.headers: dict[str, str] = {}

    def send(self, method: str, path: str, body: Any = None) -> Any:
        raw = {"data": body, "content_type": "application/json"} if body is not None else {}
        answer = getattr(self.client, method)(f"{ROOT}{path}", headers=self.headers, **raw)
        assert not findings(method.upper(), f"{ROOT}{path}", answer)
        if token := answer.json().get("meta", {}).get("session_token"):
            self.headers["X-Session-Token"] = token
        return answer

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        answer = self.send(method, path, body)
        problem = answer.json()
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert problem["status"] == answer.status_code
        assert problem["type"] == f"/problems/{problem['code'].replace('_', '-')}"
        assert problem["title"] and problem["detail"]
        assert all({"field", "code", "message"} <= set(row) for row in problem["errors"])
        return answer.status_code, problem["code"]


@pytest.fixture
def world(db: None) -> World:
    made = build()
    EmailAddress.objects.create(user=made.doctor, email=made.doctor.email, verified=True, primary=True)
    return made


@pytest.fixture
def app(world: World) -> App:
    return App()


def is_served(path: str) -> bool:
    try:
        return resolve(path).func is not closed
    except (Resolver404, Http404):
        return False


def test_the_file_has_every_address_that_the_library_serves_here_and_no_other() -> None:
    document = yaml.safe_load((Path(spec.__file__).parent / "doc" / "openapi.yaml").read_text())
    offered = {
        (method, path.rpartition("/v1/")[2])
        for path, operations in document["paths"].items()
        for method in METHODS
        if method in operations and is_served(path.replace("{client}", "app"))
    }
    promised = {(row.method, row.path) for row in OPERATIONS}
    assert {path for _method, path in offered - promised} <= set(LEFT_OUT)
    assert promised <= offered


def test_signing_in_with_a_second_factor_set_up_on_the_way(app: App) -> None:
    assert app.send("get", "config").status_code == 200
    assert app.refused("get", "auth/session") == (401, "not_signed_in")
    assert app.send("post", "auth/login", CREDENTIALS).json()["data"]["user"]["email"] == CREDENTIALS["email"]
    assert app.send("get", "auth/session").status_code == 200
    assert app.refused("post", "auth/login", CREDENTIALS) == (409, "not_possible")

    absent = app.send("get", "account/authenticators/totp")
    assert (absent.status_code, absent.json()["code"]) == (404, "not_found")
    secret = absent.json()["meta"]["secret"]
    assert app.refused("post", "account/authenticators/totp", {"code": "000000"}) == (400, "invalid")
    given = {"code": code_of(secret)}
    assert app.refused("post", "account/authenticators/totp", given) == (401, "second_proof_required")
    assert app.refused("post", "auth/reauthenticate", {"password": "wrong"}) == (400, "invalid")
    assert app.send("post", "auth/reauthenticate", {"password": CREDENTIALS["password"]}).status_code == 200
    assert app.send("post", "account/authenticators/totp", given).status_code == 200
    assert [row["type"] for row in app.send("get", "account/authenticators").json()["data"]]
    recovery = app.send("get", "account/authenticators/recovery-codes").json()["data"]["unused_codes"]
    signed_out = app.client.delete("/api/v1/me/sessions/current", headers=app.headers)
    assert (signed_out.status_code, signed_out.content) == (204, b"")
    assert app.refused("get", "auth/session") == (410, "session_ended")

    again = App()
    begun = again.send("post", "auth/login", CREDENTIALS)
    assert (begun.status_code, begun.json()["code"]) == (401, "second_factor_needed")
    assert again.refused("post", "auth/2fa/authenticate", {"code": "wrong"}) == (400, "invalid")
    assert again.send("post", "auth/2fa/authenticate", {"code": recovery[0]}).status_code == 200
    assert again.send("post", "auth/2fa/reauthenticate", {"code": recovery[1]}).status_code == 200
    assert again.send("post", "account/authenticators/recovery-codes", {}).status_code == 200
    assert again.send("delete", "account/authenticators/totp").status_code == 200


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
def test_the_token_of_a_session_that_has_ended_is_answered_as_the_file_says(app: App, row: Operation) -> None:
    app.headers["X-Session-Token"] = "of-a-session-that-has-ended"
    body = {} if row.method == "post" else None
    assert app.refused(row.method, row.path, body) == (410, "session_ended")


def test_wrong_input_is_answered_field_by_field_in_both_forms(app: App) -> None:
    answer = app.send("post", "auth/login", {"email": "no address", "password": ""})
    assert answer.status_code == 400
    rows = {row["field"]: row for row in answer.json()["errors"]}
    assert rows["email"]["param"] == "email" and rows["email"]["message"]
    assert rows["password"]["code"] == "required"
    assert app.refused("post", "auth/login", {**CREDENTIALS, "password": "wrong"})[0] == 400


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("auth/login", b"{", (400, "malformed")),
        ("auth/login", b"[]", (400, "malformed")),
        ("auth/2fa/authenticate", b'{"code": "1"}', (401, "not_signed_in")),
        ("account/password/change", b"{}", (401, "not_signed_in")),
    ],
)
def test_what_cannot_be_read_or_done_is_a_problem(
    app: App, path: str, body: bytes, expected: tuple[int, str]
) -> None:
    assert app.refused("post", path, body) == expected


@pytest.mark.parametrize("path", ["nowhere", "auth/signup", "account/phone", "auth/code/request"])
def test_an_address_that_is_not_served_is_a_problem_too(app: App, path: str) -> None:
    answer = app.client.post(f"{ROOT}{path}", {}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/", "/api/v2/cases", "/api/v1/nowhere", "/api/v1/me/", "/_allauth/x"])
def test_no_address_of_programs_answers_with_a_page(db: None, path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


def test_a_method_that_an_address_does_not_take_is_named(app: App, world: World) -> None:
    app.send("post", "auth/login", CREDENTIALS)
    for method, path in (("get", f"{ROOT}auth/login"), ("put", "/api/v1/me")):
        answer = app.client.generic(method.upper(), path, headers=app.headers)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Allow"]


def test_every_code_of_sign_in_is_explained() -> None:
    assert {"second_factor_needed", "session_ended", "not_possible", "too_many_tries"} <= set(MEANINGS)
