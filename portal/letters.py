"""What the letters say that go with a patient: to the ward, and back."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal import lab_values, results, way_back_file
from portal.case_file import identity
from referral import selectors
from referral.codes import ChronicLiverDisease, Presentation
from referral.models import Case
from referral.outcomes import DAYS
from scoring import texts


def letter(case: Case, now: datetime) -> dict[str, Any]:
    """The context of the printable letter of a case from `selectors.cases`."""
    offer = selectors.current_offer(case)
    ward = case.ward or (offer.ward if offer and offer.is_open else None)
    return {
        "case": case,
        "now": now,
        "zone": case.hospital.zone,
        "ward": ward,
        **identity(case),
        "disease": ChronicLiverDisease(case.chronic_liver_disease).label,
        "presentation": Presentation(case.presentation).label if case.presentation else "",
        **_assessed(case, now),
        "said": selectors.messages(case),
    }


def back_letter(case: Case, now: datetime) -> dict[str, Any]:
    """The context of the letter that goes back with the patient of a case that was referred back."""
    visited = case.first_visit_at.astimezone(ZoneInfo(case.hospital.zone)).date()
    return {
        "case": case,
        "now": now,
        "zone": case.hospital.zone,
        **identity(case),
        **way_back_file.parts(case),
        **{f"day_{day}": visited + timedelta(days=day) for day in DAYS},
    }


def _assessed(case: Case, now: datetime) -> dict[str, Any]:
    assessment = case.assessment
    if assessment is None:
        return {"assessment": None}
    values = lab_values.values_of(assessment, now)
    return {
        "assessment": assessment,
        "values": values,
        "shows_typed": any(value.typed for value in values),
        "others": lab_values.others_of(assessment, now),
        "risk": None if assessment.risk_90d is None else texts.risk_text(assessment.risk_90d),
        "band": texts.band_text(assessment.band) if assessment.band else "",
        "flags": [texts.red_flag_text(code) for code in assessment.red_flags],
        "warnings": results.warnings(assessment),
        "status": texts.MODEL_STATUS.get(assessment.model_status, ""),
    }
