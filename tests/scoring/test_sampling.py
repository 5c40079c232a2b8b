"""When values were sampled: old, scattered, future and unknown times."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scoring import Reading, read_inputs
from tests.scoring.patients import patient

NOW = datetime(2025, 6, 4, 12, tzinfo=UTC)


def ago(**elapsed: int) -> str:
    return (NOW - timedelta(**elapsed)).isoformat()


def read(sampled_at: Any, **options: Any) -> Reading:
    return read_inputs(patient(sampled_at=sampled_at), now=NOW, **options)


def codes(reading: Reading) -> list[tuple[str, str]]:
    return [(warning.field, warning.code) for warning in reading.warnings]


def test_one_time_counts_for_all_laboratory_values() -> None:
    assert set(read(ago(hours=1)).sampled_at) == {"bilirubin", "inr", "urea", "sodium_mmol_l"}


def test_twelve_hours_are_recent_and_a_minute_more_asks() -> None:
    assert codes(read(ago(hours=12))) == []
    late = read({"inr": ago(hours=12, minutes=1)})
    assert codes(late) == [("inr", "stale_sample")]
    assert late.unconfirmed


def test_one_old_sample_is_asked_about_once() -> None:
    reading = read(ago(hours=20))
    assert codes(reading) == [("sampled_at", "stale_samples")]
    assert "20 hours ago" in reading.warnings[0].message
    confirmed = read_inputs(patient(sampled_at=ago(hours=20), confirmed=["sampled_at"]), now=NOW)
    assert confirmed.unconfirmed == ()


def test_a_very_old_sample_is_asked_about_in_days() -> None:
    assert "71 hours ago, more than 12." in read(ago(hours=71)).warnings[0].message
    assert "263 days ago, more than 12 hours." in read(ago(hours=6312)).warnings[0].message
    one = read({"inr": ago(days=3)}).warnings[0]
    assert "3 days ago" in one.message
    apart = read({"inr": ago(hours=1), "urea": ago(days=20)}).warnings
    assert any("19 days apart, more than 12 hours." in issue.message for issue in apart)


def test_confirming_an_old_sample_confirms_no_unusual_value() -> None:
    raw = patient(sampled_at=ago(hours=20), confirmed=["sampled_at"], inr=11)
    assert [issue.field for issue in read_inputs(raw, now=NOW).unconfirmed] == ["inr"]


def test_old_samples_of_different_times_are_asked_about_one_by_one() -> None:
    reading = read({"inr": ago(hours=20), "urea": ago(hours=21)})
    assert codes(reading) == [("inr", "stale_sample"), ("urea", "stale_sample")]


def test_a_stale_value_can_be_confirmed() -> None:
    raw = patient(sampled_at={"inr": ago(hours=20)}, confirmed=["inr"])
    assert read_inputs(raw, now=NOW).unconfirmed == ()


def test_values_sampled_more_than_twelve_hours_apart_ask() -> None:
    assert codes(read({"inr": ago(hours=12), "urea": ago(hours=0)})) == []
    scattered = {"inr": ago(hours=11), "urea": (NOW - timedelta(hours=23, minutes=30)).isoformat()}
    assert ("sampled_at", "scattered_samples") in codes(read(scattered))


def test_scatter_is_seen_without_a_clock() -> None:
    raw = patient(sampled_at={"inr": ago(hours=0), "urea": ago(hours=30)})
    assert [warning.code for warning in read_inputs(raw).warnings] == ["scattered_samples"]


def test_a_sample_from_the_future_is_refused() -> None:
    reading = read({"inr": (NOW + timedelta(minutes=3)).isoformat()})
    assert [(issue.field, issue.code) for issue in reading.issues] == [
        ("sampled_at.inr", "sampled_in_future")
    ]


@pytest.mark.parametrize(
    ("typed", "code"),
    [("yesterday", "time_invalid"), ("2025-06-04T10:00:00", "time_without_offset"), (17, "time_invalid")],
)
def test_a_time_that_cannot_be_placed_is_refused(typed: object, code: str) -> None:
    assert [(issue.field, issue.code) for issue in read(typed).issues] == [("sampled_at", code)]


def test_a_time_for_an_unknown_input_is_refused() -> None:
    assert [issue.field for issue in read({"inx": ago(hours=1)}).issues] == ["sampled_at.inx"]


def test_a_time_for_a_value_not_given_is_no_matter() -> None:
    assert read({"creatinine": ago(hours=1)}).issues == ()


def test_times_of_different_zones_are_compared_as_instants() -> None:
    same = {"inr": "2025-06-04T10:00:00+00:00", "urea": "2025-06-04T18:00:00+08:00"}
    assert codes(read(same)) == []


def test_an_aware_datetime_is_taken_as_it_is() -> None:
    assert read(NOW - timedelta(hours=2)).sampled_at["inr"] == NOW - timedelta(hours=2)


def test_where_it_is_expected_an_unknown_time_is_noted_but_not_asked_about() -> None:
    reading = read({"inr": ago(hours=1)}, expect_sampled_at=True)
    assert codes(reading) == [
        ("bilirubin", "sampled_at_missing"),
        ("urea", "sampled_at_missing"),
        ("sodium_mmol_l", "sampled_at_missing"),
    ]
    assert reading.unconfirmed == ()
    assert codes(read(None)) == []
