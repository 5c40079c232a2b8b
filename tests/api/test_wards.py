"""A ward's duty over the API."""

from collections.abc import Callable
from datetime import datetime

from accounts.duty import hand_over, swap_duty
from tests.api.conftest import Caller
from tests.world import HOUR, World


def test_duty_says_who_is_on_now_who_is_next_and_where_the_gaps_are(
    world: World, specialist: Caller, now: datetime
) -> None:
    span = (now + HOUR, now + 3 * HOUR)
    swap_duty(ward=world.ward, off=world.specialist, on=None, span=span, actor=world.lead, now=now)
    hand_over(ward=world.ward, text="Pump 3 is broken", actor=world.specialist, now=now)

    answer = specialist.get(f"/wards/{world.ward.pk}/duty")

    assert answer.status == 200
    body = answer.body
    assert [row["person"]["name"] for row in body["now"]] == ["specialist"]
    assert [row["person"]["name"] for row in body["next"]] == ["specialist"]
    assert [datetime.fromisoformat(gap["starts_at"]) for gap in body["gaps"]] == [span[0]]
    assert body["handover_note"]["text"] == "Pump 3 is broken"
    assert (body["is_open"], body["beds"], body["may_arrange"]) == (True, 10, False)


def test_an_empty_rota_is_one_gap_and_nobody(world: World, coordinator: Caller) -> None:
    world.ward.shifts.all().delete()
    body = coordinator.get(f"/wards/{world.ward.pk}/duty").body
    assert (body["now"], body["next"], body["handover_note"]) == ([], [], None)
    assert len(body["gaps"]) == 1
    assert body["may_arrange"] is True


def test_who_does_not_watch_the_ward_finds_nothing(
    world: World, doctor: Caller, second_specialist: Caller, as_user: Callable[..., Caller]
) -> None:
    for caller in (doctor, second_specialist, as_user(world.researcher)):
        answer = caller.get(f"/wards/{world.ward.pk}/duty")
        assert (answer.status, answer.code) == (404, "not_found")
