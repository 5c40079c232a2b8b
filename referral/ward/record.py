"""Everything the specialist ward has recorded on a case, for whoever may see the case."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from referral.models import (
    ArtificialLiverSession,
    Case,
    ImmuneStatus,
    KitResult,
    LaboratoryPanel,
    NutritionDay,
    NutritionTarget,
    OrganFailureAssessment,
    Precipitant,
    Record,
    Retraction,
    TransplantDecision,
    TreatmentRecord,
)
from referral.pathway.effects.organ_failure import MANY
from referral.ward.checklist import Item, checklist
from referral.ward.codes import RecordKind
from referral.ward.precipitants import INFECTIONS
from scoring.immune import MARKERS, PublishedRange, ranges_of

Kept = TypeVar("Kept", bound=Record)


@dataclass(frozen=True, slots=True)
class Trend:
    """One immune marker over time, and what was published about it. `points`: (time of the sample, value)."""

    marker: str
    points: tuple[tuple[datetime, float], ...]
    ranges: tuple[PublishedRange, ...]

    @property
    def latest(self) -> float:
        return self.points[-1][1]


@dataclass(frozen=True, slots=True)
class Nourished:
    """One day's energy and protein (g; None where nobody said). `share` of the energy target, 1 is all of it;
    None without a target."""

    day: date
    kcal: int
    share: float | None
    protein_g: int | None
    night_snack: bool | None


@dataclass(frozen=True, slots=True)
class WardRecord:
    """The records of a case, each list in the order of its times."""

    kits: Sequence[KitResult]
    organs: Sequence[OrganFailureAssessment]
    decisions: Sequence[TransplantDecision]
    precipitants: Sequence[Precipitant]
    checklist: Sequence[Item]
    sessions: Sequence[ArtificialLiverSession]
    target: NutritionTarget | None
    days: Sequence[Nourished]
    immune: Sequence[ImmuneStatus]
    trends: Sequence[Trend]
    panels: Sequence[LaboratoryPanel]

    @property
    def counting(self) -> list[OrganFailureAssessment]:
        """The organ assessments that were not marked as entered in error."""
        return counting(self.organs)

    @property
    def mistakable(self) -> list[tuple[RecordKind, Record]]:
        """What counts and can be marked as entered in error, with its kind, the newest first."""
        treatments = [done for row in self.precipitants for done in row.interventions.all()]
        kept: dict[RecordKind, Sequence[Record]] = {
            RecordKind.KIT_RESULT: self.kits,
            RecordKind.ORGAN_FAILURE: self.organs,
            RecordKind.TRANSPLANT_DECISION: self.decisions,
            RecordKind.PRECIPITANT: self.precipitants,
            RecordKind.INTERVENTION: treatments,
            RecordKind.ARTIFICIAL_LIVER: self.sessions,
            RecordKind.IMMUNE_STATUS: self.immune,
            RecordKind.PANEL: self.panels,
        }
        counted = [(kind, row) for kind, rows in kept.items() for row in counting(rows)]
        return sorted(counted, key=lambda pair: pair[1].occurred_at, reverse=True)

    @property
    def grade(self) -> str:
        """The latest simple grade; empty without a failing organ or before the first assessment."""
        return grade_of(self.counting)

    @property
    def has_infection(self) -> bool:
        """Whether an infection is among the precipitants, for which immune markers are meant."""
        return any(row.precipitant in INFECTIONS for row in counting(self.precipitants))

    @property
    def third_failure(self) -> OrganFailureAssessment | None:
        """The assessment from which the days to a transplant count."""
        tables = [row for row in self.counting if row.failures >= MANY]
        return next((row for row in tables if row.opens_transplant), next(iter(tables), None))


def counting(rows: Sequence[Kept]) -> list[Kept]:
    """Those of `rows`, as `ward_record` read them, that were not marked as entered in error."""
    return [row for row in rows if row.retraction is None]


def grade_of(organs: Sequence[OrganFailureAssessment]) -> str:
    return organs[-1].simple_grade if organs else ""


def ward_record(case: Case) -> WardRecord:
    """What was recorded on a visible case."""
    retracted = {row.record: row for row in case.retractions.select_related("actor")}
    organs = _marked(OrganFailureAssessment.objects.filter(case=case), retracted)
    decisions = _marked(TransplantDecision.objects.filter(case=case), retracted)
    sessions = _marked(ArtificialLiverSession.objects.filter(case=case), retracted)
    immune = _marked(ImmuneStatus.objects.filter(case=case), retracted)
    precipitants = _marked(
        Precipitant.objects.filter(case=case).prefetch_related("interventions__actor"), retracted
    )
    for precipitant in precipitants:
        _mark(precipitant.interventions.all(), retracted)
    target = NutritionTarget.objects.counting().filter(case=case).select_related("actor").last()
    return WardRecord(
        kits=_marked(KitResult.objects.filter(case=case), retracted),
        organs=organs,
        decisions=decisions,
        precipitants=precipitants,
        checklist=checklist(
            grade_of(counting(organs)),
            treatments=TreatmentRecord.objects.counting().filter(case=case).select_related("actor"),
            sessions=counting(sessions),
            decisions=counting(decisions),
        ),
        sessions=sessions,
        target=target,
        days=_days(case, target),
        immune=immune,
        trends=_trends(counting(immune)),
        panels=_marked(LaboratoryPanel.objects.filter(case=case), retracted),
    )


def _marked(rows: QuerySet[Kept], retracted: Mapping[UUID, Retraction]) -> list[Kept]:
    """`rows` with the people behind them and, where they were entered in error, how that was said."""
    return _mark(rows.select_related("actor"), retracted)


def _mark(rows: Iterable[Kept], retracted: Mapping[UUID, Retraction]) -> list[Kept]:
    marked = list(rows)
    for row in marked:
        row.retraction = retracted.get(row.pk)
    return marked


def _days(case: Case, target: NutritionTarget | None) -> list[Nourished]:
    """By day, the latest record of each."""
    rows = NutritionDay.objects.counting().filter(case=case).order_by("recorded_at", "pk")
    latest = {row.day: row for row in rows}
    goal = target.target_kcal if target else None
    return [
        Nourished(day, row.kcal, row.kcal / goal if goal else None, row.protein_g, row.night_snack)
        for day, row in sorted(latest.items())
    ]


def _trends(immune: Sequence[ImmuneStatus]) -> list[Trend]:
    """The markers that were ever measured."""
    points = {
        marker: tuple((row.occurred_at, row.values[marker]) for row in immune if marker in row.values)
        for marker in MARKERS
    }
    return [Trend(marker, values, ranges_of(marker)) for marker, values in points.items() if values]
