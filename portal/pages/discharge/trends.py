"""The course of a case: every value of both hospitals, what was done, scores and grades over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.local_time import in_brief
from portal import definitions, lab_values
from portal.charts import Chart, Measured, Span, chart, range_text, span_of
from portal.lab_values import said
from referral.models import Case
from referral.pathway.refusals import Text
from referral.queries import cases
from referral.queries.case_values import CaseValues, Origin, Value, case_values, tables_of
from referral.queries.course import Mark, marks_of, score_course
from scoring import EIGHT, reference_ranges, texts
from scoring.definitions import CARDS
from scoring.inputs import ANY_INPUT
from scoring.issues import plain_number

MOST_POINTS = 120
SHOWN_ALWAYS = frozenset(EIGHT) - {"age_years"}
FIRST_HOSPITAL = frozenset({Origin.DRAFT, Origin.ASSESSMENT})
NO_FINDINGS = frozenset(
    {
        *("fio2", "ast_upper_limit_u_l", "baseline_creatinine", "complications"),
        *("urine_ml", "urine_hours", "weight_kg"),
    }
)
"""Numbers that are no finding of the patient's course."""
IN_SHORT = ("bilirubin", "inr", "creatinine", "platelets_10e9_l")
"""Values whose charts stand on the page of the case and in the letter."""

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
    """A value of a set; `sampled_at` where that is known, `is_unusual` where it lies outside its range."""

    words: str
    sampled_at: datetime | None
    is_unusual: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """One input: its usual range in words, and its cells by column."""

    label: Text
    normal: str
    cells: tuple[Cell | None, ...]


def trends(case: Case) -> dict[str, Any]:
    """The context of the page. `case` comes from `selectors`."""
    values = case_values(case)
    columns, marks = _columns(case, values), marks_of(case)
    names = [name for name in ANY_INPUT if name in values.latest or name in SHOWN_ALWAYS]
    return {
        "columns": columns,
        "grade_rows": grade_rows(columns),
        "rows": [indicator(name, values, columns, case.patient.sex) for name in names],
        "charts": value_charts(case, values, marks, [name for name in names if name not in NO_FINDINGS]),
        "scores": _scores(case, values, marks),
        "marks": marks,
        "range_certainty": _(reference_ranges.CERTAINTY),
        "missing_values": [texts.label(name) for name in values.missing],
        "value_flags": [texts.red_flag_text(code) for code in values.red_flags],
    }


def grade_rows(columns: list[Column]) -> list[tuple[str, list[str]]]:
    """Each definition by its name for people, with what it says of every set."""
    if not any(column.grades for column in columns):
        return []
    return [(_(card.title), [column.grades.get(card.name, "") for column in columns]) for card in CARDS]


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


def indicator(name: str, values: CaseValues, columns: list[Column], sex: str) -> Indicator:
    """A row of the table."""
    normal = reference_ranges.normal_of(name, sex)
    by_group = {(value.origin, value.record): value for value in values.values if value.input == name}

    def cell(value: Value) -> Cell:
        is_unusual = normal is not None and is_number(value) and not normal.holds(float(value.value))
        return Cell(said(value), value.sampled_at, is_unusual)

    cells = tuple(cell(by_group[column.key]) if column.key in by_group else None for column in columns)
    return Indicator(texts.label(name), range_text(normal), cells)


def is_number(value: Value) -> bool:
    return type(value.value) in (int, float)


def newest_values(case: Case, now: datetime) -> dict[str, Any]:
    """The context of `portal/case/_values.html`: the newest values, and the charts of some."""
    values = case_values(case)
    return lab_values.summary(values, now) | short_charts(case, values)


def short_charts(case: Case, values: CaseValues, marks: Sequence[Mark] = ()) -> dict[str, Any]:
    """The charts that stand beside the latest values, and in the letter."""
    return {"short_charts": value_charts(case, values, marks, IN_SHORT)}


def value_charts(
    case: Case, values: CaseValues, marks: Sequence[Mark], names: Sequence[str], *, least: int = 2
) -> list[Chart]:
    """A chart for each of `names` that was measured `least` times, all over the same time."""
    drawn = [value for value in values.values if is_number(value)]
    if not drawn:
        return []
    moments = [*(value.at for value in drawn), *(mark.at for mark in marks)]
    span = span_of(moments, case.hospital.zone)
    charts = (_value_chart(name, drawn, span, marks, case.patient.sex, least) for name in names)
    return [each for each in charts if each is not None]


def _value_chart(
    name: str, drawn: Sequence[Value], span: Span, marks: Sequence[Mark], sex: str, least: int
) -> Chart | None:
    series = {(value.at, value.value): value for value in drawn if value.input == name}
    if len(series) < least:
        return None
    points = [
        Measured(
            value.at,
            float(value.value),
            f"{in_brief(value.at, span.zone)} {said(value)}",
            value.origin in FIRST_HOSPITAL,
        )
        for value in series.values()
    ][-MOST_POINTS:]
    normal = reference_ranges.normal_of(name, sex)
    unit = texts.unit_text(ANY_INPUT[name].unit)
    return chart(texts.label(name), unit, points, span, normal=normal, marks=marks)


def _scores(case: Case, values: CaseValues, marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """Every score that its inputs sufficed for: chart and points, the newest first."""
    course = score_course(case, values)
    moments = [point.at for points in course.values() for point in points]
    if not moments:
        return []
    span, zone = span_of(moments + [mark.at for mark in marks], case.hospital.zone), case.hospital.zone
    return [
        {
            "name": name,
            "points": [(point.at, plain_number(round(point.value, 2))) for point in reversed(points)],
            "chart": chart(
                name,
                "",
                [
                    Measured(point.at, point.value, f"{in_brief(point.at, zone)} {round(point.value, 2):g}")
                    for point in points
                ],
                span,
                marks=marks,
            ),
        }
        for name, points in course.items()
    ]
