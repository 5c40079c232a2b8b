"""Who answers for a ward at an instant, who comes next, and when nobody does."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import DutyOverride, DutyShift, Hospital, User, Ward
from accounts.rota import Watch, gaps, leads_of, next_on_duty, on_duty, on_duty_at, watches
from tests.world import HOUR, World

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 5, 18, tzinfo=SHANGHAI)
"""Midnight of a Monday where the wards are."""


@pytest.fixture
def ward(world: World) -> Ward:
    """A ward whose rota is still empty."""
    world.ward.shifts.all().delete()
    return world.ward


@pytest.fixture
def specialist(world: World) -> User:
    return world.specialist


def shift(ward: Ward, user: User, weekday: int, starts: int, ends: int) -> DutyShift:
    return DutyShift.objects.create(
        ward=ward, user=user, weekday=weekday, starts=time(starts), ends=time(ends)
    )


def override(ward: Ward, user: User, start: datetime, end: datetime, *, is_on: bool) -> DutyOverride:
    return DutyOverride.objects.create(ward=ward, user=user, starts_at=start, ends_at=end, is_on=is_on)


def at(hours: float) -> datetime:
    """That many hours after Monday's midnight."""
    return MONDAY + timedelta(hours=hours)


def names(ward: Ward, moment: datetime) -> set[str]:
    return set(on_duty(ward, moment).values_list("name", flat=True))


def test_a_shift_counts_from_its_first_minute_and_not_in_its_last(ward: Ward, specialist: User) -> None:
    shift(ward, specialist, 0, 8, 18)
    assert names(ward, at(7.99)) == set()
    assert names(ward, at(8)) == {"specialist"}
    assert names(ward, at(17.99)) == {"specialist"}
    assert names(ward, at(18)) == set()
    assert names(ward, at(24 + 9)) == set()


def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_began(ward: Ward, specialist: User) -> None:
    shift(ward, specialist, 0, 20, 8)
    assert names(ward, at(4)) == set()
    assert names(ward, at(20)) == {"specialist"}
    assert names(ward, at(24 + 7.99)) == {"specialist"}
    assert names(ward, at(24 + 8)) == set()
    assert names(ward, at(24 + 20)) == set()


def test_a_shift_that_ends_when_it_begins_lasts_a_day(ward: Ward, specialist: User) -> None:
    shift(ward, specialist, 0, 8, 8)
    assert names(ward, at(8)) == names(ward, at(24 + 7.99)) == {"specialist"}
    assert names(ward, at(24 + 8)) == set()


def test_sundays_night_shift_reaches_into_monday(ward: Ward, specialist: User) -> None:
    shift(ward, specialist, 6, 20, 8)
    assert names(ward, at(7)) == {"specialist"}


def test_the_clock_on_the_wards_wall_counts(ward: Ward, specialist: User) -> None:
    shift(ward, specialist, 0, 8, 18)
    moment = at(9)
    assert names(ward, moment.astimezone(UTC)) == {"specialist"}
    ward.hospital.zone = "Asia/Urumqi"
    ward.hospital.save()
    assert names(ward, moment) == set()
    assert names(ward, moment + HOUR) == {"specialist"}


def test_an_override_calls_somebody_in_for_a_time(ward: Ward, colleague: User) -> None:
    override(ward, colleague, at(10), at(12), is_on=True)
    assert names(ward, at(9.99)) == set()
    assert names(ward, at(10)) == {"colleague"}
    assert names(ward, at(12)) == set()


def test_an_override_takes_somebody_off_for_a_time(ward: Ward, specialist: User, colleague: User) -> None:
    shift(ward, specialist, 0, 8, 18)
    shift(ward, colleague, 0, 8, 18)
    override(ward, specialist, at(10), at(12), is_on=False)
    assert names(ward, at(11)) == {"colleague"}
    assert names(ward, at(12)) == {"colleague", "specialist"}


def test_who_is_called_in_is_on_duty_even_on_a_day_off(ward: Ward, specialist: User) -> None:
    shift(ward, specialist, 0, 8, 18)
    override(ward, specialist, at(8), at(18), is_on=False)
    override(ward, specialist, at(10), at(11), is_on=True)
    assert names(ward, at(9)) == set()
    assert names(ward, at(10.5)) == {"specialist"}
    assert [(watch.starts_at, watch.ends_at) for watch in watches(ward, at(0), at(24))] == [(at(10), at(11))]


def test_who_left_the_ward_or_whose_account_is_closed_is_not_on_duty(
    ward: Ward, specialist: User, colleague: User
) -> None:
    shift(ward, specialist, 0, 8, 18)
    shift(ward, colleague, 0, 8, 18)
    specialist.memberships.all().delete()
    colleague.is_active = False
    colleague.save()
    assert names(ward, at(9)) == set()
    assert watches(ward, at(0), at(24)) == []
    assert gaps(ward, at(0), at(24)) == [(at(0), at(24))]


def test_another_wards_rota_does_not_count(world: World, ward: Ward) -> None:
    assert names(world.second_ward, at(9)) == {"specialist2"}
    assert names(ward, at(9)) == set()


def test_shifts_that_touch_are_one_watch(ward: Ward, specialist: User) -> None:
    for weekday in range(7):
        shift(ward, specialist, weekday, 0, 12)
        shift(ward, specialist, weekday, 12, 0)
    assert watches(ward, at(1), at(200)) == [Watch(specialist, at(1), at(200))]
    assert gaps(ward, at(1), at(200)) == []


def test_a_rota_without_anybody_is_one_gap(ward: Ward) -> None:
    assert gaps(ward, at(3), at(30)) == [(at(3), at(30))]
    assert next_on_duty(ward, at(3)) == []


def test_gaps_are_what_no_one_covers(ward: Ward, specialist: User, colleague: User) -> None:
    shift(ward, specialist, 0, 8, 18)
    shift(ward, colleague, 0, 20, 8)
    override(ward, colleague, at(17), at(19), is_on=True)
    override(ward, specialist, at(9), at(10), is_on=False)
    assert gaps(ward, at(0), at(34)) == [
        (at(0), at(8)),
        (at(9), at(10)),
        (at(19), at(20)),
        (at(32), at(34)),
    ]


def test_next_on_duty_are_those_who_come_first_and_not_those_who_are_there(
    ward: Ward, specialist: User, colleague: User
) -> None:
    shift(ward, specialist, 0, 8, 18)
    shift(ward, colleague, 0, 18, 8)
    shift(ward, specialist, 1, 8, 18)
    assert next_on_duty(ward, at(7)) == [Watch(specialist, at(8), at(18))]
    assert next_on_duty(ward, at(9)) == [Watch(colleague, at(18), at(32))]
    assert next_on_duty(ward, at(18)) == [Watch(specialist, at(32), at(42))]


def test_several_who_come_on_at_once_are_all_next(ward: Ward, specialist: User, colleague: User) -> None:
    shift(ward, specialist, 0, 8, 18)
    shift(ward, colleague, 0, 8, 12)
    assert {watch.user.name for watch in next_on_duty(ward, at(0))} == {"specialist", "colleague"}


def test_watches_say_the_same_as_the_question_of_who_is_on_duty(
    ward: Ward, specialist: User, colleague: User
) -> None:
    shift(ward, specialist, 0, 8, 18)
    shift(ward, colleague, 0, 17, 9)
    shift(ward, specialist, 3, 22, 22)
    override(ward, specialist, at(30), at(41), is_on=True)
    override(ward, colleague, at(20), at(26), is_on=False)
    override(ward, colleague, at(24), at(25), is_on=True)
    watched = watches(ward, at(0), at(168))
    for quarter in range(168 * 4):
        moment = at(quarter / 4)
        said = {watch.user.name for watch in watched if watch.starts_at <= moment < watch.ends_at}
        assert said == names(ward, moment), moment


def test_a_night_shift_lasts_an_hour_longer_when_the_clocks_go_back(ward: Ward, specialist: User) -> None:
    ward.hospital.zone = "Europe/Berlin"
    ward.hospital.save()
    berlin = ZoneInfo("Europe/Berlin")
    shift(ward, specialist, 5, 20, 8)
    evening = datetime(2026, 10, 24, 12, tzinfo=berlin).astimezone(UTC)
    [watch] = watches(ward, evening, evening + timedelta(days=2))
    assert watch.ends_at - watch.starts_at == 13 * HOUR
    assert watch.starts_at == datetime(2026, 10, 24, 20, tzinfo=berlin)
    assert watch.ends_at == datetime(2026, 10, 25, 8, tzinfo=berlin)


def test_leads_are_those_who_lead_this_ward(world: World) -> None:
    assert set(leads_of(world.ward)) == {world.lead}
    assert not leads_of(world.second_ward).exists()


def test_several_wards_are_asked_at_once_each_in_its_own_zone(world: World, specialist: User) -> None:
    world.ward.shifts.all().delete()
    shift(world.ward, specialist, 0, 8, 9)
    world.second_ward.shifts.all().delete()
    abroad = world.second_ward
    abroad.hospital = Hospital.objects.create(
        network=world.network, name_zh="外地", level="tertiary", zone="Europe/Berlin"
    )
    abroad.save()
    shift(abroad, world.second_specialist, 0, 2, 3)
    assert on_duty_at([world.ward, abroad], at(8.5)) == {
        world.ward.pk: {specialist.pk},
        abroad.pk: {world.second_specialist.pk},
    }
    assert on_duty_at([world.ward, abroad], at(10)) == {world.ward.pk: set(), abroad.pk: set()}
    assert on_duty_at([], at(10)) == {}
