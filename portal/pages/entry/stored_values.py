"""What is known of a case's indicators, ready for the form that asks for more."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.lab_values import LabValue, latest
from referral.intake.drafts import draft_of
from referral.models import Case
from referral.queries.case_values import case_values
from scoring import INPUTS

LASTING = ("cirrhosis",)
"""What a new assessment need not ask again."""


@dataclass(frozen=True)
class Stored:
    """`start` are raw values to begin with, `last` earlier values in words; `mark` names this state."""

    start: dict[str, Any] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    mark: str = ""


def stored_values(case: Case, now: datetime) -> Stored:
    """An unfinished draft is gone on with; after an assessment the laboratory is asked afresh."""
    draft = case.draft
    assessed = case.assessment
    mark = f"{draft.saved_at.isoformat() if draft else ''}/{assessed.pk if assessed else ''}"
    if assessed is None or (draft is not None and draft.saved_at > assessed.recorded_at):
        return Stored(draft_of(case), {}, mark)
    entered = assessed.entered.get("entered", {})
    start = {name: entered[name]["value"] for name in LASTING if name in entered}
    for name, spec in INPUTS.items():
        if spec.unit_field and "unit" in entered.get(name, {}):
            start[spec.unit_field] = entered[name]["unit"]
    last = {row.name: _with_age(row) for row in latest(case_values(case), now)}
    return Stored(start, last, mark)


def last_values(case: Case) -> dict[str, Any] | None:
    """The raw values of the last assessment, with their units and times, to correct one of them and assess
    again; None where there is none."""
    assessed = case.assessment
    if assessed is None:
        return None
    start: dict[str, Any] = {"sampled_at": assessed.entered.get("sampled_at", {})}
    for name, entered in assessed.entered.get("entered", {}).items():
        start[name] = entered["value"]
        unit_field = INPUTS[name].unit_field if name in INPUTS else None
        if unit_field and "unit" in entered:
            start[unit_field] = entered["unit"]
    return start


def _with_age(row: LabValue) -> str:
    if not row.age:
        return row.value
    ago = _("%(time)s ago") % {"time": row.age}
    return f"{row.value} · {ago}"
