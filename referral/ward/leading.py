"""What the definition that leads says of a table of organ failure: the grade by which a case is spoken of."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from referral.models import Case, OrganFailureAssessment
from referral.queries.case_values import tables_of

_RESULT_FIELDS = ("grade", "stage", "aclf")
_CODES = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class LeadingGrade:
    """`value` is a code of the definition, None while something is missing; `at_least` the least it can be.

    APASL says `yes` or `no`. `aclf_type`: A, B or C by the Chinese guideline, else empty. `at`: of the table.
    """

    definition: str
    value: str | None
    at_least: str
    aclf_type: str
    at: datetime

    def as_details(self) -> dict[str, Any]:
        """As a line of the timeline keeps it, which has its own time."""
        return {name: value for name, value in asdict(self).items() if name != "at"}


def leading_grade(table: OrganFailureAssessment) -> LeadingGrade:
    """The answer of the definition that led when the table was kept."""
    name = table.grading["leading"]
    block = table.grading[name]
    value = next((block[field] for field in _RESULT_FIELDS if block.get(field) is not None), None)
    return LeadingGrade(
        definition=name,
        value=None if value is None else _code(value),
        at_least=_code(block["at_least"]),
        aclf_type=block.get("type") or "",
        at=table.occurred_at,
    )


def latest_leading_grade(case: Case) -> LeadingGrade | None:
    """Of the last table of a visible case that counts; None where there is none."""
    tables = tables_of(case)
    return leading_grade(tables[-1]) if tables else None


def _code(value: str | bool) -> str:
    return _CODES[value] if isinstance(value, bool) else value
