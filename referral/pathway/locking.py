"""A case's row, locked: whoever decides on a case holds it until the decision is written."""

from uuid import UUID

from referral.models import Case
from referral.pathway.refusals import StaleVersion


def lock(case: Case | UUID) -> Case:
    """The case's row, locked until the end of the transaction."""
    key = case.pk if isinstance(case, Case) else case
    return (
        Case.objects.select_for_update(of=("self",))
        .select_related("policy", "hospital", "ward", "assessment", "expecting_ward")
        .get(pk=key)
    )


def check_version(case: Case, expected: int | None) -> None:
    """Raise StaleVersion if the caller decided on another version than the present one."""
    if expected is not None and expected != case.version:
        raise StaleVersion(case.version)
