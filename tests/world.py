"""A small network for the tests: two first hospitals, two wards, and one person in each role."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import Catchment, DutyShift, Hospital, Membership, Network, Role, User, Ward
from notifications.outbox import store
from referral.identity.birth import BirthDate
from referral.identity.candidates import find_candidates
from referral.identity.matching import question_about
from referral.identity.national_id import check_character
from referral.identity.written import Identity, read
from referral.intake.first_visit import FirstVisit
from referral.intake.free_beds import PROMISED
from referral.intake.registration import register
from referral.intake.unannounced import find_unannounced
from referral.models import Case, Offer, PathwayPolicy
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb

NOW = datetime(2026, 5, 17, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
PASSWORD = "a-long-password"

WELL = {
    "age_years": 45,
    "cirrhosis": False,
    "variceal_bleeding": False,
    "encephalopathy_grade": 0,
    "bilirubin": 60,
    "bilirubin_unit": "umol/L",
    "inr": 1.1,
    "urea": 4.0,
    "urea_unit": "mmol/L",
    "sodium_mmol_l": 140,
}
ILL = {
    "age_years": 56,
    "cirrhosis": True,
    "variceal_bleeding": False,
    "encephalopathy_grade": 2,
    "bilirubin": 310,
    "bilirubin_unit": "umol/L",
    "inr": 2.2,
    "urea": 11.0,
    "urea_unit": "mmol/L",
    "sodium_mmol_l": 129,
}


@dataclass
class World:
    """The rows every test starts from."""

    network: Network
    hospital: Hospital
    other_hospital: Hospital
    ward: Ward
    second_ward: Ward
    doctor: User
    other_doctor: User
    specialist: User
    lead: User
    second_specialist: User
    coordinator: User
    researcher: User
    administrator: User

    def register(self, **changes: Any) -> Case:
        """A case registered at NOW whose first visit was then, unless `changes` say otherwise."""
        now = changes.pop("now", NOW)
        visit = {"at": now, "chronic_liver_disease": "hepatitis_b", "presentation": "acute_liver_injury"}
        visit |= {
            key: changes.pop(key) for key in ("at", "chronic_liver_disease", "case_id") if key in changes
        }
        actor, hospital = changes.pop("actor", self.doctor), changes.pop("hospital", self.hospital)
        person = answering(someone(**changes), hospital, visited=hospital.day_of(visit["at"]))
        return register(actor=actor, hospital=hospital, visit=FirstVisit(person=person, **visit), now=now)

    def flagged(self, now: datetime = NOW, **changes: Any) -> Case:
        """A registered case, assessed as high risk and offered to the first ward."""
        return perform(
            self.register(now=now, **changes),
            Verb.ASSESS,
            actor=self.doctor,
            now=now,
            values=sampled(ILL, now),
        )

    def accepted(self, now: datetime = NOW, **changes: Any) -> Case:
        """A flagged case that the first ward accepted; the first that waits for its patient is bed 12."""
        bed = 12 + Case.objects.filter(ward=self.ward, state__in=PROMISED).count()
        case = self.flagged(now, **changes)
        return perform(case, Verb.ACCEPT, actor=self.specialist, now=now, bed=str(bed))

    def admitted(self, now: datetime = NOW, **changes: Any) -> Case:
        """An accepted case that is in the first ward's bed."""
        return perform(self.accepted(now, **changes), Verb.ADMIT, actor=self.specialist, now=now)

    def looked_up(self, case: Case, user: User, now: datetime = NOW) -> Case:
        """The case, after `user` has looked it up at the door."""
        find_unannounced(user=user, now=now, number=case.number)
        return case

    def admitted_elsewhere(self, case: Case, now: datetime = NOW, **inputs: Any) -> Case:
        """The case, admitted by the second ward, which does not expect the patient."""
        self.looked_up(case, self.second_specialist, now)
        said = case.patient.name
        return perform(case, Verb.ADMIT, actor=self.second_specialist, now=now, said=said, **inputs)

    def watched(self, now: datetime = NOW, **changes: Any) -> Case:
        """A registered case whose assessment was not high."""
        case = self.register(now=now, **changes)
        return perform(case, Verb.ASSESS, actor=self.doctor, now=now, values=sampled(WELL, now))

    def diagnosed(self, now: datetime = NOW, **changes: Any) -> Case:
        """An admitted case whose diagnosis is fixed."""
        case = self.admitted(now, **changes)
        return perform(case, Verb.DIAGNOSE, actor=self.specialist, now=now, category="early_aclf")

    def returned(self, now: datetime = NOW, **changes: Any) -> Case:
        """A diagnosed case that the ward has referred back; all of it at `now`."""
        case = self.diagnosed(now, **changes)
        return perform(case, Verb.BACK_REFER, actor=self.specialist, now=now, plan="plan")


def answering(person: Identity, hospital: Hospital, *, visited: date) -> Identity:
    """`person` with an answer to the question that would be asked, where there is an answer."""
    if person.answers_to or not (person.confirmed_same or person.confirmed_different):
        return person
    identity = read(person, visited=visited)
    question = question_about(identity, find_candidates(identity, hospital), hospital)
    return replace(person, answers_to=question)


def someone(**changes: Any) -> Identity:
    """A man of 56; `birth_date` may be a date, or None to be filled from a resident's number."""
    who = {
        "name": "测试甲",
        "sex": "male",
        "birth_date": date(1970, 1, 2),
        "national_id": "",
        "local_number": "",
        **changes,
    }
    born = who["birth_date"]
    return Identity(**{**who, "birth_date": BirthDate.on(born) if isinstance(born, date) else born})


def resident(serial: int = 1, born: date = date(1970, 1, 2), region: str = "110101") -> str:
    """A valid resident's number; an odd `serial` is a man's."""
    seventeen = f"{region}{born:%Y%m%d}{serial:03}"
    return seventeen + check_character(seventeen)


def sampled(values: dict[str, Any], at: datetime) -> dict[str, Any]:
    """`values` as a laboratory reports them: with the time of sampling."""
    return {**values, "sampled_at": at.isoformat()}


def open_offer(case: Case) -> Offer:
    return Offer.objects.get(case=case, state=Offer.State.OPEN)


def make_deliveries(now: datetime) -> None:
    """Let a worker have taken what is new, and given it back: its deliveries are made and wait."""
    store.release(store.open_deliveries(limit=1000, now=now), now=now)


def build() -> World:
    """The world's rows, in one statement for each table."""
    network = Network.objects.create(name_zh="测试网络", name_en="Test network")
    PathwayPolicy.objects.create(
        network=network,
        version=1,
        created_at=NOW - timedelta(days=1),
        in_force_from=NOW - timedelta(days=4000),
    )
    first, second, tertiary = Hospital.objects.bulk_create(
        Hospital(network=network, name_zh=name, name_en=name, level=level, phone="020-1000")
        for name, level in (("甲", "primary"), ("乙", "secondary"), ("丙", "tertiary"))
    )
    wards = Ward.objects.bulk_create(
        Ward(hospital=tertiary, name_zh=name, name_en=name, phone="020-2000", beds=10)
        for name in ("一病房", "二病房")
    )
    Catchment.objects.bulk_create(
        Catchment(hospital=place, ward=ward, rank=rank)
        for place in (first, second)
        for rank, ward in enumerate(wards, 1)
    )
    people = {
        "doctor": Membership(role=Role.REFERRING_CLINICIAN, hospital=first),
        "doctor2": Membership(role=Role.REFERRING_CLINICIAN, hospital=second),
        "specialist": Membership(role=Role.SPECIALIST, ward=wards[0]),
        "lead": Membership(role=Role.WARD_LEAD, ward=wards[0]),
        "specialist2": Membership(role=Role.SPECIALIST, ward=wards[1]),
        "coordinator": Membership(role=Role.COORDINATOR),
        "researcher": Membership(role=Role.RESEARCHER),
        "admin": Membership(role=Role.ADMINISTRATOR),
    }
    users = _employ(people, network)
    DutyShift.objects.bulk_create(
        DutyShift(ward=ward, user=users[name], weekday=weekday, starts=time(0), ends=time(0))
        for ward, name in zip(wards, ("specialist", "specialist2"), strict=True)
        for weekday in range(7)
    )
    return World(
        network=network,
        hospital=first,
        other_hospital=second,
        ward=wards[0],
        second_ward=wards[1],
        doctor=users["doctor"],
        other_doctor=users["doctor2"],
        specialist=users["specialist"],
        lead=users["lead"],
        second_specialist=users["specialist2"],
        coordinator=users["coordinator"],
        researcher=users["researcher"],
        administrator=users["admin"],
    )


def _employ(people: dict[str, Membership], network: Network) -> dict[str, User]:
    """A user for each name, who has that role in the network."""
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(email=f"{name}@test.example", password=password, name=name) for name in people
    )
    by_name = dict(zip(people, users, strict=True))
    for name, membership in people.items():
        membership.user, membership.network = by_name[name], network
    Membership.objects.bulk_create(people.values())
    return by_name
