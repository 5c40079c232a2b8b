"""Whatever orders are given, whatever the clocks do: who is on duty is decided once, and gaps are shown."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.duty import DutyRefused, add_shifts, exceptions, remove_shift, swap_duty, undo_exception
from accounts.models import DutyOverride, DutyShift, Membership, Role, User, Ward
from accounts.rota import gaps, on_duty, on_duty_at, watches
from tests.world import HOUR, MINUTE, World, build

MONDAY = datetime(2026, 5, 18, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
DAYS = 4
PEOPLE = ("specialist", "lead", "third")
ZONES = (
    *("Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "Asia/Shanghai"),
    *("Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"),
)
TRANSITIONS = (
    *(datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1), datetime(2026, 3, 8, 7), datetime(2026, 11, 1, 6)),
    *(datetime(2018, 11, 4, 3), datetime(2018, 2, 18, 2), datetime(2011, 12, 30, 10)),
    *(datetime(2026, 3, 28, 22), datetime(2026, 4, 4, 15), datetime(2026, 2, 15, 2)),
)

some = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
person = st.sampled_from(PEOPLE)
anybody = st.none() | person
hour = st.integers(0, DAYS * 24 - 1)
order = st.one_of(
    st.tuples(st.just("swap"), anybody, anybody, hour, st.integers(1, 40)),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("add"), person, st.integers(0, 6), st.integers(0, 23), st.integers(0, 23)),
    st.tuples(st.just("remove"), st.integers(0, 9)),
    st.tuples(st.just("leaves"), person),
    st.tuples(st.just("returns"), person),
    st.tuples(st.just("deactivated"), person),
)


class Rota:
    """A ward to which orders are given, refused or not."""

    def __init__(self, world: World) -> None:
        third = User.objects.create_user("third@test.example", name="third")
        Membership.objects.create(user=third, role=Role.SPECIALIST, ward=world.ward)
        self.world, self.ward = world, world.ward
        self.people = {"specialist": world.specialist, "lead": world.lead, "third": third, None: None}

    def give(self, what: str, *details: Any) -> None:
        try:
            getattr(self, what)(*details)
        except DutyRefused as refusal:
            assert str(refusal.message)

    def swap(self, off: str | None, on: str | None, start: int, hours: int) -> None:
        span = (MONDAY + start * HOUR, MONDAY + (start + hours) * HOUR)
        people = {"off": self.people[off], "on": self.people[on]}
        swap_duty(ward=self.ward, **people, span=span, actor=self.world.coordinator, now=MONDAY)

    def undo(self, number: int) -> None:
        for row in exceptions(self.ward, MONDAY)[number : number + 1]:
            undo_exception(override=row, actor=self.world.coordinator, now=MONDAY)

    def add(self, who: str, weekday: int, starts: int, ends: int) -> None:
        clock = {"starts": time(starts), "ends": time(ends)}
        user: Any = self.people[who]
        add_shifts(
            ward=self.ward, user=user, weekdays=[weekday], **clock, actor=self.world.coordinator, now=MONDAY
        )

    def remove(self, number: int) -> None:
        for row in self.ward.shifts.order_by("pk")[number : number + 1]:
            remove_shift(shift=row, actor=self.world.coordinator, now=MONDAY)

    def leaves(self, who: str) -> None:
        Membership.objects.filter(user=self.people[who], ward=self.ward).delete()

    def returns(self, who: str) -> None:
        place = {"user": self.people[who], "ward": self.ward, "role": Role.SPECIALIST}
        Membership.objects.filter(**place).exists() or Membership.objects.create(**place)

    def deactivated(self, who: str) -> None:
        User.objects.filter(pk=self.people[who].pk).update(is_active=False)


class Expected:
    """Who is on duty, read from the rows one by one."""

    def __init__(self, ward: Ward) -> None:
        self.shifts = list(ward.shifts.all())
        self.overrides = list(ward.duty_overrides.order_by("pk"))
        self.people = list(User.objects.filter(is_active=True, memberships__ward=ward).distinct())

    def names(self, moment: datetime) -> set[str]:
        return {user.name for user in self.people if self._is_on(user, moment)}

    def _is_on(self, user: User, moment: datetime) -> bool:
        orders = [row.is_on for row in self.overrides if row.user_id == user.pk and _is_then(row, moment)]
        local = moment.astimezone(ZoneInfo("Asia/Shanghai"))
        return (
            orders[-1]
            if orders
            else any(_covers(row, local) for row in self.shifts if row.user_id == user.pk)
        )


def _is_then(row: DutyOverride, moment: datetime) -> bool:
    return row.starts_at <= moment < row.ends_at


def _covers(shift: DutyShift, local: datetime) -> bool:
    begins = datetime.combine(local.date(), shift.starts, local.tzinfo)
    length = datetime.combine(local.date(), shift.ends) - datetime.combine(local.date(), shift.starts)
    length += timedelta(days=1) if length <= timedelta(0) else timedelta(0)
    days = (begins, begins - timedelta(days=1))
    return any(day.weekday() == shift.weekday and day <= local < day + length for day in days)


@some
@given(orders=st.lists(order, max_size=12))
def test_whatever_the_orders_nobody_who_is_off_is_named_and_every_gap_is_shown(
    db: None, orders: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        rota = Rota(build())
        for what, *details in orders:
            rota.give(what, *details)
        ward, end = rota.ward, MONDAY + DAYS * 24 * HOUR
        expected = Expected(ward)
        watched, holes = watches(ward, MONDAY, end), gaps(ward, MONDAY, end)
        for count in range(DAYS * 24):
            moment = MONDAY + count * HOUR
            named = {user.name for user in on_duty(ward, moment)}
            assert named == expected.names(moment), moment
            said = {watch.user.name for watch in watched if watch.starts_at <= moment < watch.ends_at}
            assert said == named, moment
            assert any(since <= moment < until for since, until in holes) is not bool(named), moment
        transaction.set_rollback(True)


@some
@given(
    zone=st.sampled_from(ZONES),
    around=st.sampled_from(TRANSITIONS),
    shifts=st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 95), st.integers(0, 95)), min_size=1, max_size=14
    ),
)
def test_however_clocks_are_set_one_function_decides_who_is_on_duty(
    db: None, zone: str, around: datetime, shifts: list[tuple[int, int, int]]
) -> None:
    with transaction.atomic():
        world = build()
        ward = world.ward
        ward.hospital.zone = zone
        ward.hospital.save()
        ward.shifts.all().delete()
        people = [world.specialist, world.lead]
        for number, (weekday, starts, ends) in enumerate(dict.fromkeys(shifts)):
            DutyShift.objects.get_or_create(
                ward=ward, user=people[number % 2], weekday=weekday, starts=quarter(starts),
                defaults={"ends": quarter(ends)},
            )  # fmt: skip
        start, end = around.replace(tzinfo=UTC) - 30 * HOUR, around.replace(tzinfo=UTC) + 30 * HOUR
        watched, holes = watches(ward, start, end), gaps(ward, start, end)
        for count in range(60 * 2):
            moment = start + count * 30 * MINUTE
            named = on_duty_at([ward], moment)[ward.pk]
            said = {watch.user.pk for watch in watched if watch.starts_at <= moment < watch.ends_at}
            assert said == named, moment
            assert any(since <= moment < until for since, until in holes) is not bool(named), moment
        transaction.set_rollback(True)


def quarter(number: int) -> time:
    return time(number // 4, number % 4 * 15)


@pytest.mark.parametrize(
    ("boundary", "day"),
    [
        ("2026-10-25T00:30:00+00:00", 6),  # 02:30 for the first time, on the night that has it twice
        ("2026-03-29T01:30:00+00:00", 6),  # 02:30 as if the clock had not been put forward
    ],
)
def test_a_boundary_inside_a_change_of_the_clocks_is_one_instant_for_all(
    db: None, boundary: str, day: int
) -> None:
    world = build()
    world.ward.hospital.zone = "Europe/Berlin"
    world.ward.hospital.save()
    world.ward.shifts.all().delete()
    DutyShift.objects.create(
        ward=world.ward, user=world.specialist, weekday=day - 1, starts=time(20), ends=time(2, 30)
    )
    DutyShift.objects.create(ward=world.ward, user=world.lead, weekday=day, starts=time(2, 30), ends=time(8))
    moment = datetime.fromisoformat(boundary)
    watched = watches(world.ward, moment - 4 * HOUR, moment + 4 * HOUR)
    assert [(watch.user, watch.ends_at == moment) for watch in watched] == [
        (world.specialist, True),
        (world.lead, False),
    ]
    for minutes in range(-120, 120, 15):
        on = world.specialist if minutes < 0 else world.lead
        assert list(on_duty(world.ward, moment + minutes * MINUTE)) == [on], minutes
    assert gaps(world.ward, moment - 3 * HOUR, moment + 3 * HOUR) == []
