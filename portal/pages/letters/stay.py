"""The stay in the specialist ward for the letter of the way back: what a doctor reads in two minutes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from portal import definitions
from portal.lab_values import said
from portal.pages.discharge.trends import FIRST_HOSPITAL, NO_FINDINGS, short_charts
from referral.models import ArtificialLiverSession, Case, NutritionTarget, OrganFailureAssessment, Precipitant
from referral.pathway.refusals import Text
from referral.queries.case_values import CaseValues, Value
from referral.queries.course import Mark, marks
from referral.ward.codes import ArtificialLiverMode, Complication, TreatmentItem
from referral.ward.record import Nourished, WardRecord, counting
from scoring import texts
from scoring.inputs import ANY_INPUT

LOWER_IS_WORSE = frozenset(
    {
        *("sodium_mmol_l", "albumin_g_l", "platelets_10e9_l", "map_mmhg", "pta_percent", "spo2_percent"),
        *("pao2", "pao2_fio2", "spo2_fio2", "lymphocytes_10e9_l", "mhladr_per_cell"),
        *("mhladr_percent", "urine_ml_kg_h"),
    }
)
"""Values of which the lowest is the worst; of all others the highest."""


AT_ADMISSION = timedelta(hours=24)
"""How near to the admission the ward's own first value must be."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in words with its time; `is_first_hospital`: the ward did not measure it itself."""

    words: str
    at: datetime
    is_first_hospital: bool


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One value by admission, at its worst and at last. By admission is the ward's first within AT_ADMISSION,
    else the last of the first hospital before it; None where nobody measured it until later."""

    label: Text
    at_admission: Shown | None
    worst: Shown
    last: Shown

    @property
    def is_measured_once(self) -> bool:
        """Whether all three are one measurement."""
        return self.at_admission == self.worst == self.last

    @property
    def cells(self) -> tuple[Shown | None, ...]:
        """The three as they stand in the table."""
        return self.at_admission, self.worst, self.last


@dataclass(frozen=True, slots=True)
class GradeRow:
    """What the definition that leads said of a table, and how many organs failed."""

    at: datetime
    answer: str
    failures: int


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of artificial liver of one mode; the plasma is that of all, 0 where nobody said."""

    mode: Text
    count: int
    first: datetime
    last: datetime
    complications: tuple[Text, ...]
    plasma_ml: int


def stay(case: Case, values: CaseValues, record: WardRecord) -> dict[str, Any]:
    """The context of the stay of a visible case."""
    return {
        "course_rows": list(course(values, case.admitted_at)),
        **short_charts(case, values, _marks(case, record)),
        "grades": grades(record.counting),
        "leading_title": definitions.leading_of(record.counting[-1].grading).title if record.counting else "",
        "precipitants": [(row, _treated(row)) for row in counting(record.precipitants)],
        "sessions": sessions(counting(record.sessions)),
        "kits": counting(record.kits),
        "transplant": counting(record.decisions)[-1:],
        "treatments": [
            item for item in record.checklist if item.progress and item.code in TreatmentItem.values
        ],
        "energy": energy(record),
    }


def _marks(case: Case, record: WardRecord) -> list[Mark]:
    treated = [done for row in counting(record.precipitants) for done in row.interventions.all()]
    return marks(
        case,
        sessions=counting(record.sessions),
        interventions=counting(treated),
        decisions=counting(record.decisions),
    )


def course(values: CaseValues, admitted_at: datetime | None) -> Iterator[CourseRow]:
    """Every number that was measured: by admission, the worst since the first visit, the last."""
    for name in values.latest:
        series = [value for value in values.values if value.input == name and _is_number(value)]
        if not series or name in NO_FINDINGS:
            continue
        by_admission = _by_admission(series, admitted_at)
        worst = (min if name in LOWER_IS_WORSE else max)(series, key=lambda value: float(value.value))
        yield CourseRow(
            texts.label(name),
            _shown(by_admission) if by_admission else None,
            _shown(worst),
            _shown(series[-1]),
        )


def _by_admission(series: Sequence[Value], admitted_at: datetime | None) -> Value | None:
    if admitted_at is None:
        return series[-1]
    near = admitted_at - AT_ADMISSION, admitted_at + AT_ADMISSION
    own = [value for value in series if value.origin not in FIRST_HOSPITAL and near[0] <= value.at <= near[1]]
    before = [value for value in series if value.at <= admitted_at]
    return own[0] if own else before[-1] if before else None


def grades(tables: Sequence[OrganFailureAssessment]) -> list[GradeRow]:
    """The first table, each by which the answer changed, and the last."""
    rows = [
        GradeRow(table.occurred_at, definitions.leading_of(table.grading).answer, table.failures)
        for table in tables
    ]
    return [
        row
        for place, row in enumerate(rows)
        if place in (0, len(rows) - 1)
        or (row.answer, row.failures) != (rows[place - 1].answer, rows[place - 1].failures)
    ]


def sessions(rows: Sequence[ArtificialLiverSession]) -> list[Sessions]:
    """By mode, in the order in which the modes began."""
    by_mode: dict[str, list[ArtificialLiverSession]] = {}
    for row in rows:
        by_mode.setdefault(row.mode, []).append(row)
    return [
        Sessions(
            mode=ArtificialLiverMode(mode).label,
            count=len(same),
            first=same[0].occurred_at,
            last=same[-1].occurred_at,
            plasma_ml=sum(row.plasma_ml or 0 for row in same),
            complications=tuple(
                Complication(code).label
                for code in dict.fromkeys(code for row in same for code in row.complications)
            ),
        )
        for mode, same in by_mode.items()
    ]


def energy(record: WardRecord) -> tuple[NutritionTarget, Nourished] | None:
    """The target in kcal a day, and what was taken on the last day that was recorded; None without both."""
    if record.target is None or not record.days:
        return None
    return record.target, record.days[-1]


def _treated(row: Precipitant) -> list[str]:
    done = [one for one in row.interventions.all() if one.retraction is None]
    return [_(": ").join(filter(None, (one.get_treatment_display(), one.note or ""))) for one in done]


def _is_number(value: Value) -> bool:
    is_measured = ANY_INPUT[value.input].kind in ("number", "grade")
    return is_measured and isinstance(value.value, int | float) and not isinstance(value.value, bool)


def _shown(value: Value) -> Shown:
    return Shown(said(value), value.at, value.origin in FIRST_HOSPITAL)
