"""The permission matrix: every route of the product, asked by everybody, answered as the tables say.

A new route needs a row in one of the tables (`table_api`, `table_fhir` and so on): who may, with which
status, and what of `Scene.ids` its address names. Foreign and absent are then compared by themselves.
"""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from tests.conftest import Keep
from tests.permissions import table_admin, table_api, table_fhir, table_portal, table_sign_in
from tests.permissions.asking import Answer, ask, callers_of, expected, is_program
from tests.permissions.routes import routes
from tests.permissions.rows import Row
from tests.permissions.scene import Scene, build_scene

TABLES = {
    "api": table_api.ROWS,
    "fhir": table_fhir.ROWS,
    "portal": table_portal.ROWS,
    "sign-in": table_sign_in.ROWS,
    "administration": table_admin.ROWS,
}
ROWS_OF_A_TEST = 40
"""A whole table at once would keep one worker busy when all others have finished."""
SETTINGS: dict[str, Any] = {
    "CHANNEL_SETTINGS": {"sms": {"provider": "generic", "url": "https://sms.example", "secret": "s"}},
    "NOTIFICATION_CHANNELS": [*settings.NOTIFICATION_CHANNELS, "notifications.channels.sms.SmsChannel"],
    "LIMITS": dict.fromkeys(settings.LIMITS, (10**6, 60)),
}


@pytest.fixture(scope="module")
def kept(keep: Keep) -> Callable[[], Any]:
    with override_settings(**SETTINGS):
        return keep(build_scene)


@pytest.fixture
def scene(db: None, kept: Callable[[], Any], settings: Any) -> Scene:
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    scene: Scene = kept()
    return scene


def test_every_route_has_a_row() -> None:
    existing_ids = {row.route for rows in TABLES.values() for row in rows} | table_sign_in.ELSEWHERE.keys()
    without = [route for route in routes() if route not in existing_ids]
    assert not without, (
        f"No row says who may use {without}. Add one to tests/permissions/table_*.py: the method, the route "
        "as it stands here, who is let in and with which status; and `subject` if the address names a thing."
    )
    gone = sorted(existing_ids - {*routes()})
    assert not gone, f"These rows are of routes that no longer exist; take them out: {gone}"


@pytest.mark.parametrize(
    ("table", "first"),
    [(name, first) for name, rows in TABLES.items() for first in range(0, len(rows), ROWS_OF_A_TEST)],
)
def test_everybody_is_answered_as_the_table_says(scene: Scene, table: str, first: int) -> None:
    rows = TABLES[table][first : first + ROWS_OF_A_TEST]
    findings = [finding for row in rows for finding in wrong_answers(scene, row)]
    assert not findings, "\n".join(findings)


def wrong_answers(scene: Scene, row: Row) -> Iterable[str]:
    callers = callers_of(scene, row)
    strangers = [one for one in callers if row.subject and one.name in row.strangers_see]
    absent: Answer | None = None
    for caller in callers:
        answer, status = ask(scene, row, caller), expected(row, caller)
        if answer.status != status:
            yield f"{row.method} {row.route} {dict(row.values)}: {caller.name} {answer.status}, not {status}"
        if caller not in strangers:
            continue
        # A program's answer says nothing of who asks, so that one about what is absent does for everybody.
        if absent is None or not is_program(row):
            absent = ask(scene, row, caller, absent=True)
        if absent != answer:
            yield (
                f"{row.method} {row.route}: {caller.name} can tell what is there from what is not: "
                f"{difference(answer, absent)}"
            )


def difference(one: Any, other: Any) -> str:
    """The first place where two answers differ."""
    if (one.status, one.headers) != (other.status, other.headers):
        return f"{one.status} {set(one.headers) ^ set(other.headers)} {other.status}"
    pairs = zip(one.body.splitlines(), other.body.splitlines(), strict=False)
    return next((f"{left!r} {right!r}" for left, right in pairs if left != right), "length")
