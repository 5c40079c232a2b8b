"""Requests that fit the API file, made at random and kept, so that making them costs nothing each time."""

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from api.v1.docs import document

KEPT = Path(__file__).with_name("requests.json")
SOME_CASE = str(UUID("01970000-0000-7000-8000-0000000ca5e0"))
"""Stands in a kept address where the case of the test goes."""
EXAMPLES = 3
OF_THE_SENDER = frozenset(
    ("accept", "accept-encoding", "connection", "content-length", "user-agent", "x-schemathesis-testcaseid")
)
"""Headers that no parameter of an operation puts there."""
TOO_LARGE = frozenset({"score", "register", "assess", "save_indicators"})
"""Those with thirty optional inputs take the generator minutes; tests/api/test_bad_input.py has them."""


@dataclass(frozen=True)
class Request:
    """One request as it is sent; `body` in base64."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def content(self) -> bytes:
        return base64.b64decode(self.body)


def labels() -> list[str]:
    """Every operation that is asked, as `GET /api/v1/me`."""
    return [
        f"{method.upper()} {path}"
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        if operation["operationId"] not in TOO_LARGE
    ]


def requests_of(label: str) -> list[Request]:
    """The kept requests of an operation; made now if it has changed since they were kept."""
    if not _is_current(label):
        return generate(label)
    return [Request(**request) for request in kept()[label]["requests"]]


def outdated() -> list[str]:
    """Operations that have changed since their requests were kept, or that are gone."""
    return sorted({label for label in labels() if not _is_current(label)} | kept().keys() - labels())


def _is_current(label: str) -> bool:
    return label in kept() and kept()[label]["of"] == fingerprint(label)


@cache
def kept() -> dict[str, Any]:
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def keep() -> None:
    """Write the file anew, of the operations as they are now."""
    rows = {
        label: {"of": fingerprint(label), "requests": [asdict(one) for one in requests_of(label)]}
        for label in labels()
    }
    KEPT.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n")
    kept.cache_clear()


def fingerprint(label: str) -> str:
    """What an operation and everything it refers to say, in short."""
    parts: dict[str, Any] = {}
    _collect(_operation(label), parts)
    text = json.dumps([_operation(label), parts], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _operation(label: str) -> Any:
    method, path = label.split(" ")
    operation = document()["paths"][path][method.lower()]
    return {key: value for key, value in operation.items() if key in ("parameters", "requestBody")}


def _collect(node: Any, parts: dict[str, Any]) -> None:
    """Put what `node` refers to into `parts`, by its address in the file."""
    if isinstance(node, list):
        for one in node:
            _collect(one, parts)
    elif isinstance(node, dict):
        address = node.get("$ref")
        if isinstance(address, str) and address not in parts:
            part: Any = document()
            for name in address.removeprefix("#/").split("/"):
                part = part[name]
            parts[address] = part
            _collect(part, parts)
        for one in node.values():
            _collect(one, parts)


def generate(label: str) -> list[Request]:
    """Requests that fit an operation, always the same ones for the same operation."""
    from hypothesis import HealthCheck, Phase, given, settings

    cases: list[Any] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_generator()[label].as_strategy())
    def draw(case: Any) -> None:
        cases.append(_request(case))

    draw()
    return cases


@cache
def _generator() -> dict[str, Any]:
    """The operations by label, without their security: requests come from somebody who is signed in."""
    import schemathesis

    paths = {
        path: {
            method: {key: value for key, value in operation.items() if key != "security"}
            for method, operation in operations.items()
        }
        for path, operations in document()["paths"].items()
    }
    schema = schemathesis.openapi.from_dict({**document(), "paths": paths})
    schema.config.generation.update(modes=[schemathesis.GenerationMode.POSITIVE])
    return {one.ok().label: one.ok() for one in schema.get_all_operations()}


def _request(case: Any) -> Request:
    import requests

    if "case_id" in case.path_parameters:
        case.path_parameters["case_id"] = SOME_CASE
    for header in ("Idempotency-Key", "If-Match"):
        case.headers.pop(header, None)
    sent = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    headers = {name: value for name, value in sent.headers.items() if name.lower() not in OF_THE_SENDER}
    return Request(str(sent.method), sent.path_url, headers, base64.b64encode(body).decode("ascii"))
