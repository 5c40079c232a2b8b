"""What an open page is told for its alarm."""

from django.test import Client

from accounts import clock
from tests.portal.conftest import SignIn
from tests.world import World, open_offer


def test_a_page_is_told_what_waits_and_nothing_of_the_patient(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now=now, name="王小明")
    response = as_user(world.specialist).get("/alarm/")
    answer = response.json()
    assert answer["user"] == str(world.specialist.pk)
    assert answer["is_expected"] is True
    assert answer["waiting"] == [
        {
            "id": str(open_offer(case).pk),
            "kind": "request",
            "number": case.number,
            "href": f"/cases/{case.pk}/",
            "since": now.isoformat(),
        }
    ]
    assert "王小明" not in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_another_ward_and_a_first_hospital_are_told_nothing(world: World, as_user: SignIn) -> None:
    world.flagged(now=clock.now())
    assert as_user(world.second_specialist).get("/alarm/").json()["waiting"] == []
    assert as_user(world.doctor).get("/alarm/").status_code == 404
    assert as_user(world.researcher).get("/alarm/").status_code == 404


def test_a_page_whose_sign_in_has_ended_is_told_so(world: World) -> None:
    assert Client().get("/alarm/", headers={"HX-Request": "true"}).status_code == 401
    assert Client().get("/alarm/").status_code == 302
