"""A practice network with all that the pathway needs: places, policy, accounts, duty around the clock."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Catchment, DutyShift, Hospital, Membership, Network, Role, User, Ward
from referral.models import PathwayPolicy

NAME = ("练习网络", "Practice network")
HOSPITALS = (("练习首诊医院", "Practice first hospital"), ("练习专科医院", "Practice specialist hospital"))
WARDS = (("练习病房一", "Practice ward 1"), ("练习病房二", "Practice ward 2"))
ACCOUNTS = (
    ("practice-doctor", "练习首诊医生", Role.REFERRING_CLINICIAN),
    ("practice-specialist", "练习专科医生", Role.SPECIALIST),
    ("practice-lead", "练习病房主任", Role.WARD_LEAD),
    ("practice-specialist2", "练习专科医生二", Role.SPECIALIST),
    ("practice-coordinator", "练习协调员", Role.COORDINATOR),
)
SECOND_WARD = "practice-specialist2"


@dataclass(frozen=True, slots=True)
class Made:
    """The network, and its accounts by login."""

    network: Network
    accounts: dict[str, User]


@transaction.atomic
def make_practice_network(*, domain: str, password: str | None, now: datetime) -> Made:
    """Make it once; what is there already stays as it is.

    The accounts' addresses are at `domain`; without a `password` nobody can sign in until an administrator
    has sent the link to choose one.
    """
    network, _is_new = Network.objects.get_or_create(
        name_zh=NAME[0], is_practice=True, defaults={"name_en": NAME[1]}
    )
    PathwayPolicy.objects.get_or_create(
        network=network, version=1, defaults={"created_at": now, "in_force_from": now}
    )
    hospital, wards = _places(network)
    secret = make_password(password)
    accounts = {}
    for login, name, role in ACCOUNTS:
        ward = wards[1] if login == SECOND_WARD else wards[0]
        accounts[login] = _account(f"{login}@{domain}", name, secret)
        _give_role(accounts[login], role, hospital=hospital, ward=ward, network=network)
    return Made(network, accounts)


def _places(network: Network) -> tuple[Hospital, list[Ward]]:
    first, specialist = (
        Hospital.objects.get_or_create(
            network=network,
            name_zh=zh,
            defaults={"name_en": en, "level": level, "phone": "000-0000-0000"},
        )[0]
        for (zh, en), level in zip(HOSPITALS, (Hospital.Level.PRIMARY, Hospital.Level.TERTIARY), strict=True)
    )
    wards = [
        Ward.objects.get_or_create(
            hospital=specialist, name_zh=zh, defaults={"name_en": en, "phone": "000-0000-0000", "beds": 10}
        )[0]
        for zh, en in WARDS
    ]
    for rank, ward in enumerate(wards, 1):
        Catchment.objects.get_or_create(hospital=first, ward=ward, defaults={"rank": rank})
    return first, wards


def _account(email: str, name: str, secret: str) -> User:
    user, _is_new = User.objects.get_or_create(email=email, defaults={"name": name, "password": secret})
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def _give_role(user: User, role: Role, *, hospital: Hospital, ward: Ward, network: Network) -> None:
    place: dict[str, Any]
    match role:
        case Role.REFERRING_CLINICIAN:
            place = {"hospital": hospital}
        case Role.SPECIALIST | Role.WARD_LEAD:
            place = {"ward": ward}
        case _:
            place = {"network": network}
    Membership.objects.get_or_create(user=user, role=role, **place)
    if role is Role.SPECIALIST:
        for weekday in range(7):
            DutyShift.objects.get_or_create(
                ward=ward, user=user, weekday=weekday, starts=time(0), defaults={"ends": time(0)}
            )
