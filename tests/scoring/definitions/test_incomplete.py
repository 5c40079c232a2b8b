"""What is said of a table that lacks values: nothing that a missing value could change."""

import random
from typing import Any

import pytest

from scoring.definitions import Bedside, Grading, grade_all
from scoring.definitions.answers import answer
from scoring.definitions.china import shown_complications
from scoring.definitions.grading import DEFINITIONS
from tests.scoring.definitions.tables import graded, said


def block(name: str, **changes: Any) -> dict[str, Any]:
    answer_of_it: dict[str, Any] = graded(**changes).as_dict()[name]
    return answer_of_it


def test_without_inr_cossh_is_open_and_names_it() -> None:
    answers = block("cossh", bilirubin=310, inr=None)
    assert (answers["grade"], answers["at_least"], answers["missing"]) == (None, "none", ["inr"])


def test_lungs_that_nobody_measured_leave_the_grade_open_but_for_its_least() -> None:
    answers = block(
        "cossh", bilirubin=310, inr=1.8, spo2_percent=None, fio2=None, mechanical_ventilation=None
    )
    assert (answers["grade"], answers["at_least"]) == (None, "1")
    assert answers["missing"] == ["spo2_percent", "fio2"]


def test_what_cannot_change_the_answer_is_not_asked_for() -> None:
    answers = block("easl_clif", cirrhosis=False, inr=None, creatinine=None, spo2_percent=None, fio2=None)
    assert (answers["grade"], answers["missing"], answers["why"]) == ("none", [], ["not_cirrhosis"])
    third = graded("liver", "kidney", "brain", "circulation", inr=None)
    assert third.answers["easl_clif"].value == "3b"


def test_an_unknown_cause_leaves_cossh_open_and_the_guideline_decided() -> None:
    for cause in (None, "unknown"):
        answers = graded(bilirubin=310, inr=1.8, cause=cause).as_dict()
        assert (answers["cossh"]["grade"], answers["cossh"]["missing"]) == (None, ["cause"])
        assert answers["china"]["stage"] == "early"


def test_an_unknown_liver_disease_counts_as_known_and_is_said() -> None:
    codes = {(issue.field, issue.code) for issue in graded(cause=None, cirrhosis=False).warnings}
    assert ("cause", "counts_as_known") in codes


def test_pta_takes_the_place_of_inr_for_the_guideline_and_not_for_the_organs() -> None:
    grading = graded(bilirubin=310, inr=None, pta_percent=28)
    assert grading.answers["china"].value == "middle"
    assert grading.answers["cossh"].missing == ("inr",)
    assert grading.unknown == ("coagulation",)


def test_without_a_baseline_kidney_injury_is_open_unless_creatinine_decides() -> None:
    assert block("kdigo", creatinine=200, baseline_creatinine=None)["missing"] == ["baseline_creatinine"]
    assert said("kdigo", creatinine=353.6, baseline_creatinine=None) == "3"
    assert said("kdigo", creatinine=353.5, baseline_creatinine=None) is None


@pytest.mark.parametrize("name", ["dialysis", "vasopressors", "mechanical_ventilation"])
def test_a_measure_that_is_not_stated_counts_as_no_and_is_said(name: str) -> None:
    grading = graded(**{name: None})
    assert grading.answers["by_number"].value == "none"
    assert (name, "counts_as_no") in {(issue.field, issue.code) for issue in grading.warnings}


def test_vasopressors_alone_decide_the_circulation() -> None:
    assert graded(map_mmhg=None, vasopressors=False).unknown == ()
    assert graded(map_mmhg=None, vasopressors=None).unknown == ("circulation",)


def codes_of(grading: Grading) -> set[tuple[str, str]]:
    return {(issue.field, issue.code) for issue in grading.warnings}


@pytest.mark.parametrize(
    ("changes", "least"),
    [
        ({"inr": 1.6}, "early"),
        ({"inr": 1.6, "encephalopathy_grade": 1}, "middle"),
        ({"inr": 2.6}, "late"),
        ({"inr": None, "pta_percent": 18}, "late"),
    ],
)
def test_the_stage_stays_open_until_complications_are_counted(changes: dict[str, Any], least: str) -> None:
    grading = graded(bilirubin=310, complications=None, **changes)
    china = grading.as_dict()["china"]
    assert (china["stage"], china["at_least"], china["missing"]) == (None, least, ["complications"])
    assert "early" not in china["by"].get("complications", "")
    assert ("complications", "complications_from_values") in codes_of(grading)


def test_two_complications_that_the_values_show_need_no_count() -> None:
    grading = graded(bilirubin=310, inr=1.6, encephalopathy_grade=1, creatinine=180, complications=None)
    assert grading.answers["china"].value == "late"
    assert ("complications", "complications_from_values") not in codes_of(grading)


@pytest.mark.parametrize(
    ("bilirubin", "inr", "stage"), [(60, 1.6, "none"), (120, 1.6, "none"), (60, 1.2, "none")]
)
def test_a_rise_of_bilirubin_that_nobody_stated_counts_as_no_and_is_said(
    bilirubin: float, inr: float, stage: str
) -> None:
    grading = graded(bilirubin=bilirubin, inr=inr)
    assert grading.answers["china"].value == stage
    assert ("bilirubin_rise_umol_l_day", "counts_as_no") in codes_of(grading)
    steady = graded(bilirubin=bilirubin, inr=inr, bilirubin_rise_umol_l_day=2)
    assert ("bilirubin_rise_umol_l_day", "counts_as_no") not in codes_of(steady)


def test_a_rise_that_would_change_nothing_is_not_asked_for() -> None:
    assert ("bilirubin_rise_umol_l_day", "counts_as_no") not in codes_of(graded(bilirubin=310, inr=1.8))


def test_a_type_that_cannot_be_said_names_what_is_missing() -> None:
    assert block("china", bilirubin=310, inr=1.8, cirrhosis=None)["missing"] == ["cirrhosis"]
    unknown = block("china", bilirubin=310, inr=1.8, earlier_decompensation=None)
    assert (unknown["stage"], unknown["type"], unknown["missing"]) == (
        *("early", None),
        ["earlier_decompensation"],
    )


@pytest.mark.parametrize(
    ("oxygen", "missing"),
    [
        ({"spo2_percent": 95, "fio2": None}, ["fio2"]),
        ({"spo2_percent": None, "fio2": 0.4}, ["spo2_percent"]),
        ({"spo2_percent": None, "pao2": 80, "pao2_unit": "mmHg", "fio2": None}, ["fio2"]),
        ({"spo2_percent": None, "fio2": None}, ["spo2_percent", "fio2"]),
    ],
)
def test_of_a_ratio_only_the_half_that_is_missing_is_named(
    oxygen: dict[str, Any], missing: list[str]
) -> None:
    table = block("by_number", mechanical_ventilation=None, **oxygen)
    assert (table["grade"], table["missing"]) == (None, missing)


def test_fewer_complications_than_the_values_show_are_asked_about() -> None:
    grading = graded(bilirubin=310, inr=1.6, encephalopathy_grade=1, complications=0)
    assert grading.answers["china"].value == "middle"
    assert "fewer_than_values_show" in {issue.code for issue in grading.warnings}


def test_stages_that_differ_are_all_shown_and_the_latest_leads() -> None:
    grading = graded(bilirubin=310, inr=1.6, pta_percent=28, complications=2)
    assert grading.as_dict()["china"]["by"] == {"inr": "early", "pta": "middle", "complications": "late"}
    assert grading.answers["china"].value == "late"
    assert "stages_differ" in {issue.code for issue in grading.warnings}


@pytest.mark.parametrize(("bilirubin", "inr"), [(310, 1.4), (120, 1.8)])
def test_values_between_the_stages_get_a_word(bilirubin: float, inr: float) -> None:
    grading = graded(bilirubin=bilirubin, inr=inr)
    assert grading.answers["china"].value == "none"
    assert "between_stages" in {issue.code for issue in grading.warnings}


def test_a_second_decompensation_is_said_where_apasl_is_met() -> None:
    grading = graded(bilirubin=310, inr=1.8, ascites="mild", earlier_decompensation=True)
    assert grading.answers["apasl"].value == "yes"
    assert "decompensated_before" in {issue.code for issue in grading.warnings}


def test_a_rise_without_a_time_is_said() -> None:
    grading = graded(creatinine=110, baseline_creatinine=80)
    assert grading.answers["kdigo"].value == "1"
    assert "rise_of_unknown_time" in {issue.code for issue in grading.warnings}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"cirrhosis": False, "earlier_decompensation": None}, "A"),
        ({}, "B"),
        ({"earlier_decompensation": True}, "C"),
        ({"earlier_decompensation": None}, None),
        ({"cirrhosis": None}, None),
    ],
)
def test_the_type_follows_cirrhosis_and_its_earlier_course(changes: dict[str, Any], kind: str | None) -> None:
    assert graded(bilirubin=310, inr=1.8, **changes).aclf_type == kind


def test_no_type_is_given_where_there_is_no_failure() -> None:
    assert graded().aclf_type is None


def test_aarc_is_graded_where_lactate_is_known() -> None:
    assert graded(bilirubin=310, inr=1.9, lactate_mmol_l=1.2).aarc_grade == "II"
    assert graded(bilirubin=310, inr=1.9).aarc_grade is None


COUNTED_ONLY_IF_MEASURED = frozenset({"creatinine_umol_l", "vasopressors", "spo2_fio2"})
"""Organs that the Chinese stage counts as complications where they are measured, and does not wait for."""


def random_table(chance: random.Random) -> Bedside:
    """A whole table whose complications are no fewer than its values show."""
    table = Bedside(
        bilirubin_umol_l=chance.choice((10, 85.4, 85.5, 171, 205.1, 205.2, 700)),
        inr=chance.choice((0.9, 1.49, 1.5, 1.89, 1.9, 2.49, 2.5, 2.6, 6)),
        creatinine_umol_l=chance.choice((40, 132.5, 132.6, 176.7, 176.8, 900)),
        encephalopathy_grade=chance.choice((0, 1, 2, 3, 4)),
        vasopressors=chance.choice((False, True)),
        spo2_fio2=chance.choice((470, 357, 215, 214, 110)),
        cirrhosis=chance.choice((False, True)),
        cause=chance.choice(("hepatitis_b", "alcohol", "other")),
        ascites=chance.choice(("none", "mild", "moderate_severe")),
    )
    return table.having(complications=shown_complications(table) + chance.choice((0, 1)))


def test_a_decided_answer_stands_whatever_the_missing_values_turn_out_to_be() -> None:
    chance = random.Random(4746)
    names = ("bilirubin_umol_l", "inr", "creatinine_umol_l", "encephalopathy_grade", "vasopressors")
    names += ("spo2_fio2", "cirrhosis", "cause", "ascites")
    decided = 0
    for _ in range(300):
        whole, lacking = random_table(chance), chance.sample(names, 2)
        partial = whole.having(**dict.fromkeys(lacking))
        for definition in DEFINITIONS:
            if definition.name == "china" and COUNTED_ONLY_IF_MEASURED.intersection(lacking):
                continue
            early, truth = answer(definition, partial), answer(definition, whole)
            assert truth.value is not None
            assert definition.scale.index(early.at_least) <= definition.scale.index(truth.value)
            decided += early.value is not None
            assert early.value in (None, truth.value)
    assert decided > 300


def test_an_empty_table_is_open_everywhere_and_raises_nothing() -> None:
    grading = grade_all(Bedside())
    assert {name: each.value for name, each in grading.answers.items()} == dict.fromkeys(grading.answers)
    assert len(grading.unknown) == 6
