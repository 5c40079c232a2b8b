"""Which services there are, on which hooks, and what of the record each asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from referral.intake.patient_record import SEARCHES
from referral.pathway.refusals import Text

_CONTEXT_PATIENT = "{{context.patientId}}"
PREFETCH: Mapping[str, str] = MappingProxyType(
    {
        "patient": f"Patient/{_CONTEXT_PATIENT}",
        **{name: search.format(patient=_CONTEXT_PATIENT) for name, search in SEARCHES.items()},
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
