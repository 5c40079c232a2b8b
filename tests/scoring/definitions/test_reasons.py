"""Why a definition says what it says: the reason that is given is the one that decided."""

from typing import Any

import pytest

from tests.scoring.definitions.tables import graded


@pytest.mark.parametrize(
    ("definition", "values", "said", "why"),
    [
        ("cossh", {"bilirubin": 310, "inr": 1.8}, "1", "bilirubin_and_inr"),
        ("cossh", {"bilirubin": 310, "inr": 1.4}, "none", "single_failure_alone"),
        ("cossh", {"bilirubin": 310, "inr": 1.4, "creatinine": 140}, "1", "failing_organs"),
        ("cossh", {"bilirubin": 310, "inr": 2.6}, "2", "failing_organs"),
        ("cossh", {"creatinine": 200}, "1", "failing_organs"),
        ("cossh", {}, "none", "no_failing_organ"),
        ("cossh", {"bilirubin": 310, "inr": 1.8, "cause": "alcohol"}, "none", "not_hepatitis_b"),
        ("easl_clif", {"bilirubin": 310, "cirrhosis": False}, "none", "not_cirrhosis"),
        ("easl_clif", {"bilirubin": 310}, "none", "single_failure_alone"),
        ("easl_clif", {"bilirubin": 310, "creatinine": 140}, "1b", "failing_organs"),
        ("easl_clif", {"creatinine": 200}, "1a", "failing_organs"),
        ("easl_clif", {}, "none", "no_failing_organ"),
        ("by_number", {}, "none", "no_failing_organ"),
        ("by_number", {"bilirubin": 310}, "I", "failing_organs"),
        ("nacseld", {"vasopressors": True}, "no", "fewer_than_two"),
        ("nacseld", {"vasopressors": True, "dialysis": True}, "yes", "failing_organs"),
        ("nacseld", {"vasopressors": True, "dialysis": True, "cirrhosis": False}, "no", "not_cirrhosis"),
        ("china", {"bilirubin": 310, "inr": 1.8}, "early", "bilirubin_and_coagulation"),
        ("china", {"bilirubin": 310, "inr": 1.2}, "none", "between_stages"),
        ("china", {"bilirubin": 20, "inr": 1.1}, "none", "below_the_edges"),
        ("apasl", {"bilirubin": 310, "inr": 1.8, "ascites": "mild"}, "yes", "criteria_met"),
        ("apasl", {"bilirubin": 310, "inr": 1.8, "ascites": "none"}, "no", "criteria_not_met"),
    ],
)
def test_the_reason_is_what_decided(definition: str, values: dict[str, Any], said: str, why: str) -> None:
    answer = graded(**values).answers[definition]
    assert (answer.value, answer.why) == (said, (why,))
