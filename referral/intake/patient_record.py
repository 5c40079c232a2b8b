"""What a patient record has of a patient, as FHIR R4 resources (JSON): proposals, and nothing is stored.

A number is used as it stands only where nothing about it is doubtful. What a record does not say is not no.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from labs.coded import OF_LOINC
from labs.fhir_report import LOINC, RecordedResults, check_subject, object_of, objects_in, text_of
from labs.report import Finding, Report
from referral.icd10 import disease_of, says_bleeding, says_cirrhosis
from scoring import EIGHT, INPUTS, Reading, read_inputs

RECENT = timedelta(days=7)
"""Older laboratory values say nothing of the present illness."""
OWN_INPUT = "urn:aclf-referral:code:input"
MOST_OBSERVATIONS = 60
ANSWERS = ("cirrhosis", "variceal_bleeding", "encephalopathy_grade")
"""Inputs that have no LOINC code here: an Observation with our own code says them."""
_CODES = ",".join(
    [
        *(f"{LOINC}|{code}" for code, test in OF_LOINC.items() if test.input in {*EIGHT, "creatinine"}),
        *(f"{OWN_INPUT}|{name}" for name in ANSWERS),
    ]
)
SEARCHES: Mapping[str, str] = MappingProxyType(
    {
        "conditions": "Condition?patient={patient}&clinical-status=active",
        "observations": (
            f"Observation?patient={{patient}}&code={_CODES}&_sort=-date&_count={MOST_OBSERVATIONS}"
        ),
    }
)
"""What is asked of a record beside the Patient: active diagnoses, laboratory values by their codes."""
INACTIVE = frozenset({"inactive", "remission", "resolved"})
UNTRUE = frozenset({"refuted", "entered-in-error", "provisional", "differential", "unconfirmed"})


@dataclass(frozen=True)
class Diagnosis:
    """An active, confirmed Condition: its code and its words, and what of ours it says."""

    code: str
    text: str
    disease: str
    is_cirrhosis: bool
    is_bleeding: bool


@dataclass(frozen=True)
class PatientRecord:
    """The parts of a record; `report` has the laboratory values, `answers` what our own codes say."""

    results: RecordedResults
    report: Report
    diagnoses: Sequence[Diagnosis]
    answers: Mapping[str, Any]
    zone: ZoneInfo

    @property
    def disease(self) -> str:
        """The chronic liver disease that a diagnosis says, the more exact first; empty where none does."""
        named = [row.disease for row in self.diagnoses if row.disease]
        exact = [disease for disease in named if disease not in ("other", "unknown")]
        return next(iter([*exact, *named]), "")

    @property
    def has_liver_disease(self) -> bool:
        return any(row.disease or row.is_cirrhosis for row in self.diagnoses)

    def recent(self, now: datetime) -> list[Finding]:
        """Findings that are inputs, sampled within a week or at a time that is not said."""
        after = (now - RECENT).astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")
        return [row for row in self.report.findings if row.input and (row.sampled_at or after) >= after]

    def reading(self, now: datetime) -> Reading:
        """What the model can use: recent values without doubt, stated answers, the age by the birth date.

        A sample in the future is left out.
        """
        values: dict[str, Any] = dict(self.answers)
        times: dict[str, datetime] = {}
        for row in self.recent(now):
            sampled = self._moment(row.sampled_at)
            if serious(row) or (sampled and sampled > now + timedelta(minutes=2)):
                continue
            name = str(row.input)
            values[name] = row.value
            if unit_field := INPUTS[name].unit_field:
                values[unit_field] = row.unit
            if sampled:
                times[name] = sampled
        if born := self.results.birth_date:
            values["age_years"] = _age(born, now.astimezone(self.zone))
        return read_inputs(values | {"sampled_at": times}, now=now, expect_sampled_at=True)

    def _moment(self, local: str | None) -> datetime | None:
        return datetime.fromisoformat(local).replace(tzinfo=self.zone) if local else None


def serious(finding: Finding) -> bool:
    """Whether the number must not be used before a person has looked at it."""
    return finding.value is None or bool(set(finding.doubts) - {"corrected"})


def read_record(
    patient: Mapping[str, Any],
    conditions: Sequence[Mapping[str, Any]],
    observations: Sequence[Mapping[str, Any]],
    zone: ZoneInfo,
) -> PatientRecord:
    """Raises OtherPatient where a resource is about somebody else."""
    for condition in conditions:
        check_subject(condition, patient)
    own = [row for row in observations if _own_name(row)]
    measured = [row for row in observations if not _own_name(row)]
    for row in own:
        check_subject(row, patient)
    results = RecordedResults(patient, measured, zone)
    return PatientRecord(
        results=results,
        report=results.report(),
        diagnoses=list(_diagnoses(conditions)),
        answers=_answers(own, conditions),
        zone=zone,
    )


def _diagnoses(conditions: Sequence[Mapping[str, Any]]) -> Iterator[Diagnosis]:
    for row in conditions:
        if (
            _code_in(row.get("clinicalStatus")) in INACTIVE
            or _code_in(row.get("verificationStatus")) in UNTRUE
        ):
            continue
        concept = object_of(row.get("code"))
        codings = [
            (text_of(coding.get("system")), text_of(coding.get("code")))
            for coding in objects_in(concept.get("coding"))
        ]
        diseases = [disease_of(*coding) for coding in codings]
        display = next((text_of(one.get("display")) for one in objects_in(concept.get("coding"))), "")
        yield Diagnosis(
            code=next((code for _system, code in codings), "")[:20],
            text=(text_of(concept.get("text")) or display)[:80],
            disease=next(filter(None, diseases), ""),
            is_cirrhosis=any(says_cirrhosis(*coding) for coding in codings),
            is_bleeding=any(says_bleeding(*coding) for coding in codings),
        )


def _answers(own: Sequence[Mapping[str, Any]], conditions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Cirrhosis and bleeding by a diagnosis; whatever an Observation with our own code says, the newest."""
    diagnoses = list(_diagnoses(conditions))
    answers: dict[str, Any] = {}
    if any(row.is_cirrhosis for row in diagnoses):
        answers["cirrhosis"] = True
    if any(row.is_bleeding for row in diagnoses):
        answers["variceal_bleeding"] = True
    for row in sorted(own, key=lambda row: text_of(row.get("effectiveDateTime"))):
        if text_of(row.get("status")) in ("final", "amended", "corrected"):
            value = row.get("valueBoolean", row.get("valueInteger"))
            answers |= {_own_name(row): value} if value is not None else {}
    return answers


def _own_name(observation: Mapping[str, Any]) -> str:
    codings = objects_in(object_of(observation.get("code")).get("coding"))
    named = (text_of(row.get("code")) for row in codings if row.get("system") == OWN_INPUT)
    return next((name for name in named if name in ANSWERS), "")


def _code_in(concept: Any) -> str:
    codings = objects_in(object_of(concept).get("coding"))
    return text_of(codings[0].get("code")) if codings else ""


def _age(born: str, today: datetime) -> int:
    year, month, day = map(int, born.split("-"))
    return today.year - year - ((today.month, today.day) < (month, day))
