"""The committed OpenAPI file is that of the code, and the code does what the file says."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
import yaml
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from drf_spectacular.validation import validate_schema
from rest_framework.response import Response

from accounts import clock
from api.openapi import Generator
from api.v1.docs import FILE, document
from api.v1.me import MeView
from referral.models import Case
from tests.api.conftest import Caller
from tests.conftest import Keep
from tests.contract import generated
from tests.contract.conformance import findings
from tests.contract.generated import SOME_CASE, Request, labels, requests_of
from tests.world import World, build


def flag() -> tuple[World, Case]:
    """The world, and a case that waits for an answer."""
    world = build()
    return world, world.flagged(clock.now())


@pytest.fixture(scope="module")
def kept(keep: Keep) -> Callable[[], Any]:
    return keep(flag)


@pytest.fixture
def flagged(db: None, kept: Callable[[], Any]) -> Case:
    case: Case = kept()[1]
    return case


@pytest.fixture
def doctor(db: None, kept: Callable[[], Any]) -> Caller:
    return Caller(kept()[0].doctor)


def test_the_committed_file_is_current() -> None:
    current = Generator().get_schema(request=None, public=True)
    written = yaml.dump(current, Dumper=yaml.CSafeDumper, allow_unicode=True)
    assert document() == yaml.load(written, Loader=yaml.CSafeLoader), (
        "Write it anew: manage.py spectacular --file api/openapi.yaml"
    )


def test_the_file_is_valid_openapi_3_1() -> None:
    validate_schema(document())
    assert document()["openapi"].startswith("3.1")


def test_every_operation_says_what_it_does_and_names_every_status() -> None:
    operations = [(path, one) for path, methods in document()["paths"].items() for one in methods.values()]
    assert len({operation["operationId"] for _, operation in operations}) == len(operations)
    for path, operation in operations:
        always = {"401", "403", "429", "503"} if path.startswith("/api/") else {"401"}
        assert operation["summary"]
        assert "default" not in operation["responses"], "which would hide what is not documented"
        assert always <= set(operation["responses"]) or not operation.get("security"), path


READ_ALL = "/api/v1/notifications/read"


def answered(
    status: int, body: Any = None, media_type: str = "application/json", **headers: str
) -> HttpResponse:
    content = b"" if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(content, status=status, content_type=media_type, headers=named)


@pytest.mark.parametrize(
    ("method", "path", "response", "finding"),
    [
        ("GET", "/api/v1/me", answered(418, {}), "answered 418: this status is not documented"),
        ("POST", "/api/v1/cases", answered(200, {}), "answered 200: this status is not documented"),
        ("POST", "/api/v1/nowhere", answered(200, {}), "answered 200: not in the file"),
        (
            "POST",
            READ_ALL,
            answered(200, {"count": 1}, ETag='"1"'),
            "the header ETag is not documented",
        ),
        ("POST", READ_ALL, answered(200), "a body is promised"),
        ("POST", READ_ALL, answered(200, {"count": "one"}), "$.count: 'one' is not of type"),
        ("POST", READ_ALL, answered(200, {"count": 1, "more": 2}), "('more' was unexpected)"),
        (
            "GET",
            "/api/v1/me",
            answered(404, {}, media_type="text/html"),
            "answered 404: this status is not documented",
        ),
        (
            "POST",
            READ_ALL,
            answered(200, {"count": 1}, media_type="text/html"),
            "text/html is not documented",
        ),
    ],
)  # fmt: skip
def test_what_the_file_does_not_promise_would_be_noticed(
    method: str, path: str, response: HttpResponse, finding: str
) -> None:
    assert finding in " ".join(findings(method, path, response))


def test_what_the_file_promises_is_no_finding() -> None:
    good = answered(200, {"count": 1}, Idempotency_Replayed="true", Content_Language="en")
    assert not findings("POST", READ_ALL, good)


def test_the_generated_requests_would_notice_an_undocumented_status(
    doctor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MeView, "get", lambda view, request: Response({}, status=418))
    label = "GET /api/v1/me"
    assert complaints(label, requests_of(label)[0], doctor) == [
        f"{label} answered 418: this status is not documented"
    ]


def test_the_demos_clock_is_not_in_the_file() -> None:
    assert not [path for path in document()["paths"] if "demo" in path]


def test_every_operation_has_requests_that_fit_what_the_file_says_now() -> None:
    if os.environ.get("UPDATE_REQUESTS"):
        generated.keep()
    assert generated.outdated() == [], (
        "Make their requests anew: UPDATE_REQUESTS=1 .venv/bin/pytest tests/contract/test_openapi.py"
    )


def test_requests_are_kept_until_their_operation_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    made, kept = [Request("GET", "/made", {}, "")], [Request("GET", "/kept", {}, "")]
    row = {"of": generated.fingerprint("GET /api/v1/cases"), "requests": [asdict(one) for one in kept]}
    monkeypatch.setattr(generated, "kept", lambda: {"GET /api/v1/cases": row})
    monkeypatch.setattr(generated, "generate", lambda label: made)
    assert requests_of("GET /api/v1/cases") == kept
    assert requests_of("GET /api/v1/me") == made
    row["of"] = "an operation of another time"
    assert requests_of("GET /api/v1/cases") == made
    assert "GET /api/v1/cases" in generated.outdated()


@pytest.mark.parametrize("label", labels())
def test_nothing_that_fits_the_file_breaks_the_api(label: str, flagged: Case, doctor: Caller) -> None:
    requests = requests_of(label)
    assert requests
    for request in requests:
        path = request.path.replace(SOME_CASE, str(flagged.pk))
        with transaction.atomic():
            assert complaints(label, replace(request, path=path), doctor) == []
            transaction.set_rollback(True)


def complaints(label: str, request: Request, caller: Caller) -> list[str]:
    """What is wrong with the answer to a generated request: Django's client shares the test's transaction."""
    answer = Client(raise_request_exception=False).generic(
        request.method,
        request.path,
        request.content,
        request.headers.get("Content-Type", ""),
        headers={**request.headers, "Accept-Encoding": "identity", **caller.headers},
    )
    failure = [f"{label} failed"] if answer.status_code >= 500 else []
    return failure + findings(request.method, request.path.partition("?")[0], answer)


def test_the_reason_of_a_line_is_one_of_the_codes_that_its_verb_takes() -> None:
    shapes = document()["components"]["schemas"]
    asked = {name.removesuffix("Request"): shape.get("properties", {}).get("reason", {})
             for name, shape in shapes.items() if name.endswith("Request")}  # fmt: skip
    named = {verb: reason for verb, reason in asked.items() if "$ref" in reason}
    kept = {verb: shapes[f"{verb}Details"]["properties"].get("reason") for verb in named}
    assert len(named) > 8
    assert kept == {verb: {"$ref": reason["$ref"]} for verb, reason in named.items()}


def test_the_guide_names_every_kind_of_live_event() -> None:
    script = (FILE.parent.parent / "portal/static/portal/live.js").read_text()
    kinds = re.findall(r'"(\w+)"', next(line for line in script.splitlines() if "const KINDS" in line))
    assert len(kinds) == 8
    assert [kind for kind in kinds if f"`{kind}`" not in document()["info"]["description"]] == []
