"""A Patient and a Condition that were sent, as the identity and the disease of a first visit."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from fhir.datatypes import own_system
from fhir.writing.elements import Findings, codings_of, objects_in, text_of
from labs.fhir_report import RESIDENT_ID, name_in
from referral.codes import ChronicLiverDisease, Presentation
from referral.icd10 import BY_ICD10, ICD10
from referral.identity.birth import BirthDate
from referral.identity.written import Identity

OF_A_PATIENT = ("active", "identifier", "name", "telecom", "gender", "birthDate", "managingOrganization")
OF_A_CONDITION = (
    *("code", "subject", "clinicalStatus", "verificationStatus", "category", "evidence", "recordedDate"),
)
GENDERS = frozenset({"male", "female"})


def read_patient(resource: Mapping[str, Any], where: str, findings: Findings) -> Identity:
    """Who the patient is; what is missing is asked for by the pathway itself."""
    findings.refuse_unknown(resource, where, OF_A_PATIENT)
    gender = text_of(resource.get("gender"))
    if gender and gender not in GENDERS:
        findings.add(
            f"{where}.gender", _("The scores know male and female only: correct it, or leave it out.")
        )
    numbers = _numbers(resource, where, findings)
    return Identity(
        name=name_in(resource),
        sex=gender if gender in GENDERS else "",
        birth_date=_birth_date(resource, where, findings),
        phone=next(
            (
                text_of(row.get("value"))
                for row in objects_in(resource.get("telecom"))
                if row.get("system") == "phone"
            ),
            "",
        ),
        **numbers,
    )


def _birth_date(resource: Mapping[str, Any], where: str, findings: Findings) -> BirthDate | None:
    text = text_of(resource.get("birthDate"))
    try:
        return BirthDate.parse(text) if text else None
    except ValueError:
        findings.add(f"{where}.birthDate", _("Give the whole date (1962-05-03), or the year alone."))
        return None


def _numbers(resource: Mapping[str, Any], where: str, findings: Findings) -> dict[str, Any]:
    """The resident's number, and the hospital's own: whatever has another system."""
    numbers: dict[str, str] = {}
    for position, row in enumerate(objects_in(resource.get("identifier"))):
        name = "national_id" if row.get("system") == RESIDENT_ID else "local_number"
        if name in numbers:
            text = _("One resident's number and one number of the hospital are taken. Leave out the others.")
            findings.add(f"{where}.identifier[{position}]", text, "too-long")
        numbers[name] = text_of(row.get("value"))
    return numbers


def read_disease(resource: Mapping[str, Any], where: str, findings: Findings) -> tuple[str, str]:
    """The chronic liver disease and how it worsened, as codes of ours."""
    findings.refuse_unknown(resource, where, OF_A_CONDITION)
    codings = codings_of(resource.get("code"))
    own = own_system("chronic-liver-disease")
    named = [
        row["code"] for row in codings if row.get("system") == own and row["code"] in ChronicLiverDisease
    ]
    coded = [
        BY_ICD10[row["code"]] for row in codings if row.get("system") == ICD10 and row["code"] in BY_ICD10
    ]
    disease = next(iter([*named, *coded]), "")
    if not disease:
        given = ", ".join(row["code"] for row in codings) or "-"
        text = _("“%(code)s” is no chronic liver disease that is known here: use ICD-10 or %(system)s.")
        findings.add(f"{where}.code", text % {"code": given[:60], "system": own}, "code-invalid")
    return disease, _presentation(resource, where, findings)


def _presentation(resource: Mapping[str, Any], where: str, findings: Findings) -> str:
    codings = [
        coding
        for evidence in objects_in(resource.get("evidence"))
        for code in objects_in(evidence.get("code"))
        for coding in codings_of(code)
    ]
    unknown = [row["code"] for row in codings if row["code"] not in Presentation]
    if unknown:
        text = _("“%(code)s” is not known here: use %(choices)s.")
        named = {"code": unknown[0][:40], "choices": ", ".join(Presentation.values)}
        findings.add(f"{where}.evidence", text % named, "code-invalid")
    return next((row["code"] for row in codings if row["code"] in Presentation), "")
