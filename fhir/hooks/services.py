"""Which services there are, on which hooks, and what of the record each asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fhir.codes import LOINC
from labs.coded import OF_LOINC
from referral.intake.patient_record import ANSWERS, OWN_INPUT
from referral.pathway.refusals import Text
from scoring import EIGHT

MOST_OBSERVATIONS = 60
ASKED_FOR = frozenset({*EIGHT, "creatinine"})
CODES = ",".join(
    [
        *(f"{LOINC}|{code}" for code, test in OF_LOINC.items() if test.input in ASKED_FOR),
        *(f"{OWN_INPUT}|{name}" for name in ANSWERS),
    ]
)
PREFETCH: Mapping[str, str] = MappingProxyType(
    {
        "patient": "Patient/{{context.patientId}}",
        "conditions": "Condition?patient={{context.patientId}}&clinical-status=active",
        "observations": (
            f"Observation?patient={{{{context.patientId}}}}&code={CODES}&_sort=-date&_count={MOST_OBSERVATIONS}"
        ),
    }
)
"""What a record sends along: one patient, the active diagnoses, and the laboratory values by their codes."""


@dataclass(frozen=True)
class Service:
    """One service; `context` are the members of the hook's context that have to be there."""

    id: str
    hook: str
    title: Text
    description: Text
    context: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"{services_url()}/{self.id}"

    def described(self) -> dict[str, Any]:
        """The service as discovery lists it."""
        return {
            "id": self.id,
            "hook": self.hook,
            "title": str(self.title),
            "description": str(self.description),
            "prefetch": dict(PREFETCH),
            "usageRequirements": str(_USAGE),
        }


_TITLE = _("ACLF: risk and referral")
_DESCRIPTION = _(
    "For patients with chronic liver disease: the risk of death or transplant within 90 days by eight "
    "indicators, what of them is missing, and the way to the referral. It names no drug."
)
_USAGE = _(
    "All three parts of the prefetch are needed. This service asks the record's own server for nothing."
)
SERVICES: Mapping[str, Service] = MappingProxyType(
    {
        service.id: service
        for service in (
            Service("aclf-patient-view", "patient-view", _TITLE, _DESCRIPTION, ("userId", "patientId")),
            Service(
                "aclf-encounter-start",
                "encounter-start",
                _TITLE,
                _DESCRIPTION,
                ("userId", "patientId", "encounterId"),
            ),
        )
    }
)


def services_url() -> str:
    """Where discovery is, as hospitals know it."""
    return f"{settings.BASE_URL}/cds-services"
