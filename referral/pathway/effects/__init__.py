"""What each verb does beyond the table; importing this package makes them all known to `perform`."""

from referral.pathway.effects import (
    admission,
    advice,
    assessment,
    case_admin,
    case_files,
    corrections,
    discharge,
    drafts,
    findings,
    identity,
    offers,
    organ_failure,
    outcomes,
    registration,
    transport,
    treatment,
)

__all__ = [
    "admission",
    "advice",
    "assessment",
    "case_admin",
    "case_files",
    "corrections",
    "discharge",
    "drafts",
    "findings",
    "identity",
    "offers",
    "organ_failure",
    "outcomes",
    "registration",
    "transport",
    "treatment",
]
