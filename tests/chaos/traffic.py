"""Cases whose first deadline falls due when a scenario wants it: one message to one doctor for each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts import clock
from accounts.models import Membership, Role, User
from notifications.models import Subscription
from referral.models import Case, Deadline, PathwayPolicy
from referral.models.policies import default_ladders
from referral.pathway.vocabulary import Audience, Kind
from tests.world import World, build

DOCTORS, QUIET_DOCTORS = 20, 20
WINDOW = timedelta(hours=4)

DRAFTS = """
CREATE TEMPORARY TABLE draft ON COMMIT DROP AS
SELECT nth, uuidv7() AS patient, uuidv7() AS person, uuidv7() AS "case", uuidv7() AS deadline,
    %(prefix)s || nth AS number, (%(doctors)s::uuid[])[1 + nth %% %(people)s] AS doctor
FROM generate_series(1, %(wanted)s) AS nth
"""
CLONE = """
INSERT INTO {table}
SELECT (jsonb_populate_record(template, {changes})).*
FROM {table} AS template, draft WHERE template.id = %(template)s
"""
PATIENT = "jsonb_build_object('id', draft.patient)"
PERSON = "jsonb_build_object('id', draft.person)"
CASE = """jsonb_build_object('id', draft."case", 'patient_id', draft.patient, 'person_id', draft.person,
    'number', draft.number,
    'event_count', 0, 'policy_id', %(policy)s::uuid, 'registered_by_id', draft.doctor,
    'registered_at', %(now)s::timestamptz, 'first_visit_at', %(starts_at)s::timestamptz)"""
DEADLINE = """jsonb_build_object('id', draft.deadline, 'case_id', draft."case",
    'starts_at', %(starts_at)s::timestamptz, 'due_at', %(due_at)s::timestamptz,
    'first_due_at', %(due_at)s::timestamptz, 'next_at', %(due_at)s::timestamptz,
    'alerted_until', NULL, 'missed_at', NULL)"""


@dataclass
class Traffic:
    """The small network of the tests, with more doctors, and one registered case to make others from."""

    world: World
    template: Case
    doctors: list[UUID]
    quiet_doctors: list[UUID]
    quiet_policy: PathwayPolicy
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def fall_due(self, count: int, *, within: timedelta = timedelta(0), quiet: bool = False) -> None:
        """`wanted` new cases whose one open deadline is due `within` that time from now.

        `quiet`: they belong to doctors who read it in the portal only.
        """
        now, doctors = clock.now(), self.quiet_doctors if quiet else self.doctors
        inputs: dict[str, Any] = {
            "prefix": f"X{next(self.numbers)}-",
            "doctors": doctors,
            "people": len(doctors),
            "policy": self.quiet_policy.pk if quiet else self.template.policy_id,
            "wanted": count,
            "now": now,
            "due_at": now + within,
            "starts_at": now + within - WINDOW,
        }
        deadline = self.template.deadlines.get(kind=Kind.ASSESS)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(DRAFTS, inputs)
            for row, changes in (
                (self.template.patient, PATIENT),
                (self.template.person, PERSON),
                (self.template, CASE),
                (deadline, DEADLINE),
            ):
                query = CLONE.format(table=row._meta.db_table, changes=changes)
                cursor.execute(query, {**inputs, "template": row.pk})


def begin(address: str) -> Traffic:
    """The network, its people reachable at `address` too; cases registered later have the default ladders."""
    world = build()
    policies = (_policy(world, number, severity) for number, severity in ((2, "warning"), (3, "severe")))
    quiet_policy, _loud = list(policies)
    template = world.register(now=clock.now())
    Deadline.objects.filter(case=template).exclude(kind=Kind.ASSESS).delete()
    now = clock.now()
    PathwayPolicy.objects.create(network=world.network, version=4, created_at=now, in_force_from=now)
    quiet = _doctors(world, "quiet", QUIET_DOCTORS)
    for user in quiet:
        Subscription.objects.create(user=user, channel="email", address=user.email, enabled=False)
    doctors = _doctors(world, "doctor", DOCTORS)
    for user in User.objects.exclude(pk__in=[user.pk for user in quiet]):
        Subscription.objects.create(user=user, channel="honouring", address=address)
    keys = ([user.pk for user in users] for users in (doctors, quiet))
    return Traffic(world, template, *keys, quiet_policy)


def _policy(world: World, version: int, severity: str) -> PathwayPolicy:
    """One alert, to the doctor who registered the case, when the indicators are due."""
    step = {"fraction": 1, "audience": [Audience.CLINICIAN], "severity": severity}
    ladders = {**default_ladders(), str(Kind.ASSESS): [step]}
    now = clock.now()
    return PathwayPolicy.objects.create(
        network=world.network, version=version, created_at=now, in_force_from=now, ladders=ladders
    )


def _doctors(world: World, name: str, count: int) -> list[User]:
    made = [User.objects.create_user(f"{name}-{nth}@test.example", name=name) for nth in range(count)]
    for doctor in made:
        Membership.objects.create(user=doctor, role=Role.REFERRING_CLINICIAN, hospital=world.hospital)
    return made
