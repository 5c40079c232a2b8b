"""Patients who stand at a ward's door unannounced: finding their open case, so that it can be admitted."""

from datetime import datetime
from uuid import UUID

from accounts import audit
from accounts.encryption import blind_index
from accounts.limits import seconds_over
from accounts.models import User
from referral.errors import TooOften
from referral.models import Case
from referral.pathway import BEFORE_ADMISSION


def find_arrival(*, user: User, now: datetime, number: str = "", national_id: str = "") -> Case | None:
    """The case before admission, in a network of the user's wards, with this number or national ID.

    Faces show of it only what is needed to admit: id, number, state, hospital. Every look-up is audited.
    Raises TooOften.
    """
    if seconds := seconds_over("arrivals", user, now):
        raise TooOften(seconds)
    admissible = (
        Case.objects.admissible_by(user).filter(state__in=BEFORE_ADMISSION).select_related("hospital")
    )
    if number.strip():
        found = admissible.filter(number=number.strip()).first()
    elif national_id.strip():
        found = admissible.filter(patient__national_id_index=blind_index("national_id", national_id)).first()
    else:
        found = None
    audit.record(
        actor=user,
        action="look_up_arrival",
        subject_type="case",
        subject_id=found.pk if found else "",
        now=now,
        network=found.network_id if found else None,
    )
    return found


def arriving(user: User, case_id: UUID) -> Case:
    """The same for a case that was looked up before, by its id. Raises Case.DoesNotExist."""
    admissible = Case.objects.admissible_by(user).filter(state__in=BEFORE_ADMISSION)
    return admissible.select_related("hospital").get(pk=case_id)
