"""How lengths of time are written."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from portal.windows import Window, duration

NOW = datetime(2026, 5, 17, 10, tzinfo=UTC)


def left(language: str, **until: float) -> str:
    window = Window("", NOW - timedelta(hours=1), NOW + timedelta(**until), NOW, "Asia/Shanghai")
    with translation.override(language):
        return window.left


@pytest.mark.parametrize(
    ("language", "late", "early"),
    [("en", "<1 min overdue", "<1 min left"), ("zh-hans", "已超时 <1 分钟", "还剩 <1 分钟")],
)
def test_less_than_a_minute_is_not_said_to_be_none(language: str, late: str, early: str) -> None:
    assert left(language, seconds=-30) == late
    assert left(language, seconds=30) == early


def test_a_length_is_written_in_the_units_that_matter() -> None:
    with translation.override("en"):
        written = [duration(timedelta(minutes=minutes)) for minutes in (1, 59, 60, 4319, 4320)]
    assert written == ["1 min", "59 min", "1 h 0 min", "71 h 59 min", "3 d 0 h"]
