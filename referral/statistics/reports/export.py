"""The de-identified cohort for research: one line per case, documented in docs/research-export.md.

No date is in it: moments are whole days after the first visit. Ages, sex, cause, places and days, by which
somebody could know a person, are given only so exactly that five persons or more look alike; cases and
persons have codes of this file alone, places such that need the key; free text is not in it.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from accounts import audit
from accounts.encryption import blind_index
from accounts.models import User
from referral.models import Assessment, CaseFacts
from referral.models.statistics import IN_TIME, KINDS, LATE_BECAUSE, MOMENTS
from referral.pathway.refusals import AccessError
from referral.statistics.reports import filters
from referral.statistics.reports.age_hints import ASKED, AgeHints
from referral.statistics.reports.anonymity import ANY, anonymised
from referral.statistics.reports.disclosure import hide_cause, hide_rare
from referral.statistics.reports.export_stay import FIRST_GRADES, STAY, ends, kits, stays
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.privacy import pseudonym
from referral.statistics.reports.releases import ACTION, Releases, releases

OLDEST = 90
SMALL_PLACE = 20
"""Hospitals, and wards, with fewer cases share one code: theirs would be recognised by their size."""

SMALL = "small"
CHUNK = 2000
INDICATORS = (
    *("cirrhosis", "variceal_bleeding", "encephalopathy_grade", "bilirubin_umol_l"),
    *("inr", "urea_mmol_l", "sodium_mmol_l"),
)
STORED = ("state", "flagged_late", "offers", "declines", "expiries", "model", "outcome_28", "outcome_90")
REASONS = {code: f"late: {reason}" for reason, code in LATE_BECAUSE.items()}
DAYS: tuple[str, ...] = tuple(f"{name.removesuffix('_at')}_day" for name in MOMENTS)
"""Moments as whole days after the first visit."""

BEGUN = "artificial_liver_begun"

KNOWN_BY: tuple[str, ...] = (
    *("hospital", "hospital_level", "ward", "age_years", "sex", "chronic_liver_disease", "presentation"),
    *(BEGUN, *DAYS),
)
"""What somebody could know of a person: given in groups of lines that look alike."""

NEVER_CHANGES = ("age_years", "sex", "chronic_liver_disease", "presentation")
"""What the groups are made by, with the hospital: they stay the same in each file."""

HEADER: tuple[str, ...] = (
    *("case", "patient", "rows_alike", *KNOWN_BY, "age_is_estimated", "state", "reached", "flagged_late"),
    *("offers", "declines", "expiries", "model", "band", *INDICATORS, "red_flags", *STAY, *FIRST_GRADES),
    *("outcome_28", "outcome_90", *(f"{kind}_in_time" for kind in KINDS)),
)


def may_export(user: User, report_filter: ReportFilter) -> bool:
    """Researchers of the network, and nobody else, whatever else they may see."""
    return report_filter.network.pk in user.access.researches


@dataclass(frozen=True, slots=True)
class Cohort:
    """`lines`: by the columns of HEADER, in no order. `codes`: what each case is called in this file.
    `waiting`: cases that are in none yet, because fewer than five persons are new."""

    lines: Sequence[Mapping[str, str]]
    codes: Mapping[UUID, str]
    waiting: int


def export(user: User, report_filter: ReportFilter, *, now: datetime) -> Iterator[tuple[str, ...]]:
    """The lines of the table of cases. Raises AccessError for who may not export."""
    lines = cohort(user, report_filter, now=now).lines
    return (tuple(line[name] for name in HEADER) for line in lines)


def cohort(user: User, report_filter: ReportFilter, *, now: datetime) -> Cohort:
    """The cases of the network for research; that they were taken is on the audit trail.

    All of them, whatever period is asked about: two files of different periods, compared, would tell when
    somebody was ill. Raises AccessError for who may not export.
    """
    if not may_export(user, report_filter):
        raise AccessError
    network = report_filter.network.pk
    rows = filters.rows(user, whole_network(report_filter))
    released = releases(rows, network, now=now)
    given = sum(map(len, released.batches))
    audit.record(
        actor=user,
        action=ACTION,
        subject_type="network",
        subject_id=network,
        now=now,
        network=network,
        cases=given,
    )
    return _cohort(rows, released, now)


def whole_network(report_filter: ReportFilter) -> ReportFilter:
    """The question for all months and places of its network."""
    return filters.everything(replace(report_filter, hospital=None, ward=None))


def _cohort(rows: QuerySet[CaseFacts], released: Releases, now: datetime) -> Cohort:
    salt = secrets.token_hex(16)
    lines: list[dict[str, Any]] = []
    codes: dict[UUID, str] = {}
    hints = AgeHints()
    for batch in _batches(rows, released, salt, now):
        codes |= {each.key: each.line["case"] for each in batch}
        lines += _blurred(batch, hints)
    for line in lines:
        if line["chronic_liver_disease"] == ANY:
            hide_cause(line)
    hide_rare(lines, {line["case"]: line["patient"] for line in lines})
    sizes = Counter(tuple(line[name] for name in KNOWN_BY) for line in lines)
    shown = [
        {name: _text(cell) for name, cell in line.items()}
        | {"rows_alike": str(sizes[tuple(line[name] for name in KNOWN_BY)])}
        for line in lines
    ]
    # By codes that are drawn anew: any other order would tell which case a line is.
    return Cohort(sorted(shown, key=lambda line: line["case"]), codes, released.waiting)


@dataclass(frozen=True, slots=True)
class _CaseLine:
    """A case, its hospital, its first assessment that stands, and its line as exact as it is."""

    key: UUID
    hospital: UUID
    assessment: Assessment | None
    line: dict[str, Any]


def _batches(
    rows: QuerySet[CaseFacts], released: Releases, salt: str, now: datetime
) -> list[list[_CaseLine]]:
    """The lines of each batch, read in pieces and in an order that stays the same."""
    places = _codes("H", "hospital", rows) | _codes("W", "ward", rows.filter(ward__isnull=False))
    batch_of = {case: place for place, batch in enumerate(released.batches) for case in batch}
    batches: list[list[_CaseLine]] = [[] for _batch in released.batches]
    full = rows.select_related("case__patient", "hospital").defer("packed").order_by("pk")
    stream = full.iterator(chunk_size=CHUNK)
    while piece := list(islice(stream, CHUNK)):
        for each in _lines([row for row in piece if row.pk in batch_of], places, salt, now):
            batches[batch_of[each.key]].append(each)
    return batches


def _blurred(batch: Sequence[_CaseLine], hints: AgeHints) -> list[dict[str, Any]]:
    """The lines of a batch, so that no person of it is told from four others."""
    lines = [each.line for each in batch]
    alike = anonymised(
        [{name: line[name] for name in KNOWN_BY} for line in lines],
        cut_by=[
            {"hospital": str(each.hospital)} | {name: each.line[name] for name in NEVER_CHANGES}
            for each in batch
        ],
        persons=[line["patient"] for line in lines],
    )
    return [
        each.line | blurred | _left_out(each, blurred["age_years"], hints)
        for each, blurred in zip(batch, alike.lines, strict=True)
    ]


def _left_out(case: _CaseLine, ages: str, hints: AgeHints) -> dict[str, str]:
    """The indicators that would tell the age more exactly."""
    return dict.fromkeys(hints.revealing(case.assessment, ages), ANY) if case.assessment else {}


def _codes(letter: str, place: str, rows: QuerySet[CaseFacts]) -> dict[UUID, str]:
    """What each place is called: small ones alike, with the next smallest until together they are not."""
    sizes = rows.order_by().values_list(place).annotate(size=Count("pk")).order_by("size", place)
    codes, together = {}, 0
    for key, size in sizes:
        is_small = size < SMALL_PLACE or 0 < together < SMALL_PLACE
        together += size if is_small else 0
        codes[key] = f"{letter}-{SMALL}" if is_small else pseudonym(letter, key)
    return codes


def _lines(
    rows: Sequence[CaseFacts], places: dict[UUID, str], salt: str, now: datetime
) -> Iterator[_CaseLine]:
    assessments = (
        Assessment.objects.select_related("policy")
        .only(*ASKED)
        .in_bulk([row.assessment for row in rows if row.assessment])
    )
    keys = [row.pk for row in rows]
    by_case, ended, followed = stays(keys), ends(keys), kits(keys, now)
    for row in rows:
        assessment = assessments.get(row.assessment) if row.assessment else None
        codes = {"case": code("C", row.pk, salt), "patient": code("P", row.case.person_id, salt)}
        facts = cells(row, assessment, places)
        empty = dict.fromkeys((*STAY, *FIRST_GRADES, BEGUN))
        in_ward = {**by_case[row.pk], **ended.get(row.pk, {}), **followed.get(row.pk, {})}
        yield _CaseLine(row.pk, row.hospital_id, assessment, {**codes, **facts, **empty, **in_ward})


def cells(row: CaseFacts, assessment: Assessment | None, codes: Mapping[UUID, str]) -> dict[str, Any]:
    """One case by the columns of its first window and its outcome; `codes`: what its places are called.

    The risk itself is left out: with the indicators beside it, it would tell the age.
    """
    case, patient = row.case, row.case.patient
    values = assessment.values if assessment else {}
    visited = row.first_visit_at.astimezone(ZoneInfo(row.hospital.zone)).date()
    hospital = codes[row.hospital_id]
    return {
        **{name: getattr(row, name) for name in STORED},
        "hospital": hospital,
        "hospital_level": "" if hospital.endswith(SMALL) else row.hospital.level,
        "ward": codes[row.ward_id] if row.ward_id else "",
        "age_years": min(OLDEST, patient.age_on(visited)),
        "age_is_estimated": patient.birth_date.is_estimated,
        "sex": patient.sex,
        "chronic_liver_disease": case.chronic_liver_disease,
        "presentation": case.presentation,
        "band": assessment.band if assessment else "",
        "red_flags": " ".join(assessment.red_flags) if assessment else "",
        **{name: values.get(name) for name in INDICATORS},
        "reached": " ".join(name.removesuffix("_at") for name in MOMENTS if getattr(row, name) is not None),
        **{day: _day(getattr(row, name), row) for day, name in zip(DAYS, MOMENTS, strict=True)},
        **{f"{kind}_in_time": verdict(getattr(row, f"{kind}_verdict")) for kind in KINDS},
    }


def _day(moment: datetime | None, row: CaseFacts) -> int | None:
    """Whole days from the first visit, by the days of the first hospital."""
    if moment is None:
        return None
    zone = ZoneInfo(row.hospital.zone)
    return (moment.astimezone(zone).date() - row.first_visit_at.astimezone(zone).date()).days


def code(letter: str, key: UUID, salt: str) -> str:
    """The code of a case or patient in one file, that nobody can trace or find in another file."""
    return f"{letter}-{blind_index('research', salt, letter, str(key))[:12].upper()}"


def verdict(stored: int | None) -> str:
    """In words: in time, late, late with a reason; empty while it is not judged."""
    if stored is None:
        return ""
    return "in time" if stored == IN_TIME else REASONS.get(stored, "late")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
