"""What became of patients of the wards: by the grade that led, by mode of artificial liver, by when it began.

Time runs from the admission. A transplant and a death are events that rule each other out; whoever had
neither is followed to the last time that somebody said something of them. The tables describe: who was
treated how was chosen by doctors, and whoever is treated late has lived until then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from referral.codes import LeadingDefinition, OutcomeStatus
from referral.models import (
    ArtificialLiverSession,
    CaseFacts,
    Event,
    OrganFailureAssessment,
    Outcome,
    Record,
    TransplantDecision,
)
from referral.pathway.refusals import Text
from referral.statistics.reports.privacy import few, hidden_parts, rounded
from referral.ward.codes import ArtificialLiverMode
from referral.ward.codes import TransplantDecision as Decision
from referral.ward.leading import leading_grade
from scoring.research.competing import CENSORED, Incidence, incidence

_Cases = QuerySet[CaseFacts, Any]
_Kind = TypeVar("_Kind", bound=Record)

DEATH, TRANSPLANT = 1, 2
ENDS = {CENSORED: "", DEATH: "death", TRANSPLANT: "transplant"}
"""What came first, in words of a file."""
HORIZONS = (28, 90)
NONE = "none"
BEGUN: tuple[tuple[str, float, Text], ...] = (
    ("first_day", 1, _("first session within 24 h of admission")),
    ("second_to_third_day", 3, _("first session on the second or third day")),
    ("fourth_to_seventh_day", 7, _("first session on the fourth to seventh day")),
    ("later", float("inf"), _("first session later")),
)
"""When artificial liver began: code, days after the admission at most, words."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One admitted patient. `days` to `event` (DEATH, TRANSPLANT or CENSORED); `grade` as the definition that
    led said it of the first table (`china:early`), empty without one; `mode` of the first session and the
    days to it, NONE and None without any."""

    case: UUID
    days: float
    event: int
    grade: str
    mode: str
    first_session_days: float | None

    @property
    def begun(self) -> str:
        """The code of when artificial liver began."""
        if self.first_session_days is None:
            return NONE
        return next(code for code, most, _words in BEGUN if self.first_session_days <= most)


DIVISIONS: Mapping[str, Callable[[Stay], str]] = {
    "all": lambda stay: "all",
    "grade": lambda stay: stay.grade,
    "mode": lambda stay: stay.mode,
    "begun": lambda stay: stay.begun,
}
"""What the patients are divided by, and the code of the group that a stay is in."""


@dataclass(frozen=True, slots=True)
class Group:
    """Patients alike in one thing: how many, how many died and were transplanted, and the incidence of each
    by horizon in days; None where it is not known. `is_hidden`: too few for the reader; a horizon by which
    they are is not in `death` and `transplant`."""

    code: str
    patients: int
    deaths: int
    transplants: int
    death: dict[int, Incidence | None]
    transplant: dict[int, Incidence | None]
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class StayOutcomes:
    """The same patients, all together and in three divisions."""

    whole: Group
    by_grade: list[Group]
    by_mode: list[Group]
    by_begun: list[Group]


def stay_outcomes(rows: QuerySet[CaseFacts], *, hides_small: bool) -> StayOutcomes:
    """The outcomes of the admitted cases of `rows`."""
    stays = stays_of(rows)
    whole, *divisions = (_groups(stays, key_of, hides_small) for key_of in DIVISIONS.values())
    return StayOutcomes(whole[0] if stays else group_of("all", []), *divisions)


def grade_words(code: str) -> tuple[str, str]:
    """The definition and the grade of a code of `Stay.grade`."""
    definition, _colon, grade = code.partition(":")
    return definition, grade


def stays_of(rows: QuerySet[CaseFacts]) -> list[Stay]:
    """The stays of the admitted cases, in a fixed number of statements."""
    facts = rows.filter(admitted_at__isnull=False).only("case", "first_visit_at", "admitted_at", "died_at")
    keys = facts.order_by().values("case")
    graded = OrganFailureAssessment.objects.counting().only("case", "occurred_at", "values", "definitions")
    sessions = _first(ArtificialLiverSession.objects.counting().only("case", "occurred_at", "mode"), keys)
    tables, transplants, seen = _first(graded, keys), _transplants(keys), _last_seen(keys)
    return [
        _stay(row, tables.get(row.pk), sessions.get(row.pk), transplants.get(row.pk), seen.get(row.pk))
        for row in facts.order_by("pk")
    ]


def _first(rows: QuerySet[_Kind], cases: _Cases) -> dict[UUID, _Kind]:
    """The first record of each case."""
    first = rows.filter(case__in=cases).order_by("case_id", *Record.Meta.ordering).distinct("case_id")
    return {row.case_id: row for row in first}


def _transplants(cases: _Cases) -> dict[UUID, datetime]:
    decided = TransplantDecision.objects.counting().filter(case__in=cases, decision=Decision.TRANSPLANTED)
    said = Outcome.objects.filter(case__in=cases, status=OutcomeStatus.TRANSPLANTED)
    first: dict[UUID, datetime] = {}
    for case, at in [*decided.values_list("case", "occurred_at"), *said.values_list("case", "at")]:
        first[case] = min(at, first.get(case, at))
    return first


def _last_seen(cases: _Cases) -> dict[UUID, datetime]:
    """When somebody last did something about a patient, or said that they were alive."""
    done = Event.objects.filter(case__in=cases, actor__isnull=False)
    alive = Outcome.objects.filter(case__in=cases, status=OutcomeStatus.ALIVE)
    seen = dict(done.order_by().values_list("case").annotate(Max("occurred_at")))
    for case, at in alive.values_list("case", "at"):
        seen[case] = max(at, seen.get(case, at))
    return seen


def _stay(
    row: CaseFacts,
    table: OrganFailureAssessment | None,
    session: ArtificialLiverSession | None,
    transplanted: datetime | None,
    seen: datetime | None,
) -> Stay:
    admitted = row.admitted_at or row.first_visit_at
    ends = [(at, event) for at, event in ((row.died_at, DEATH), (transplanted, TRANSPLANT)) if at is not None]
    end, event = min(ends) if ends else (max(seen or admitted, admitted), CENSORED)
    grade = leading_grade(table) if table else None
    return Stay(
        case=row.pk,
        days=_days(end - admitted),
        event=event,
        grade=f"{grade.definition}:{grade.value or grade.at_least}" if grade else "",
        mode=session.mode if session else NONE,
        first_session_days=_days(session.occurred_at - admitted) if session else None,
    )


def _days(span: timedelta) -> float:
    return max(span / timedelta(days=1), 0.0)


def _groups(stays: Sequence[Stay], key_of: Callable[[Stay], str], hides_small: bool) -> list[Group]:
    """The groups in the order of their codes; a division tells no number that it hides."""
    parts = divided(stays, key_of)
    groups = [group_of(code, part) for code, part in parts.items()]
    if not hides_small:
        return groups
    hidden = hidden_parts([(group.deaths, group.transplants, _others(group)) for group in groups])
    hidden_by = {day: hidden_parts([counts_by(day, part) for part in parts.values()]) for day in HORIZONS}
    return [
        _hidden(group)
        if place in hidden
        else _rounded(group, [day for day in HORIZONS if place not in hidden_by[day]])
        for place, group in enumerate(groups)
    ]


def counts_by(day: int, stays: Sequence[Stay]) -> tuple[int, ...]:
    """Who died, was transplanted, was followed to the day, and was lost before it."""
    ended = [stay.event for stay in stays if stay.event != CENSORED and stay.days <= day]
    followed = sum(stay.days >= day and (stay.event == CENSORED or stay.days > day) for stay in stays)
    return (
        ended.count(DEATH),
        ended.count(TRANSPLANT),
        followed,
        len(stays) - len(ended) - followed,
    )


def divided(stays: Sequence[Stay], key_of: Callable[[Stay], str]) -> dict[str, list[Stay]]:
    """The stays by the code of their group, in the order of the codes."""
    parts: dict[str, list[Stay]] = {}
    for stay in stays:
        parts.setdefault(key_of(stay), []).append(stay)
    return {code: parts[code] for code in sorted(parts, key=_place)}


ORDER = (
    NONE,
    *ArtificialLiverMode.values,
    *(code for code, _most, _words in BEGUN),
    *LeadingDefinition.values,
)


def _place(code: str) -> tuple[int, str]:
    head = code.partition(":")[0]
    return (ORDER.index(head) if head in ORDER else len(ORDER), code)


def _others(group: Group) -> int:
    return group.patients - group.deaths - group.transplants


def group_of(code: str, stays: Sequence[Stay]) -> Group:
    """The figures of these stays, whoever reads them."""
    times, events = [stay.days for stay in stays], [stay.event for stay in stays]
    by_kind = {
        kind: {day: incidence(times, events, kind=kind, horizon=day) for day in HORIZONS}
        for kind in (DEATH, TRANSPLANT)
    }
    return Group(
        code=code,
        patients=len(stays),
        deaths=events.count(DEATH),
        transplants=events.count(TRANSPLANT),
        death=by_kind[DEATH],
        transplant=by_kind[TRANSPLANT],
    )


def _hidden(group: Group) -> Group:
    return Group(group.code, 0, 0, 0, {}, {}, is_hidden=True)


def _rounded(group: Group, days: Sequence[int]) -> Group:
    """With rounded counts, and with the figures by these days alone."""
    counts = (rounded(group.patients), rounded(group.deaths), rounded(group.transplants))
    death, transplant = ({day: by[day] for day in days} for by in (group.death, group.transplant))
    return _hidden(group) if any(map(few, counts)) else Group(group.code, *counts, death, transplant)
