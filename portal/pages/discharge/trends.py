"""The values of a case over time: one column for every set that somebody entered, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from portal import definitions
from portal.lab_values import said
from portal.moments import local
from referral.models import Case
from referral.pathway.refusals import Text
from referral.queries import cases
from referral.queries.case_values import CaseValues, Origin, Value, case_values, tables_of
from scoring import EIGHT, texts
from scoring.definitions import CARDS
from scoring.inputs import ANY_INPUT

MOST = {"encephalopathy_grade": 4}
"""Where the axis of a chart ends, for what has an end."""

Group = tuple[Origin, UUID | None]


@dataclass(frozen=True, slots=True)
class Column:
    """One set: when it was so, which side entered it, and who. `risk` and `grades`, what each definition says
    by its name, are empty where it has none."""

    key: Group
    at: datetime
    origin: Text
    by: str
    risk: str
    grades: dict[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a set; `sampled_at` where that is known."""

    words: str
    sampled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One input: its cells by column, and the series of its chart where it has one."""

    label: Text
    unit: str
    cells: tuple[Cell | None, ...]
    chart_id: str
    chart: dict[str, Any] | None


def trends(case: Case) -> dict[str, Any]:
    """The context of the page. `case` comes from `selectors`."""
    values = case_values(case)
    columns = _columns(case, values)
    names = [name for name in ANY_INPUT if name in values.latest or name in SHOWN_ALWAYS]
    return {
        "columns": columns,
        "grade_rows": grade_rows(columns),
        "rows": [indicator(name, values, columns, case.hospital.zone) for name in names],
        "missing_values": [texts.label(name) for name in values.missing],
        "value_flags": [texts.red_flag_text(code) for code in values.red_flags],
    }


def grade_rows(columns: list[Column]) -> list[tuple[str, list[str]]]:
    """Each definition by its name for people, with what it says of every set."""
    if not any(column.grades for column in columns):
        return []
    return [(_(card.title), [column.grades.get(card.name, "") for column in columns]) for card in CARDS]


SHOWN_ALWAYS = frozenset(EIGHT) - {"age_years"}


def _columns(case: Case, values: CaseValues) -> list[Column]:
    scored = [row for row in cases.assessments(case) if row.risk_90d is not None]
    risks: dict[UUID | None, str] = {row.pk: texts.risk_text(row.risk_90d or 0) for row in scored}
    grades: dict[UUID | None, dict[str, str]] = {
        row.pk: {each.name: each.answer for each in definitions.rows_of(row.grading)}
        for row in tables_of(case)
    }
    people = values.people()
    groups: dict[Group, Value] = {}
    for value in values.values:
        column = groups.setdefault((value.origin, value.record), value)
        if value.stated_at > column.stated_at:
            groups[value.origin, value.record] = value
    newest_first = sorted(groups.items(), key=lambda pair: pair[1].stated_at, reverse=True)
    return [
        Column(
            key=key,
            at=value.stated_at,
            origin=key[0].label,
            by=people[value.entered_by].name if value.entered_by in people else "",
            risk=risks.get(key[1], ""),
            grades=grades.get(key[1], {}),
        )
        for key, value in newest_first
    ]


def indicator(name: str, values: CaseValues, columns: list[Column], zone: str) -> Indicator:
    """A row of the table, and the chart of what both sides measured."""
    spec, series = ANY_INPUT[name], [value for value in values.values if value.input == name]
    by_group = {(value.origin, value.record): value for value in series}
    cells = tuple(
        Cell(said(by_group[column.key]), by_group[column.key].sampled_at) if column.key in by_group else None
        for column in columns
    )
    label = texts.label(name)
    points = list(dict.fromkeys((value.at, value.value) for value in series))
    draws = len(points) > 1 and all(type(value) in (int, float) for _at, value in points)
    drawn = {"name": label, "points": [[local(at, zone), value] for at, value in points], "step": False}
    return Indicator(
        label=label,
        unit=texts.unit_text(spec.unit),
        cells=cells,
        chart_id=f"trend-{name}",
        chart={"series": [drawn], "lines": [], "most": MOST.get(name)} if draws else None,
    )
