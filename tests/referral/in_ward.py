"""What the tests of the second window share: verbs of the specialist and what they are refused with."""

from datetime import timedelta
from typing import Any

import pytest

from referral.models import Case, Deadline
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Kind, Verb
from tests.world import HOUR, NOW, World

LATER = NOW + 2 * HOUR
TWO = {"inr": 2.6, "dialysis": True}
THREE = {**TWO, "vasopressors": True}
SOUND = {
    "bilirubin": 310, "bilirubin_unit": "umol/L", "creatinine": 1.2, "creatinine_unit": "mg/dL", "inr": 1.6,
    "encephalopathy_grade": 1, "map_mmhg": 82, "vasopressors": False, "pao2_fio2": 380,
}  # fmt: skip
DAY = timedelta(days=1)


def does(world: World, case: Case, verb: Verb, now: Any = LATER, **inputs: Any) -> Case:
    return perform(case, verb, actor=world.specialist, now=now, **inputs)


def refusal(world: World, case: Case, verb: Verb, now: Any = LATER, **inputs: Any) -> set[tuple[str, str]]:
    """The fields and codes of a refused verb, which leaves no trace."""
    before = case.events.count()
    with pytest.raises(InputError) as refused:
        does(world, case, verb, now, **inputs)
    assert case.events.count() == before
    return {(field, code) for field, code, _message in refused.value.rows}


def deadline(case: Case, kind: Kind) -> Deadline:
    return Deadline.objects.get(case=case, kind=kind)
