"""Every edge of every definition, one step on either side of it, in each unit it may be typed in."""

from typing import Any

import pytest

from tests.scoring.definitions.tables import IN_MG_DL, graded, said


@pytest.mark.parametrize(
    ("changes", "organ", "fails"),
    [
        ({"bilirubin": 205.1}, "liver", False),
        ({"bilirubin": 205.2}, "liver", True),
        ({**IN_MG_DL, "bilirubin": 11.9}, "liver", False),
        ({**IN_MG_DL, "bilirubin": 12.0}, "liver", True),
        ({"creatinine": 176.7}, "kidney", False),
        ({"creatinine": 176.8}, "kidney", True),
        ({**IN_MG_DL, "creatinine": 1.9}, "kidney", False),
        ({**IN_MG_DL, "creatinine": 2.0}, "kidney", True),
        ({"dialysis": True}, "kidney", True),
        ({"inr": 2.49}, "coagulation", False),
        ({"inr": 2.5}, "coagulation", True),
        ({"encephalopathy_grade": 2}, "brain", False),
        ({"encephalopathy_grade": 3}, "brain", True),
        ({"encephalopathy_grade": 0, "ventilated_for_encephalopathy": True}, "brain", True),
        ({"map_mmhg": 55}, "circulation", False),
        ({"vasopressors": True}, "circulation", True),
        ({"spo2_percent": 86, "fio2": 0.4}, "respiration", False),
        ({"spo2_percent": 85.6, "fio2": 0.4}, "respiration", True),
        ({"spo2_percent": 86, "fio2": "40"}, "respiration", False),
        ({"spo2_percent": None, "pao2": 80.4, "pao2_unit": "mmHg", "fio2": 0.4}, "respiration", False),
        ({"spo2_percent": None, "pao2": 80, "pao2_unit": "mmHg", "fio2": 0.4}, "respiration", True),
        ({"spo2_percent": None, "pao2": 10.66, "pao2_unit": "kPa", "fio2": 0.4}, "respiration", True),
        ({"mechanical_ventilation": True}, "respiration", True),
    ],
)
def test_an_organ_fails_exactly_from_its_edge(changes: dict[str, Any], organ: str, fails: bool) -> None:
    assert (organ in graded(**changes).failing) is fails


@pytest.mark.parametrize(
    ("failing", "changes", "grade"),
    [
        ((), {}, "none"),
        (("kidney",), {}, "1a"),
        (("liver",), {"creatinine": 132.5}, "none"),
        (("liver",), {"creatinine": 132.6}, "1b"),
        (("liver",), {**IN_MG_DL, "bilirubin": 13, "creatinine": 1.49}, "none"),
        (("liver",), {**IN_MG_DL, "bilirubin": 13, "creatinine": 1.5}, "1b"),
        (("liver",), {"encephalopathy_grade": 1}, "1b"),
        (("liver",), {"encephalopathy_grade": 2}, "1b"),
        (("coagulation",), {}, "none"),
        (("coagulation",), {"encephalopathy_grade": 1}, "1b"),
        (("circulation",), {"creatinine": 140}, "1b"),
        (("respiration",), {"creatinine": 140}, "1b"),
        (("brain",), {}, "none"),
        (("brain",), {"creatinine": 140}, "1b"),
        (("liver", "coagulation"), {}, "2"),
        (("liver", "coagulation", "kidney"), {}, "3a"),
        (("liver", "coagulation", "kidney", "brain"), {}, "3b"),
        (("liver", "coagulation", "kidney", "brain", "circulation", "respiration"), {}, "3b"),
        (("liver", "coagulation", "kidney"), {"cirrhosis": False}, "none"),
    ],
)
def test_easl_clif_grades_by_the_organs_that_fail(
    failing: tuple[str, ...], changes: dict[str, Any], grade: str
) -> None:
    assert said("easl_clif", *failing, **changes) == grade


@pytest.mark.parametrize(
    ("failing", "changes", "grade"),
    [
        ((), {}, "none"),
        ((), {"bilirubin": 205.1, "inr": 1.8}, "none"),
        ((), {"bilirubin": 205.2, "inr": 1.49}, "none"),
        ((), {"bilirubin": 205.2, "inr": 1.5}, "1"),
        ((), {**IN_MG_DL, "bilirubin": 11.99, "inr": 1.5}, "none"),
        ((), {**IN_MG_DL, "bilirubin": 12, "inr": 1.5}, "1"),
        ((), {"bilirubin": 310, "inr": 1.8}, "1"),
        ((), {"bilirubin": 310, "inr": 1.8, "cirrhosis": False}, "1"),
        ((), {"bilirubin": 310, "inr": 1.2, "creatinine": 132.6}, "1"),
        ((), {"bilirubin": 310, "inr": 1.2, "encephalopathy_grade": 2}, "1"),
        (("kidney",), {}, "1"),
        (("coagulation",), {}, "none"),
        (("coagulation",), {"encephalopathy_grade": 1}, "1"),
        (("circulation",), {"creatinine": 140}, "1"),
        (("respiration",), {}, "none"),
        (("brain",), {}, "none"),
        (("brain",), {"creatinine": 140}, "1"),
        (("liver", "coagulation"), {}, "2"),
        (("liver", "coagulation", "circulation"), {}, "3"),
        (("liver", "coagulation", "circulation", "brain"), {}, "3"),
        (("liver", "coagulation"), {"cause": "alcohol"}, "none"),
    ],
)
def test_cossh_grades_hepatitis_b_with_or_without_cirrhosis(
    failing: tuple[str, ...], changes: dict[str, Any], grade: str
) -> None:
    assert said("cossh", *failing, **changes) == grade


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({"bilirubin": 85.4, "inr": 1.3}, "none"),
        ({"bilirubin": 85.5, "inr": 1.3}, "pre"),
        ({"bilirubin": 170.9, "inr": 1.49}, "pre"),
        ({"bilirubin": 171, "inr": 1.49}, "none"),
        ({"bilirubin": 171, "inr": 1.5}, "early"),
        ({"bilirubin": 170.9, "inr": 1.5}, "none"),
        ({**IN_MG_DL, "bilirubin": 4.9, "inr": 1.3}, "none"),
        ({**IN_MG_DL, "bilirubin": 5, "inr": 1.3}, "pre"),
        ({**IN_MG_DL, "bilirubin": 10, "inr": 1.5}, "early"),
        ({**IN_MG_DL, "bilirubin": 9.9, "inr": 1.5}, "none"),
        ({"bilirubin": 60, "inr": 1.5, "bilirubin_rise_umol_l_day": 17.0}, "none"),
        ({"bilirubin": 60, "inr": 1.5, "bilirubin_rise_umol_l_day": 17.1}, "early"),
        ({"bilirubin": 60, "inr": 1.3, "bilirubin_rise_umol_l_day": 17.1}, "pre"),
        ({"bilirubin": 300, "inr": 1.89}, "early"),
        ({"bilirubin": 300, "inr": 1.9}, "middle"),
        ({"bilirubin": 300, "inr": 2.59}, "middle"),
        ({"bilirubin": 300, "inr": 2.6}, "late"),
        ({"bilirubin": 300, "inr": None, "pta_percent": 40.1}, "none"),
        ({"bilirubin": 300, "inr": None, "pta_percent": 40}, "early"),
        ({"bilirubin": 300, "inr": None, "pta_percent": 30.1}, "early"),
        ({"bilirubin": 300, "inr": None, "pta_percent": 30}, "middle"),
        ({"bilirubin": 300, "inr": None, "pta_percent": 20.1}, "middle"),
        ({"bilirubin": 300, "inr": None, "pta_percent": 20}, "late"),
        ({"bilirubin": 100, "inr": None, "pta_percent": 50}, "pre"),
        ({"bilirubin": 100, "inr": None, "pta_percent": 50.1}, "none"),
        ({"bilirubin": 100, "inr": 1.3, "pta_percent": 70}, "none"),
        ({"bilirubin": 300, "inr": 1.6, "complications": 1}, "middle"),
        ({"bilirubin": 300, "inr": 1.6, "complications": 2}, "late"),
        ({"bilirubin": 300, "inr": 1.6, "encephalopathy_grade": 1}, "middle"),
        ({"bilirubin": 300, "inr": 1.6, "encephalopathy_grade": 1, "vasopressors": True}, "late"),
        ({"bilirubin": 300, "inr": 1.6, "creatinine": 180}, "middle"),
        ({"bilirubin": 300, "inr": 1.6, "cause": "none"}, "none"),
        ({"bilirubin": 300, "inr": 1.6, "cause": "alcohol"}, "early"),
    ],
)
def test_the_chinese_stage_changes_exactly_at_its_edges(changes: dict[str, Any], stage: str) -> None:
    assert said("china", **changes) == stage


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ({"bilirubin": 85.4, "inr": 1.5, "ascites": "mild"}, "no"),
        ({"bilirubin": 85.5, "inr": 1.5, "ascites": "mild"}, "yes"),
        ({"bilirubin": 85.5, "inr": 1.49, "ascites": "mild"}, "no"),
        ({**IN_MG_DL, "bilirubin": 4.9, "inr": 1.5, "ascites": "mild"}, "no"),
        ({**IN_MG_DL, "bilirubin": 5, "inr": 1.5, "ascites": "mild"}, "yes"),
        ({"bilirubin": 100, "inr": None, "pta_percent": 40, "ascites": "mild"}, "no"),
        ({"bilirubin": 100, "inr": None, "pta_percent": 39.9, "ascites": "mild"}, "yes"),
        ({"bilirubin": 100, "inr": 1.5}, "no"),
        ({"bilirubin": 100, "inr": 1.5, "encephalopathy_grade": 1}, "yes"),
        ({"bilirubin": 100, "inr": 1.5, "ascites": "mild", "cause": "none"}, "no"),
    ],
)
def test_apasl_asks_for_jaundice_coagulation_and_a_decompensation(changes: dict[str, Any], met: str) -> None:
    assert said("apasl", **changes) == met


@pytest.mark.parametrize(
    ("failing", "grade"),
    [
        ((), "none"),
        (("coagulation",), "I"),
        (("coagulation", "liver"), "II"),
        (("coagulation", "liver", "kidney"), "III"),
        (("coagulation", "liver", "kidney", "brain"), "III"),
    ],
)
def test_the_grade_by_number_counts_whatever_the_disease(failing: tuple[str, ...], grade: str) -> None:
    assert said("by_number", *failing, cirrhosis=False, cause="alcohol") == grade


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ({"vasopressors": True}, "no"),
        ({"vasopressors": True, "dialysis": True}, "yes"),
        ({"map_mmhg": 60, "dialysis": True}, "no"),
        ({"map_mmhg": 59.9, "dialysis": True}, "yes"),
        ({"encephalopathy_grade": 2, "dialysis": True}, "no"),
        ({"encephalopathy_grade": 3, "dialysis": True}, "yes"),
        ({"mechanical_ventilation": True, "dialysis": True}, "yes"),
        ({"bilirubin": 400, "inr": 4.0}, "no"),
        ({"vasopressors": True, "dialysis": True, "cirrhosis": False}, "no"),
    ],
)
def test_nacseld_asks_for_two_of_its_four_organs(changes: dict[str, Any], met: str) -> None:
    assert said("nacseld", **changes) == met


@pytest.mark.parametrize(
    ("baseline", "creatinine", "kdigo", "ica"),
    [
        (80, 106.4, "none", "none"),
        (80, 106.5, "1", "1a"),
        (50, 74.9, "none", "none"),
        (50, 75, "1", "1a"),
        (100, 132.5, "1", "1a"),
        (100, 132.6, "1", "1b"),
        (60, 119.9, "1", "1a"),
        (60, 120, "2", "1a"),
        (60, 120.1, "2", "2"),
        (70, 140, "2", "1b"),
        (60, 179.9, "2", "2"),
        (60, 180, "3", "2"),
        (60, 180.1, "3", "3"),
        (300, 353.5, "1", "1b"),
        (300, 353.6, "3", "3"),
        (350, 360, "none", "none"),
    ],
)
def test_kidney_injury_is_staged_exactly_from_its_edges(
    baseline: float, creatinine: float, kdigo: str, ica: str
) -> None:
    answers = graded(creatinine=creatinine, baseline_creatinine=baseline).answers
    assert (answers["kdigo"].value, answers["ica_aki"].value) == (kdigo, ica)


@pytest.mark.parametrize(
    ("baseline", "creatinine", "kdigo", "ica"),
    [(1.0, 1.29, "none", "none"), (1.0, 1.3, "1", "1a"), (1.0, 1.5, "1", "1b"), (0.8, 2.4, "3", "2")],
)
def test_kidney_injury_has_the_same_edges_in_mg_dl(
    baseline: float, creatinine: float, kdigo: str, ica: str
) -> None:
    changes = {**IN_MG_DL, "creatinine": creatinine, "baseline_creatinine": baseline}
    answers = graded(**changes).answers
    assert (answers["kdigo"].value, answers["ica_aki"].value) == (kdigo, ica)


def test_kidney_replacement_is_stage_3_whatever_the_creatinine() -> None:
    answers = graded(dialysis=True, creatinine=None, baseline_creatinine=None).answers
    assert (answers["kdigo"].value, answers["ica_aki"].value) == ("3", "3")
