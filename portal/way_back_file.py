"""What a case shows of advice, diagnosis, way back and outcome, and of its indicators over time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.moments import local
from portal.verb_texts import Text
from referral import selectors
from referral.models import Assessment, Case, Outcome
from referral.outcomes import judged
from referral.pathway import Party
from scoring import EIGHT, INPUTS, texts

MOST = {"encephalopathy_grade": 4}
"""Where the axis of a chart ends, for what has an end."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one side said. `disputed`: another statement in force contradicts it; `replaced`: a later one;
    `against_records`: what was recorded on the case does."""

    row: Outcome
    side: Text
    disputed: bool
    replaced: bool
    against_records: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: its values in words by assessment, and the series of its chart where it has one."""

    label: Text
    unit: str
    values: tuple[str, ...]
    chart_id: str
    chart: dict[str, Any] | None


def parts(case: Case) -> dict[str, Any]:
    """The context of the way back. `case` comes from `selectors.cases`."""
    diagnosis = selectors.diagnosis_of(case)
    return {
        "questions": list(case.questions.all()),
        "diagnosis": diagnosis,
        "diagnosis_grade": str(texts.ACLF_GRADE[diagnosis.grade]) if diagnosis and diagnosis.grade else "",
        "back": selectors.back_referral_of(case),
        "statements": statements(case),
    }


def statements(case: Case) -> list[Statement]:
    """Everything said about the outcome, in order."""
    rows = selectors.statements(case)
    found = judged(case, rows)
    disputed = {row.pk for pair in found.disputes for row in pair}
    valid = {row.pk for row in found.in_force}
    unlike = {row.pk for row in found.against_records}
    return [
        Statement(row, Party(row.side).label, row.pk in disputed, row.pk not in valid, row.pk in unlike)
        for row in rows
    ]


def trends(case: Case) -> dict[str, Any]:
    """The eight indicators of every assessment that counts, the oldest first."""
    rows = list(selectors.assessments(case).order_by("assessed_at", "number"))
    return {
        "assessments": rows,
        "risks": [texts.risk_text(row.risk_90d) if row.risk_90d is not None else "–" for row in rows],
        "indicators": [indicator(name, rows, case.hospital.zone) for name in EIGHT],
    }


def indicator(name: str, rows: list[Assessment], zone: str) -> Indicator:
    key = INPUTS[name].key
    points = [(moment_of(row, name), row.values[key]) for row in rows if key in row.values]
    draws = len(points) > 1 and all(type(value) in (int, float) for _at, value in points)
    label = str(texts.label(name))
    series = {"name": label, "points": [[local(at, zone), value] for at, value in points], "step": False}
    return Indicator(
        label=label,
        unit=texts.unit_text(INPUTS[name].unit),
        values=tuple(texts.value_text(key, row.values[key]) if key in row.values else "–" for row in rows),
        chart_id=f"trend-{name}",
        chart={"series": [series], "lines": [], "most": MOST.get(name)}
        if draws and name != "age_years"
        else None,
    )


def moment_of(row: Assessment, name: str) -> datetime:
    """When the value was sampled, else when it was assessed."""
    iso = row.entered.get("sampled_at", {}).get(name)
    return datetime.fromisoformat(iso) if iso else row.assessed_at
