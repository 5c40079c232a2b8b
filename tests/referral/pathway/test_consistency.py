"""A diagnosis that the stored table contradicts is asked about, and its reason is kept."""

from typing import Any

import pytest

from referral.models import Case, Diagnosis
from referral.pathway.refusals import ConfirmationNeeded, InputError
from referral.pathway.vocabulary import State, Verb
from tests.referral.in_ward import does
from tests.world import World

WELL: dict[str, Any] = {
    **{
        "bilirubin": 60,
        "bilirubin_unit": "umol/L",
        "inr": 1.2,
        "creatinine": 80,
        "creatinine_unit": "umol/L",
    },
    **{"encephalopathy_grade": 0, "map_mmhg": 85, "spo2_percent": 98, "fio2": 0.21, "complications": 0},
}
JAUNDICED = {**WELL, "bilirubin": 310, "inr": 1.8}
EARLY_STAGE = {**WELL, "bilirubin": 190, "inr": 1.6}
"""No organ fails, and by the Chinese guideline it is the early stage of failure."""
BEFORE = {**WELL, "bilirubin": 120, "inr": 1.3}


def graded(world: World, **values: Any) -> Case:
    case = world.admitted()
    return does(world, case, Verb.ASSESS_ORGAN_FAILURE, **values)


@pytest.mark.parametrize(
    ("values", "category"),
    [
        (JAUNDICED, "early_aclf"),
        ({**WELL, "inr": 2.7, "vasopressors": True}, "early_aclf"),
        (EARLY_STAGE, "early_aclf"),
        (JAUNDICED, "decompensation"),
        (JAUNDICED, "liver_injury"),
        (WELL, "aclf"),
    ],
)
def test_a_diagnosis_against_the_table_is_asked_about(
    world: World, values: dict[str, Any], category: str
) -> None:
    case = graded(world, **values)
    with pytest.raises(ConfirmationNeeded) as asked:
        does(world, case, Verb.DIAGNOSE, category=category, note="seen by two")
    assert [row[:2] for row in asked.value.rows] == [("category", "needs_confirmation")]
    assert not Diagnosis.objects.exists()


def test_once_confirmed_it_wants_its_reason_and_keeps_it(world: World) -> None:
    case = graded(world, **JAUNDICED)
    with pytest.raises(InputError) as asked:
        does(world, case, Verb.DIAGNOSE, category="early_aclf", confirmed=["category"])
    assert [row[:2] for row in asked.value.rows] == [("note", "required")]
    case = does(
        world, case, Verb.DIAGNOSE, category="early_aclf", confirmed=["category"], note="bilirubin of a stone"
    )
    assert case.state == State.DIAGNOSED
    assert Diagnosis.objects.get().note == "bilirubin of a stone"


@pytest.mark.parametrize(
    ("values", "category"),
    [
        (JAUNDICED, "aclf"),
        (WELL, "early_aclf"),
        (BEFORE, "early_aclf"),
        (EARLY_STAGE, "aclf"),
        (WELL, "decompensation"),
        (JAUNDICED, "other"),
    ],
)
def test_a_diagnosis_that_agrees_is_not_asked_about(
    world: World, values: dict[str, Any], category: str
) -> None:
    assert does(world, graded(world, **values), Verb.DIAGNOSE, category=category).state == State.DIAGNOSED


def test_a_table_that_leaves_it_open_asks_nothing(world: World) -> None:
    case = graded(world, inr=1.6)
    assert does(world, case, Verb.DIAGNOSE, category="aclf").state == State.DIAGNOSED
