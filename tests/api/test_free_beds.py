"""The figure of a ward's free beds over the API."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts import clock
from referral.intake.free_beds import state_beds
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.api.conftest import Caller
from tests.world import World

ABSENT = "01970000-0000-7000-8000-00000000000a"


def beds(world: World) -> str:
    return f"/wards/{world.ward.pk}/beds"


def test_a_ward_states_its_figure_and_the_network_reads_it_with_its_age(
    world: World, specialist: Caller, doctor: Caller, now: datetime
) -> None:
    answer = specialist.post(beds(world), {"free": 2})
    assert answer.status == 200
    assert (answer.body["free"], answer.body["is_stale"], answer.body["version"]) == (2, False, 1)
    assert answer.body["stated_by"]["name"] == "specialist"
    rows = {row["name"]: row["free_beds"] for row in doctor.get("/wards").body["results"]}
    assert rows["一病房"] == answer.body
    assert rows["二病房"] is None


def test_a_stale_figure_is_said_to_be_stale(world: World, doctor: Caller) -> None:
    past = clock.now() - timedelta(hours=9)
    state_beds(ward=world.ward, actor=world.specialist, free=2, now=past)
    row = next(row for row in doctor.get("/wards").body["results"] if row["name"] == "一病房")
    assert (row["free_beds"]["free"], row["free_beds"]["is_stale"]) == (2, True)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"free": 999}, "free", "out_of_range"),
        ({"free": -1}, "free", "out_of_range"),
        ({"free": "two"}, "free", "invalid"),
        ({"free": 1.5}, "free", "invalid"),
        ({"free": True}, "free", "invalid"),
        ({"free": [2]}, "free", "invalid"),
        ({"free": None}, "free", "null"),
        ({}, "free", "required"),
        ({"free": 1, "beds": 2}, "beds", "unknown_field"),
        ({"free": 1, "seen": -1}, "seen", "min_value"),
        ({"free": 1, "seen": 10**12}, "seen", "max_value"),
    ],
)
def test_what_is_no_figure_is_refused_at_the_field(
    world: World, specialist: Caller, body: Any, field: str, code: str
) -> None:
    answer = specialist.post(beds(world), body)
    assert (answer.status, answer.fields) == (422, {field: code})
    assert specialist.get(beds(world)).body["results"] == []


def test_another_wards_figure_is_not_ones_own(
    world: World, second_specialist: Caller, doctor: Caller, coordinator: Caller
) -> None:
    for stranger in (second_specialist, doctor):
        answer = stranger.post(beds(world), {"free": 1})
        assert (answer.status, answer.code) == (404, "not_found")
        assert stranger.get(beds(world)).status == 404
    assert coordinator.post(beds(world), {"free": 1}).status == 403
    assert coordinator.get(beds(world)).status == 200
    assert coordinator.post(f"/wards/{ABSENT}/beds", {"free": 1}).status == 404


def test_a_figure_that_changed_meanwhile_is_a_conflict_that_says_what_it_is(
    world: World, specialist: Caller, now: datetime
) -> None:
    seen = specialist.post(beds(world), {"free": 2}).body["version"]
    world.accepted(now)
    answer = specialist.post(beds(world), {"free": 1, "seen": seen})
    assert (answer.status, answer.code) == (409, "beds_changed")
    assert (answer.body["free"], answer.body["version"]) == (1, seen + 1)


def test_an_acceptance_beyond_the_figure_is_confirmed_in_the_usual_way(
    world: World, specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now)
    specialist.post(beds(world), {"free": 0})
    answer = specialist.post(f"/cases/{case.pk}/accept", {})
    assert (answer.status, answer.fields) == (422, {"bed": "needs_confirmation"})
    answer = specialist.post(f"/cases/{case.pk}/accept", {"confirmed": ["bed"]})
    assert (answer.status, answer.body["state"]) == (200, "accepted")


def test_the_history_is_paged_and_names_no_patient(world: World, specialist: Caller, now: datetime) -> None:
    specialist.post(beds(world), {"free": 2})
    case = world.accepted(now)
    perform(case, Verb.RELEASE, actor=world.specialist, now=now, reason="bed_lost")
    page = specialist.get(beds(world), limit=2)
    assert [(row["cause"], row["free"], row["change"]) for row in page.body["results"]] == [
        ("returned", 2, 1), ("promised", 1, -1)
    ]  # fmt: skip
    rest = specialist.get(beds(world), limit=2, cursor=page.body["next"])
    assert [row["cause"] for row in rest.body["results"]] == ["stated"]
    assert case.number not in str(page.body)


def test_sent_twice_under_one_key_it_is_stated_once(world: World, specialist: Caller) -> None:
    for _time in range(2):
        assert specialist.post(beds(world), {"free": 2}, Idempotency_Key="one").body["version"] == 1


def test_only_who_coordinates_sees_how_busy_a_ward_is(
    world: World, doctor: Caller, as_user: Callable[..., Caller], now: datetime
) -> None:
    case = world.flagged(now)
    perform(case, Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")
    row = as_user(world.coordinator).get("/wards", **{"for": str(case.pk)}).body["results"][0]
    assert (row["open_requests"], row["expected"]) == (0, 0)
    assert [(answer["state"], answer["reason"]) for answer in row["last_answers"]] == [("declined", "no_bed")]
    hidden = doctor.get("/wards", **{"for": str(case.pk)}).body["results"][0]
    assert [hidden[name] for name in ("open_requests", "expected", "last_answers")] == [None] * 3
