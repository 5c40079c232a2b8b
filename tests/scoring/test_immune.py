"""Published ranges of immune markers: what they say, where they are from, and that they name no treatment."""

import re

import pytest

from scoring import OTHER_LABORATORY
from scoring.immune import CAUTION, GENERAL_KNOWLEDGE, MARKERS, PUBLISHED_RANGES, READ, ranges_of


def test_every_marker_is_a_laboratory_value_with_limits() -> None:
    for marker in MARKERS:
        assert OTHER_LABORATORY[marker].hard != (None, None)
        assert OTHER_LABORATORY[marker].unit


def test_what_was_read_in_a_source_names_it_and_the_rest_says_that_it_was_not() -> None:
    for row in PUBLISHED_RANGES:
        assert row.certainty in (READ, GENERAL_KNOWLEDGE)
        assert row.source or row.certainty == GENERAL_KNOWLEDGE
        assert row.meaning


def test_the_limits_are_those_of_the_published_trial() -> None:
    read = {row.marker: (row.low, row.high) for row in PUBLISHED_RANGES if row.certainty == READ}
    assert read == {"mhladr_per_cell": (None, 5000), "ferritin_ng_ml": (4420, None)}


@pytest.mark.parametrize(
    ("marker", "value", "held"),
    [
        ("mhladr_per_cell", 4999, 2), ("mhladr_per_cell", 5000, 1), ("mhladr_per_cell", 8000, 0),
        ("mhladr_per_cell", 15_000, 0), ("mhladr_per_cell", 15_001, 1),
        ("mhladr_per_cell", 39_999, 1), ("mhladr_per_cell", 40_000, 0),
        ("mhladr_percent", 29.9, 1), ("mhladr_percent", 30, 0),
        ("ferritin_ng_ml", 4420, 0), ("ferritin_ng_ml", 4421, 1),
        ("lymphocytes_10e9_l", 0.8, 2), ("lymphocytes_10e9_l", 1.0, 1), ("lymphocytes_10e9_l", 1.1, 0),
    ],
)  # fmt: skip
def test_a_limit_itself_lies_outside_its_range(marker: str, value: float, held: int) -> None:
    assert sum(row.holds(value) for row in ranges_of(marker)) == held


def test_markers_without_a_published_range_have_none() -> None:
    assert [marker for marker in MARKERS if not ranges_of(marker)] == ["il6_pg_ml", "pct_ng_ml", "igm_g_l"]


def test_no_text_names_a_treatment() -> None:
    said = " ".join([CAUTION, *(row.meaning + row.source for row in PUBLISHED_RANGES)])
    assert not re.search("anakinra|interferon|GM-CSF|thymosin|immunoglobulin", said, re.IGNORECASE)
    assert "no treatment" in CAUTION
