"""The values of a case as one thing: whatever either side entered, with unit, time and origin, in time order.

A value comes from the draft of the indicators, an assessment, a table of organ failure, a laboratory panel
or a sample of immune markers. What was entered in error is left out; age and sex are the patient's and no
values.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from referral.models import (
    Assessment,
    Case,
    ImmuneStatus,
    Indicators,
    LaboratoryPanel,
    OrganFailureAssessment,
)
from referral.pathway.vocabulary import ENDED
from referral.queries.urgency import drafted_red_flags
from scoring import EIGHT, INPUTS, read_inputs
from scoring.inputs import ANY_INPUT

OF_THE_PATIENT = frozenset({"age_years", "sex"})
ORDER = {name: place for place, name in enumerate(ANY_INPUT)}


class Origin(TextChoices):
    """Which side entered a value, and where."""

    DRAFT = "draft", _("first hospital, not yet assessed")
    ASSESSMENT = "assessment", _("first hospital, assessment")
    ORGANS = "organ_failure", _("ward, organ failures")
    PANEL = "panel", _("ward, laboratory panel")
    IMMUNE = "immune_status", _("ward, immune markers")


@dataclass(frozen=True, slots=True)
class Value:
    """One value. `input`: its name in `scoring`; `value`: normalised, in the unit of that input; None where
    what was typed cannot be read any more.

    `typed` and `unit` are as entered; `typed` is None for a ratio, which is computed. `sampled_at` is None
    where it is not known; `stated_at` is when the set that it belongs to was so. `record`: the id of that
    set; None for the draft. `entered_by`: the id of the person. `source`: the report it was taken from (see
    `referral.pathway.sources`), None where it was typed.
    """

    input: str
    value: Any
    typed: Any
    unit: str
    sampled_at: datetime | None
    stated_at: datetime
    origin: Origin
    record: UUID | None
    entered_by: UUID
    entered_at: datetime
    source: Mapping[str, Any] | None = None

    @property
    def at(self) -> datetime:
        """When it was so, as far as that is known."""
        return self.sampled_at or self.stated_at

    @property
    def key(self) -> str:
        """The name of the normalised value, with its unit."""
        return ANY_INPUT[self.input].key


@dataclass(frozen=True)
class CaseValues:
    """The values of a case, the oldest first. `missing`: those of the eight indicators that were never
    entered, while nothing was assessed and the case goes on. `red_flags`: of the assessment, and of a draft
    that was saved since.
    """

    values: tuple[Value, ...]
    missing: tuple[str, ...]
    red_flags: tuple[str, ...]

    @cached_property
    def latest(self) -> Mapping[str, Value]:
        """The newest value of each input, in the order of the inputs."""
        newest = {value.input: value for value in self.values}
        return {name: newest[name] for name in sorted(newest, key=ORDER.__getitem__)}

    @property
    def normalised(self) -> dict[str, Any]:
        """The newest usable value of each input, by the name with its unit."""
        return {value.key: value.value for value in self.latest.values() if value.value is not None}

    def people(self) -> dict[UUID, User]:
        """Who entered them, by id."""
        return User.objects.in_bulk({value.entered_by for value in self.values})


def with_values(rows: QuerySet[Case]) -> QuerySet[Case]:
    """`rows` with what `case_values` reads, in one query for each kind of record, however many cases."""
    return rows.select_related("indicators").prefetch_related(
        Prefetch("assessments", _assessments(), to_attr="valued_assessments"),
        Prefetch("organfailureassessment_set", _tables(), to_attr="valued_tables"),
        Prefetch("laboratorypanel_set", _panels(), to_attr="valued_panels"),
        Prefetch("immunestatus_set", _samples(), to_attr="valued_samples"),
    )


def case_values(case: Case) -> CaseValues:
    """The values of a visible case; asks for nothing where `with_values` has read it."""
    assessments = loaded(case, "valued_assessments", _assessments)
    draft = case.draft
    values = [
        *(value for row in assessments for value in _of_assessment(row)),
        *(value for row in tables_of(case) for value in _of_table(row)),
        *(value for row in _of_the_ward(case, "valued_panels", _panels) for value in _of_panel(row)),
        *(value for row in _of_the_ward(case, "valued_samples", _samples) for value in _of_sample(row)),
        *_of_draft(draft, assessments),
    ]
    values.sort(key=lambda value: (value.at, value.entered_at, ORDER[value.input]))
    return CaseValues(tuple(values), _missing(case, values), _red_flags(case))


def tables_of(case: Case) -> list[OrganFailureAssessment]:
    """The tables of organ failure of a visible case that count, the oldest first."""
    return _of_the_ward(case, "valued_tables", _tables)


def _of_the_ward(case: Case, name: str, rows: Callable[[], QuerySet[Any]]) -> list[Any]:
    """Records of a ward, as `loaded` has them; without a query before there can be one."""
    was_never_there = case.admitted_at is None and not case.voided_stays
    return [] if was_never_there else loaded(case, name, rows)


def loaded(case: Case, name: str, rows: Callable[[], QuerySet[Any]]) -> list[Any]:
    """What was read of `rows` with the case under that name, else those of `rows` that are the case's."""
    return list(getattr(case, name)) if hasattr(case, name) else list(rows().filter(case=case))


def _assessments() -> QuerySet[Assessment]:
    return Assessment.objects.filter(retraction=None).defer("result").order_by("number")


def _tables() -> QuerySet[OrganFailureAssessment]:
    return OrganFailureAssessment.objects.counting().defer("note")


def _panels() -> QuerySet[LaboratoryPanel]:
    return LaboratoryPanel.objects.counting().defer("note")


def _samples() -> QuerySet[ImmuneStatus]:
    return ImmuneStatus.objects.counting().defer("note")


def _of_assessment(row: Assessment) -> Iterator[Value]:
    times = row.entered.get("sampled_at") or {}
    for name, typed, unit, value in _set(row.entered.get("entered") or {}, row.values):
        yield Value(
            input=name,
            value=value,
            typed=typed,
            unit=unit,
            sampled_at=datetime.fromisoformat(times[name]) if name in times else None,
            stated_at=row.assessed_at,
            origin=Origin.ASSESSMENT,
            record=row.pk,
            entered_by=row.assessed_by_id,
            entered_at=row.recorded_at,
            source=_source(row.entered.get("entered") or {}, name),
        )


def _of_table(row: OrganFailureAssessment) -> Iterator[Value]:
    for name, typed, unit, value in _set(row.entered, row.values):
        yield Value(
            input=name,
            value=value,
            typed=typed,
            unit=unit,
            sampled_at=row.sampled_at if ANY_INPUT[name].laboratory else None,
            stated_at=row.occurred_at,
            origin=Origin.ORGANS,
            record=row.pk,
            entered_by=row.actor_id,
            entered_at=row.recorded_at,
            source=_source(row.entered, name),
        )


def _of_panel(row: LaboratoryPanel) -> Iterator[Value]:
    for name, typed, unit, value in _set(row.entered, row.values):
        yield Value(
            input=name,
            value=value,
            typed=typed,
            unit=unit,
            sampled_at=row.occurred_at,
            stated_at=row.occurred_at,
            origin=Origin.PANEL,
            record=row.pk,
            entered_by=row.actor_id,
            entered_at=row.recorded_at,
            source=_source(row.entered, name),
        )


def _of_sample(row: ImmuneStatus) -> Iterator[Value]:
    for name, value in row.values.items():
        yield Value(
            input=name,
            value=value,
            typed=value,
            unit="",
            sampled_at=row.occurred_at,
            stated_at=row.occurred_at,
            origin=Origin.IMMUNE,
            record=row.pk,
            entered_by=row.actor_id,
            entered_at=row.recorded_at,
        )


def _of_draft(draft: Indicators | None, assessments: Sequence[Assessment]) -> Iterator[Value]:
    """What was saved and is in no assessment yet."""
    for value in draft_values(draft) if draft else ():
        if not any(_is_in(row, value) for row in assessments):
            yield value


def draft_values(draft: Indicators) -> Iterator[Value]:
    """What was saved of the indicators, in the order of the inputs, whether it was assessed since or not."""
    reading = read_inputs({**draft.values, "confirmed": draft.confirmed})
    for name, typed, unit, value in _set(reading.entered, reading.values):
        by, at = _stamp(draft, name)
        yield Value(
            input=name,
            value=value,
            typed=typed,
            unit=unit,
            sampled_at=reading.sampled_at.get(name),
            stated_at=at,
            origin=Origin.DRAFT,
            record=None,
            entered_by=by,
            entered_at=at,
            source=(draft.stamps.get(name) or {}).get("source"),
        )


def _set(
    entered: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]
) -> Iterator[tuple[str, Any, str, Any]]:
    """Name, typed value, typed unit and normalised value of one set: what was typed, and what was computed
    from it."""
    for name, spec in ANY_INPUT.items():
        if name in OF_THE_PATIENT:
            continue
        if name in entered:
            typed = entered[name]
            yield name, typed.get("value"), str(typed.get("unit", "")), values.get(spec.key)
        elif spec.key in values:
            typed_flag = values[spec.key] if spec.kind == "flag" else None
            yield name, typed_flag, "", values[spec.key]


def _source(entered: Mapping[str, Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    return (entered.get(name) or {}).get("source")


def _is_in(row: Assessment, drafted: Value) -> bool:
    """Whether a value of the draft is in an assessment, or an assessment says something later."""
    entered = (row.entered.get("entered") or {}).get(drafted.input)
    if entered is None:
        return False
    is_same = str(entered.get("value")) == str(drafted.typed)
    is_same = is_same and str(entered.get("unit", "")) == drafted.unit
    return is_same or row.recorded_at >= drafted.entered_at


def _stamp(draft: Indicators, name: str) -> tuple[UUID, datetime]:
    """Who entered a value of the draft, and when; for those saved before that was kept, who saved last."""
    stamp = draft.stamps.get(name)
    if stamp is None:
        return draft.saved_by_id, draft.saved_at
    return UUID(stamp["by"]), datetime.fromisoformat(stamp["at"])


def _missing(case: Case, values: Iterable[Value]) -> tuple[str, ...]:
    if case.assessment_id is not None or case.state in ENDED:
        return ()
    measured = {value.input for value in values if value.value is not None}
    return tuple(name for name in EIGHT if name not in measured and name not in OF_THE_PATIENT)


def _red_flags(case: Case) -> tuple[str, ...]:
    scored = case.assessment.red_flags if case.assessment is not None else ()
    return tuple(dict.fromkeys((*scored, *drafted_red_flags(case))))


def stamped(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    stamps: Mapping[str, Any],
    *,
    by: UUID,
    at: datetime,
    sources: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The stamps of a draft whose values `before` become `after`: new ones for what is another now.

    `sources` say where the new ones are from (see `referral.pathway.sources`); what is not there was typed.
    """
    changed = {name for name in INPUTS if _said(after, name) != _said(before, name)}
    kept = {name: stamp for name, stamp in stamps.items() if after.get(name) not in (None, "")}
    fresh = {"by": str(by), "at": at.isoformat()}
    for name in changed:
        if after.get(name) not in (None, ""):
            is_same = _said(after, name)[:2] == _said(before, name)[:2]
            source = sources.get(name) or (stamps.get(name, {}).get("source") if is_same else None)
            kept[name] = {**fresh, "source": dict(source)} if source else fresh
    return kept


def _said(values: Mapping[str, Any], name: str) -> tuple[str, str, str]:
    """A value of a draft with its unit and time, as text, so that 2.2 and "2.2" are the same."""
    times = values.get("sampled_at") or {}
    unit = values.get(INPUTS[name].unit_field or "", "")
    return str(values.get(name) or ""), str(unit or ""), str(times.get(name) or "")
