"""What a table of organ failure says: values, grades, and what is doubtful or missing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from referral.pathway.inputs.ward import BESIDE_ORGANS, ORGAN_INPUTS
from scoring import AclfGrade, Reading, aclf_grade, organ_inputs, read_inputs
from scoring.inputs import UNIT_FIELDS

READ = frozenset({*ORGAN_INPUTS, *BESIDE_ORGANS, *UNIT_FIELDS, "confirmed"})
"""What `scoring` reads of the verb's facts."""


@dataclass(frozen=True, slots=True)
class OrganReading:
    """The values of the organ table as read, and the grade they give."""

    reading: Reading
    grade: AclfGrade


def read_organs(values: Mapping[str, Any]) -> OrganReading:
    """The grade of values as typed: by input name with their units, `confirmed` beside them. Never raises."""
    ventilated = values.get("ventilated_for_encephalopathy")
    reading = read_inputs({name: value for name, value in values.items() if name in READ})
    inputs = replace(organ_inputs(reading), ventilated_for_encephalopathy=ventilated)
    return OrganReading(reading, aclf_grade(inputs))
