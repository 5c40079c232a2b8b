"""The de-identified cohort for research: one line per case, documented in docs/research-export.md.

No date is in it: moments are whole days after the first visit. Ages, sex, cause, places and days, by which
somebody could know a person, are given only so exactly that five lines or more look alike; places and people
are codes that need the key; free text is not in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet, TextField
from django.db.models.functions import MD5, Cast

from accounts import audit
from accounts.encryption import blind_index
from accounts.models import User
from referral.models import Assessment, CaseFacts
from referral.models.statistics import IN_TIME, KINDS, LATE_BECAUSE, MOMENTS
from referral.pathway.refusals import AccessError
from referral.statistics.reports import filters
from referral.statistics.reports.anonymity import anonymised
from referral.statistics.reports.export_stay import FIRST_GRADES, STAY, stays
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.privacy import pseudonym

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

KNOWN_BY: tuple[str, ...] = (
    *("hospital", "hospital_level", "ward", "age_years", "sex", "chronic_liver_disease", "presentation"),
    *DAYS,
)
"""What somebody could know of a person: given in groups of lines that look alike."""

HEADER: tuple[str, ...] = (
    *("case", "patient", "rows_alike", *KNOWN_BY, "age_is_estimated", "state", "flagged_late"),
    *("offers", "declines", "expiries", "model", "band", *INDICATORS, "red_flags", *STAY, *FIRST_GRADES),
    *("outcome_28", "outcome_90", *(f"{kind}_in_time" for kind in KINDS)),
)


def may_export(user: User, report_filter: ReportFilter) -> bool:
    """Researchers of the network, and nobody else, whatever else they may see."""
    return report_filter.network.pk in user.access.researches


def export(user: User, report_filter: ReportFilter, *, now: datetime) -> Iterator[tuple[str, ...]]:
    """The lines of the export, read while they are written; that it was taken is on the audit trail.

    All cases of the network, whatever period is asked about: two files of different periods, compared, would
    tell when somebody was ill. Raises AccessError for who may not export.
    """
    if not may_export(user, report_filter):
        raise AccessError
    rows = filters.rows(user, filters.everything(replace(report_filter, hospital=None, ward=None)))
    audit.record(
        actor=user,
        action="research_export",
        subject_type="network",
        subject_id=report_filter.network.pk,
        now=now,
        network=report_filter.network.pk,
        cases=rows.count(),
    )
    return _lines(rows)


def _lines(rows: QuerySet[CaseFacts]) -> Iterator[tuple[str, ...]]:
    codes = _codes("H", "hospital", rows) | _codes("W", "ward", rows.filter(ward__isnull=False))
    # In an order that says nothing: that of registration would be a date in itself.
    ordered = rows.select_related("case__patient", "hospital").defer("packed")
    ordered = ordered.order_by(MD5(Cast("pk", TextField())))
    lines: list[dict[str, Any]] = []
    batch: list[CaseFacts] = []
    for row in ordered.iterator(chunk_size=CHUNK):
        batch.append(row)
        if len(batch) == CHUNK:
            lines += _batch(batch, codes)
            batch = []
    lines += _batch(batch, codes)
    alike = anonymised([{name: line[name] for name in KNOWN_BY} for line in lines])
    for line, blurred, count in zip(lines, alike.lines, alike.alike, strict=True):
        yield tuple(_text((line | blurred | {"rows_alike": count})[name]) for name in HEADER)


def _codes(letter: str, place: str, rows: QuerySet[CaseFacts]) -> dict[UUID, str]:
    """What each place is called: small ones alike, with the next smallest until together they are not."""
    sizes = rows.order_by().values_list(place).annotate(size=Count("pk")).order_by("size", place)
    codes, together = {}, 0
    for key, size in sizes:
        is_small = size < SMALL_PLACE or 0 < together < SMALL_PLACE
        together += size if is_small else 0
        codes[key] = f"{letter}-{SMALL}" if is_small else pseudonym(letter, key)
    return codes


def _batch(rows: list[CaseFacts], codes: dict[UUID, str]) -> Iterator[dict[str, Any]]:
    assessments = Assessment.objects.only("values", "red_flags", "band").in_bulk(
        [row.assessment for row in rows if row.assessment]
    )
    by_case = stays([row.pk for row in rows])
    for row in rows:
        assessment = assessments.get(row.assessment) if row.assessment else None
        yield {**cells(row, assessment, codes), **dict.fromkeys((*STAY, *FIRST_GRADES)), **by_case[row.pk]}


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
        "case": code("C", row.pk),
        "patient": code("P", case.person_id),
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
        **{day: _day(getattr(row, name), row) for day, name in zip(DAYS, MOMENTS, strict=True)},
        **{f"{kind}_in_time": verdict(getattr(row, f"{kind}_verdict")) for kind in KINDS},
    }


def _day(moment: datetime | None, row: CaseFacts) -> int | None:
    """Whole days from the first visit, by the days of the first hospital."""
    if moment is None:
        return None
    zone = ZoneInfo(row.hospital.zone)
    return (moment.astimezone(zone).date() - row.first_visit_at.astimezone(zone).date()).days


def code(letter: str, key: UUID) -> str:
    """A stable code of a case or patient that nobody without the key can trace."""
    return f"{letter}-{blind_index('research', letter, str(key))[:12].upper()}"


def verdict(stored: int | None) -> str:
    """In words: in time, late, late with a reason; empty while it is not judged."""
    if stored is None:
        return ""
    return "in time" if stored == IN_TIME else REASONS.get(stored, "late")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
