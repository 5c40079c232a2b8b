"""What a table of organ failure says: values, grades, every definition of ACLF, and what is doubtful."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from referral.models import Case
from referral.pathway.inputs.ward import BEDSIDE, BESIDE_ORGANS, ORGAN_INPUTS
from referral.queries.case_values import case_values
from scoring import AclfGrade, Reading, aclf_grade, organ_inputs, read_inputs
from scoring.definitions import Bedside, Grading, grade_all
from scoring.inputs import TYPED_INPUTS, UNIT_FIELDS

READ = frozenset({*ORGAN_INPUTS, *BEDSIDE, *BESIDE_ORGANS, *UNIT_FIELDS, "confirmed"})
"""What `scoring` reads of the verb's inputs."""

STAYS = ("cirrhosis", "earlier_decompensation", "baseline_creatinine_umol_l")
"""What a case says once and every later table goes by, by normalised name."""

NO_BACKGROUND: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class OrganReading:
    """The values of the organ table as read, the grade they give, and what every definition says of them
    together with the background of the case."""

    reading: Reading
    grade: AclfGrade
    definitions: Grading


def read_organs(values: Mapping[str, Any], background: Mapping[str, Any] = NO_BACKGROUND) -> OrganReading:
    """The grades of values as typed: by input name with their units, `confirmed` beside them. Never raises.

    `background`: what is known of the patient beside the table, by normalised name.
    """
    named = {name: value for name, value in values.items() if name in READ}
    reading = read_inputs(named, inputs=TYPED_INPUTS)
    bedside = Bedside.of({**background, **reading.values})
    return OrganReading(reading, aclf_grade(organ_inputs(reading)), grade_all(bedside))


def background_of(case: Case) -> dict[str, Any]:
    """What a visible case says of the patient beside a table: cause, cirrhosis, earlier decompensation, and
    the baseline creatinine, which is the first one where none was stated."""
    entered = case_values(case)
    background = {name: value for name, value in entered.normalised.items() if name in STAYS}
    creatinine = (row.value for row in entered.values if row.input == "creatinine" and row.value is not None)
    first = next(creatinine, None)
    if first is not None:
        background.setdefault("baseline_creatinine_umol_l", first)
    if case.chronic_liver_disease:
        background["cause"] = case.chronic_liver_disease
    return background
