"""What a case shows of advice, diagnosis, way back and outcome."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal import definitions
from portal.grades import by_number, easl_clif
from referral.models import Case, Diagnosis, Outcome
from referral.outcomes.resolve import judged
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Party
from referral.queries import cases


@dataclass(frozen=True, slots=True)
class Statement:
    """What one side said. `disputed`: another statement in force contradicts it; `replaced`: a later one;
    `against_records`: what was recorded on the case does."""

    row: Outcome
    side: Text
    disputed: bool
    replaced: bool
    against_records: bool


def parts(case: Case) -> dict[str, Any]:
    """The context of the way back. `case` comes from `selectors.cases`."""
    diagnosis = cases.diagnosis_of(case)
    return {
        "questions": list(case.questions.all()),
        "diagnosis": diagnosis,
        **graded(diagnosis),
        "back": cases.back_referral_of(case),
        "has_back_letter": cases.has_left_ward(case),
        "statements": statements(case),
    }


def graded(diagnosis: Diagnosis | None) -> dict[str, str]:
    """What the leading definition said of the table by the diagnosis, and how many organs failed.

    Both older grades where no definition was kept; nothing where no organ table was there by then.
    """
    if diagnosis is None or not diagnosis.grade:
        return {"diagnosis_grade": "", "diagnosis_by_number": "", "diagnosis_leading": ""}
    if stored := diagnosis.definitions:
        answers = {row.name: row.answer for row in definitions.rows_of(stored)}
        leading = definitions.leading_of(stored)
        return {
            "diagnosis_leading": f"{leading.title}{_(': ')}{leading.answer}",
            "diagnosis_grade": "",
            "diagnosis_by_number": answers["by_number"],
        }
    is_complete = not diagnosis.is_lower_bound
    return {
        "diagnosis_leading": "",
        "diagnosis_grade": easl_clif(diagnosis.grade, is_complete=is_complete),
        "diagnosis_by_number": by_number(diagnosis.simple_grade, is_complete=is_complete),
    }


def statements(case: Case) -> list[Statement]:
    """Everything said about the outcome, in order."""
    rows = cases.statements(case)
    agreed = judged(case, rows)
    disputed = {row.pk for pair in agreed.disputes for row in pair}
    valid = {row.pk for row in agreed.in_force}
    unlike = {row.pk for row in agreed.against_records}
    return [
        Statement(row, Party(row.side).label, row.pk in disputed, row.pk not in valid, row.pk in unlike)
        for row in rows
    ]
