"""Organ subscores at their edges, EASL-CLIF grades, and the simple grade."""

from typing import Any

import pytest

from scoring import OrganInputs, aclf_grade, organ_subscores

WELL: dict[str, Any] = {
    "bilirubin_mg_dl": 3.0,
    "creatinine_mg_dl": 1.0,
    "encephalopathy_grade": 0,
    "inr": 1.4,
    "map_mmhg": 85,
    "vasopressors": False,
    "pao2_fio2": 400,
    "mechanical_ventilation": False,
    "dialysis": False,
}
FAILING: dict[str, dict[str, Any]] = {
    "liver": {"bilirubin_mg_dl": 12.0},
    "kidney": {"creatinine_mg_dl": 2.0},
    "brain": {"encephalopathy_grade": 3},
    "coagulation": {"inr": 2.5},
    "circulation": {"vasopressors": True},
    "respiration": {"pao2_fio2": 200},
}


def organs(*failing: str, **changes: Any) -> OrganInputs:
    values = {**WELL, **changes}
    for organ in failing:
        values |= FAILING[organ]
    return OrganInputs(**values)


@pytest.mark.parametrize(
    ("changes", "organ", "score"),
    [
        ({"bilirubin_mg_dl": 5.99}, "liver", 1),
        ({"bilirubin_mg_dl": 6.0}, "liver", 2),
        ({"bilirubin_mg_dl": 11.99}, "liver", 2),
        ({"bilirubin_mg_dl": 12.0}, "liver", 3),
        ({"creatinine_mg_dl": 1.99}, "kidney", 1),
        ({"creatinine_mg_dl": 2.0}, "kidney", 2),
        ({"creatinine_mg_dl": 3.49}, "kidney", 2),
        ({"creatinine_mg_dl": 3.5}, "kidney", 3),
        ({"dialysis": True}, "kidney", 3),
        ({"creatinine_mg_dl": None, "dialysis": True}, "kidney", 3),
        ({"encephalopathy_grade": 1}, "brain", 2),
        ({"encephalopathy_grade": 2}, "brain", 2),
        ({"encephalopathy_grade": 3}, "brain", 3),
        ({"ventilated_for_encephalopathy": True}, "brain", 3),
        ({"inr": 1.99}, "coagulation", 1),
        ({"inr": 2.0}, "coagulation", 2),
        ({"inr": 2.5}, "coagulation", 3),
        ({"map_mmhg": 70}, "circulation", 1),
        ({"map_mmhg": 69.9}, "circulation", 2),
        ({"map_mmhg": None, "vasopressors": True}, "circulation", 3),
        ({"pao2_fio2": 301}, "respiration", 1),
        ({"pao2_fio2": 300}, "respiration", 2),
        ({"pao2_fio2": 201}, "respiration", 2),
        ({"pao2_fio2": 200}, "respiration", 3),
        ({"pao2_fio2": None, "spo2_fio2": 358}, "respiration", 1),
        ({"pao2_fio2": None, "spo2_fio2": 357}, "respiration", 2),
        ({"pao2_fio2": None, "spo2_fio2": 215}, "respiration", 2),
        ({"pao2_fio2": None, "spo2_fio2": 214}, "respiration", 3),
        ({"pao2_fio2": 400, "spo2_fio2": 100}, "respiration", 1),
        ({"mechanical_ventilation": True}, "respiration", 3),
    ],
)
def test_each_organ_changes_its_score_exactly_at_its_edge(
    changes: dict[str, Any], organ: str, score: int
) -> None:
    assert organ_subscores(organs(**changes))[organ] == score  # type: ignore[index]


@pytest.mark.parametrize("organ", FAILING)
def test_only_the_failing_organ_is_called_failing(organ: str) -> None:
    assert aclf_grade(organs(organ)).failures == (organ,)


def test_a_score_of_two_is_a_failure_for_the_kidney_alone() -> None:
    result = aclf_grade(
        organs(
            bilirubin_mg_dl=8,
            creatinine_mg_dl=2.5,
            encephalopathy_grade=1,
            inr=2.2,
            map_mmhg=60,
            pao2_fio2=250,
        )
    )
    assert set(result.subscores.values()) == {2}
    assert result.failures == ("kidney",)


def test_without_failure_there_is_no_aclf() -> None:
    result = aclf_grade(organs())
    assert (result.grade, result.simple_grade, result.level, result.clif_c_of) == ("none", None, 0, 6)


def test_a_failing_kidney_alone_is_grade_1a() -> None:
    assert aclf_grade(organs("kidney")).grade == "1a"


@pytest.mark.parametrize("organ", ["liver", "coagulation", "circulation", "respiration"])
def test_another_organ_alone_is_no_aclf_without_kidney_or_brain_dysfunction(organ: str) -> None:
    assert aclf_grade(organs(organ)).grade == "none"
    assert aclf_grade(organs(organ)).simple_grade == "I", "the simple grade has no such rule"
    assert aclf_grade(organs(organ, creatinine_mg_dl=1.5)).grade == "1b"
    assert aclf_grade(organs(organ, creatinine_mg_dl=1.49)).grade == "none"
    assert aclf_grade(organs(organ, creatinine_mg_dl=1.99)).grade == "1b"
    assert aclf_grade(organs(organ, encephalopathy_grade=2)).grade == "1b"


def test_a_failing_brain_alone_needs_kidney_dysfunction() -> None:
    assert aclf_grade(organs("brain")).grade == "none"
    assert aclf_grade(organs("brain", creatinine_mg_dl=1.7)).grade == "1b"


@pytest.mark.parametrize(
    ("failing", "grade", "simple"),
    [
        (("liver", "coagulation"), "2", "II"),
        (("kidney", "brain"), "2", "II"),
        (("liver", "coagulation", "brain"), "3a", "III"),
        (("liver", "coagulation", "brain", "kidney"), "3b", "III"),
        (tuple(FAILING), "3b", "III"),
    ],
)
def test_more_failures_count_up(failing: tuple[str, ...], grade: str, simple: str) -> None:
    result = aclf_grade(organs(*failing))
    assert (result.grade, result.simple_grade) == (grade, simple)
    assert result.failures == tuple(organ for organ in FAILING if organ in failing)


def test_unknown_organs_are_named_and_the_grade_is_what_is_known_so_far() -> None:
    result = aclf_grade(OrganInputs(bilirubin_mg_dl=14, inr=2.6))
    assert result.missing == ("kidney", "brain", "circulation", "respiration")
    assert (result.grade, result.complete, result.clif_c_of) == ("2", False, None)


def test_nothing_known_is_no_grade_and_no_error() -> None:
    result = aclf_grade(OrganInputs())
    assert (result.grade, len(result.missing)) == ("none", 6)


def test_the_result_has_a_json_form() -> None:
    assert aclf_grade(organs("kidney")).as_dict() == {
        "subscores": {
            "liver": 1,
            "kidney": 2,
            "brain": 1,
            "coagulation": 1,
            "circulation": 1,
            "respiration": 1,
        },
        "failures": ["kidney"],
        "missing": [],
        "clif_c_of": 7,
        "grade": "1a",
        "simple_grade": "I",
    }
