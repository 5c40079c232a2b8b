"""Albumin is typed in g/L or g/dL, and is in g/L wherever it is kept."""

import pytest

from scoring import read_inputs


@pytest.mark.parametrize(
    ("typed", "unit"), [(28, None), (28, ""), ("28", "g/L"), (2.8, "g/dL"), ("2.80", " G/DL ")]
)
def test_albumin_is_in_the_unit_of_its_name_unless_another_is_stated(typed: object, unit: str | None) -> None:
    reading = read_inputs({"albumin_g_l": typed, "albumin_unit": unit})
    assert (reading.values, reading.issues, reading.warnings) == ({"albumin_g_l": 28}, (), ())


def test_albumin_keeps_what_was_typed_and_is_asked_about_in_the_unit_it_was_typed_in() -> None:
    reading = read_inputs({"albumin_g_l": "1.2", "albumin_unit": "g/dL"})
    assert reading.entered["albumin_g_l"] == {"value": "1.2", "unit": "g/dL"}
    assert "1.2 g/dL is unusually low (below 1.5)" in reading.warnings[0].message
    assert "0.5 to 7 g/dL" in read_inputs({"albumin_g_l": 28, "albumin_unit": "g/dL"}).issues[0].message
    assert "5 to 70 g/L" in read_inputs({"albumin_g_l": 2.8}).issues[0].message


@pytest.mark.parametrize("unit", ["mg/dL", "g", "%"])
def test_an_unknown_unit_of_albumin_is_refused_at_the_unit(unit: str) -> None:
    [issue] = read_inputs({"albumin_g_l": 28, "albumin_unit": unit}).issues
    assert (issue.field, issue.code) == ("albumin_unit", "unit_unknown")
