"""The people behind an audience, found at the moment an alert fires: the rota may have changed since."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User, Ward
from accounts.rota import coordinators_of, leads_of, on_duty
from referral.models import Case, Offer, Question
from referral.pathway import IN_WARD, Audience, State


class Directory:
    """Who is who at `now` for `cases`: every place is looked up once, however many cases ask."""

    def __init__(self, now: datetime, cases: Collection[Case]) -> None:
        self.now = now
        self._found: dict[tuple[Any, ...], frozenset[UUID]] = {}
        unplaced = {case.pk for case in cases if case.ward_id is None}
        asked = Offer.objects.filter(case__in=unplaced, state=Offer.State.OPEN).select_related(
            "ward__hospital"
        )
        self._asked = {offer.case_id: offer.ward for offer in asked} if unplaced else {}
        self._asked |= _wards_of_open_questions(cases)

    def ward_of(self, case: Case, offer: Offer | None = None) -> Ward | None:
        """The ward that has, expects or is asked about the patient; for an offer, its own."""
        return offer.ward if offer else case.ward or self._asked.get(case.pk)

    def people(self, audience: str, case: Case, ward: Ward | None) -> frozenset[UUID]:
        """Ids of the active users who are `audience` for `case`; empty where there are none."""
        role = Audience(audience)
        if role is Audience.HOLDER:
            role = Audience.WARD if case.state in IN_WARD else Audience.HOSPITAL
        if role in OF_WARD:
            return self._once((role, ward.pk), OF_WARD[role], ward, self.now) if ward else frozenset()
        key, find = OF_CASE[role]
        return self._once((role, *key(case)), find, case)

    def everyone(
        self, audiences: frozenset[str], case: Case, offer: Offer | None
    ) -> tuple[frozenset[UUID], bool]:
        """All people of several audiences, and whether the duty was asked for and nobody is on it.

        Nobody on duty: the ward lead and the coordinator stand in.
        """
        ward = self.ward_of(case, offer)
        nobody_on_duty = (
            Audience.DUTY in audiences and ward is not None and not self.people(Audience.DUTY, case, ward)
        )
        wanted = audiences | STAND_INS if nobody_on_duty else audiences
        found = (self.people(audience, case, ward) for audience in wanted)
        return frozenset().union(*found), nobody_on_duty

    def _once(
        self, key: tuple[Any, ...], find: Callable[..., QuerySet[User]], *about: Any
    ) -> frozenset[UUID]:
        if key not in self._found:
            self._found[key] = frozenset(find(*about).values_list("pk", flat=True))
        return self._found[key]


def _wards_of_open_questions(cases: Collection[Case]) -> dict[UUID, Ward]:
    watched = [case.pk for case in cases if case.state == State.WATCHED]
    asked = Question.objects.open().filter(case__in=watched).select_related("ward__hospital")
    return {question.case_id: question.ward for question in asked} if watched else {}


def _clinicians(case: Case) -> QuerySet[User]:
    return User.objects.filter(is_active=True, memberships__hospital=case.hospital_id)


def _referring_clinician(case: Case) -> QuerySet[User]:
    """Who registered the case, or everyone of the hospital once that person has left."""
    own = _clinicians(case).filter(pk=case.registered_by_id)
    return own if own.exists() else _clinicians(case)


STAND_INS = frozenset({Audience.WARD_LEAD, Audience.COORDINATOR})
OF_CASE: dict[Audience, tuple[Callable[[Case], tuple[Any, ...]], Callable[[Case], QuerySet[User]]]] = {
    Audience.CLINICIAN: (lambda case: (case.hospital_id, case.registered_by_id), _referring_clinician),
    Audience.HOSPITAL: (lambda case: (case.hospital_id,), _clinicians),
    Audience.COORDINATOR: (lambda case: (case.network_id,), lambda case: coordinators_of(case.network_id)),
}
"""By audience: what the answer depends on, and the question."""

OF_WARD: dict[Audience, Callable[[Ward, datetime], QuerySet[User]]] = {
    Audience.DUTY: on_duty,
    Audience.WARD_LEAD: lambda ward, now: leads_of(ward),
    Audience.WARD: lambda ward, now: User.objects.filter(is_active=True, memberships__ward=ward),
}
