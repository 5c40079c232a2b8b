"""The board narrowed by hospital and to what is overdue: chosen once, kept while one works."""

from typing import Any

from django.test import Client

from accounts import clock
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.board.test_board import board, numbers
from tests.portal.conftest import SignIn
from tests.world import HOUR, MINUTE, World, open_offer


def shown(client: Client, **asked: Any) -> list[str]:
    return numbers(client.get("/board/", asked).content.decode())


def of_two_hospitals(world: World) -> tuple[Case, Case]:
    now = clock.now()
    here = world.flagged(now=now, name="甲一")
    there = world.register(now=now, name="甲二", actor=world.other_doctor, hospital=world.other_hospital)
    return here, there


def test_a_coordinator_sees_one_hospital_and_goes_on_seeing_it(world: World, as_user: SignIn) -> None:
    here, there = of_two_hospitals(world)
    client = as_user(world.coordinator)
    assert set(shown(client)) == {here.number, there.number}

    assert shown(client, hospital=str(world.other_hospital.pk), sort="time") == [there.number]
    assert shown(client) == [there.number]
    assert shown(client, tab="window-1") == [there.number]
    page = board(client)
    assert f'value="{world.other_hospital.pk}" selected' in page and "Clear the filters" in page

    assert set(shown(client, hospital="", overdue="", sort="time")) == {here.number, there.number}
    assert set(shown(client)) == {here.number, there.number}


def test_what_is_overdue_is_shown_alone(world: World, as_user: SignIn) -> None:
    now = clock.now()
    late = world.flagged(now=now - 3 * HOUR, name="甲一")
    world.flagged(now=now, name="甲二")
    client = as_user(world.specialist)
    assert shown(client, overdue="1") == [late.number]
    assert shown(client) == [late.number]


def test_filters_that_nothing_fits_say_so_and_lead_out(world: World, as_user: SignIn) -> None:
    world.flagged(now=clock.now())
    page = as_user(world.specialist).get("/board/", {"overdue": "1"}).content.decode()
    assert numbers(page) == [] and "Nothing fits the filters" in page
    assert "?tab=window-1&amp;hospital=&amp;overdue=&amp;sort=time" in page


def test_filters_of_another_or_of_no_hospital_show_everything(world: World, as_user: SignIn) -> None:
    here, there = of_two_hospitals(world)
    client = as_user(world.coordinator)
    for hospital in (str(world.ward.hospital_id), "no id", "\x00"):
        assert set(shown(client, hospital=hospital)) == {here.number, there.number}


def test_one_readers_filters_are_not_anothers(world: World, as_user: SignIn) -> None:
    here, there = of_two_hospitals(world)
    shown(as_user(world.coordinator), hospital=str(world.other_hospital.pk))
    assert set(shown(as_user(world.coordinator))) == {here.number, there.number}


def test_the_part_that_redraws_itself_shows_what_its_address_says(world: World, as_user: SignIn) -> None:
    here, there = of_two_hospitals(world)
    client = as_user(world.coordinator)
    shown(client, hospital=str(world.other_hospital.pk))
    everything = client.get("/board/rows/", {"tab": "window-1"}).content.decode()
    assert set(numbers(everything)) == {here.number, there.number}


def test_what_nobody_acknowledged_stands_first_whatever_is_more_urgent(world: World, as_user: SignIn) -> None:
    now = clock.now()
    pressing = world.flagged(now=now - 10 * MINUTE, name="甲一")
    fresh = world.flagged(now=now, name="甲二")
    perform(pressing, Verb.ACKNOWLEDGE, actor=world.lead, now=now, offer=open_offer(pressing).pk)
    client = as_user(world.specialist)
    for order in ("time", "severity"):
        assert shown(client, sort=order) == [fresh.number, pressing.number]
