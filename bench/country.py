"""A country's referrals at their busiest: ten networks with boards that stay open, and doctors who refer."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from accounts.models import Catchment, DutyShift, Hospital, Membership, Network, Role, User, Ward
from referral.models import PathwayPolicy

NETWORKS, WARDS, PEOPLE, HOSPITALS = 10, 5, 10, 10
"""Networks, wards of each, people of each ward, and first hospitals of each network with one doctor each."""


@dataclass(frozen=True, slots=True)
class Country:
    """Keys of the sessions of everybody: of each ward its people's, and those of the doctors."""

    wards: list[list[str]]
    doctors: list[str]


def build(now: datetime) -> Country:
    """Everybody, signed in; the first of each ward leads it, the second is on duty."""
    wards: list[list[User]] = []
    doctors: list[User] = []
    for number in range(NETWORKS):
        network = Network.objects.create(name_zh=f"网络{number}", name_en=f"Network {number}")
        begun = now - timedelta(days=1)
        PathwayPolicy.objects.create(network=network, version=1, created_at=begun, in_force_from=begun)
        own = _wards(network, number)
        wards += [_people(network, ward, f"ward{number}-{nth}") for nth, ward in enumerate(own)]
        doctors += _doctors(network, own, number)
    return Country(
        [[_session(user) for user in people] for people in wards], [_session(user) for user in doctors]
    )


def _wards(network: Network, number: int) -> list[Ward]:
    tertiary = Hospital.objects.create(network=network, name_zh=f"三级{number}", level="tertiary")
    return Ward.objects.bulk_create(
        Ward(hospital=tertiary, name_zh=f"病房{number}-{nth}", phone="020-2000", beds=20)
        for nth in range(WARDS)
    )


def _people(network: Network, ward: Ward, name: str) -> list[User]:
    users = _users([f"{name}-{nth}" for nth in range(PEOPLE)])
    Membership.objects.bulk_create(
        Membership(user=user, network=network, ward=ward, role=Role.SPECIALIST if nth else Role.WARD_LEAD)
        for nth, user in enumerate(users)
    )
    DutyShift.objects.bulk_create(
        DutyShift(ward=ward, user=users[1], weekday=weekday, starts=time(0), ends=time(0))
        for weekday in range(7)
    )
    return users


def _doctors(network: Network, wards: list[Ward], number: int) -> list[User]:
    """One of each first hospital; the hospitals ask the wards in turn, so that none is asked by all."""
    hospitals = Hospital.objects.bulk_create(
        Hospital(network=network, name_zh=f"县{number}-{nth}", level="primary", phone="020-1000")
        for nth in range(HOSPITALS)
    )
    users = _users([f"doctor{number}-{nth}" for nth in range(HOSPITALS)])
    for nth, (hospital, user) in enumerate(zip(hospitals, users, strict=True)):
        Membership.objects.create(
            user=user, network=network, hospital=hospital, role=Role.REFERRING_CLINICIAN
        )
        Catchment.objects.bulk_create(
            Catchment(hospital=hospital, ward=wards[(nth + rank) % WARDS], rank=rank) for rank in (0, 1)
        )
    return users


def _users(names: list[str]) -> list[User]:
    return User.objects.bulk_create(User(email=f"{name}@bench.example", name=name) for name in names)


def _session(user: User) -> str:
    from bench.live import token

    return token(user)
