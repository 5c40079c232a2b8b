"""What the page of the ward's records shows: sections, what can be recorded, and the series of its charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.punctuation import in_brackets
from portal import definitions
from portal.moments import local
from portal.pages.case.context import Step, background
from portal.pages.discharge.trends import newest_values
from portal.pages.verbs.record_texts import marker_values, panel_values
from portal.pages.verbs.slugs import slug
from portal.pages.verbs.texts import TEXTS
from referral.models import (
    ArtificialLiverSession,
    Case,
    ImmuneStatus,
    LaboratoryPanel,
    OrganFailureAssessment,
    Precipitant,
)
from referral.pathway.inputs.ward import AROUND_A_SESSION, COMPUTED
from referral.pathway.perform import verbs_of
from referral.pathway.refusals import Text
from referral.pathway.retracted_records import KIND_OF, to_correct
from referral.pathway.vocabulary import Verb
from referral.queries import cases
from referral.queries.referral_reasons import grounds_of
from referral.ward.codes import Complication, RecordKind
from referral.ward.organ_table import OrganReading
from referral.ward.precipitants import snomed_of
from referral.ward.record import Trend, WardRecord, ward_record
from scoring import ORGANS, OTHER_LABORATORY, immune, nutrition, texts
from scoring.inputs import BY_KEY
from scoring.issues import plain_number
from scoring.organ_failure import Organ

MOST_ON_A_CHART = 60
IN_HISTORY = ("china", "cossh", "easl_clif", "by_number")
"""Definitions that have a column in the table of every assessment."""

CERTAINTY: Mapping[str, Text] = {
    immune.READ: gettext_lazy("read in the source"),
    immune.GENERAL_KNOWLEDGE: gettext_lazy("general knowledge, not read again"),
}


@dataclass(frozen=True, slots=True)
class OrganRow:
    """One reading of the organ table. `scores`: a subscore for each organ, whether it fails, and the value
    that it was read from. `answers`: what the definitions of `IN_HISTORY` say; `simple_grade` by number of
    failures, in words."""

    row: OrganFailureAssessment
    scores: tuple[tuple[int | None, bool, str], ...]
    answers: tuple[str, ...]
    simple_grade: str


@dataclass(frozen=True, slots=True)
class Range:
    """A published range in words. `holds`: whether the latest value lies in it."""

    span: str
    meaning: str
    source: str
    certainty: Text
    holds: bool


@dataclass(frozen=True, slots=True)
class Marker:
    """An immune marker: its values in time, what was published, and the series of its chart."""

    label: str
    unit: str
    points: tuple[tuple[datetime, str], ...]
    ranges: tuple[Range, ...]
    chart_id: str
    chart: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PrecipitantRow:
    """A precipitant with its codes in words."""

    row: Precipitant
    snomed: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The immune markers or routine values of one sample in words."""

    row: ImmuneStatus | LaboratoryPanel
    values: str


def page(case: Case, user: User, now: datetime) -> dict[str, Any]:
    """The context of the page. `case` comes from `selectors`."""
    record = ward_record(case)
    usable = verbs_of(cases.sides(user, case), case)
    return {
        "case": case,
        "now": now,
        "zone": case.hospital.zone,
        "record": record,
        "can": {verb.value: Step(slug(verb), TEXTS[verb]) for verb in usable if verb in TEXTS},
        "history": [definitions.title_of(name) for name in IN_HISTORY],
        "organ_names": [texts.organ_text(organ) for organ in ORGANS],
        "organs": [_organ_row(row) for row in reversed(record.organs)],
        "latest": _organ_row(record.counting[-1]) if record.counting else None,
        **definitions_of(record.counting[-1].grading if record.counting else {}),
        "organ_chart": organ_chart(record.counting, case.hospital.zone),
        "precipitants": [
            PrecipitantRow(row, snomed_of(row.precipitant, row.icd10)) for row in record.precipitants
        ],
        "sessions": [session(row) for row in record.sessions],
        "energy": energy(record),
        "panels": [Sample(row, panel_values(row)) for row in reversed(record.panels)],
        "samples": [Sample(row, marker_values(row.values)) for row in reversed(record.immune)],
        "markers": [_marker(trend, case.hospital.zone) for trend in record.trends],
        "immune_caution": _(immune.CAUTION),
        "corrections": corrections(case, usable),
        "age": case.age,
        "is_before_admission": False,
        **newest_values(case, now),
        "grounds": grounds_of(case),
        **background(case, usable),
        "may_record_treatment": Verb.RECORD_TREATMENT in usable,
    }


def corrections(case: Case, usable: Sequence[Verb]) -> dict[UUID, str]:
    """By record entered in error that is still to be corrected: the form to enter what is right."""
    verbs = {kind: verb for verb, kind in KIND_OF.items() if verb in usable}
    forms = {kind: reverse("portal:verb", args=[case.pk, slug(verb)]) for kind, verb in verbs.items()}
    return {
        row.record: f"{forms[kind]}?corrects={row.record}"
        for row in to_correct(case)
        if (kind := RecordKind(row.kind)) in forms
    }


def definitions_of(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What every definition says of a table in its JSON form, as a template shows it."""
    return {
        "definitions": definitions.rows_of(stored),
        "leading": stored.get("leading", ""),
        "not_applied": definitions.not_applied(),
        "warnings": definitions.warnings_of(stored),
    }


def background_texts(background: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the case says of the patient beside a table, in words."""
    return [
        (texts.label(BY_KEY[key].name), texts.value_text(key, value)) for key, value in background.items()
    ]


def _organ_row(row: OrganFailureAssessment) -> OrganRow:
    scores = tuple(
        (row.subscores.get(organ), organ in row.failing, _measured(row, organ)) for organ in ORGANS
    )
    answers = {each.name: each.answer for each in definitions.rows_of(row.grading)}
    return OrganRow(row, scores, tuple(answers[name] for name in IN_HISTORY), answers["by_number"])


MEASURED: Mapping[Organ, tuple[str, ...]] = {
    "liver": ("bilirubin_umol_l",),
    "kidney": ("creatinine_umol_l", "urine_ml_kg_h", "dialysis"),
    "brain": ("encephalopathy_grade", "ventilated_for_encephalopathy"),
    "coagulation": ("inr",),
    "circulation": ("map_mmhg", "vasopressors"),
    "respiration": ("pao2_fio2", "spo2_fio2", "mechanical_ventilation"),
}
"""By organ, the values that its points are read from, by the name with the unit."""


def _measured(row: OrganFailureAssessment, organ: Organ) -> str:
    """What was measured of an organ, in words; of support only that it was given."""
    rows = []
    for key in MEASURED[organ]:
        value = row.values.get(key)
        if value is True:
            rows.append(texts.label(BY_KEY[key].name))
        elif value is not None and value is not False:
            rows.append(texts.value_text(key, value))
    return " · ".join(rows)


def organ_chart(rows: Sequence[OrganFailureAssessment], zone: str) -> dict[str, Any]:
    """The number of failing organs over time, as steps."""
    points = [[local(row.occurred_at, zone), row.failures] for row in rows][-MOST_ON_A_CHART:]
    return {
        "series": [{"name": _("failing organs"), "points": points, "step": True}],
        "lines": [],
        "most": 6,
    }


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session of artificial liver; `details` how it was done, `around` its values before and after."""

    row: ArtificialLiverSession
    complications: list[Text]
    details: list[str]
    around: list[str]


def session(row: ArtificialLiverSession) -> SessionRow:
    """A session in words."""
    plasma = [] if row.plasma_ml is None else [_("plasma %(ml)s mL") % {"ml": row.plasma_ml}]
    coded = [str(row.get_anticoagulant_display()) if row.anticoagulant else "", str(row.get_access_display())]
    pairs = [(name, row.before.get(name), row.after.get(name)) for name in AROUND_A_SESSION]
    return SessionRow(
        row,
        [Complication(code).label for code in row.complications],
        [*plasma, *(words for words in coded if words)],
        [
            f"{AROUND_A_SESSION[name][0]} {_amount(before)} → {_amount(after)}"
            for name, before, after in pairs
            if before is not None or after is not None
        ],
    )


def _amount(value: float | None) -> str:
    return "–" if value is None else plain_number(value)


def energy(record: WardRecord) -> dict[str, Any]:
    """The days with the share of the target in per cent, newest first; and where the targets are from."""
    days = [(row, round(row.share * 100) if row.share is not None else None) for row in record.days]
    weight = record.target.weight_kg if record.target else None
    return {
        "days": days[::-1],
        "published_energy": nutrition.published_energy(weight) if weight else None,
        "published_protein": nutrition.published_protein(weight) if weight else None,
        "ranges_citation": nutrition.RANGES_CITATION,
        "ranges_doi": nutrition.RANGES_DOI,
        "equation": nutrition.EQUATION,
        "formula": _(nutrition.FORMULA),
        "factor": nutrition.FACTOR,
        "citation": nutrition.CITATION,
        "doi": nutrition.DOI,
        "factor_citation": nutrition.FACTOR_CITATION,
        "factor_doi": nutrition.FACTOR_DOI,
        "certainty": _(nutrition.CERTAINTY),
    }


def _marker(trend: Trend, zone: str) -> Marker:
    unit = texts.unit_text(OTHER_LABORATORY[trend.marker].unit)
    points = [[local(at, zone), value] for at, value in trend.points][-MOST_ON_A_CHART:]
    label = texts.label(trend.marker)
    limits = sorted({limit for row in trend.ranges for limit in (row.low, row.high) if limit is not None})
    return Marker(
        label=label,
        unit=unit,
        points=tuple((at, plain_number(value)) for at, value in reversed(trend.points)),
        ranges=tuple(_range(row, trend.latest, unit) for row in trend.ranges),
        chart_id=f"trend-{trend.marker}",
        chart={"series": [{"name": f"{label} {in_brackets(unit)}", "points": points}], "lines": limits},
    )


def _range(row: immune.PublishedRange, latest: float, unit: str) -> Range:
    low, high = (None if limit is None else f"{limit:,g}" for limit in (row.low, row.high))
    span = f"{low} – {high}" if low and high else f"< {high}" if high else f"> {low}"
    return Range(
        span=f"{span} {unit}",
        meaning=_(row.meaning),
        source=row.source,
        certainty=CERTAINTY[row.certainty],
        holds=row.holds(latest),
    )


def preview(organs: OrganReading, background: Mapping[str, Any], leading: str) -> dict[str, Any]:
    """The context of what every definition says of what is being typed, with the ratios and what will be
    asked."""
    grade, reading = organs.grade, organs.reading
    return {
        **definitions_of(organs.definitions.as_dict() | {"leading": leading}),
        "background": background_texts(background),
        "scores": [
            (texts.organ_text(organ), grade.subscores.get(organ), organ in grade.failures) for organ in ORGANS
        ],
        "clif_c_of": grade.clif_c_of,
        "ratios": [
            (texts.label(name), texts.value_text(name, reading.values[name]))
            for name in COMPUTED
            if name in reading.values
        ],
        "issues": [texts.issue_text(issue) for issue in reading.issues],
        "questions": [texts.issue_text(issue) for issue in reading.unconfirmed],
    }
