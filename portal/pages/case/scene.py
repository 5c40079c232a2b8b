"""One case as one reader sees it at one moment, and who can be called about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.local_time import written, written_day
from accounts.models import User, Ward
from accounts.rota import coordinators_of, people_on_duty_at
from portal.windows import duration
from referral.models import Case, Deadline, Offer
from referral.pathway.vocabulary import Kind, Party
from referral.queries import cases as case_queries
from referral.queries.urgency import must_act

MOST_CALLS = 3


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody to call about the case now."""

    name: str
    phone: str


@dataclass(frozen=True)
class People:
    """Who can be called: people on duty by ward (None where nobody looked), coordinators by network, and the
    open wards that a hospital asks, in their order."""

    duty: Mapping[UUID, Sequence[User]] | None = None
    coordinators: Mapping[UUID, Sequence[User]] = field(default_factory=dict)
    wards: Mapping[UUID, Sequence[Ward]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """One case as one reader sees it at `now`."""

    case: Case
    sides: frozenset[Party]
    now: datetime
    people: People

    @property
    def offer(self) -> Offer | None:
        return case_queries.current_offer(self.case)

    def is_by(self, *parties: Party) -> bool:
        return bool(self.sides & set(parties))

    def running(self, *kinds: Kind) -> Deadline | None:
        """The first open deadline of one of `kinds`."""
        rows = self.case.deadlines.all()
        return next((row for row in rows if row.kind in kinds and row.closed_at is None), None)

    def time(self, moment: datetime) -> str:
        """By the first hospital's clock, with the day where that is another one."""
        zone = ZoneInfo(self.case.hospital.zone)
        local = moment.astimezone(zone)
        if local.date() == self.now.astimezone(zone).date():
            return f"{local:%H:%M}"
        return written(moment, self.case.hospital.zone, self.now)

    def day(self, moment: datetime) -> str:
        return written_day(moment, self.case.hospital.zone, self.now)

    def left(self, deadline: Deadline) -> dict[str, str]:
        """What a sentence about a deadline can say: `left`, or `late`, and `due`."""
        return {
            "left": duration(deadline.due_at - self.now),
            "late": duration(self.now - deadline.due_at),
            "due": self.time(deadline.due_at),
        }

    def is_late(self, deadline: Deadline | None) -> bool:
        return deadline is not None and deadline.due_at < self.now


def people_around(cases: Collection[Case], now: datetime, *, with_duty: bool = False) -> People:
    """The people to call about `cases`: a few questions, however many cases."""
    in_need = [case for case in cases if must_act(case) or with_duty]
    wards = [ward for case in cases if (ward := ward_of(case))] if with_duty else []
    return People(
        duty=people_on_duty_at(wards, now) if with_duty else None,
        coordinators={pk: list(coordinators_of(pk)) for pk in {case.network_id for case in in_need}},
        wards=case_queries.wards_asked_by({case.hospital_id for case in in_need if must_act(case)}),
    )


def ward_of(case: Case) -> Ward | None:
    offer = case_queries.current_offer(case)
    return offer.ward if offer is not None and offer.is_open else case.ward


def name_of(ward: Ward) -> str:
    return f"{ward.hospital.name} · {ward.name}"


def numbers(*contact: Call) -> tuple[Call, ...]:
    return tuple({call.phone: call for call in contact if call.phone}.values())


def ward_calls(ward: Ward, scene: Scene) -> list[Call]:
    """The ward's own number and those on duty there."""
    duty = (scene.people.duty or {}).get(ward.pk, ())
    return [Call(name_of(ward), ward.phone), *(Call(person.name, person.phone) for person in duty)]


def crew_calls(scene: Scene) -> list[Call]:
    """Whoever answers in the vehicle."""
    journey = scene.case.journey
    if journey is None or not journey.contact:
        return []
    return [Call(journey.team or _("on the way"), journey.contact)]


def hospital_call(scene: Scene) -> Call:
    return Call(scene.case.hospital.name, scene.case.hospital.phone)


def coordinator_calls(scene: Scene) -> list[Call]:
    coordinators = scene.people.coordinators.get(scene.case.network_id, ())
    return [Call(f"{Party.COORDINATOR.label} {person.name}", person.phone) for person in coordinators]


def nearest_calls(scene: Scene) -> list[Call]:
    wards = scene.people.wards.get(scene.case.hospital_id, ())
    return [Call(name_of(ward), ward.phone) for ward in wards[:MOST_CALLS]]


def calls_across(scene: Scene, ward: Ward) -> tuple[Call, ...]:
    """For the ward the first hospital, for the hospital the ward, for the coordinator both."""
    if scene.is_by(Party.COORDINATOR):
        return numbers(*ward_calls(ward, scene), hospital_call(scene))
    if scene.is_by(Party.ORIGIN):
        return numbers(*ward_calls(ward, scene))
    return numbers(hospital_call(scene))
