"""Of the addresses that the library for sign-in brings along, those that are not ours do not exist."""

import re
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from typing import Any

import pytest
from django.core.cache import cache
from django.core.checks import run_checks
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from tests.world import World

BODY = b'{"phone": "+8613800000001", "email": "a@b.cn", "code": "1", "key": "x", "process": "login"}'
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CLOSED = (
    "/_allauth/app/v1/account/email",
    "/_allauth/app/v1/account/phone",
    "/_allauth/app/v1/account/providers",
    "/_allauth/app/v1/auth/code/confirm",
    "/_allauth/app/v1/auth/code/request",
    "/_allauth/app/v1/auth/email/verify",
    "/_allauth/app/v1/auth/email/verify/resend",
    "/_allauth/app/v1/auth/phone/verify",
    "/_allauth/app/v1/auth/phone/verify/resend",
    "/_allauth/app/v1/auth/provider/signup",
    "/_allauth/app/v1/auth/signup",
    "/_allauth/app/v1/nowhere",
    "/_allauth/browser/v1/account/phone",
    "/_allauth/browser/v1/config",
    "/_allauth/browser/v1/auth/login",
    "/_allauth/app/v1/account/phone/",
    "/accounts/email/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/abc/",
    "/accounts/login/code/confirm/",
    "/accounts/password/set/",
    "/accounts/phone/change/",
    "/accounts/signup/",
    "/accounts/social/connections/",
    "/accounts/3rdparty/",
    "/accounts/3rdparty/signup/",
)


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    return make_world()


def routes(patterns: Iterable[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield f"/{re.sub(r'<(?:[a-z]+:)?[a-z0-9_]+>', 'abc-1', route)}"


@pytest.mark.parametrize("path", CLOSED)
def test_what_is_not_ours_does_not_exist_for_anybody(path: str, world: World) -> None:
    signed_in = Client()
    signed_in.force_login(world.doctor)
    for client in (Client(), Client(enforce_csrf_checks=True), signed_in):
        answers = {client.generic(method, path, BODY, "application/json").status_code for method in METHODS}
        assert answers == {404}


def test_no_address_of_the_library_fails(world: World) -> None:
    theirs = [
        path
        for path in routes(get_resolver().url_patterns)
        if path.startswith(("/_allauth/app/", "/accounts/")) and "(" not in path
    ]
    assert len(theirs) > 40
    client = Client(raise_request_exception=False)
    client.force_login(world.doctor)
    signed_in = copy(client.cookies)
    for path in theirs:
        for method in METHODS:
            for body in (b"", b"{}", b"[]", b"null", b'"x"', BODY):
                cache.clear()
                client.cookies = copy(signed_in)
                with transaction.atomic():
                    answer = client.generic(method, path, body, "application/json")
                    transaction.set_rollback(True)
                assert answer.status_code < 500, (method, path, body)


def test_the_framework_has_nothing_to_warn_of() -> None:
    assert run_checks() == []
