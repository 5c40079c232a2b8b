"""A stored answer is given again only to whoever may still see what it says."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from accounts.models import Membership
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.api.conftest import Caller, ill, visit
from tests.world import World

KEY = {"Idempotency_Key": "k"}


def decline(world: World, case: Any, now: datetime) -> None:
    perform(case, Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")


def lose_role(world: World, case: Any, now: datetime) -> None:
    Membership.objects.filter(user=world.specialist).delete()


def change_ward(world: World, case: Any, now: datetime) -> None:
    Membership.objects.filter(user=world.specialist).update(ward=world.second_ward)


def pass_on(world: World, case: Any, now: datetime) -> None:
    perform(case, Verb.REDIRECT, actor=world.coordinator, now=now, ward=world.second_ward)


LOSSES: dict[str, tuple[Callable[..., None], int]] = {
    "declined": (decline, 409),
    "role lost": (lose_role, 404),
    "another ward": (change_ward, 404),
    "passed on": (pass_on, 409),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_verb_is_not_answered_again_to_who_no_longer_sees_the_case(
    world: World, specialist: Caller, now: datetime, loss: str
) -> None:
    case = world.flagged(now)
    address = f"/cases/{case.pk}/acknowledge"
    first = specialist.post(address, {}, **KEY)
    assert specialist.post(address, {}, **KEY).body == first.body
    lose, status = LOSSES[loss]
    lose(world, case, now)
    again = specialist.post(address, {}, **KEY)
    assert again.status == status
    assert "测试甲" not in str(again.body)
    assert "Idempotency-Replayed" not in again.headers


def test_the_answer_to_a_refusal_of_ones_own_is_given_again(
    world: World, specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now)
    body = {"reason": "no_bed"}
    first = specialist.post(f"/cases/{case.pk}/decline", body, **KEY)
    again = specialist.post(f"/cases/{case.pk}/decline", body, **KEY)
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    lose_role(world, case, now)
    assert specialist.post(f"/cases/{case.pk}/decline", body, **KEY).status == 404


def test_a_registration_is_not_answered_again_after_the_hospital_was_left(
    world: World, doctor: Caller, now: datetime
) -> None:
    body = visit(now, indicators=ill(now))
    assert doctor.post("/cases", body, **KEY).status == 201
    Membership.objects.filter(user=world.doctor).update(hospital=world.other_hospital)
    left = doctor.post("/cases", body, **KEY)
    assert (left.status, left.code) == (403, "not_permitted")
    assert "测试甲" not in str(left.body)
    Membership.objects.filter(user=world.doctor).delete()
    assert doctor.post("/cases", body, **KEY).status == 403


def test_a_look_up_at_the_door_is_asked_anew(world: World, second_specialist: Caller, now: datetime) -> None:
    case = world.flagged(now)
    body = {"number": case.number}
    assert second_specialist.post("/unannounced", body, **KEY).status == 200
    Membership.objects.filter(user=world.second_specialist).delete()
    assert second_specialist.post("/unannounced", body, **KEY).status == 403


def test_without_having_been_looked_up_a_case_is_as_absent_to_a_ward(
    world: World, second_specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now)
    absent = "01970000-0000-7000-8000-00000000dead"
    there, not_there = (
        second_specialist.post(f"/cases/{key}/admit", {"said": "测试甲"}) for key in (case.pk, absent)
    )
    assert there.status == not_there.status == 404
    assert there.body == not_there.body
