"""Every answer and header that an operation can give, so that none is left to a `default`.

What a view refuses is said where it is described; here is added what the ground under every view refuses
(who asks, how often, in what form), and the refusals are named once, as components.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from api.problems import MEDIA_TYPE

Json = dict[str, Any]

PROBLEM = {"$ref": "#/components/schemas/Problem"}
CHANGING = ("post", "put", "patch", "delete")


class Refused(NamedTuple):
    """A refusal: the name of its component, what it means, and the headers that it has beside the common."""

    name: str
    meaning: str
    headers: tuple[str, ...] = ()


REFUSED: Mapping[str, Refused] = {
    "400": Refused("Unreadable", "The request cannot be read: no JSON object, or a malformed header."),
    "401": Refused(
        "NotSignedIn", "Nobody is signed in, or the sign-in has ended: sign in again.", ("WWW-Authenticate",)
    ),
    "403": Refused(
        "NotPermitted",
        "The role, or the scope of the access token, does not allow this; or a second factor has to be set "
        "up first (`mfa_required`).",
    ),
    "404": Refused("NotFound", "Does not exist, or is not yours to see."),
    "409": Refused(
        "Conflict",
        "Not possible as things stand: `code` says why, `allowed_verbs` of a case what is possible. Also for "
        "an `Idempotency-Key` that was used for another request.",
    ),
    "412": Refused("Changed", "The case has changed since it was read: read it again, then decide."),
    "413": Refused("TooLarge", "The body has more than 1 MiB; of a file, more than 21 MiB."),
    "415": Refused("NotJson", "The body is not sent in a form that the operation takes."),
    "416": Refused(
        "BeyondTheEnd", "The range begins beyond the end, which `Content-Range` names.", ("Content-Range",)
    ),
    "422": Refused("Invalid", "Some of what was sent needs correction, field by field in `errors`."),
    "429": Refused(
        "TooOften", "Too many requests: wait as many seconds as `Retry-After` says.", ("Retry-After",)
    ),
    "500": Refused("Fault", "A fault of the service, which was recorded; nothing was changed."),
    "503": Refused(
        "Unavailable",
        "The service is busy or restarting, and changed nothing: try again after `Retry-After` seconds.",
        ("Retry-After",),
    ),
}

HEADERS: Mapping[str, Json] = {
    "Content-Language": {
        "description": "The language of the texts in the answer.",
        "schema": {"type": "string", "examples": ["zh-hans", "en"]},
    },
    "Vary": {
        "description": "What the answer depends on beside the address.",
        "schema": {
            "type": "string",
            "examples": ["Accept-Encoding, Accept-Language, Authorization"],
        },
    },
    "Cache-Control": {
        "description": "Who may keep the answer: for what is about a patient or a person, nobody on the way.",
        "schema": {"type": "string", "examples": ["no-store"]},
    },
    "ETag": {
        "description": "Names this version: send it as `If-Match` or `If-None-Match`.",
        "schema": {"type": "string", "examples": ['"7-5f0c4b1e9d2a8c36"']},
    },
    "Location": {
        "description": "The address of what was made.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Idempotency-Replayed": {
        "description": "Sent where this is the stored answer to an earlier request with the same key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Accept-Ranges": {
        "description": "That a part of the content can be asked for with `Range`.",
        "schema": {"type": "string", "const": "bytes"},
    },
    "Content-Range": {
        "description": "Which bytes these are, of how many.",
        "schema": {"type": "string", "examples": ["bytes 0-65535/204800", "bytes */204800"]},
    },
    "Content-Disposition": {
        "description": "Whether it is to be shown, or saved under which name.",
        "schema": {"type": "string", "examples": ["inline", "attachment; filename*=UTF-8''CT.pdf"]},
    },
    "WWW-Authenticate": {
        "description": "How to sign in.",
        "schema": {"type": "string", "examples": ['Bearer realm="api"']},
    },
    "X-Request-ID": {
        "description": "The name of this request in the service's log: give it with a report of a fault.",
        "schema": {"type": "string", "examples": ["53df47a1b83b4963bfc96625e072e082"]},
    },
}
COMMON = ("Content-Language", "Vary", "Cache-Control", "X-Request-ID")

PARAMETERS: Mapping[str, Json] = {
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": "The language of texts: Chinese unless this asks for English.",
        "schema": {"type": "string", "examples": ["zh-CN", "en"]},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of what you have already: 304 without a body while it is the same.",
        "schema": {"type": "string"},
    },
}


def add_answers(result: Json, **_kwargs: Any) -> Json:
    """Postprocessing hook: common refusals, headers, and the parameter that chooses the language."""
    for method, operation in operations(result):
        _complete(method, operation)
    used = {status for _method, operation in operations(result) for status in operation["responses"]}
    components = result["components"]
    for schema in components["schemas"].values():
        _let_overlap(schema)
        for part in schema.get("properties", {}).values():
            _refer_at_once(part)
            part.pop("readOnly", None)  # it made the member required; what is sent has shapes of its own
    components["headers"] = dict(HEADERS)
    components["parameters"] = dict(PARAMETERS)
    components["responses"] = {
        refused.name: _component(refused) for status, refused in REFUSED.items() if status in used
    }
    return result


def _let_overlap(schema: Json) -> None:
    """An answer of several shapes without a member that tells them apart is any of them, not one only."""
    if set(schema) == {"oneOf"}:
        schema["anyOf"] = schema.pop("oneOf")


def _refer_at_once(schema: Json) -> None:
    """A reference needs no wrapping to have a description beside it."""
    if len(schema.get("allOf", ())) == 1:
        schema |= schema.pop("allOf")[0]


def _component(refused: Refused) -> Json:
    return {
        "description": refused.meaning,
        "headers": headers(*refused.headers, *COMMON),
        "content": {MEDIA_TYPE: {"schema": PROBLEM}},
    }


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Every (method, operation) of a document."""
    for path in document["paths"].values():
        yield from path.items()


def _complete(method: str, operation: Json) -> None:
    operation["security"] = [one for one in operation.get("security", ()) if one]
    given = {parameter["name"] for parameter in operation.get("parameters", ())}
    for parameter in operation.get("parameters", ()):
        _refer_at_once(parameter["schema"])
    statuses = {*operation["responses"], *_of_the_ground(method, operation, given)}
    operation["responses"] = {
        status: _refusal(status) if status in REFUSED else _answer(operation, status, given, method)
        for status in sorted(statuses)
    }
    shared = (*(("IfNoneMatch",) if method == "get" else ()), "AcceptLanguage")
    operation.setdefault("parameters", []).extend(
        {"$ref": f"#/components/parameters/{name}"} for name in shared
    )


def _of_the_ground(method: str, operation: Json, given: set[str]) -> Iterator[str]:
    """The statuses that every view of this form can answer."""
    yield from ("500", "503")
    if operation["security"]:
        yield from ("401", "403", "429")
    if method in CHANGING:
        yield from ("400", "413", "415")
    if "Idempotency-Key" in given:
        yield "409"
    if method == "get":
        yield "304"


def _refusal(status: str) -> Json:
    return {"$ref": f"#/components/responses/{REFUSED[status].name}"}


def _answer(operation: Json, status: str, given: set[str], method: str) -> Json:
    """The answer with the headers that it can have."""
    if status == "304":
        return {"description": "You have this version already.", "headers": headers("ETag", *COMMON)}
    answer: Json = operation["responses"][status]
    own = (*answer.get("headers", ()), *(("ETag",) if method == "get" else ()))
    replayed = ("Idempotency-Replayed",) if "Idempotency-Key" in given else ()
    return {
        "description": answer["description"] or "Done.",
        "headers": headers(*own, *replayed, *COMMON),
        **({"content": answer["content"]} if "content" in answer else {}),
    }


def headers(*names: str) -> Json:
    """References to documented headers."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
