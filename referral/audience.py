"""The people behind an audience, found at the moment an alert fires: the rota may have changed since."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts.models import Role, User, Ward
from accounts.rota import leads_of, on_duty
from referral.models import Case, Offer
from referral.parties import open_offer
from referral.pathway import Audience


def concerned_ward(case: Case, offer: Offer | None = None) -> Ward | None:
    """The ward that has, expects or was last asked about the patient."""
    if offer is not None:
        return offer.ward
    if case.ward is not None:
        return case.ward
    asked = open_offer(case)
    return asked.ward if asked else None


def people(audience: str, case: Case, ward: Ward | None, now: datetime) -> set[UUID]:
    """Ids of the active users who are `audience` for `case` at `now`; empty where there are none."""
    active = User.objects.filter(is_active=True)
    match Audience(audience):
        case Audience.CLINICIAN:
            found = active.filter(pk=case.registered_by_id, memberships__hospital=case.hospital_id)
            if not found.exists():
                found = active.filter(memberships__hospital=case.hospital_id)
        case Audience.HOSPITAL:
            found = active.filter(memberships__hospital=case.hospital_id)
        case Audience.COORDINATOR:
            found = active.filter(memberships__network=case.network_id, memberships__role=Role.COORDINATOR)
        case _ if ward is None:
            found = active.none()
        case Audience.DUTY:
            found = on_duty(ward, now)
        case Audience.WARD_LEAD:
            found = leads_of(ward)
        case Audience.WARD:
            found = active.filter(memberships__ward=ward)
    return set(found.values_list("pk", flat=True))


def everyone(
    audiences: Iterable[str], case: Case, ward: Ward | None, now: datetime
) -> tuple[set[UUID], bool]:
    """All people of several audiences, and whether the duty was asked for and nobody is on it.

    Nobody on duty: the ward lead and the coordinator stand in.
    """
    wanted = set(audiences)
    found = {audience: people(audience, case, ward, now) for audience in wanted}
    nobody_on_duty = Audience.DUTY in wanted and ward is not None and not found[Audience.DUTY]
    if nobody_on_duty:
        for stand_in in (Audience.WARD_LEAD, Audience.COORDINATOR):
            found[stand_in] = people(stand_in, case, ward, now)
    return set().union(*found.values()), nobody_on_duty
