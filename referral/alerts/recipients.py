"""The people behind an audience, looked up at the moment an alert fires: the rota may have changed since."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db import connection

from accounts.models import Role, Ward
from accounts.rota import on_duty_at
from referral.models import Case, Offer, Question
from referral.pathway.vocabulary import IN_WARD, Audience, State

NO_RECIPIENTS: frozenset[UUID] = frozenset()

MEMBERS = """
SELECT coalesce(member.hospital_id, member.ward_id, member.network_id), member.role, member.user_id
FROM accounts_membership AS member JOIN accounts_user AS person ON person.id = member.user_id
WHERE person.is_active AND NOT person.is_program
    AND (
        member.hospital_id = ANY(%(hospitals)s::uuid[]) OR member.ward_id = ANY(%(wards)s::uuid[])
        OR member.network_id = ANY(%(networks)s::uuid[]) AND member.role = 'coordinator'
    )
"""
"""Plain SQL, as each alert asks: the ORM takes three times as long to put it into words."""


class Directory:
    """Who is who at `now` for `cases`, and for `wards` beside theirs: few questions, however many cases.

    `offers`: the open ones by case, with their wards and those wards' hospitals; looked up where not given.
    """

    def __init__(
        self,
        now: datetime,
        cases: Collection[Case],
        wards: Collection[Ward | None] = (),
        offers: Mapping[UUID, Offer] | None = None,
    ) -> None:
        self.now, self._cases, self._offers_given = now, cases, offers
        self._answers: dict[tuple[object, ...], tuple[frozenset[UUID], bool]] = {}
        self._further = wards

    def ward_of(self, case: Case, offer: Offer | None = None) -> Ward | None:
        """The ward that has, expects or is asked about the patient; for an offer, its own."""
        return offer.ward if offer else case.ward or self._asked.get(case.pk)

    def offer_of(self, case: Case) -> Offer | None:
        """The open offer of a case, with its ward."""
        return self._offers.get(case.pk)

    def people(self, audience: str, case: Case, ward: Ward | None) -> frozenset[UUID]:
        """Ids of the active users who are `audience` for `case`; empty where there are none."""
        role = Audience(audience)
        if role is Audience.HOLDER:
            role = Audience.WARD if case.state in IN_WARD else Audience.HOSPITAL
        match role:
            case Audience.CLINICIAN:
                everyone = self._at(case.hospital_id, Role.REFERRING_CLINICIAN)
                # Who registered the case, or all of the hospital once that person has left.
                return everyone & {case.registered_by_id} or everyone
            case Audience.HOSPITAL:
                return self._at(case.hospital_id, Role.REFERRING_CLINICIAN)
            case Audience.COORDINATOR:
                return self._at(case.network_id, Role.COORDINATOR)
            case Audience.DUTY:
                return self._duty[ward.pk] if ward else NO_RECIPIENTS
            case Audience.WARD_LEAD:
                return self._at(ward.pk, Role.WARD_LEAD) if ward else NO_RECIPIENTS
            case _:
                return self._at(ward.pk, Role.SPECIALIST, Role.WARD_LEAD) if ward else NO_RECIPIENTS

    def everyone(
        self, audiences: frozenset[str], case: Case, offer: Offer | None
    ) -> tuple[frozenset[UUID], bool]:
        """All people of several audiences, and whether the duty was asked for and nobody is on it.

        Nobody on duty: the ward lead and the coordinator stand in.
        """
        ward = self.ward_of(case, offer)
        place = ward.pk if ward else None
        asked = (audiences, case.hospital_id, case.network_id, case.registered_by_id, case.state, place)
        people = self._answers.get(asked)
        if people is None:
            people = self._answers[asked] = self.at(audiences, case, ward)
        return people

    def at(self, audiences: frozenset[str], case: Case, ward: Ward | None) -> tuple[frozenset[UUID], bool]:
        """All people of the audiences at `ward`, and whether its duty was asked for and nobody is on it."""
        nobody_on_duty = (
            Audience.DUTY in audiences and ward is not None and not self.people(Audience.DUTY, case, ward)
        )
        asked = audiences | STAND_INS if nobody_on_duty else audiences
        people = (self.people(audience, case, ward) for audience in asked)
        return frozenset().union(*people), nobody_on_duty

    def _at(self, place: UUID, *roles: Role) -> frozenset[UUID]:
        if len(roles) == 1:
            return self._members.get((place, roles[0]), NO_RECIPIENTS)
        return frozenset().union(*(self._members.get((place, role), NO_RECIPIENTS) for role in roles))

    @cached_property
    def _asked(self) -> dict[UUID, Ward]:
        """By case: the ward that is asked about it, where none has it yet."""
        wards = {case: offer.ward for case, offer in self._offers.items()}
        return wards | _wards_of_open_questions(self._cases)

    @cached_property
    def _offers(self) -> Mapping[UUID, Offer]:
        if self._offers_given is not None:
            return self._offers_given
        offered = [case.pk for case in self._cases if case.state == State.OFFERED]
        rows = Offer.objects.filter(case__in=offered, state=Offer.State.OPEN).select_related("ward__hospital")
        return {offer.case_id: offer for offer in rows} if offered else {}

    @cached_property
    def _wards(self) -> dict[UUID, Ward]:
        wards = [*self._further, *(self.ward_of(case) for case in self._cases)]
        return {ward.pk: ward for ward in wards if ward is not None}

    @cached_property
    def _duty(self) -> dict[UUID, frozenset[UUID]]:
        staff: dict[UUID, frozenset[UUID]] = dict.fromkeys(self._wards, NO_RECIPIENTS)
        for (place, _role), people in self._members.items():
            if place in staff:
                staff[place] |= people
        return on_duty_at(self._wards.values(), self.now, staff)

    @cached_property
    def _members(self) -> dict[tuple[UUID, str], frozenset[UUID]]:
        """Active people by place and role: of the cases' hospitals and networks, and the wards."""
        places = {
            "hospitals": list({case.hospital_id for case in self._cases}),
            "wards": list(self._wards),
            "networks": list({case.network_id for case in self._cases}),
        }
        members: dict[tuple[UUID, str], set[UUID]] = {}
        with connection.cursor() as cursor:
            cursor.execute(MEMBERS, places)
            for place, role, user in cursor.fetchall():
                members.setdefault((place, role), set()).add(user)
        return {place: frozenset(people) for place, people in members.items()}


def _wards_of_open_questions(cases: Collection[Case]) -> dict[UUID, Ward]:
    watched = [case.pk for case in cases if case.state == State.WATCHED]
    asked = Question.objects.open().filter(case__in=watched).select_related("ward__hospital")
    return {question.case_id: question.ward for question in asked} if watched else {}


STAND_INS = frozenset({Audience.WARD_LEAD, Audience.COORDINATOR})
