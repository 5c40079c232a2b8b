"""What the case's own records say about how the patient was, to compare statements about the outcome with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from referral.codes import OrganFailureSeen, OutcomeStatus
from referral.models import Case, Outcome
from referral.pathway.vocabulary import Verb

HAD_THE_PATIENT = frozenset({Verb.TRANSFER, Verb.BACK_REFER, Verb.DISCHARGE, Verb.CONFIRM_RETURN})
"""Verbs by which somebody says that they had the living patient then."""
STATING = HAD_THE_PATIENT | {Verb.ASSESS_ORGAN_FAILURE, Verb.RETRACT_RECORD, Verb.DECIDE_TRANSPLANT}
"""Verbs that say how the patient was."""
EARLY = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Records:
    """Whether an organ failed within 28 days of the first visit, when a liver was transplanted, and when the
    patient was last in somebody's hands; None and False where the records do not say."""

    organ_failure: bool = False
    transplanted_at: datetime | None = None
    alive_at: datetime | None = None


def records_of(case: Case) -> Records:
    """The records of a case, from its timeline."""
    rows = case.events.filter(what__in=STATING).values_list("what", "occurred_at", "details")
    retracted = {details["retracted"] for what, _at, details in rows if what == Verb.RETRACT_RECORD}
    said = sorted((row for row in rows if row[2].get("record") not in retracted), key=lambda row: row[1])
    failed = [at for what, at, details in said if what == Verb.ASSESS_ORGAN_FAILURE and details["failures"]]
    transplants = [
        at for _what, at, details in said if details.get("transplant") == OutcomeStatus.TRANSPLANTED
    ]
    seen = [at for what, at, _inputs in said if what in HAD_THE_PATIENT]
    return Records(
        organ_failure=any(at <= case.first_visit_at + EARLY for at in failed),
        transplanted_at=next(iter(transplants), None),
        alive_at=max(seen + transplants, default=None),
    )


def contradicts_records(statement: Outcome, records: Records, case: Case) -> bool:
    """Whether a statement and the records cannot both be true, by the calendar of the first hospital."""
    zone = ZoneInfo(case.hospital.zone)
    said = statement.at.astimezone(zone).date()
    if statement.organ_failure == OrganFailureSeen.NO and records.organ_failure:
        return True
    if statement.status == OutcomeStatus.DEAD:
        return records.alive_at is not None and records.alive_at.astimezone(zone).date() > said
    transplanted = records.transplanted_at
    if transplanted is None or statement.day is None:
        return False
    in_time = transplanted <= case.first_visit_at + timedelta(days=statement.day)
    if statement.status == OutcomeStatus.TRANSPLANTED:
        return transplanted.astimezone(zone).date() != said
    return in_time and statement.status == OutcomeStatus.ALIVE
