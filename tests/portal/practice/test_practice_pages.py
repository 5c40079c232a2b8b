"""The guide of practice and the banner: on every page of a practice account, on none of a real one."""

import pytest

from accounts.models import User
from referral.models import Case
from referral.practice.network import Made, make_practice_network
from tests.portal.conftest import SignIn
from tests.world import NOW, World

BANNER = "Nothing is sent, nothing is counted."


@pytest.fixture
def made(world: World) -> Made:
    return make_practice_network(domain="practice.example", password=None, now=NOW)


def person(made: Made, login: str) -> User:
    return made.accounts[f"practice-{login}"]


def test_a_new_account_is_led_through_practice_once(made: Made, as_user: SignIn) -> None:
    client = as_user(person(made, "doctor"))
    assert client.get("/").headers["location"] == "/practice/"
    page = client.get("/practice/").content.decode()
    assert "Try next: register the first visit" in page
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("address", ["/practice/", "/", "/cases/new/", "/inbox/", "/search/", "/me/"])
def test_every_page_of_practice_says_so(made: Made, as_user: SignIn, address: str) -> None:
    client = as_user(person(made, "doctor"))
    client.get("/practice/")
    answer = client.get(address, follow=True)
    assert BANNER in answer.content.decode(), address


def test_case_letter_and_board_of_practice_say_so(made: Made, as_user: SignIn) -> None:
    client = as_user(person(made, "specialist"))
    client.post("/practice/request/")
    case = Case.objects.get(network=made.network)
    for address in (
        f"/cases/{case.pk}/",
        f"/cases/{case.pk}/letter/",
        "/board/",
        f"/cases/{case.pk}/replay/",
    ):
        assert BANNER in client.get(address).content.decode(), address


def test_no_real_page_has_the_banner_and_no_real_account_the_guide(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    assert BANNER not in client.get("/").content.decode()
    assert client.get("/practice/").status_code == 404
    assert client.post("/practice/request/").status_code == 404
    assert client.post("/practice/answer/").status_code == 404


def test_the_other_side_is_made_up_by_a_button(made: Made, as_user: SignIn) -> None:
    ward = as_user(person(made, "specialist"))
    assert "A made-up request was sent" in ward.post("/practice/request/", follow=True).content.decode()
    doctor = as_user(person(made, "doctor"))
    assert "has acknowledged and accepted" in doctor.post("/practice/answer/", follow=True).content.decode()
    again = doctor.post("/practice/answer/", follow=True).content.decode()
    assert "No request of yours waits for an answer" in again


def test_statistics_are_not_there_in_practice(made: Made, as_user: SignIn) -> None:
    client = as_user(person(made, "coordinator"))
    assert client.get("/statistics/").status_code == 404


def test_no_screen_of_practice_is_hung_on_a_wall(made: Made, as_user: SignIn) -> None:
    client = as_user(person(made, "lead"))
    ward = person(made, "lead").access.wards
    answer = client.post(f"/board/wards/{next(iter(ward))}/screens/", {"name": "Corridor"})
    assert "no screen is hung on a wall" in answer.content.decode()
