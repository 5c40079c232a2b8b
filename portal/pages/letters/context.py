"""What the letters say that go with a patient: to the ward, and back."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from files.models import FileState
from portal import lab_values
from portal.background import parts_of
from portal.pages.arrival.codes import drawn_code
from portal.pages.case.context import identity
from portal.pages.discharge import context as discharge_context
from portal.pages.letters.leaving import leaving
from portal.pages.letters.stay import stay
from portal.pages.result import context as result_context
from portal.severity import severity_of
from referral.codes import ChronicLiverDisease, Presentation
from referral.models import Assessment, Case
from referral.outcomes.resolve import DAYS
from referral.pathway.vocabulary import BEFORE_ADMISSION
from referral.queries import cases
from referral.queries.background import background_of
from referral.queries.case_values import CaseValues, case_values
from referral.queries.hand_over_codes import GOOD_FOR_HOURS
from referral.queries.referral_reasons import grounds_of
from referral.ward.record import WardRecord, counting, ward_record
from scoring import texts


def letter(case: Case, now: datetime) -> dict[str, Any]:
    """The context of the printable letter of a case from `selectors.cases`."""
    offer = cases.current_offer(case)
    ward = case.ward or (offer.ward if offer and offer.is_open else None)
    values = case_values(case)
    return {
        "case": case,
        "now": now,
        "zone": case.hospital.zone,
        "ward": ward,
        "title": title_of(case, values),
        **identity(case),
        "disease": ChronicLiverDisease(case.chronic_liver_disease).label,
        "presentation": Presentation(case.presentation).label if case.presentation else "",
        **entered(values, now),
        "grounds": grounds_of(case),
        "background_parts": parts_of(background_of(case), case.hospital.zone),
        **_assessed(case),
        "said": cases.messages(case),
        "files": case.files.counting().filter(file__state=FileState.CHECKED),
        "code": drawn_code(case),
        "code_hours": GOOD_FOR_HOURS,
    }


def back_letter(case: Case, now: datetime) -> dict[str, Any]:
    """The context of the letter to the first hospital about a case whose patient has left the ward."""
    record = ward_record(case)
    hand_over(record, case)
    values = case_values(case)
    diagnosis, back = cases.diagnosis_of(case), cases.back_referral_of(case)
    visited = case.first_visit_at.astimezone(ZoneInfo(case.hospital.zone)).date()
    return {
        "case": case,
        "now": now,
        "zone": case.hospital.zone,
        **identity(case),
        "diagnosis": diagnosis,
        **discharge_context.graded(diagnosis),
        "back": back,
        **leaving(case, back),
        **entered(values, now),
        **stay(case, values, record),
        "grounds": grounds_of(case),
        **{f"day_{day}": visited + timedelta(days=day) for day in DAYS},
    }


def hand_over(record: WardRecord, case: Case) -> None:
    """Let the values of a case be read from the records that were read already."""
    read: Any = case
    read.valued_tables = counting(record.organs)
    read.valued_samples = counting(record.immune)
    read.valued_panels = counting(record.panels)


def title_of(case: Case, values: CaseValues) -> str:
    """What the letter is about: a high risk only where a score says so."""
    if case.state not in BEFORE_ADMISSION:
        return severity_of(case).words or _("Liver disease, for assessment")
    assessment = case.assessment
    if assessment is not None and is_above_threshold(assessment):
        return _("High risk of acute-on-chronic liver failure")
    if values.red_flags:
        return _("Red flag: acute-on-chronic liver failure suspected")
    if case.flagged_at:
        return _("Referred on clinical judgement")
    return _("Liver disease, for assessment")


def is_above_threshold(assessment: Assessment) -> bool:
    threshold = assessment.result.get("threshold")
    risk = assessment.risk_90d
    return risk is not None and threshold is not None and risk >= threshold


def entered(values: CaseValues, now: datetime) -> dict[str, Any]:
    """Every value with its time and origin, what is missing, and red flags."""
    course = lab_values.course(values, now)
    return {
        "course": course,
        "shows_typed": any(row["now"].typed for row in course),
        "shows_earlier": any(row["earlier"] for row in course),
        "missing": [texts.label(name) for name in values.missing],
        "flags": [texts.red_flag_text(code) for code in values.red_flags],
    }


def _assessed(case: Case) -> dict[str, Any]:
    assessment = case.assessment
    if assessment is None:
        return {"assessment": None}
    return {
        "assessment": assessment,
        "risk": None if assessment.risk_90d is None else texts.risk_text(assessment.risk_90d),
        "band": texts.band_text(assessment.band) if assessment.band else "",
        "warnings": result_context.warnings(assessment),
        "status": texts.MODEL_STATUS.get(assessment.model_status, ""),
    }
