"""Arranging the rota: the weekly pattern, swaps that can be undone, hand-over notes."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.duty import (
    LONGEST_EXCEPTION,
    LONGEST_NOTE,
    NOTE_LIFE,
    ORDERS_AHEAD,
    DutyRefused,
    NotYours,
    add_shifts,
    current_note,
    exceptions,
    hand_over,
    remove_shift,
    swap_duty,
    undo_exception,
)
from accounts.models import AuditEntry, DutyOverride, DutyShift, User, Ward
from accounts.rota import gaps, on_duty
from tests.world import HOUR, MINUTE, World

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 5, 18, tzinfo=SHANGHAI)
NIGHT = (MONDAY + 20 * HOUR, MONDAY + 32 * HOUR)


@pytest.fixture
def ward(world: World) -> Ward:
    return world.ward


def names(ward: Ward, moment: datetime) -> set[str]:
    return set(on_duty(ward, moment).values_list("name", flat=True))


def swap(world: World, off: User | None, on: User | None, **changes: Any) -> Any:
    fields = {"ward": world.ward, "off": off, "on": on, "span": NIGHT, "actor": world.lead, "now": MONDAY}
    return swap_duty(**{**fields, **changes})


def refusal(act: Any, *args: Any, **fields: Any) -> tuple[str, str]:
    with pytest.raises(DutyRefused) as caught:
        act(*args, **fields)
    return caught.value.field, caught.value.code


def test_a_swapped_night_is_anothers_and_only_that_night(world: World, ward: Ward, colleague: User) -> None:
    swap(world, world.specialist, colleague)
    assert names(ward, NIGHT[0]) == names(ward, NIGHT[1] - HOUR) == {"colleague"}
    assert names(ward, NIGHT[0] - HOUR) == names(ward, NIGHT[1]) == {"specialist"}
    assert gaps(ward, MONDAY, MONDAY + 48 * HOUR) == []


def test_a_swap_is_undone_whole(world: World, ward: Ward, colleague: User) -> None:
    swap(world, world.specialist, colleague)
    [off, _on] = exceptions(ward, MONDAY)
    assert undo_exception(override=off, actor=world.lead, now=MONDAY + HOUR) == 2
    assert names(ward, NIGHT[0]) == {"specialist"}
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == [
        "swap_duty",
        "undo_duty_exception",
    ]


def test_undoing_one_exception_leaves_the_others(world: World, ward: Ward, colleague: User) -> None:
    swap(world, world.specialist, colleague)
    swap(world, None, colleague, span=(MONDAY + 40 * HOUR, MONDAY + 42 * HOUR))
    undo_exception(override=exceptions(ward, MONDAY)[0], actor=world.lead, now=MONDAY)
    assert [row.user for row in exceptions(ward, MONDAY)] == [colleague]


def test_what_is_over_is_not_undone(world: World, colleague: User) -> None:
    swap(world, None, colleague)
    override = DutyOverride.objects.get()
    assert refusal(undo_exception, override=override, actor=world.lead, now=NIGHT[1]) == ("override", "over")


@pytest.mark.parametrize(
    ("hours", "code"), [((4, 4), "not_after_start"), ((-9, -1), "in_past"), ((0, 32 * 24), "too_long")]
)
def test_an_impossible_time_is_refused(
    world: World, colleague: User, hours: tuple[int, int], code: str
) -> None:
    span = (MONDAY + hours[0] * HOUR, MONDAY + hours[1] * HOUR)
    assert refusal(swap, world, None, colleague, span=span) == ("ends_at", code)
    assert not DutyOverride.objects.exists()


def test_an_exception_of_a_mistyped_year_is_refused(world: World, colleague: User) -> None:
    far = MONDAY.replace(year=MONDAY.year + 10)
    assert refusal(swap, world, None, colleague, span=(far, far + HOUR)) == ("starts_at", "too_far")
    swap(world, None, colleague, span=(MONDAY + ORDERS_AHEAD - HOUR, MONDAY + ORDERS_AHEAD))


def test_an_exception_may_last_its_longest_time_and_must_end_later_than_now(
    world: World, colleague: User
) -> None:
    longest = (MONDAY, MONDAY + LONGEST_EXCEPTION)
    assert refusal(swap, world, None, colleague, span=(MONDAY - HOUR, MONDAY)) == ("ends_at", "in_past")
    swap(world, None, colleague, span=longest)
    assert DutyOverride.objects.get().ends_at == longest[1]


def test_a_swap_between_the_wrong_people_is_refused(world: World, colleague: User) -> None:
    assert refusal(swap, world, colleague, world.specialist) == ("off", "not_on_duty")
    assert refusal(swap, world, world.specialist, world.specialist) == ("on", "same_person")
    assert refusal(swap, world, None, None) == ("on", "required")
    assert refusal(swap, world, world.specialist, world.second_specialist) == ("on", "not_of_the_ward")
    assert refusal(swap, world, None, world.doctor) == ("on", "not_of_the_ward")
    assert not DutyOverride.objects.exists()


def test_a_day_off_alone_leaves_a_gap_that_is_seen_before(world: World, ward: Ward) -> None:
    swap(world, world.specialist, None)
    assert gaps(ward, MONDAY, MONDAY + 48 * HOUR) == [NIGHT]


def test_a_weekly_duty_is_added_on_several_days_at_once(world: World, ward: Ward, colleague: User) -> None:
    ward.shifts.all().delete()
    fields: Any = {"ward": ward, "user": colleague, "starts": time(20), "ends": time(8), "now": MONDAY}
    added = add_shifts(weekdays=[0, 2, 2], actor=world.lead, **fields)
    assert [shift.weekday for shift in added] == [0, 2]
    assert names(ward, MONDAY + 31 * HOUR) == {"colleague"}
    assert refusal(add_shifts, weekdays=[1, 2], actor=world.lead, **fields) == ("starts", "taken")
    assert ward.shifts.count() == 2
    assert refusal(add_shifts, weekdays=[], actor=world.lead, **fields) == ("weekdays", "required")


def test_a_removed_duty_is_gone_and_the_trail_says_who_did_it(world: World, ward: Ward) -> None:
    shift = ward.shifts.get(weekday=0)
    remove_shift(shift=shift, actor=world.lead, now=MONDAY)
    assert names(ward, MONDAY + HOUR) == set()
    entry = AuditEntry.objects.get(action="remove_duty")
    assert (entry.actor, entry.detail["weekday"]) == (world.lead, 0)


def test_only_lead_coordinator_and_administrator_arrange(world: World, colleague: User) -> None:
    for actor in (world.specialist, world.second_specialist, world.doctor, world.researcher):
        with pytest.raises(NotYours):
            swap(world, None, colleague, actor=actor)
        with pytest.raises(NotYours):
            remove_shift(shift=DutyShift.objects.filter(ward=world.ward)[0], actor=actor, now=MONDAY)
    for actor in (world.lead, world.coordinator, world.administrator):
        swap(world, None, colleague, actor=actor)


def test_a_hand_over_note_is_for_the_next_and_is_stored_encrypted(world: World, ward: Ward) -> None:
    hand_over(ward=ward, text=" 六号床呼吸机已修好 ", actor=world.specialist, now=MONDAY)
    note = current_note(ward, MONDAY + HOUR)
    assert note is not None
    assert (note.text, note.author) == ("六号床呼吸机已修好", world.specialist)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM accounts_handovernote")
        assert "呼吸机" not in cursor.fetchone()[0]


def test_the_latest_note_counts_and_an_old_one_is_not_shown(world: World, ward: Ward) -> None:
    for hours, text in ((0, "first"), (5, "second")):
        hand_over(ward=ward, text=text, actor=world.specialist, now=MONDAY + hours * HOUR)
    latest = current_note(ward, MONDAY + 6 * HOUR)
    assert latest is not None and latest.text == "second"
    assert current_note(ward, MONDAY + timedelta(days=4)) is None
    assert current_note(world.second_ward, MONDAY + 6 * HOUR) is None


def test_a_note_may_have_its_full_length_and_lives_for_three_days(world: World, ward: Ward) -> None:
    hand_over(ward=ward, text="x" * LONGEST_NOTE, actor=world.specialist, now=MONDAY)
    assert current_note(ward, MONDAY + NOTE_LIFE - MINUTE) is not None
    assert current_note(ward, MONDAY + NOTE_LIFE) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "length"), ("   ", "length"), ("x" * 1001, "length"), ("a\x00b", "unprintable")],
)
def test_an_empty_endless_or_unprintable_note_is_refused(
    world: World, ward: Ward, text: str, code: str
) -> None:
    fields = {"ward": ward, "text": text, "actor": world.specialist, "now": MONDAY}
    assert refusal(hand_over, **fields) == ("text", code)


def test_who_does_not_work_on_the_ward_leaves_no_note(world: World, ward: Ward) -> None:
    for actor in (world.second_specialist, world.doctor, world.coordinator):
        with pytest.raises(NotYours):
            hand_over(ward=ward, text="x", actor=actor, now=MONDAY)


def test_a_stand_in_who_is_then_given_the_day_off_is_off_and_leaves_a_gap(
    world: World, ward: Ward, colleague: User
) -> None:
    swap(world, world.specialist, colleague)
    swap(world, colleague, None)
    assert names(ward, NIGHT[0]) == names(ward, NIGHT[1] - HOUR) == set()
    assert gaps(ward, MONDAY, MONDAY + 48 * HOUR) == [NIGHT]


def test_half_of_a_stand_ins_night_off_is_a_gap_of_half_a_night(
    world: World, ward: Ward, colleague: User
) -> None:
    swap(world, world.specialist, colleague)
    half = (NIGHT[0] + 6 * HOUR, NIGHT[1])
    swap(world, colleague, None, span=half)
    assert gaps(ward, MONDAY, MONDAY + 48 * HOUR) == [half]
    assert names(ward, NIGHT[0]) == {"colleague"}


def test_a_stand_in_of_a_stand_in_takes_over_and_undoing_it_gives_the_night_back(
    world: World, ward: Ward, colleague: User
) -> None:
    swap(world, world.specialist, colleague)
    swap(world, colleague, world.lead)
    assert names(ward, NIGHT[0]) == {"lead"}
    undo_exception(override=DutyOverride.objects.latest("pk"), actor=world.lead, now=MONDAY)
    assert names(ward, NIGHT[0]) == {"colleague"}


def test_nobody_is_called_in_for_time_they_were_given_off(world: World, ward: Ward, colleague: User) -> None:
    swap(world, world.specialist, colleague)
    with pytest.raises(DutyRefused) as caught:
        swap(world, None, world.specialist, span=(NIGHT[0] - HOUR, NIGHT[0] + HOUR))
    assert (caught.value.field, caught.value.code) == ("on", "is_off")
    assert "specialist" in str(caught.value.message) and "18 May 20:00" in str(caught.value.message)
    swap(world, None, world.specialist, span=(NIGHT[1], NIGHT[1] + HOUR))
    undo_exception(override=DutyOverride.objects.earliest("pk"), actor=world.lead, now=MONDAY)
    swap(world, None, world.specialist, span=NIGHT)


def test_a_new_weekly_duty_does_not_call_back_who_is_off(world: World, ward: Ward) -> None:
    swap(world, world.specialist, None)
    ward.shifts.all().delete()
    fields: Any = {"ward": ward, "user": world.specialist, "starts": time(19), "ends": time(9), "now": MONDAY}
    add_shifts(weekdays=range(7), actor=world.lead, **fields)
    assert gaps(ward, NIGHT[0] - HOUR, NIGHT[1] + HOUR) == [NIGHT]


def test_a_stand_in_who_leaves_the_ward_leaves_a_gap(world: World, ward: Ward, colleague: User) -> None:
    swap(world, world.specialist, colleague)
    colleague.memberships.all().delete()
    assert gaps(ward, MONDAY, MONDAY + 48 * HOUR) == [NIGHT]


def test_the_administration_calls_nobody_in_for_time_they_were_given_off(
    world: World, ward: Ward, colleague: User
) -> None:
    swap(world, world.specialist, colleague)
    span = {"starts_at": NIGHT[0] + HOUR, "ends_at": NIGHT[1] + HOUR}
    with pytest.raises(ValidationError) as caught:
        DutyOverride(ward=ward, user=world.specialist, is_on=True, **span).full_clean()
    assert set(caught.value.message_dict) == {"user"}
    DutyOverride(ward=ward, user=colleague, is_on=True, **span).full_clean()
    DutyOverride(ward=ward, user=world.specialist, is_on=False, **span).full_clean()
    DutyOverride(ward=world.second_ward, user=world.specialist, is_on=True, **span).full_clean()
    DutyOverride.objects.get(user=world.specialist).full_clean()
