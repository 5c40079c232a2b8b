"""One network with somebody in every role, a second one, and one thing of each kind to ask for."""

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from accounts import clock
from accounts import tokens as access_tokens
from accounts.ids import new_id
from accounts.models import (
    Catchment,
    DutyShift,
    Hospital,
    Membership,
    Network,
    Role,
    User,
    Ward,
)
from files.intake import Sent, receive
from files.models import FileState
from integrations.counterparts import save_integration
from integrations.models import Integration, ReceivedMessage
from integrations.receiving import Incoming
from integrations.receiving import receive as receive_results
from labs.readings.requests import read_pasted
from notifications.models import Delivery, Notification, Subscription
from portal.models import FormDraft
from referral.deadlines.engine import quarantine
from referral.intake import results
from referral.models import Case, CaseFile, Deadline, PathwayPolicy
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Kind, Verb
from tests.files.pictures import jpeg
from tests.integrations.hl7_messages import SENDER, oru
from tests.world import World, build, make_deliveries

NUMBERS = {"device": "email-000000000000", "number": "999999999"}
"""The names of absent things that have no UUID."""
ABSENT = UUID("01970000-0000-7000-8000-00000000dead")


@dataclass
class Caller:
    """Somebody who asks, in the portal by cookie and at the API by a token of their own."""

    name: str
    user: User | None
    scopes: tuple[str, ...] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    cookies: SimpleCookie[str] = field(init=False)

    def __post_init__(self) -> None:
        self.cookies = copy(self.client.cookies)

    def sign_in_again(self) -> None:
        """Forget what an answer left in the browser, such as that it signed out."""
        self.client.cookies = copy(self.cookies)

    @property
    def is_program(self) -> bool:
        """Whether it comes with an access token, and so only to the API."""
        return self.scopes is not None


@dataclass
class Scene:
    """`ids`: by kind of thing, the one that is there, all in the first network; `absent`: one that is not."""

    world: World
    now: datetime
    callers: dict[str, Caller]
    ids: dict[str, str]
    absent: dict[str, str]


def build_scene() -> Scene:
    world, now = build(), clock.now()
    third = Ward.objects.create(
        hospital=world.ward.hospital, name_zh="三病房", name_en="三病房", phone="020-3000", beds=5
    )
    people = {
        "doctor": world.doctor,
        "other doctor": world.other_doctor,
        "asked": world.second_specialist,
        "asked lead": _person("lead2", Role.WARD_LEAD, ward=world.second_ward),
        "declined": world.specialist,
        "other ward": _person("specialist3", Role.SPECIALIST, ward=third),
        "coordinator": world.coordinator,
        "researcher": world.researcher,
        "administrator": world.administrator,
        "superuser": User.objects.create_superuser("root@test.example", "a-long-password", name="root"),
        "no role": User.objects.create_user("nobody@test.example", "a-long-password", name="nobody"),
        **_second_network(),
    }
    case = world.flagged(now)
    perform(case, Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")
    User.objects.filter(pk__in=[people[name].pk for name in ADMINISTER]).update(is_staff=True)
    callers = {"anonymous": Caller("anonymous", None)}
    callers |= {name: _signed_in(name, user) for name, user in people.items()}
    callers["deactivated"] = _deactivated(world)
    for name, scopes in PROGRAMS.items():
        callers[name] = _program(name, world.doctor, scopes, now)
    ids = _things(world, case, now)
    return Scene(world, now, callers, ids, {kind: NUMBERS.get(kind, str(ABSENT)) for kind in ids})


ADMINISTER = ("administrator", "far administrator")
PROGRAMS = {
    "token to read": ("read",),
    "token to write": ("write",),
    "token to read and write": ("read", "write"),
}


def _person(name: str, role: Role, **place: Any) -> User:
    user = User.objects.create_user(f"{name}@test.example", "a-long-password", name=name)
    Membership.objects.create(user=user, role=role, **place)
    return user


def _second_network() -> dict[str, User]:
    network = Network.objects.create(name_zh="另一网络", name_en="Other network")
    PathwayPolicy.objects.create(
        network=network,
        version=1,
        created_at=clock.now(),
        in_force_from=clock.now() - timedelta(days=4000),
    )
    hospital = Hospital.objects.create(network=network, name_zh="远", name_en="Far", level="primary")
    ward = Ward.objects.create(hospital=hospital, name_zh="远病房", name_en="Far ward", beds=1)
    Catchment.objects.create(hospital=hospital, ward=ward, rank=1)
    people = {
        "far doctor": _person("far.doctor", Role.REFERRING_CLINICIAN, hospital=hospital),
        "far ward": _person("far.ward", Role.WARD_LEAD, ward=ward),
        "far coordinator": _person("far.coordinator", Role.COORDINATOR, network=network),
        "far administrator": _person("far.admin", Role.ADMINISTRATOR, network=network),
    }
    DutyShift.objects.create(ward=ward, user=people["far ward"], weekday=0, starts=time(0), ends=time(0))
    return people


def _signed_in(name: str, user: User) -> Caller:
    client = Client()
    client.force_login(user)
    headers = {"X-Session-Token": str(client.session.session_key)}
    return Caller(name, user, headers=headers, client=client)


def _deactivated(world: World) -> Caller:
    user = _person("gone", Role.REFERRING_CLINICIAN, hospital=world.hospital)
    caller = _signed_in("deactivated", user)
    user.is_active = False
    user.save()
    return caller


def _program(name: str, user: User, scopes: tuple[str, ...], now: datetime) -> Caller:
    _token, secret = access_tokens.create(user=user, name=name, scopes=scopes, days=1, now=now)
    return Caller(name, user, scopes=scopes, headers={"Authorization": f"Bearer {secret}"})


def _file_of(case: Case, world: World, now: datetime) -> None:
    """A checked file that has the id of its case, so that one name fills both places of an address."""
    file = receive(user=world.doctor, sent=Sent(new_id(), "x.jpg", jpeg()), now=now)
    file.state, file.checked_at = FileState.CHECKED, now
    file.save()
    CaseFile.objects.create(id=case.pk, case=case, file=file, kind="ecg", added_by=world.doctor, added_at=now)


def _integration(world: World, now: datetime) -> Integration:
    row = Integration(name="LIS", kind="laboratory", hospital=world.hospital, responsible=world.doctor)
    row.hl7_application, row.hl7_facility = SENDER
    return save_integration(integration=row, now=now)


def _results(now: datetime) -> ReceivedMessage:
    """What the laboratory sent of a patient whom nobody knows."""
    receive_results([Incoming(oru(number="X-1"), "127.0.0.1")], now)
    results.process_waiting(now)
    return ReceivedMessage.objects.get()


def _things(world: World, case: Case, now: datetime) -> dict[str, str]:
    _file_of(case, world, now)
    token, _secret = access_tokens.create(user=world.doctor, name="own", scopes=("read",), days=1, now=now)
    draft = FormDraft.objects.create(
        user=world.doctor, page="/cases/new/", subject=str(uuid4()), typed={}, version=1, saved_at=now
    )
    device = Subscription.objects.create(
        user=world.second_specialist, channel="sms", address="+8613800000000"
    )
    set_aside = Deadline.objects.filter(case=case, kind=Kind.FOLLOW_UP_90).get()
    quarantine(set_aside.pk, now)
    reading = read_pasted(user=world.doctor, text="TBIL 356.8 umol/L", now=now)
    notification = Notification.objects.filter(recipient=world.second_specialist).latest("created_at")
    make_deliveries(now)
    return {
        "case": str(case.pk),
        "reading": str(reading.pk),
        "ward": str(world.second_ward.pk),
        "token": str(token.pk),
        "draft": str(draft.pk),
        "device": str(device.pk),
        "notification": str(notification.pk),
        "delivery": str(Delivery.objects.filter(notification=notification).first().pk),
        "set aside": str(set_aside.pk),
        "hospital": str(world.hospital.pk),
        "network": str(world.network.pk),
        "user": str(world.doctor.pk),
        "integration": str(_integration(world, now).pk),
        "results": str(_results(now).pk),
        "policy": str(PathwayPolicy.objects.get(network=world.network).pk),
    }
