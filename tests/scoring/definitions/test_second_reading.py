"""A second reading of the published rules, written from their tables and not from the code, says the same."""

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.definitions import Bedside, grade_all
from scoring.definitions.answers import answer
from scoring.definitions.grading import DEFINITIONS

STAGES = ("none", "pre", "early", "middle", "late")
BILIRUBIN = (10.0, 85.4, 85.5, 170.9, 171.0, 205.1, 205.2, 310.0, 700.0)
INR = (0.9, 1.49, 1.5, 1.89, 1.9, 2.49, 2.5, 2.59, 2.6, 6.0)
PTA = (None, 10.0, 20.0, 20.1, 30.0, 30.1, 40.0, 40.1, 50.0, 50.1, 90.0)
CREATININE = (40.0, 106.4, 106.5, 132.5, 132.6, 176.7, 176.8, 353.5, 353.6, 900.0)


def tables() -> st.SearchStrategy[Bedside]:
    """Whole bedside tables, on and beside every edge."""
    return st.builds(
        Bedside,
        bilirubin_umol_l=st.sampled_from(BILIRUBIN),
        bilirubin_rise_umol_l_day=st.sampled_from((0.0, 17.0, 17.1, 60.0)),
        inr=st.sampled_from(INR),
        pta_percent=st.sampled_from(PTA),
        creatinine_umol_l=st.sampled_from(CREATININE),
        baseline_creatinine_umol_l=st.sampled_from((40.0, 60.0, 80.0, 176.8, 340.0)),
        dialysis=st.booleans(),
        encephalopathy_grade=st.sampled_from((0, 1, 2, 3, 4)),
        ventilated_for_encephalopathy=st.booleans(),
        map_mmhg=st.sampled_from((50.0, 85.0)),
        vasopressors=st.booleans(),
        spo2_fio2=st.sampled_from((110.0, 214.0, 214.1, 215.0, 467.0)),
        mechanical_ventilation=st.booleans(),
        ascites=st.sampled_from(("none", "mild", "moderate_severe")),
        cirrhosis=st.booleans(),
        earlier_decompensation=st.booleans(),
        cause=st.sampled_from(("hepatitis_b", "alcohol", "none")),
        complications=st.integers(0, 4),
    )


def failing(table: Bedside) -> set[str]:
    organs = {
        "liver": (table.bilirubin_umol_l or 0) >= 205.2,
        "kidney": bool(table.dialysis) or (table.creatinine_umol_l or 0) >= 176.8,
        "coagulation": (table.inr or 0) >= 2.5,
        "brain": (table.encephalopathy_grade or 0) >= 3 or bool(table.ventilated_for_encephalopathy),
        "circulation": bool(table.vasopressors),
        "respiration": (table.spo2_fio2 or 500) <= 214 or bool(table.mechanical_ventilation),
    }
    return {organ for organ, fails in organs.items() if fails}


def single(table: Bedside, organ: str) -> bool:
    """Whether failure of one organ that is not the kidney counts, by creatinine or encephalopathy."""
    kidney = (table.creatinine_umol_l or 0) >= 132.6
    return kidney or (organ != "brain" and table.encephalopathy_grade in (1, 2))


def easl(table: Bedside) -> str:
    organs = failing(table)
    if not table.cirrhosis or not organs:
        return "none"
    if len(organs) == 1:
        (organ,) = organs
        return "1a" if organ == "kidney" else "1b" if single(table, organ) else "none"
    return {2: "2", 3: "3a"}.get(len(organs), "3b")


def cossh(table: Bedside) -> str:
    organs = failing(table)
    if table.cause != "hepatitis_b" or not organs:
        return "none"
    if len(organs) == 1:
        (organ,) = organs
        by_inr = organ == "liver" and (table.inr or 0) >= 1.5
        return "1" if organ == "kidney" or by_inr or single(table, organ) else "none"
    return "2" if len(organs) == 2 else "3"


def china(table: Bedside) -> str:
    bilirubin, inr, pta = table.bilirubin_umol_l or 0, table.inr or 0, table.pta_percent or 100
    rises = (table.bilirubin_rise_umol_l_day or 0) >= 17.1
    coagulation = inr >= 1.5 or pta <= 40
    if table.cause == "none":
        return "none"
    if (bilirubin >= 171 or rises) and coagulation:
        by_inr = 4 if inr >= 2.6 else 3 if inr >= 1.9 else 2
        by_pta = 4 if pta <= 20 else 3 if pta <= 30 else 2
        encephalopathy = bool(table.encephalopathy_grade) or bool(table.ventilated_for_encephalopathy)
        shown = encephalopathy + len(failing(table) & {"kidney", "circulation", "respiration"})
        count = max(table.complications or 0, shown)
        return STAGES[max(by_inr, by_pta, 2 + min(count, 2))]
    is_pre = (85.5 <= bilirubin < 171 or rises) and not coagulation
    return "pre" if is_pre and (table.pta_percent is None or table.pta_percent <= 50) else "none"


def kdigo(table: Bedside) -> str:
    creatinine, baseline = table.creatinine_umol_l or 0, table.baseline_creatinine_umol_l or 1
    if table.dialysis:
        return "3"
    if creatinine / baseline < 1.5 and creatinine - baseline < 26.5:
        return "none"
    if creatinine >= 353.6 or creatinine / baseline >= 3:
        return "3"
    return "2" if creatinine / baseline >= 2 else "1"


@given(tables())
def test_whole_tables_are_graded_as_the_second_reading_does(table: Bedside) -> None:
    answers = grade_all(table).answers
    expected = {"easl_clif": easl, "cossh": cossh, "china": china, "kdigo": kdigo}
    assert {name: answers[name].value for name in expected} == {
        name: read(table) for name, read in expected.items()
    }
    assert set(grade_all(table).failing) == failing(table)


RAISED: dict[str, tuple[Any, ...]] = {
    "bilirubin_umol_l": BILIRUBIN,
    "inr": INR,
    "encephalopathy_grade": (0, 1, 2, 3, 4),
    "vasopressors": (False, True),
    "mechanical_ventilation": (False, True),
    "dialysis": (False, True),
}


@given(tables(), st.sampled_from(sorted(RAISED)))
def test_a_worse_value_never_makes_a_grade_milder(table: Bedside, name: str) -> None:
    for definition in DEFINITIONS:
        if definition.name == "china":
            continue
        grades = [
            definition.scale.index(definition.decide(table.having(**{name: value}))) for value in RAISED[name]
        ]
        assert all(before <= after for before, after in pairwise(grades)), (definition.name, grades)


@given(tables(), st.integers(0, 9))
def test_more_complications_never_make_the_chinese_stage_milder(table: Bedside, more: int) -> None:
    fewer = table.complications or 0
    before, after = china(table), grade_all(table.having(complications=fewer + more)).answers["china"].value
    assert after is not None and STAGES.index(before) <= STAGES.index(after)


FORGOTTEN = (
    *("bilirubin_umol_l", "inr", "encephalopathy_grade", "cirrhosis", "cause", "ascites"),
    *("creatinine_umol_l", "spo2_fio2"),
)


@settings(max_examples=40)
@given(tables(), st.sets(st.sampled_from(FORGOTTEN), max_size=2))
def test_an_open_answer_names_what_would_decide_it(table: Bedside, lacking: set[str]) -> None:
    partial = table.having(**dict.fromkeys(lacking))
    for definition in DEFINITIONS:
        open_answer = answer(definition, partial)
        assert set(open_answer.missing) <= lacking
        assert (open_answer.value is None) is bool(open_answer.missing)
        completed = partial.having(**{name: getattr(table, name) for name in open_answer.missing})
        assert answer(definition, completed).value is not None


@given(tables())
def test_without_a_count_of_complications_no_stage_of_failure_is_given(table: Bedside) -> None:
    uncounted = grade_all(table.having(complications=None)).answers["china"]
    truth = china(table)
    assert STAGES.index(uncounted.at_least) <= STAGES.index(truth)
    assert uncounted.value in (None, truth)
    if uncounted.value is None:
        assert uncounted.missing == ("complications",)
