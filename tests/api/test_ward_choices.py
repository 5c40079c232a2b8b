"""The wards there are to choose from, and for a case those that each verb can name."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Catchment, Hospital, Network, Ward
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb
from tests.api.conftest import Caller
from tests.world import HOUR, World


@pytest.fixture
def far(world: World) -> Ward:
    """A ward of the network that no hospital asks."""
    hospital = Hospital.objects.create(
        network=world.network, name_zh="丁", level="tertiary", phone="020-3000"
    )
    return Ward.objects.create(hospital=hospital, name_zh="远病房", phone="020-4000", beds=4)


@pytest.fixture
def foreign(world: World) -> Ward:
    network = Network.objects.create(name_zh="他网")
    hospital = Hospital.objects.create(network=network, name_zh="戊", level="tertiary", phone="021-3000")
    return Ward.objects.create(hospital=hospital, name_zh="他网病房", phone="021-4000", beds=4)


def names(answer: Any) -> list[str]:
    return [row["name"] for row in answer.body["results"]]


def test_the_wards_of_ones_networks_with_whether_they_are_open_and_why_not(
    world: World, doctor: Caller, far: Ward, foreign: Ward, now: datetime
) -> None:
    Ward.objects.filter(pk=world.ward.pk).update(closed_at=now, closed_reason="no nurses")
    answer = doctor.get("/wards")
    assert set(names(answer)) == {"一病房", "二病房", "远病房"}
    assert answer.body["next"] is None
    row = next(row for row in answer.body["results"] if row["name"] == "一病房")
    assert (row["is_open"], row["closed_reason"], row["beds"], row["phone"]) == (
        False, "no nurses", 10, "020-2000"
    )  # fmt: skip
    assert (row["hospital"]["name"], row["network"]["id"]) == ("丙", str(world.network.pk))
    assert (row["rank"], row["request"], row["verbs"]) == (None, None, [])


def test_who_has_no_role_sees_no_ward(world: World, as_user: Callable[..., Caller]) -> None:
    world.researcher.memberships.all().delete()
    assert as_user(world.researcher).get("/wards").body == {"results": [], "next": None}


def test_for_a_case_those_its_hospital_asks_come_first_with_what_was_asked(
    world: World, coordinator: Caller, far: Ward, foreign: Ward, now: datetime
) -> None:
    case = world.flagged(now)
    perform(case, Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")
    answer = coordinator.get("/wards", **{"for": str(case.pk)})
    assert [(row["name"], row["rank"]) for row in answer.body["results"]] == [
        ("一病房", 1), ("二病房", 2), ("远病房", None)
    ]  # fmt: skip
    first, second, third = answer.body["results"]
    assert (first["request"]["state"], first["request"]["reason"]) == ("declined", "no_bed")
    assert (second["request"]["state"], third["request"]) == ("open", None)
    assert [row["verbs"] for row in (first, second, third)] == [["redirect"]] * 3


INPUTS: dict[Verb, dict[str, Any]] = {
    Verb.REDIRECT: {},
    Verb.DIVERT: {"expected_arrival_at": None},
    Verb.TRANSFER: {},
    Verb.ASK_ADVICE: {"text": "?"},
}


def ready(world: World, verb: Verb, now: datetime) -> Case:
    """A case on which `verb` can be used."""
    if verb is Verb.DIVERT:
        case = world.accepted(now)
        return perform(case, Verb.DEPART, actor=world.doctor, now=now, expected_arrival_at=now + HOUR)
    makers = {Verb.REDIRECT: world.flagged, Verb.TRANSFER: world.admitted, Verb.ASK_ADVICE: world.watched}
    return makers[verb](now)


@pytest.mark.parametrize("verb", INPUTS)
def test_what_is_offered_for_a_verb_is_what_the_verb_takes(
    world: World, far: Ward, foreign: Ward, now: datetime, verb: Verb
) -> None:
    closed = Ward.objects.create(
        hospital=far.hospital, name_zh="关病房", phone="020-5", beds=1, closed_at=now
    )
    Catchment.objects.create(hospital=world.hospital, ward=closed, rank=7)
    case = ready(world, verb, now)
    actor = world.doctor if verb is Verb.ASK_ADVICE else world.coordinator
    answer = Caller(actor).get("/wards", **{"for": str(case.pk), "verb": verb.value})
    offered = {row["id"] for row in answer.body["results"]}
    taken = {str(ward.pk) for ward in Ward.objects.all() if takes(case, verb, ward, actor, now)}
    assert offered == taken
    assert str(foreign.pk) not in offered


def takes(case: Case, verb: Verb, ward: Ward, actor: Any, now: datetime) -> bool:
    inputs = {**INPUTS[verb], "ward": ward}
    if "expected_arrival_at" in inputs:
        inputs["expected_arrival_at"] = now + 2 * HOUR
    try:
        with transaction.atomic():
            perform(case, verb, actor=actor, now=now, **inputs)
            transaction.set_rollback(True)
    except InputError:
        return False
    return True


def test_a_verb_that_is_not_the_readers_has_no_ward(
    world: World, doctor: Caller, specialist: Caller, now: datetime
) -> None:
    case = str(world.flagged(now).pk)
    for caller in (doctor, specialist):
        assert names(caller.get("/wards", **{"for": case, "verb": "redirect"})) == []
        assert all(row["verbs"] == [] for row in caller.get("/wards", **{"for": case}).body["results"])


def test_a_foreign_case_and_none_are_answered_alike(
    world: World, other_doctor: Caller, now: datetime
) -> None:
    foreign = other_doctor.get("/wards", **{"for": str(world.flagged(now).pk)})
    absent = other_doctor.get("/wards", **{"for": "01970000-0000-7000-8000-00000000000a"})
    assert (foreign.status, foreign.body) == (absent.status, absent.body)
    assert foreign.status == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"for": "x"}, "for"),
        ({"verb": "redirect"}, "for"),
        ({"for": "01970000-0000-7000-8000-00000000000a", "verb": "accept"}, "verb"),
        ({"fields": "distance"}, "fields"),
        ({"network": "x"}, "network"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    coordinator: Caller, query: dict[str, str], field: str
) -> None:
    answer = coordinator.get("/wards", **query)
    assert (answer.status, list(answer.fields)) == (422, [field])


def test_many_wards_cost_as_many_statements_as_few(
    world: World, coordinator: Caller, far: Ward, now: datetime
) -> None:
    query = {"for": str(world.flagged(now).pk)}

    def statements() -> int:
        coordinator.get("/wards", **query)
        with CaptureQueriesContext(connection) as asked:
            coordinator.get("/wards", **query)
        return len(asked)

    few = statements()
    for number in range(3):
        Ward.objects.create(hospital=far.hospital, name_zh=f"病房{number}", phone="020-5", beds=1)
    assert statements() == few
