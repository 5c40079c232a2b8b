"""Asking one row of a table as one caller, and undoing what it did."""

import re
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import transaction

from tests.permissions.routes import PARAMETER, filled
from tests.permissions.rows import STRANGERS, Row
from tests.permissions.scene import Caller, Scene

OWN_TO_EACH_ANSWER = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]+"|name="page_owner" value="[^"]+"|"X-CSRFToken": "[^"]+"'
)
"""What differs between two answers to the same question: signatures of forms with their time."""
PER_REQUEST = frozenset({"X-Request-ID", "Expires"})
"""Headers that are another at every request: the number under which it is logged, and its time."""


TRIED_IN_ADMINISTRATION = (
    *("anonymous", "deactivated", "doctor", "coordinator", "researcher"),
    *("administrator", "far administrator", "superuser"),
)
"""It asks who may open it before anything else, so that the other roles are like these."""


@dataclass(frozen=True)
class Answer:
    """An answer without what names the thing that was asked for."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


def ask(scene: Scene, row: Row, caller: Caller, *, absent: bool = False) -> Answer:
    """What `caller` is answered, about the thing that is there or about one that is not."""
    named = scene.absent[row.subject] if absent else scene.ids.get(row.subject, "")
    of_thing = [name for name in PARAMETER.findall(row.route) if name not in row.values]
    path = filled(row.route, {**row.values, **dict.fromkeys(of_thing, named)})
    caller.sign_in_again()
    cache.clear()
    with transaction.atomic():
        response = _send(caller, row, path)
        content = b"" if response.streaming else response.content
        transaction.set_rollback(True)
    body = OWN_TO_EACH_ANSWER.sub("", content.decode(errors="replace"))
    headers = [(name, str(value)) for name, value in sorted(response.items()) if name not in PER_REQUEST]
    return Answer(
        response.status_code,
        tuple((name, _unnamed(value, named)) for name, value in headers),
        _unnamed(body, named),
    )


def _send(caller: Caller, row: Row, path: str) -> Any:
    headers = {"Accept-Language": "en", **(caller.headers if is_program(row) else {})}
    if row.method == "GET":
        return caller.client.get(path, headers=headers)
    if is_program(row):
        return caller.client.generic(row.method, path, b"{}", "application/json", headers=headers)
    return caller.client.post(path, dict(row.query), headers=headers)


def is_program(row: Row) -> bool:
    """Whether a route is called with tokens and speaks JSON."""
    return row.route.startswith(("api/", "_allauth/", "fhir/", "cds-services"))


def _unnamed(text: str, name: str) -> str:
    return text.replace(name, "it") if name else text


def callers_of(scene: Scene, row: Row) -> list[Caller]:
    """Who is tried: everybody, and at the API the programs too. The library of sign-in knows no roles."""
    if row.route.startswith(("accounts/", "_allauth/")):
        return [scene.callers[name] for name in ("anonymous", "deactivated", "doctor")]
    if row.route.startswith("admin/"):
        return [scene.callers[name] for name in TRIED_IN_ADMINISTRATION]
    return [one for one in scene.callers.values() if is_program(row) or not one.is_program]


def expected(row: Row, caller: Caller) -> int:
    """What the table says that `caller` is answered."""
    if caller.name in STRANGERS:
        if row.open or row.strangers:
            return row.strangers or row.status
        return 401 if is_program(row) or row.route == "live" else 302
    if caller.scopes is None or row.open:
        return row.status if row.open else row.status_for(caller.name)
    needed = "read" if row.method == "GET" or row.reads else "write"
    if row.by_person or needed not in caller.scopes:
        return 403
    return row.status_for("doctor")
