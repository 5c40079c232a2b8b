"""The whole journey for research: a set of tables that share the codes of the cases.

The table of cases is that of `export`. Of what happened on a case the others say in which span of days after
the first visit it was. Spans are part of what somebody could know of a person: a table tells those of a case
only where all who look alike in the table of cases have the same. So k holds for the tables joined by the
code of the case.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import User
from referral.models import (
    ArtificialLiverSession,
    Assessment,
    CaseFacts,
    ImmuneStatus,
    Intervention,
    KitResult,
    LaboratoryPanel,
    OrganFailureAssessment,
    Precipitant,
    TransplantDecision,
    TreatmentRecord,
)
from referral.statistics.reports import filters
from referral.statistics.reports.age_hints import ASKED, AgeHints
from referral.statistics.reports.anonymity import ANY
from referral.statistics.reports.disclosure import hide_cause, hide_rare
from referral.statistics.reports.export import HEADER, KNOWN_BY, Cohort, cohort, whole_network
from referral.statistics.reports.export_predictions import COLUMNS as PREDICTIONS_COLUMNS
from referral.statistics.reports.export_predictions import PREDICTIONS, predictions
from referral.statistics.reports.export_times import COLUMNS as TIMES_COLUMNS
from referral.statistics.reports.export_times import TIMES, times
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.follow_up import COLUMNS as FOLLOW_UP_COLUMNS
from referral.statistics.reports.follow_up import FOLLOW_UP, follow_up
from referral.statistics.reports.stay_outcomes import stays_of
from referral.ward.leading import leading_grade
from scoring.inputs import BY_KEY

SPANS: tuple[tuple[int, str], ...] = ((1, "0-1"), (7, "2-7"), (28, "8-28"))
LAST_SPAN = "29+"
CASES = "cases"

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table beside `case` and `days`, and how a row fills them."""

    names: tuple[str, ...]
    rows: Callable[[Sequence[UUID]], Iterable[Any]]
    lines: Callable[[Any], Iterator[Line]]
    at: Callable[[Any], datetime]


@dataclass(frozen=True, slots=True)
class Journey:
    """The tables by name, each a list of lines. `k`: the least number of persons who look alike in all tables
    together; `blurred`: the share of cells, 0 to 1, by which somebody could be known and that are given less
    exactly or left out. `waiting`: cases that are in no file yet, because fewer than five persons are new.
    `of_many`: the tables of OF_MANY, whose lines are of no case."""

    tables: Mapping[str, list[Line]]
    of_many: Mapping[str, list[Line]]
    k: int
    blurred: float
    waiting: int


OF_THE_PERSON = frozenset({"age_years", "sex", "cause", "weight_kg", "urine_ml"})
"""What is in the table of cases, and the weight, which the volume of urine would tell beside its rate."""


def _values(row: Any) -> Iterator[Line]:
    """The numbers and codes of a set, one line each, without what tells of the person."""
    for key, value in row.values.items():
        spec = BY_KEY.get(key)
        if spec is None or key in OF_THE_PERSON:
            continue
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        text = "" if is_number else str(value).lower()
        yield {"value_of": key, "number": float(value) if is_number else None, "text": text}


def _table(row: OrganFailureAssessment) -> Iterator[Line]:
    leading = leading_grade(row)
    yield {
        "definition": leading.definition,
        "grade": leading.value or f"at least {leading.at_least}",
        "failures": row.failures,
        "failing": " ".join(sorted(row.failing)),
        "clif_c_of": row.clif_c_of,
    }


def _session(row: ArtificialLiverSession) -> Iterator[Line]:
    yield {
        "mode": row.mode,
        "hours": round((row.ended_at - row.occurred_at) / timedelta(hours=1), 1),
        "plasma_ml": row.plasma_ml,
        "anticoagulant": row.anticoagulant,
        "complications": " ".join(sorted(row.complications)),
    }


def _counting(model: Any) -> Callable[[Sequence[UUID]], Iterable[Any]]:
    return lambda cases: model.objects.counting().filter(case__in=cases).defer("note")


def _interventions(cases: Sequence[UUID]) -> Iterable[Any]:
    return _counting(Intervention)(cases).select_related("precipitant")  # type: ignore[attr-defined]


def _assessments(cases: Sequence[UUID]) -> Iterable[Any]:
    not_retracted = Assessment.objects.filter(case__in=cases, retraction=None).order_by("case", "number")
    return not_retracted.select_related("policy").only("case", "assessed_at", *ASKED)


def _occurred(row: Any) -> datetime:
    moment: datetime = row.occurred_at
    return moment


def _one(**columns: str) -> Callable[[Any], Iterator[Line]]:
    return lambda row: iter([{name: getattr(row, source) for name, source in columns.items()}])


VALUE = ("value_of", "number", "text")
TABLES: Mapping[str, Columns] = {
    "assessments": Columns(
        ("band", "red_flags"),
        _assessments,
        lambda row: iter([{"band": row.band or "", "red_flags": " ".join(row.red_flags)}]),
        lambda row: row.assessed_at,
    ),
    "assessment_values": Columns(VALUE, _assessments, _values, lambda row: row.assessed_at),
    "organ_tables": Columns(
        ("definition", "grade", "failures", "failing", "clif_c_of"),
        _counting(OrganFailureAssessment),
        _table,
        _occurred,
    ),
    "organ_values": Columns(VALUE, _counting(OrganFailureAssessment), _values, _occurred),
    "panel_values": Columns(VALUE, _counting(LaboratoryPanel), _values, _occurred),
    "immune_values": Columns(VALUE, _counting(ImmuneStatus), _values, _occurred),
    "precipitants": Columns(
        ("precipitant", "icd10"),
        _counting(Precipitant),
        _one(precipitant="precipitant", icd10="icd10"),
        _occurred,
    ),
    "interventions": Columns(
        ("precipitant", "treatment"),
        _interventions,
        lambda row: iter([{"precipitant": row.precipitant.precipitant, "treatment": row.treatment}]),
        _occurred,
    ),
    "treatments": Columns(
        ("item", "progress", "reason"),
        _counting(TreatmentRecord),
        _one(item="item", progress="progress", reason="reason"),
        _occurred,
    ),
    "sessions": Columns(
        ("mode", "hours", "plasma_ml", "anticoagulant", "complications"),
        _counting(ArtificialLiverSession),
        _session,
        _occurred,
    ),
    "kit": Columns(
        ("answer", "probability", "organ_failure_at_sampling"),
        _counting(KitResult),
        _one(
            answer="answer",
            probability="probability",
            organ_failure_at_sampling="organ_failure_at_sampling",
        ),
        lambda row: row.sampled_at,
    ),
    "transplant": Columns(
        ("decision", "reason"),
        _counting(TransplantDecision),
        _one(decision="decision", reason="reason"),
        _occurred,
    ),
}
"""Every table beside that of the cases."""

OF_MANY: Mapping[str, tuple[str, ...]] = {
    FOLLOW_UP: FOLLOW_UP_COLUMNS,
    TIMES: TIMES_COLUMNS,
    PREDICTIONS: PREDICTIONS_COLUMNS,
}
"""The columns of the tables whose lines are of no case."""

NUMBERS = frozenset(
    {
        *("number", "failures", "clif_c_of", "hours", "plasma_ml", "probability"),
        *("by_day", "step", "at_risk", "deaths", "transplants", "seconds", "at", "patients", "events"),
        *("predicted", "concordant", "tied", "squares_with", "squares_without"),
    }
)
"""Columns with numbers; all others are text."""


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table in their order."""
    by_name = {CASES: HEADER, **OF_MANY}
    return by_name.get(table) or ("case", "days", *TABLES[table].names)


def journey(user: User, report_filter: ReportFilter, *, now: datetime) -> Journey:
    """All tables of the cases that a file may hold; that they were taken is on the audit trail.

    Raises AccessError for who may not export.
    """
    taken = cohort(user, report_filter, now=now)
    visits = dict(CaseFacts.objects.filter(pk__in=taken.codes).values_list("pk", "first_visit_at"))
    tables = {name: _lines_of(columns, taken, visits) for name, columns in TABLES.items()}
    cases: list[Line] = [dict(line) for line in taken.lines]
    group_of = {line["case"]: _quasi_identifiers(line) for line in cases}
    for lines in tables.values():
        _hide_spans(lines, group_of)
    signatures = _signatures(cases, tables)
    person_of = {line["case"]: line["patient"] for line in cases}
    k = _least_persons(signatures, person_of)
    rows = CaseFacts.objects.filter(pk__in=taken.codes)
    return Journey(
        tables={CASES: cases, **tables},
        of_many={
            FOLLOW_UP: follow_up(stays_of(rows)),
            TIMES: times(rows, report_filter.network.pk, now=now),
            PREDICTIONS: predictions(filters.cases(user, whole_network(report_filter)), now=now),
        },
        k=k,
        blurred=_blurred(cases, tables),
        waiting=taken.waiting,
    )


def _lines_of(columns: Columns, taken: Cohort, visits: Mapping[UUID, datetime]) -> list[Line]:
    rows = columns.rows(list(visits))
    if columns.rows is _assessments:
        by_code = {line["case"]: line["age_years"] for line in taken.lines}
        rows = AgeHints().left_out(rows, {key: by_code[code] for key, code in taken.codes.items()})
    lines = [
        {"case": taken.codes[row.case_id], "days": span_of(columns.at(row) - visits[row.case_id]), **line}
        for row in rows
        for line in columns.lines(row)
    ]
    without_cause = {line["case"] for line in taken.lines if line["chronic_liver_disease"] == ANY}
    for line in lines:
        if line["case"] in without_cause:
            hide_cause(line)
    hide_rare(lines, {line["case"]: line["patient"] for line in taken.lines})
    # In an order that says nothing of when a case began.
    return sorted(lines, key=lambda line: line["case"])


def span_of(after: timedelta) -> str:
    """In which span of days after the first visit something was."""
    return next((name for last, name in SPANS if after.days <= last), LAST_SPAN)


def _signatures(cases: Sequence[Line], tables: Mapping[str, list[Line]]) -> dict[str, tuple[Any, ...]]:
    """By case, all by which it could be known in any table; what was left out tells nothing."""
    spans: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for name, lines in tables.items():
        for line in lines:
            if line["days"] != ANY:
                spans[line["case"]].add((name, line["days"]))
    return {line["case"]: (*_quasi_identifiers(line), *sorted(spans[line["case"]])) for line in cases}


def _quasi_identifiers(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(line[name] for name in KNOWN_BY)


def _hide_spans(lines: Sequence[Line], group_of: Mapping[str, tuple[Any, ...]]) -> None:
    """Leaves the spans of a table out where not all of a group have the same in it."""
    spans: dict[str, set[str]] = {case: set() for case in group_of}
    for line in lines:
        spans[line["case"]].add(line["days"])
    spans_in: dict[tuple[Any, ...], set[frozenset[str]]] = defaultdict(set)
    for case, group in group_of.items():
        spans_in[group].add(frozenset(spans[case]))
    for line in lines:
        if len(spans_in[group_of[line["case"]]]) > 1:
            line["days"] = ANY


def _least_persons(signatures: Mapping[str, tuple[Any, ...]], person_of: Mapping[str, str]) -> int:
    alike: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for case, signature in signatures.items():
        alike[signature].add(person_of[case])
    return min(map(len, alike.values()), default=0)


def _blurred(cases: Sequence[Line], tables: Mapping[str, list[Line]]) -> float:
    cells = [str(line[name]) for line in cases for name in KNOWN_BY]
    cells += [line["days"] for lines in tables.values() for line in lines]
    return sum(cell == ANY or ".." in cell for cell in cells) / len(cells) if cells else 0.0
