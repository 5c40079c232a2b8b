"""The demo's accounts, their roles and the duty rota, in which somebody is always on duty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import DutyShift, Membership, Role, User
from referral.demo.places import Places

PASSWORD = "aclf-demo-48h"  # noqa: S105  # public on purpose: it opens synthetic data only
EVERY_DAY = tuple(range(7))
Hours = tuple[time, time]
ALL_DAY: Hours = (time(0), time(0))
DAY: Hours = (time(8), time(18))
NIGHT: Hours = (time(18), time(8))


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the demo. `place` is a key of `places`; empty for a role in the whole network."""

    login: str
    name: str
    role: Role
    place: str = ""
    duty: Hours | None = None
    days: tuple[int, ...] = EVERY_DAY
    listed: bool = field(default=True, kw_only=True)

    @property
    def email(self) -> str:
        return f"{self.login}@demo.example"


ACCOUNTS: tuple[Account, ...] = (
    Account("doctor", "演示首诊医生甲", Role.REFERRING_CLINICIAN, "town"),
    Account("doctor2", "演示首诊医生乙", Role.REFERRING_CLINICIAN, "county"),
    Account("doctor3", "演示急诊医生丙", Role.REFERRING_CLINICIAN, "university"),
    Account("specialist", "演示专科医生丁", Role.SPECIALIST, "first", ALL_DAY),
    Account("lead", "演示病房主任丁", Role.WARD_LEAD, "first"),
    Account("specialist2", "演示专科医生丙", Role.SPECIALIST, "second", ALL_DAY),
    Account("lead2", "演示病房主任丙", Role.WARD_LEAD, "second"),
    Account("coordinator", "演示协调员", Role.COORDINATOR),
    Account("researcher", "演示研究者", Role.RESEARCHER),
    Account("admin", "演示管理员", Role.ADMINISTRATOR),
    Account("nurse", "演示同事甲", Role.REFERRING_CLINICIAN, "town", listed=False),
    Account("registrar", "演示值班医生丁一", Role.SPECIALIST, "first", DAY, (0, 1, 2, 3, 4), listed=False),
    Account("resident", "演示值班医生丁二", Role.SPECIALIST, "first", NIGHT, (4, 5, 6), listed=False),
    Account("resident2", "演示值班医生丙一", Role.SPECIALIST, "second", NIGHT, listed=False),
)

STAFF_OF: Mapping[str, str] = {
    "town": "doctor",
    "county": "doctor2",
    "university": "doctor3",
    "first": "specialist",
    "second": "specialist2",
}
"""Who acts by default at each first hospital and each ward, by login."""


def make_people(places: Places) -> Mapping[str, User]:
    """Every account by its login, with role, verified address and weekly duty; what exists stays as it is."""
    # Hashed once: the hash is slow on purpose, and one public password needs no salt of its own per account.
    secret = make_password(PASSWORD)
    people = {}
    for account in ACCOUNTS:
        user, _ = User.objects.get_or_create(
            email=account.email,
            defaults={
                "name": account.name,
                "password": secret,
                "is_staff": account.role is Role.ADMINISTRATOR,
            },
        )
        Membership.objects.get_or_create(user=user, role=account.role, **_place(account, places))
        EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
        if account.duty:
            _put_on_duty(user, account, account.duty, places)
        people[account.login] = user
    return people


def _place(account: Account, places: Places) -> dict[str, Any]:
    match account.role:
        case Role.REFERRING_CLINICIAN:
            return {"hospital": places.hospitals[account.place]}
        case Role.SPECIALIST | Role.WARD_LEAD:
            return {"ward": places.wards[account.place]}
        case _:
            return {"network": places.network}


def _put_on_duty(user: User, account: Account, hours: Hours, places: Places) -> None:
    for weekday in account.days:
        DutyShift.objects.get_or_create(
            ward=places.wards[account.place],
            user=user,
            weekday=weekday,
            starts=hours[0],
            defaults={"ends": hours[1]},
        )
