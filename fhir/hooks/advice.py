"""What a record means: the predicted risk by the model in force, and the open case of the patient."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from fhir.hooks.requests import Call
from integrations.models import Integration
from labs.report import Finding
from referral.deadlines.policies import policy_in_force
from referral.intake import results
from referral.intake.patient_record import serious
from referral.models import Case
from scoring import DEFAULT_THRESHOLD, Evaluation, Reading, evaluate
from scoring.selectors import active_model


@dataclass(frozen=True)
class Advice:
    """`unused` are recent results that a person has to look at first; `case` is the open case of the patient,
    `doubt` why a case with the same number is not taken for it (a code of `results.contradiction`)."""

    integration: Integration
    call: Call
    reading: Reading
    evaluation: Evaluation
    unused: list[Finding]
    case: Case | None
    doubt: str

    @property
    def is_worth_saying(self) -> bool:
        """A card is for an open case, and for liver disease with a laboratory value of the last week."""
        if self.case is not None:
            return True
        has_values = bool(self.reading.sampled_at or self.unused or self._measured)
        return self.call.record.has_liver_disease and has_values

    @property
    def _measured(self) -> list[str]:
        return [name for name in self.reading.entered if name not in ("age_years", *self.call.record.answers)]

    @property
    def summary(self) -> dict[str, Any]:
        """Which inputs were read, which not and why, without a value."""
        return {
            "read": sorted(self.reading.entered),
            "unused": [{"input": row.input, "doubts": list(row.doubts)} for row in self.unused],
            "missing": list(self.evaluation.missing),
        }

    @property
    def indicator(self) -> str:
        """`critical` for red flags alone."""
        if self.evaluation.red_flags:
            return "critical"
        return "warning" if self.evaluation.flagged else "info"


def advise(call: Call, *, integration: Integration, user: User, now: datetime) -> Advice:
    """Evaluate what was sent; nothing of it is stored. The case is one that the program sees."""
    record = call.record
    reading = record.reading(now)
    policy = policy_in_force(integration.hospital.network, now)
    case, doubt = _open_case(record.results, user)
    evaluation = evaluate(
        reading,
        model=active_model(),
        threshold=policy.risk_threshold if policy else DEFAULT_THRESHOLD,
        chronic_liver_disease=record.has_liver_disease or case is not None,
    )
    unused = [row for row in record.recent(now) if serious(row) or str(row.input) not in reading.entered]
    return Advice(integration, call, reading, evaluation, unused, case, doubt)


def _open_case(record: Any, user: User) -> tuple[Case | None, str]:
    matching = results.matching_cases(record, user)
    if len(matching) != 1:
        return None, "several" if matching else ""
    (case,) = matching
    if doubt := results.contradiction(record, case.patient):
        return None, doubt
    return case, ""
