"""Several cases at once by their ids, and what a first synchronisation takes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Ward
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.api.conftest import Answer, Caller
from tests.world import World


def asked(caller: Caller, *ids: object, **query: Any) -> Answer:
    return caller.get("/cases", ids=",".join(map(str, ids)), **query)


def test_cases_are_as_each_of_them_is_alone_and_in_the_order_asked(
    world: World, doctor: Caller, now: datetime
) -> None:
    made = [
        world.watched(now, name="甲一"),
        world.flagged(now, name="甲二"),
        world.returned(now, name="甲三"),
    ]
    ids = [made[2].pk, made[0].pk, made[1].pk]
    answer = asked(doctor, *ids)
    assert [row["id"] for row in answer.body["results"]] == [str(one) for one in ids]
    assert (answer.body["next"], answer.body["gone"]) == (None, [])
    for row in answer.body["results"]:
        assert row == doctor.get(f"/cases/{row['id']}").body


def test_the_reading_of_each_is_audited_in_one_statement(world: World, doctor: Caller, now: datetime) -> None:
    ids = {str(world.watched(now, name=name).pk) for name in ("甲一", "甲二", "甲三")}
    with CaptureQueriesContext(connection) as queries:
        asked(doctor, *ids)
    written = [query for query in queries if 'INSERT INTO "accounts_auditentry"' in query["sql"]]
    lines = AuditEntry.objects.filter(actor=world.doctor, action="read")
    assert len(written) == 1
    assert {line.subject_id for line in lines} == ids
    assert all(line.network_id == world.network.pk and line.detail == {"part": "case"} for line in lines)


def test_what_is_foreign_and_what_does_not_exist_are_answered_alike(
    world: World, doctor: Caller, now: datetime
) -> None:
    foreign = world.register(now=now, actor=world.other_doctor, hospital=world.other_hospital).pk
    own, absent = world.watched(now, name="测试乙").pk, uuid4()
    answer = asked(doctor, foreign, own, absent)
    assert [row["id"] for row in answer.body["results"]] == [str(own)]
    assert answer.body["gone"] == [str(foreign), str(absent)]
    alone = [asked(doctor, one).body for one in (foreign, absent)]
    assert [{**body, "gone": len(body["gone"])} for body in alone] == [
        {"results": [], "next": None, "gone": 1}
    ] * 2
    assert not AuditEntry.objects.filter(subject_id=str(foreign), actor=world.doctor).exists()


def test_a_case_that_a_ward_has_lost_is_gone_for_it(world: World, specialist: Caller, now: datetime) -> None:
    case = world.flagged(now)
    assert asked(specialist, case.pk).body["gone"] == []
    perform(case, Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")
    assert asked(specialist, case.pk).body == {"results": [], "next": None, "gone": [str(case.pk)]}


def test_an_id_twice_is_answered_once_and_however_it_is_written(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = world.watched(now).pk
    answer = doctor.get("/cases", ids=[str(case), str(case).upper()])
    assert [row["id"] for row in answer.body["results"]] == [str(case)]


def test_more_than_a_hundred_and_what_is_no_id_are_refused(doctor: Caller) -> None:
    assert asked(doctor, *(uuid4() for _ in range(100))).status == 200
    assert asked(doctor, *(uuid4() for _ in range(101))).fields == {"ids": "too_many"}
    refused = asked(doctor, uuid4(), "26-000001")
    assert refused.fields == {"ids": "invalid"}
    assert "26-000001" in refused.body["detail"]


def test_an_app_that_wants_none_is_not_given_all(world: World, doctor: Caller, now: datetime) -> None:
    world.watched(now)
    for none in ("", ",", " "):
        assert doctor.get("/cases", ids=none).body == {"results": [], "next": None, "gone": []}


def test_ids_stand_alone_but_for_the_narrowing(world: World, doctor: Caller, now: datetime) -> None:
    case = world.flagged(now).pk
    refused = asked(doctor, case, state="offered", limit=5)
    assert refused.fields == {"state": "not_with_ids", "limit": "not_with_ids"}
    assert asked(doctor, case, fields="id,offers.state").body["results"] == [
        {"id": str(case), "offers": [{"state": "open"}]}
    ]


def test_the_version_of_a_case_is_as_good_for_a_decision_as_its_tag(
    world: World, specialist: Caller, now: datetime
) -> None:
    (row,) = asked(specialist, world.flagged(now).pk).body["results"]
    path = f"/cases/{row['id']}/accept"
    stale = specialist.post(path, {"bed": "1"}, If_Match=f'"{row["version"] - 1}"')
    fresh = specialist.post(path, {"bed": "1"}, If_Match=f'"{row["version"]}"')
    assert (stale.status, fresh.status) == (412, 200)


STATES: dict[str, Callable[..., Case]] = {
    "registered": lambda world, now, name: world.register(now=now, name=name),
    "watched": lambda world, now, name: world.watched(now, name=name),
    "offered": lambda world, now, name: world.flagged(now, name=name),
    "accepted": lambda world, now, name: world.accepted(now, name=name),
    "diagnosed": lambda world, now, name: world.diagnosed(now, name=name),
    "follow_up": lambda world, now, name: world.returned(now, name=name),
}


@pytest.mark.parametrize("state", STATES)
def test_many_cost_as_many_statements_as_one(
    world: World, coordinator: Caller, now: datetime, state: str
) -> None:
    made = [STATES[state](world, now, f"病{number}") for number in range(4)]
    assert {case.state for case in made} == {state}
    assert statements(coordinator, made[:1]) == statements(coordinator, made)


def test_many_unplaced_cost_as_many_statements_as_one(
    world: World, coordinator: Caller, now: datetime
) -> None:
    Ward.objects.update(closed_at=now)
    made = [world.flagged(now, name=f"病{number}") for number in range(4)]
    assert {case.state for case in made} == {"unplaced"}
    assert statements(coordinator, made[:1]) == statements(coordinator, made)


def statements(caller: Caller, cases: list[Case]) -> int:
    ids: list[UUID] = [case.pk for case in cases]
    asked(caller, *ids)  # the first request of a process fills what it keeps
    with CaptureQueriesContext(connection) as queries:
        assert len(asked(caller, *ids).body["results"]) == len(ids)
    return len(queries)


def test_a_first_synchronisation_takes_few_requests(world: World, doctor: Caller, now: datetime) -> None:
    made = {str(world.watched(now, name=f"病{number}").pk) for number in range(12)}
    cursor = doctor.get("/changes", since="now").body["next"]
    listed = doctor.get("/cases", limit=200, fields="id").body
    ids = [row["id"] for row in listed["results"]]
    assert (set(ids), listed["next"]) == (made, None)
    whole = asked(doctor, *ids)
    assert {row["id"] for row in whole.body["results"]} == made
    assert doctor.get("/changes", since=cursor).status == 200
