"""A case's row, locked: whoever decides on a case holds it until the decision is written."""

from uuid import UUID

from accounts.prepared import ANY, PreparedRows
from referral.models import Case
from referral.pathway.refusals import StaleVersion

LOCKED = PreparedRows(
    "lock_case",
    lambda: (
        Case.objects.select_for_update(of=("self",))
        .select_related("policy", "hospital", "ward", "assessment", "expecting_ward")
        .filter(pk=ANY)
    ),
)


def lock(case: Case | UUID) -> Case:
    """The case's row, locked until the end of the transaction."""
    for row in LOCKED.of(case.pk if isinstance(case, Case) else case):
        return row
    raise Case.DoesNotExist


def check_version(case: Case, expected: int | None) -> None:
    """Raise StaleVersion if the caller decided on another version than the present one."""
    if expected is not None and expected != case.version:
        raise StaleVersion(case.version)
