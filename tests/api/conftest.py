"""Callers of the API: signed in, speaking JSON, in English unless they say otherwise."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts import clock
from accounts.models import User
from tests.contract.conformance import findings
from tests.world import ILL, World, sampled

API = "/api/v1"


class Answer:
    """Status, headers and JSON of an answer."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.body: Any = json.loads(response.content) if response.content else None

    @property
    def code(self) -> str:
        """The code of a problem, after checking that it is a proper one."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert set(self.body) >= {"type", "title", "status", "detail", "code", "errors"}
        assert self.body["status"] == self.status
        assert self.body["title"]
        assert self.body["detail"]
        return str(self.body["code"])

    @property
    def fields(self) -> dict[str, str]:
        """A problem's errors: code by field."""
        assert self.headers["Content-Type"] == "application/problem+json"
        return {row["field"]: row["code"] for row in self.body["errors"]}


class Caller:
    """One person's app."""

    def __init__(self, user: User | None, language: str = "en") -> None:
        self.user = user
        self.headers = {"Accept-Language": language}
        if user is not None:
            browser = Client()
            browser.force_login(user)
            self.headers["X-Session-Token"] = str(browser.session.session_key)
        self.client = Client()

    def prove(self) -> "Caller":
        """The person proves once more, by password, that it is them."""
        body = {"password": "a-long-password"}
        address = "/_allauth/app/v1/auth/reauthenticate"
        proved = self.client.post(address, body, "application/json", headers=self.headers)
        assert proved.status_code == 200
        return self

    def get(self, path: str, **query: Any) -> Answer:
        response = self.client.get(f"{API}{path}", query, headers=self.headers)
        return self._as_promised("GET", path, response)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        response = self.client.generic(
            method, f"{API}{path}", raw, "application/json", headers={**self.headers, **named}
        )
        return self._as_promised(method, path, response)

    def _as_promised(self, method: str, path: str, response: Any) -> Answer:
        """The answer, after checking that the OpenAPI file promises it: manage.py spectacular writes that."""
        assert not findings(method, f"{API}{path}".partition("?")[0], response)
        return Answer(response)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str) -> Answer:
        return self.send("DELETE", path)


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    return make_world()


@pytest.fixture
def now(world: World) -> datetime:
    return clock.now()


@pytest.fixture(autouse=True)
def _no_counters() -> Iterator[None]:
    cache.clear()
    yield


@pytest.fixture
def as_user() -> Callable[..., Caller]:
    return Caller


@pytest.fixture
def doctor(world: World) -> Caller:
    return Caller(world.doctor)


@pytest.fixture
def other_doctor(world: World) -> Caller:
    return Caller(world.other_doctor)


@pytest.fixture
def specialist(world: World) -> Caller:
    return Caller(world.specialist)


@pytest.fixture
def second_specialist(world: World) -> Caller:
    return Caller(world.second_specialist)


@pytest.fixture
def coordinator(world: World) -> Caller:
    return Caller(world.coordinator)


def visit(at: datetime, **changes: Any) -> dict[str, Any]:
    """A body for POST /cases."""
    person = {"name": "测试甲", "sex": "male", "birth_date": "1970-01-02"}
    person |= {key: changes.pop(key) for key in ("name", "birth_date", "national_id") if key in changes}
    return {
        "patient": person,
        "first_visit_at": at.isoformat(),
        "chronic_liver_disease": "hepatitis_b",
        "presentation": "acute_liver_injury",
        **changes,
    }


def ill(at: datetime) -> dict[str, Any]:
    """The eight indicators of somebody at high risk, sampled then."""
    return sampled(ILL, at)
