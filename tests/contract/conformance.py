"""Whether an answer of the API is as the OpenAPI file says: status, headers, media type, every member.

The callers of `tests/api` ask this of everything they are answered, so that each test of the API is a test of
the file, and nothing the file does not name can be answered unnoticed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from api.v1.docs import document

Json = dict[str, Any]

HEADERS = (
    *("ETag", "Location", "Idempotency-Replayed", "Retry-After", "WWW-Authenticate", "Deprecation", "Sunset"),
    *("Content-Language", "Vary", "Cache-Control", "Link", "X-Request-ID"),
    *("Accept-Ranges", "Content-Range", "Content-Disposition"),
)
"""Headers that mean something to a client and therefore have to be documented."""
UNKNOWN_ADDRESS = frozenset({404, 405})
"""What is answered where the file has no such address, or the address no such method."""


def findings(method: str, path: str, response: Any) -> list[str]:
    """A sentence for each thing that the file does not promise of this answer."""
    where = f"{method} {path} answered {response.status_code}"
    described = operation(method, path)
    if described is None:
        is_api = path.startswith("/api/v1/") and "/demo/" not in path
        return [f"{where}: not in the file"] if is_api and response.status_code not in UNKNOWN_ADDRESS else []
    answer = described["responses"].get(str(response.status_code))
    if answer is None:
        return [f"{where}: this status is not documented"]
    answer = resolved(answer)
    narrowed = "fields=" in response.request["QUERY_STRING"] if hasattr(response, "request") else False
    undocumented = [
        name for name in HEADERS if name in response.headers and name not in answer.get("headers", ())
    ]
    findings = [f"{where}: the header {name} is not documented" for name in undocumented]
    return [
        *findings,
        *(f"{where}: {text}" for text in _of_body(answer.get("content", {}), response, narrowed)),
    ]


def _of_body(content: Json, response: Any, narrowed: bool) -> Iterator[str]:
    if not response.content:
        if content:
            yield "a body is promised"
        return
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    if media_type not in content:
        yield f"{media_type or 'a body'} is not documented"
        return
    if not media_type.endswith("json"):
        return
    expected = validator(json.dumps(content[media_type]["schema"]), narrowed and response.status_code == 200)
    for error in expected.iter_errors(json.loads(response.content)):
        closest = best_match([error]) or error
        yield f"{closest.json_path}: {closest.message[:300]}"


@cache
def validator(schema: str, narrowed: bool) -> Draft202012Validator:
    """One that refuses members which the schema (JSON text) does not name; `narrowed` answers lack some."""
    return Draft202012Validator(closed(json.loads(schema), narrowed))


@cache
def closed_component(reference: str, narrowed: bool) -> Json:
    component: Json = closed(resolved({"$ref": reference}), narrowed)
    return component


def closed(schema: Any, narrowed: bool) -> Any:
    """A copy of `schema`, in which an object has no members but those that are named.

    What it refers to stands in it: to look that up for each part of an answer takes longer than to judge it.
    """
    if isinstance(schema, list):
        return [closed(part, narrowed) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    if schema.keys() == {"$ref"}:
        return closed_component(schema["$ref"], narrowed)
    left_out = {"required", "$ref"} if narrowed else {"$ref"}
    parts = {name: closed(part, narrowed) for name, part in schema.items() if name not in left_out}
    if isinstance(schema.get("properties"), Mapping) and schema.get("type") == "object":
        parts.setdefault("additionalProperties", False)
    if "$ref" in schema:
        parts["allOf"] = [*parts.get("allOf", ()), closed_component(schema["$ref"], narrowed)]
    return parts


def operation(method: str, path: str) -> Json | None:
    """What the file says of a method at an address; None where it says nothing."""
    for pattern, operations in addresses():
        if pattern.fullmatch(path):
            answer: Json | None = operations.get(method.lower())
            return answer
    return None


@cache
def addresses() -> list[tuple[re.Pattern[str], Json]]:
    """Patterns of addresses, those without a variable first."""
    paths = sorted(document()["paths"].items(), key=lambda row: row[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations) for path, operations in paths]


def resolved(part: Json) -> Json:
    """What a reference into the file stands for; anything else is itself."""
    if "$ref" not in part:
        return part
    result: Json = document()
    for step in part["$ref"].removeprefix("#/").split("/"):
        result = result[step]
    return result
