"""docs/values.md says which values are possible, unusual and usual, and what is asked about the others."""

from pathlib import Path

import pytest

from scoring.doubts import CONFUSIONS, confused_with, rounded, usual
from scoring.inputs import ANY_INPUT, NO_RANGE, Range
from scoring.reference_ranges import NORMAL, normal_of

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "values.md"
EXPONENTS = str.maketrans({**dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)), "×": None})
PERHAPS = {
    "prothrombin time in seconds": "perhaps_seconds",
    "prothrombin activity": "perhaps_pta",
    "per cent": "perhaps_percent",
    "potassium": "perhaps_potassium",
    "chloride": "perhaps_chloride",
    "kPa": "perhaps_map_kpa",
    "the systolic pressure": "perhaps_systolic",
    "SpO2/FiO2": "perhaps_ratio",
    "the flow of oxygen in L/min": "perhaps_flow",
    "the saturation": "perhaps_saturation",
    "PaO2 alone": "perhaps_pao2",
}


def tables() -> list[list[list[str]]]:
    """The tables of the page, each without its heading."""
    lines = [[cell.strip("` ") for cell in line.strip("|").split("|")] for line in _lines()]
    starts = [number for number, line in enumerate(lines) if set(line[0]) == {"-"}]
    ends = [*(start - 1 for start in starts[1:]), len(lines)]
    return [lines[start + 1 : end] for start, end in zip(starts, ends, strict=True)]


def _lines() -> list[str]:
    return [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("|")]


def number(text: str) -> float:
    return float(text.replace("×10", "e").translate(EXPONENTS))


def limits(text: str) -> Range:
    if text == "–":
        return NO_RANGE
    if text[0] in "≤≥":
        end = number(text[1:])
        return (None, end) if text[0] == "≤" else (end, None)
    low, high = text.split(" to ")
    return number(low), number(high)


VALUES, IN_ANOTHER_UNIT, LIKELY, OTHER_TESTS = tables()


@pytest.mark.parametrize("row", VALUES, ids=lambda row: row[1])
def test_a_value_has_the_unit_and_the_limits_of_the_page(row: list[str]) -> None:
    _, name, unit, also, possible, not_asked, normal = row
    spec = ANY_INPUT[name]
    assert (spec.unit, spec.hard, spec.soft) == (unit.strip("–"), limits(possible), limits(not_asked))
    assert {*(spec.units or ())} - {spec.unit} == {*also.split(", ")} - {"–"}
    both = normal.split("; ")
    for sex, text in zip(("male", "female"), (both[0], both[-1]), strict=True):
        normal = normal_of(name, sex)
        assert (NO_RANGE if normal is None else (normal.low, normal.high)) == limits(text)


def test_the_page_has_every_value_that_is_a_number() -> None:
    numbers = [name for name, spec in ANY_INPUT.items() if spec.kind not in ("flag", "choice")]
    assert [row[1] for row in VALUES] == numbers
    assert {name for by_name in NORMAL.values() for name in by_name} <= {*numbers}


def test_in_another_unit_a_question_begins_where_the_page_says() -> None:
    for name, unit, not_asked in IN_ANOTHER_UNIT:
        low, high = usual(ANY_INPUT[name], unit)
        assert (rounded(low or 0), rounded(high or 0)) == limits(not_asked)


def test_where_a_number_is_likely_in_another_unit_is_as_the_page_says() -> None:
    likely = {name: spec.likely for name, spec in ANY_INPUT.items() if spec.likely != NO_RANGE}
    assert likely == {name: limits(text) for name, text in LIKELY}


@pytest.mark.parametrize("row", OTHER_TESTS, ids=lambda row: f"{row[0]} {row[3]}")
def test_a_number_of_another_test_is_asked_about_by_that_test(row: list[str]) -> None:
    name, above, up_to, perhaps = row
    fraction = {"pta_percent": "perhaps_pta_fraction", "spo2_percent": "perhaps_fraction"}
    code = fraction[name] if perhaps == "a fraction" else PERHAPS[perhaps]
    if above != "–":
        assert (
            confused_with(name, number(above) * 1.0001 + 1e-9) == code != confused_with(name, number(above))
        )
    if up_to != "–":
        assert confused_with(name, number(up_to)) == code != confused_with(name, number(up_to) * 1.0001)


def test_the_page_has_every_other_test_that_is_thought_of() -> None:
    assert sorted(row[0] for row in OTHER_TESTS) == sorted(
        name for name, others in CONFUSIONS.items() for _ in others
    )
