"""The page of a ward's duty rota."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import clock
from accounts.models import DutyOverride, HandoverNote, Membership, Role, User
from accounts.rota import on_duty
from notifications.models import Notification
from portal.moments import local
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import text
from tests.world import HOUR, World

ZONE = "Asia/Shanghai"


@pytest.fixture
def where(world: World) -> str:
    return f"/board/wards/{world.ward.pk}/duty/"


@pytest.fixture
def lead(world: World, as_user: SignIn) -> Client:
    return as_user(world.lead)


@pytest.fixture
def colleague(world: World) -> User:
    user = User.objects.create_user("colleague@test.example", name="colleague")
    Membership.objects.create(user=user, role=Role.SPECIALIST, ward=world.ward)
    return user


def night(world: World, colleague: User) -> dict[str, str]:
    start = clock.now() + HOUR
    return {
        "do": "swap",
        "off": str(world.specialist.pk),
        "on": str(colleague.pk),
        "starts_at": local(start, ZONE),
        "ends_at": local(start + 10 * HOUR, ZONE),
        "note": "培训",
    }


def test_the_page_says_who_is_on_now_who_is_next_and_that_there_is_no_gap(
    world: World, lead: Client, where: str
) -> None:
    page = text(lead.get(where))
    assert "Somebody is on duty at every moment" in page
    assert "for more than 14 days" in page
    assert "None: the weekly pattern holds." in page
    assert page.count('class="duty-time"') >= 14


def test_an_empty_rota_shows_its_gap_every_day(world: World, lead: Client, where: str) -> None:
    world.ward.shifts.all().delete()
    page = text(lead.get(where))
    assert "1 gap in the coming 14 days" in page
    assert page.count("duty-gap") == 14
    assert "Nobody is on duty" in page


def test_a_night_is_swapped_and_the_swap_undone(
    world: World, lead: Client, where: str, colleague: User
) -> None:
    answer = lead.post(where, night(world, colleague), follow=True)
    page = text(answer)
    assert "The exception was entered." in page
    assert "<strong>colleague</strong> stands in for specialist" in page and "培训" in page
    assert set(on_duty(world.ward, clock.now() + 2 * HOUR)) == {colleague}

    row = DutyOverride.objects.order_by("starts_at", "is_on")[0]
    page = text(lead.post(where, {"do": "undo", "exception": str(row.pk)}, follow=True))
    assert "The exception was undone." in page
    assert not DutyOverride.objects.exists()
    again = lead.post(where, {"do": "undo", "exception": str(row.pk)})
    assert again.status_code == 422 and "undone already" in text(again)


def test_a_refused_swap_says_why_and_keeps_what_was_typed(
    world: World, lead: Client, where: str, colleague: User
) -> None:
    typed = night(world, colleague)
    typed |= {"ends_at": typed["starts_at"]}
    answer = lead.post(where, typed)
    page = text(answer)
    assert answer.status_code == 422
    assert "The end must come after the start." in page
    assert f'value="{typed["starts_at"]}"' in page and "培训" in page
    assert f'<option value="{colleague.pk}" selected>' in page


def test_the_weekly_pattern_is_edited(world: World, lead: Client, where: str, colleague: User) -> None:
    typed = {
        "do": "add",
        "user": str(colleague.pk),
        "weekdays": ["1", "3"],
        "starts": "20:00",
        "ends": "08:00",
    }
    assert "The duty was added." in text(lead.post(where, typed, follow=True))
    shifts = world.ward.shifts.filter(user=colleague)
    assert sorted(shifts.values_list("weekday", flat=True)) == [1, 3]
    page = text(lead.post(where, {"do": "remove", "shift": str(shifts[0].pk)}, follow=True))
    assert "The duty was removed." in page
    assert shifts.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"user": ""},
        {"user": "nonsense"},
        {"starts": ""},
        {"starts": "25:00"},
        {"starts": "08:00:30"},
        {"starts": "08"},
        {"ends": "08:00:00.5"},
        {"ends": "08:00+08:00"},
        {"weekdays": []},
        {"weekdays": ["9", "x"]},
    ],
)
def test_a_bad_weekly_duty_is_refused_with_a_sentence(
    world: World, lead: Client, where: str, colleague: User, changes: dict[str, Any]
) -> None:
    typed = {"do": "add", "user": str(colleague.pk), "weekdays": ["1"], "starts": "20:00", "ends": "08:00"}
    answer = lead.post(where, typed | changes)
    assert answer.status_code == 422
    assert 'role="alert"' in text(answer)
    assert not world.ward.shifts.filter(user=colleague).exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"do": "remove", "shift": "x"},
        {"do": "remove", "shift": "9" * 30},
        {"do": "undo"},
        {"do": "swap", "starts_at": "x", "ends_at": ""},
        {"do": "swap", "starts_at": "2026-05-18", "ends_at": "2026-05-19"},
        {"do": "swap", "note": "x" * 201},
        {"do": "note", "text": "x" * 1001},
    ],
)
def test_nonsense_is_refused_and_never_a_failure(lead: Client, where: str, typed: dict[str, str]) -> None:
    assert lead.post(where, typed).status_code == 422


def test_a_note_reaches_who_comes_next(world: World, as_user: SignIn, where: str, colleague: User) -> None:
    page = text(
        as_user(world.specialist).post(where, {"do": "note", "text": "Pump 3 is\nbroken"}, follow=True)
    )
    assert "The note is there for who comes next." in page
    assert "Pump 3 is<br>broken" in text(as_user(colleague).get(where))
    assert "Pump 3" in text(as_user(world.coordinator).get(where))


def test_a_specialist_reads_the_rota_and_cannot_change_it(
    world: World, as_user: SignIn, where: str, colleague: User
) -> None:
    client = as_user(world.specialist)
    page = text(client.get(where))
    assert 'value="swap"' not in page and 'value="add"' not in page and 'value="remove"' not in page
    assert client.post(where, night(world, colleague)).status_code == 404
    assert not DutyOverride.objects.exists()


def test_other_wards_and_outsiders_do_not_find_the_page(world: World, as_user: SignIn, where: str) -> None:
    for user in (world.second_specialist, world.doctor, world.researcher):
        client = as_user(user)
        assert client.get(where).status_code == 404
        assert client.post(where, {"do": "note", "text": "x"}).status_code == 404
    assert not HandoverNote.objects.exists()
    assert Client().get(where).status_code == 302


def test_an_unknown_button_does_nothing(lead: Client, where: str) -> None:
    assert lead.post(where, {"do": "drop tables"}).status_code == 404


def test_the_board_leads_to_the_rota(world: World, as_user: SignIn, where: str) -> None:
    assert where in text(as_user(world.specialist).get("/board/"))


def test_a_gap_of_an_hour_is_named_with_its_times(world: World, lead: Client, where: str) -> None:
    start = (clock.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    DutyOverride.objects.create(
        ward=world.ward, user=world.specialist, starts_at=start, ends_at=start + HOUR, is_on=False
    )
    page = text(lead.get(where))
    shown = f"{local(start, ZONE)[11:]}–{local(start + HOUR, ZONE)[11:]}".replace("–00:00", "–24:00")
    assert f'<span class="duty-time">{shown}</span>' in page
    assert "<strong>specialist</strong> is off" in page


def test_an_order_that_leaves_nobody_says_so_at_once_and_the_lead_is_told(
    world: World, lead: Client, where: str, colleague: User
) -> None:
    lead.post(where, night(world, colleague))
    typed = night(world, colleague) | {"off": str(colleague.pk), "on": ""}
    page = text(lead.post(where, typed, follow=True))
    begins, ends = (datetime.fromisoformat(typed[name]) for name in ("starts_at", "ends_at"))
    start, end = (f"{moment.day} {moment:%b %H:%M}" for moment in (begins, ends))
    assert f"Since this change nobody is on duty: {start} – {end}." in page
    assert list(on_duty(world.ward, clock.now() + 2 * HOUR)) == []
    [notification] = Notification.objects.filter(alert__subject_id=str(world.ward.pk), withdrawn_at=None)
    assert notification.recipient == world.lead
    undone = text(
        lead.post(where, {"do": "undo", "exception": DutyOverride.objects.latest("pk").pk}, follow=True)
    )
    assert "nobody is on duty" not in undone.casefold()
    assert not Notification.objects.filter(alert__subject_id=str(world.ward.pk), withdrawn_at=None).exists()


def test_calling_in_somebody_who_has_time_off_is_refused_by_name(
    world: World, lead: Client, where: str, colleague: User
) -> None:
    lead.post(where, night(world, colleague))
    typed = night(world, colleague) | {"off": "", "on": str(world.specialist.pk)}
    answer = lead.post(where, typed)
    assert answer.status_code == 422
    assert "specialist was given the time from" in text(answer)
    assert 'id="swap-on" aria-invalid="true" aria-describedby="refusal"' in text(answer)
    assert "Undo that exception first" in text(answer)


def test_many_new_gaps_are_named_by_their_first(world: World, lead: Client, where: str) -> None:
    shift = world.ward.shifts.first()
    assert shift is not None
    page = text(lead.post(where, {"do": "remove", "shift": str(shift.pk)}, follow=True))
    assert "Since this change nobody is on duty:" in page and "and more" in page


def test_a_time_may_be_typed_in_full_width_digits(
    world: World, lead: Client, where: str, colleague: User
) -> None:
    typed = {"do": "add", "user": str(colleague.pk), "weekdays": ["1"], "starts": "２０：００"}
    typed["ends"] = "08:00"
    assert lead.post(where, typed).status_code == 302
    assert str(world.ward.shifts.get(user=colleague).starts) == "20:00:00"
