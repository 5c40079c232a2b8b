"""From how many values on, and how many of them odd, a column is taken for another unit or another test."""

import pytest

from scoring.plausibility import column_faults, unusable_columns
from scoring.reading import Reading, read_inputs

IMPOSSIBLE, USUAL = 4000, 200


def bilirubins(*typed: object, unit: str = "umol/L") -> list[Reading]:
    return [read_inputs({"bilirubin": value, "bilirubin_unit": unit}) for value in typed]


@pytest.mark.parametrize(
    ("impossible", "usual", "is_at_fault"),
    [(19, 0, False), (20, 0, True), (10, 10, False), (11, 10, True), (11, 9, True), (0, 40, False)],
)
def test_a_column_is_at_fault_where_most_of_20_or_more_values_are_impossible(
    impossible: int, usual: int, is_at_fault: bool
) -> None:
    faults = column_faults(bilirubins(*[IMPOSSIBLE] * impossible, *[USUAL] * usual))
    assert (faults is not None) is is_at_fault
    if faults is not None:
        said = f"bilirubin: {impossible} of {impossible + usual} values are impossible. The first:"
        assert said in str(faults) and "--confirm-units" in str(faults)


@pytest.mark.parametrize(
    ("middle", "unit", "is_at_fault"),
    [
        *((39.9, "umol/L", True), (40, "umol/L", False), (860, "umol/L", False), (861, "umol/L", True)),
        *((2.3, "mg/dL", True), (2.4, "mg/dL", False), (40, "mg/dL", False), (41, "mg/dL", True)),
    ],
)
def test_a_column_is_at_fault_where_its_middle_value_would_be_asked_about_in_the_unit_of_the_file(
    middle: float, unit: str, is_at_fault: bool
) -> None:
    assert column_faults(bilirubins(*[middle] * 19, unit=unit)) is None
    faults = column_faults(bilirubins(*[middle] * 20, unit=unit))
    assert (faults is not None) is is_at_fault
    if faults is not None:
        assert "bilirubin: the middle one of 20 values is unusual" in str(faults)


@pytest.mark.parametrize(
    ("words", "usual", "is_unusable"),
    [(19, 0, False), (20, 0, True), (10, 10, False), (11, 10, True), (0, 20, False)],
)
def test_a_column_cannot_be_used_where_most_of_20_or_more_values_cannot(
    words: int, usual: int, is_unusable: bool
) -> None:
    faults = unusable_columns(bilirubins(*["see report"] * words, *[USUAL] * usual))
    assert (faults is not None) is is_unusable
    if faults is not None:
        assert f"bilirubin: {words} of {words + usual} values cannot be used. The first:" in str(faults)


def test_limits_of_the_measurement_do_not_make_a_column_unusable() -> None:
    assert unusable_columns(bilirubins(*[">513"] * 40)) is None


def test_nothing_is_concluded_from_no_patient() -> None:
    assert column_faults([]) is unusable_columns([]) is None
