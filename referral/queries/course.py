"""The course of a case: its published scores over time, and what was done meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referral.models import ArtificialLiverSession, Case, Intervention, TransplantDecision
from referral.pathway.refusals import Text
from referral.queries.case_values import CaseValues, Value
from scoring import Reading, comparators
from scoring.inputs import ANY_INPUT

HELD_FOR = timedelta(hours=24)
"""How long a value counts for a score of a later moment."""

SHOWN_SCORES = (
    "MELD 3.0",
    "MELD-Na",
    "COSSH-ACLF II",
    "CLIF-C OF",
    "CLIF-C ACLF",
    "CLIF-C AD",
    "AARC",
    "ALBI",
)
MOST_MOMENTS = 200


class MarkKind(TextChoices):
    ADMISSION = "admission", _("admission")
    SESSION = "session", _("artificial liver")
    INTERVENTION = "intervention", _("treatment of the precipitant")
    TRANSPLANT = "transplant", _("transplant")


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was done, at `at`, or from then to `until`; `what` says it in words or codes."""

    kind: MarkKind
    at: datetime
    what: Text
    until: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """A score of the values up to `at`, none older than HELD_FOR."""

    at: datetime
    value: float


def score_course(case: Case, values: CaseValues) -> dict[str, list[ScorePoint]]:
    """By name of a score, its points, the oldest first; a score that the patient is not of is left out."""
    moments = sorted({value.at for value in values.values if ANY_INPUT[value.input].laboratory})
    course: dict[str, list[ScorePoint]] = {name: [] for name in SHOWN_SCORES}
    for moment in moments[-MOST_MOMENTS:]:
        for name, score in comparators(_reading_at(case, values.values, moment)).items():
            if name in course and score.applies is not False:
                course[name].append(ScorePoint(moment, score.value))
    return {name: points for name, points in course.items() if points}


def _reading_at(case: Case, values: Iterable[Value], moment: datetime) -> Reading:
    held = [value for value in values if moment - HELD_FOR <= value.at <= moment and value.value is not None]
    normalised = {value.key: value.value for value in sorted(held, key=lambda value: value.at)}
    normalised |= {"age_years": case.age, "sex": case.patient.sex}
    return Reading(values=normalised, entered={}, missing=())


def marks_of(case: Case) -> list[Mark]:
    """What was done to a visible case and counts, in the order of its times."""
    if case.admitted_at is None:
        return []
    return marks(
        case,
        sessions=ArtificialLiverSession.objects.counting().filter(case=case),
        interventions=Intervention.objects.counting().filter(case=case).select_related("precipitant"),
        decisions=TransplantDecision.objects.counting().filter(case=case),
    )


def marks(
    case: Case,
    *,
    sessions: Iterable[ArtificialLiverSession],
    interventions: Iterable[Intervention],
    decisions: Iterable[TransplantDecision],
) -> list[Mark]:
    """The marks of records that count, for whoever has read them."""
    admitted = [] if case.admitted_at is None else [case.admitted_at]
    done = [
        *(Mark(MarkKind.ADMISSION, moment, MarkKind.ADMISSION.label) for moment in admitted),
        *(Mark(MarkKind.SESSION, row.occurred_at, row.get_mode_display(), row.ended_at) for row in sessions),
        *(_intervention(row) for row in interventions),
        *(Mark(MarkKind.TRANSPLANT, row.occurred_at, row.get_decision_display()) for row in decisions),
    ]
    return sorted(done, key=lambda mark: mark.at)


def _intervention(row: Intervention) -> Mark:
    named = row.get_treatment_display() if row.treatment else row.precipitant.get_precipitant_display()
    return Mark(MarkKind.INTERVENTION, row.occurred_at, named, note=row.note or "")
