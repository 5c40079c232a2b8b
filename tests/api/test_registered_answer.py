"""The answer to a registration comes from memory, and is what reading the case at once would say."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Ward
from tests.api.conftest import Caller, ill, visit
from tests.world import WELL, World, sampled

BACKGROUND = {"allergies": "青霉素", "gcs": 14}


def registered(now: datetime, kind: str) -> dict[str, Any]:
    match kind:
        case "only the visit":
            return visit(now)
        case "a draft":
            return visit(now, indicators={"inr": 2.1, "sampled_at": (now - timedelta(hours=1)).isoformat()})
        case "not flagged":
            return visit(now, indicators=sampled(WELL, now))
        case "with background":
            return visit(now, indicators=ill(now), background=BACKGROUND)
        case _:
            return visit(now, indicators=ill(now))


@pytest.mark.parametrize(
    "kind", ["only the visit", "a draft", "not flagged", "flagged", "no ward takes it", "with background"]
)
def test_what_a_registration_answers_is_what_reading_the_case_says(
    world: World, doctor: Caller, now: datetime, kind: str
) -> None:
    if kind == "no ward takes it":
        Ward.objects.update(closed_at=now, closed_reason="维修")
    answer = doctor.send("POST", "/cases", registered(now, kind))
    assert answer.status == 201, answer.body
    read = doctor.get(f"/cases/{answer.body['id']}")
    assert {
        name: value for name, value in answer.body.items() if name not in ("missing", "warnings")
    } == read.body
    assert answer.headers["ETag"] == read.headers["ETag"]


def test_nothing_is_asked_of_the_database_once_the_case_is_stored(
    world: World, doctor: Caller, now: datetime
) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = doctor.send("POST", "/cases", registered(now, "flagged"))
    statements = [query["sql"] for query in asked]
    stored = max(place for place, sql in enumerate(statements) if sql.startswith(("COMMIT", "RELEASE")))
    assert answer.body["state"] == "offered"
    assert statements[stored + 1 :] == []
