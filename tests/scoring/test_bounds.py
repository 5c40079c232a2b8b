"""A limit of the measurement is no value, until a person takes its number for one."""

import pytest

from scoring import evaluate, read_inputs
from scoring.inputs import TYPED_INPUTS
from scoring.reading import with_bounds_as_missing
from tests.world import ILL

TYPED = {**ILL, "bilirubin": ">513"}


def test_it_is_refused_with_what_to_do_and_that_it_can_be_confirmed() -> None:
    reading = read_inputs(TYPED)
    (issue,) = reading.issues
    assert (issue.field, issue.code) == ("bilirubin", "bound")
    assert "the laboratory has (diluted" in issue.message and "513 is taken" in issue.message
    assert "bilirubin" in reading.missing


def test_of_what_no_laboratory_measures_the_number_is_asked_for_and_no_other_advice_first() -> None:
    (issue,) = read_inputs({"urine_ml": "<100"}, inputs=TYPED_INPUTS).issues
    assert "is a limit, not a value, and is not used for one. Enter the number itself" in issue.message


@pytest.mark.parametrize(
    ("typed", "value"),
    [(">513", 513), ("＞513 umol/L↑", 513), ("<17", 17), ("513以上", 513), (">30 mg/dL", 513)],
)
def test_confirmed_its_number_is_the_value_and_the_result_says_so(typed: str, value: float) -> None:
    values = {**ILL, "bilirubin": typed, "confirmed": ["bilirubin"]}
    if "mg" in typed:
        values.pop("bilirubin_unit")
    reading = read_inputs(values)
    assert reading.issues == ()
    assert reading.values["bilirubin_umol_l"] == pytest.approx(value, rel=0.001)
    assert reading.entered["bilirubin"]["value"] == typed
    assert "bound_taken" in {row.code for row in reading.warnings}
    assert evaluate(reading).risk_90d is not None


def test_what_is_unusual_about_the_number_is_asked_together_with_it() -> None:
    asked = read_inputs({**ILL, "inr": ">12"})
    assert [issue.code for issue in asked.issues] == ["bound"]
    assert "perhaps_seconds" in {row.code for row in asked.warnings}


def test_an_impossible_limit_is_refused_as_impossible_even_when_confirmed() -> None:
    (issue,) = read_inputs({**ILL, "inr": ">120", "confirmed": ["inr"]}).issues
    assert issue.code == "out_of_range"


def test_in_a_file_it_costs_its_own_value_and_nobody_is_told_to_confirm() -> None:
    reading = with_bounds_as_missing(read_inputs(TYPED))
    assert (reading.issues, reading.missing) == ((), ("bilirubin",))
    (warning,) = [row for row in reading.warnings if row.code == "bound"]
    assert "confirm" not in warning.message
