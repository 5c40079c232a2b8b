"""The people behind an audience, found at the moment an alert fires: the rota may have changed since."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

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
    if audience in OF_WARD:
        found = OF_WARD[Audience(audience)](ward, now) if ward else User.objects.none()
    else:
        found = OF_CASE[Audience(audience)](case)
    return set(found.values_list("pk", flat=True))


def _clinicians(case: Case) -> QuerySet[User]:
    return User.objects.filter(is_active=True, memberships__hospital=case.hospital_id)


def _referring_clinician(case: Case) -> QuerySet[User]:
    """Who registered the case, or everyone of the hospital once that person has left."""
    own = _clinicians(case).filter(pk=case.registered_by_id)
    return own if own.exists() else _clinicians(case)


def _coordinators(case: Case) -> QuerySet[User]:
    return User.objects.filter(
        is_active=True, memberships__network=case.network_id, memberships__role=Role.COORDINATOR
    )


OF_CASE: dict[Audience, Callable[[Case], QuerySet[User]]] = {
    Audience.CLINICIAN: _referring_clinician,
    Audience.HOSPITAL: _clinicians,
    Audience.COORDINATOR: _coordinators,
}
OF_WARD: dict[Audience, Callable[[Ward, datetime], QuerySet[User]]] = {
    Audience.DUTY: on_duty,
    Audience.WARD_LEAD: lambda ward, now: leads_of(ward),
    Audience.WARD: lambda ward, now: User.objects.filter(is_active=True, memberships__ward=ward),
}


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
