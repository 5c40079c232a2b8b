"""The strip of free beds: a ward states its figure by one tap, the network reads it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock
from referral.intake.free_beds import state_beds
from referral.models import FreeBeds
from tests.portal.conftest import SignIn
from tests.world import World

HTMX = {"HX-Request": "true"}


def address(world: World) -> str:
    return reverse("portal:state_beds", args=[world.ward.pk])


def test_one_tap_on_the_board_states_the_figure(world: World, as_user: SignIn) -> None:
    client = as_user(world.specialist)
    board = client.get(reverse("portal:board")).content.decode()
    assert f'action="{address(world)}"' in board and "No figure was stated yet." in board
    answer = client.post(address(world), {"free": "2"}, headers=HTMX)
    assert answer.status_code == 200
    assert "2 beds free" in answer.content.decode()
    assert FreeBeds.objects.get().stated_by == world.specialist


def test_without_scripts_the_tap_leads_back_to_the_board(world: World, as_user: SignIn) -> None:
    answer = as_user(world.specialist).post(address(world), {"free": "2"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("portal:board"))


@pytest.mark.parametrize("typed", ["999", "-1", "x", "", "1.5"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_wrong_number_is_kept_with_a_sentence_at_its_field(
    world: World, as_user: SignIn, typed: str, headers: dict[str, str]
) -> None:
    answer = as_user(world.specialist).post(address(world), {"free": typed}, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{typed}" inputmode="numeric"' in page and 'aria-invalid="true"' in page
    assert not FreeBeds.objects.exists()


def test_a_tap_on_an_old_strip_shows_the_figure_that_holds(world: World, as_user: SignIn) -> None:
    now = clock.now()
    row = state_beds(ward=world.ward, actor=world.lead, free=2, now=now)
    state_beds(ward=world.ward, actor=world.lead, free=1, now=now)
    answer = as_user(world.specialist).post(
        address(world), {"free": "3", "seen": str(row.version)}, headers=HTMX
    )
    assert answer.status_code == 409
    assert "it is 1 now" in answer.content.decode()
    assert FreeBeds.objects.get().free == 1


def test_the_other_ward_and_the_first_hospital_cannot_state_it(world: World, as_user: SignIn) -> None:
    for stranger in (world.second_specialist, world.doctor, world.coordinator):
        assert as_user(stranger).post(address(world), {"free": "1"}).status_code == 404


def test_the_first_hospital_sees_figures_with_age_and_what_is_out_of_date(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    state_beds(ward=world.ward, actor=world.specialist, free=2, now=now - timedelta(minutes=40))
    state_beds(ward=world.second_ward, actor=world.second_specialist, free=3, now=now - timedelta(hours=9))
    home = as_user(world.doctor).get(reverse("portal:home")).content.decode()
    assert "stated 40 min ago by specialist" in home
    assert "3 free, out of date" in home
    assert "<strong>Free beds in the network: 2</strong>" in home
    assert address(world) not in home


def test_on_the_page_of_beds_the_wards_are_unfolded(world: World, as_user: SignIn) -> None:
    unfolded = 'id="places-others" open'
    assert unfolded in as_user(world.doctor).get(reverse("portal:places")).content.decode()
    assert unfolded not in as_user(world.doctor).get(reverse("portal:home")).content.decode()


def test_who_treats_nobody_has_no_page_of_beds(world: World, as_user: SignIn) -> None:
    for name in ("places", "places_live"):
        assert as_user(world.researcher).get(reverse(f"portal:{name}")).status_code == 404
        assert as_user(world.doctor).get(reverse(f"portal:{name}")).status_code == 200
