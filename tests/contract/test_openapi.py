"""The committed OpenAPI file is that of the code, and the code does what the file says."""

from typing import Any

import pytest
import requests
import schemathesis
import yaml
from django.db import transaction
from django.test import Client
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, settings
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import clock
from api.openapi import Generator
from api.v1.docs import FILE, document
from referral.models import Case
from tests.api.conftest import Caller, ill, visit
from tests.world import World, build

CHECKS = [
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
# Without its security schemes: the requests come from somebody who is signed in.
schema = schemathesis.openapi.from_dict(
    {
        **document(),
        "paths": {
            path: {
                method: {key: value for key, value in operation.items() if key != "security"}
                for method, operation in operations.items()
            }
            for path, operations in document()["paths"].items()
        },
    }
)
schema.config.generation.update(modes=[schemathesis.GenerationMode.POSITIVE])


@pytest.fixture
def world(db: None) -> World:
    return build()


def test_the_committed_file_is_current() -> None:
    current = Generator().get_schema(request=None, public=True)
    assert yaml.safe_load(FILE.read_text()) == yaml.safe_load(yaml.safe_dump(current, allow_unicode=True)), (
        "Write it anew: manage.py spectacular --file api/openapi.yaml"
    )


def test_the_file_is_valid_openapi_3_1() -> None:
    validate_schema(document())
    assert document()["openapi"].startswith("3.1")


def test_every_operation_says_what_it_does_and_that_it_may_refuse() -> None:
    operations = [operation for path in document()["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] and "default" in operation["responses"] for operation in operations)


def test_the_demos_clock_is_not_in_the_file() -> None:
    assert not [path for path in document()["paths"] if "demo" in path]


@pytest.mark.parametrize("who", ["doctor", "specialist"])
def test_what_the_api_answers_in_earnest_is_as_the_file_says(world: World, who: str) -> None:
    now = clock.now()
    caller = Caller(getattr(world, who))
    made = Caller(world.doctor).post("/cases", visit(now, indicators=ill(now)))
    conforms("/api/v1/cases", "post", made.status, made.body)
    for path in ("", "/events", "/deadlines", "/messages"):
        answer = caller.get(f"/cases/{made.body['id']}{path}")
        conforms(f"/api/v1/cases/{{case_id}}{path}", "get", answer.status, answer.body)
    for path in ("/me", "/cases", "/board", "/notifications", "/models"):
        answer = caller.get(path)
        conforms(f"/api/v1{path}", "get", answer.status, answer.body)
    declined = Caller(world.specialist).post(f"/cases/{made.body['id']}/decline", {"reason": "no_bed"})
    conforms("/api/v1/cases/{case_id}/decline", "post", declined.status, declined.body)


def conforms(path: str, method: str, status: int, body: Any) -> None:
    """The body of an answer has the shape that the file promises for its status."""
    promised = document()["paths"][path][method]["responses"][str(status)]["content"]["application/json"]
    Draft202012Validator({**promised["schema"], "components": document()["components"]}).validate(body)


# Those with thirty optional inputs take the generator minutes; tests/api/test_bad_input.py has them.
@schema.exclude(operation_id=["score", "register", "assess", "save_indicators"]).parametrize()
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nothing_that_fits_the_file_breaks_the_api(case: Any, world: World) -> None:
    flagged = Case.objects.first() or world.flagged(clock.now())
    if "case_id" in case.path_parameters:
        case.path_parameters["case_id"] = str(flagged.pk)
    for header in ("Idempotency-Key", "If-Match"):
        case.headers.pop(header, None)
    with transaction.atomic():
        response = send(case, Caller(world.doctor))
        transaction.set_rollback(True)
    case.validate_response(response, checks=CHECKS)


def send(case: Any, caller: Caller) -> schemathesis.Response:
    """Send a generated request through Django's client, which shares the test's transaction."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    sent = Client(raise_request_exception=False).generic(
        str(prepared.method),
        prepared.path_url,
        prepared.body or b"",
        prepared.headers.get("Content-Type", ""),
        headers={**prepared.headers, "Accept-Encoding": "identity", **caller.headers},
    )
    headers = {name: [value] for name, value in sent.headers.items()}
    return schemathesis.Response(sent.status_code, headers, sent.content, prepared, 0.0, False)
