"""Columns of patients give what patients give one by one."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import DEFAULT_MODEL, evaluate, read_inputs
from scoring.batch import evaluate_many, linear_predictors, risks
from scoring.calibration import simulate_cohort
from scoring.lines import result_lines
from scoring.plausibility import LEAST_VALUES
from scoring.rows import Row
from tests.scoring.patients import patient


def near(result: float | None, expected: float | None) -> bool:
    if result is None or expected is None:
        return result is expected
    return math.isclose(result, expected, rel_tol=1e-13, abs_tol=1e-13)


raw_patients = st.fixed_dictionaries(
    {
        "age_years": st.one_of(st.floats(0, 120), st.none(), st.just("x")),
        "cirrhosis": st.booleans(),
        "variceal_bleeding": st.booleans(),
        "encephalopathy_grade": st.integers(0, 5),
        "bilirubin": st.floats(0.4, 1500),
        "bilirubin_unit": st.sampled_from(["umol/L", "mg/dL", ""]),
        "inr": st.floats(0.5, 30),
        "urea": st.floats(0.1, 120),
        "urea_unit": st.sampled_from(["mmol/L", "BUN mg/dL", "urea mg/dL"]),
        "sodium_mmol_l": st.floats(90, 200),
    }
)


@settings(max_examples=200)
@given(patients=st.lists(raw_patients, max_size=30))
def test_many_are_evaluated_as_each_by_itself(patients: list[dict[str, Any]]) -> None:
    readings = [read_inputs(raw) for raw in patients]
    together = evaluate_many(readings, model=DEFAULT_MODEL)
    for one, many in zip((evaluate(reading) for reading in readings), together, strict=True):
        assert near(many.risk_90d, one.risk_90d)
        assert near(many.linear_predictor, one.linear_predictor)
        assert many.contributions == pytest.approx(one.contributions, rel=1e-12, abs=1e-13)
        for name in ("status", "band", "high_risk", "red_flags", "missing", "warnings", "model", "values"):
            assert getattr(many, name) == getattr(one, name)


@given(
    patients=st.lists(raw_patients, min_size=1, max_size=LEAST_VALUES - 1),
    bad=st.integers(0, LEAST_VALUES - 2),
)
def test_a_bad_row_changes_nothing_for_its_neighbours(patients: list[dict[str, Any]], bad: int) -> None:
    def scored(raws: list[dict[str, Any]]) -> list[dict[str, Any]]:
        rows = [Row(number, number, raw) for number, raw in enumerate(raws, 1)]
        return [line for line, _ in result_lines(rows, model=DEFAULT_MODEL, threshold=0.15)]

    # From LEAST_VALUES on, a column may be refused whole.
    spoilt = [{**raw, "inr": "?"} if index == bad else raw for index, raw in enumerate(patients)]
    for index, (before, after) in enumerate(zip(scored(patients), scored(spoilt), strict=True)):
        if index == bad:
            assert "error" in after
        else:
            assert after == before


@pytest.mark.parametrize("size", [0, 1, 7, 16_384, 16_385, 50_000])
def test_blocks_meet_without_a_gap(size: int) -> None:
    cohort = simulate_cohort(size=max(size, 1))
    columns = {key: column[:size] for key, column in cohort.items()}
    predicted = risks(DEFAULT_MODEL, columns)
    assert predicted.shape == (size,)
    whole = DEFAULT_MODEL.risk(DEFAULT_MODEL.linear_predictor(columns))
    assert predicted == pytest.approx(whole, rel=1e-14)
    assert linear_predictors(DEFAULT_MODEL, columns) == pytest.approx(DEFAULT_MODEL.linear_predictor(columns))


def test_columns_of_different_lengths_are_refused() -> None:
    columns = simulate_cohort(size=10)
    columns["inr"] = columns["inr"][:9]
    with pytest.raises(ValueError, match="differ in length"):
        risks(DEFAULT_MODEL, columns)


def test_a_missing_column_is_refused() -> None:
    columns = simulate_cohort(size=10)
    del columns["inr"]
    with pytest.raises(KeyError, match="inr"):
        risks(DEFAULT_MODEL, columns)


def test_columns_may_be_of_whole_numbers_or_yes_and_no() -> None:
    columns = simulate_cohort(size=10)
    typed = {**columns, "encephalopathy_grade": columns["encephalopathy_grade"].astype(np.int8)}
    typed["cirrhosis"] = columns["cirrhosis"].astype(bool)
    assert risks(DEFAULT_MODEL, typed) == pytest.approx(risks(DEFAULT_MODEL, columns))


def test_nobody_at_all_is_no_error() -> None:
    assert evaluate_many([], model=DEFAULT_MODEL) == []
    assert evaluate_many([read_inputs(patient(inr=None))], model=DEFAULT_MODEL)[0].status == "incomplete"
