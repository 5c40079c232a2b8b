"""Array literals mean what was put in, whatever it holds."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from accounts.arrays import array
from accounts.ids import new_id

pytestmark = pytest.mark.django_db


def read(literal: str, kind: str) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT unnest(%s::{kind}[])", [literal])
        return [row[0] for row in cursor.fetchall()]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.lists(some.none() | some.text(some.characters(exclude_characters="\0", codec="utf-8"))))
def test_any_text_comes_back_as_it_was(texts: list[str | None]) -> None:
    assert read(array(texts), "text") == texts


def test_ids_and_times_come_back_as_they_were() -> None:
    ids = [new_id(), None, new_id()]
    times = [datetime(2026, 5, 17, 3, 0, 0, 1, tzinfo=UTC), None, datetime.max.replace(tzinfo=UTC)]
    assert read(array(ids), "uuid") == ids
    assert read(array(times), "timestamptz") == times


def test_nothing_is_an_empty_array() -> None:
    assert read(array([]), "int") == []
