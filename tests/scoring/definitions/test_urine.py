"""KDIGO by urine output, one step on either side of each edge; what is asked where a part is known."""

from typing import Any

import pytest

from scoring import read_inputs
from scoring.inputs import TYPED_INPUTS
from tests.scoring.definitions.tables import graded, said


@pytest.mark.parametrize(
    ("rate", "hours", "stage"),
    [
        (0.49, 5.9, "none"),
        (0.49, 6, "1"),
        (0.5, 6, "none"),
        (0.49, 11.9, "1"),
        (0.49, 12, "2"),
        (0.5, 24, "none"),
        (0.29, 23.9, "2"),
        (0.29, 24, "3"),
        (0.3, 24, "2"),
        (0, 11.9, "1"),
        (0, 12, "3"),
        (0.01, 12, "2"),
    ],
)
def test_each_edge_belongs_to_the_higher_stage_from_its_hour_on(
    rate: float, hours: float, stage: str
) -> None:
    answers = graded(urine_ml_kg_h=rate, urine_hours=hours).answers
    assert (answers["kdigo"].value, answers["ica_aki"].value) == (stage, "none")


def test_the_higher_stage_of_creatinine_and_urine_counts() -> None:
    assert said("kdigo", creatinine=140, urine_ml_kg_h=0.4, urine_hours=8) == "2"
    assert said("kdigo", creatinine=110, urine_ml_kg_h=0.4, urine_hours=14) == "2"
    assert said("kdigo", dialysis=True, urine_ml_kg_h=2, urine_hours=24) == "3"


def test_without_a_baseline_urine_is_the_least_and_its_third_stage_decides() -> None:
    oliguria = graded(baseline_creatinine=None, urine_ml_kg_h=0.4, urine_hours=14).answers["kdigo"]
    assert (oliguria.value, oliguria.at_least, oliguria.why) == (None, "2", ("urine_output",))
    assert said("kdigo", baseline_creatinine=None, urine_ml_kg_h=0, urine_hours=12) == "3"
    assert said("kdigo", baseline_creatinine=None, urine_ml_kg_h=2, urine_hours=24) is None


def test_the_rate_is_computed_from_volume_hours_and_weight() -> None:
    typed = {"urine_ml": 719, "urine_hours": 24, "weight_kg": 60, "urine_ml_kg_h": 3}
    assert read_inputs(typed, inputs=TYPED_INPUTS).values["urine_ml_kg_h"] == 0.499
    assert said("kdigo", **typed) == "2"
    assert said("kdigo", **{**typed, "urine_ml": 720}) == "none"


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({"urine_ml": 400}, ["urine_hours", "weight_kg"]),
        ({"urine_ml": 400, "urine_hours": 24}, ["weight_kg"]),
        ({"urine_ml_kg_h": 0.4}, ["urine_hours"]),
        ({"weight_kg": 60}, []),
    ],
)
def test_a_part_that_says_nothing_by_itself_asks_for_the_rest(
    typed: dict[str, Any], asked: list[str]
) -> None:
    reading = read_inputs(typed, inputs=TYPED_INPUTS)
    assert [issue.field for issue in reading.unconfirmed if issue.code == "needed_for_urine"] == asked


def test_litres_typed_as_millilitres_are_asked_about() -> None:
    reading = read_inputs({"urine_ml": 1.2, "urine_hours": 24, "weight_kg": 65}, inputs=TYPED_INPUTS)
    assert [issue.field for issue in reading.unconfirmed] == ["urine_ml"]
