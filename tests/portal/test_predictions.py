"""The page of predicted risks against outcomes."""

from tests.portal.conftest import SignIn
from tests.referral.statistics.test_predictions import many
from tests.world import World

PERIOD = "?since=2026-01&until=2026-12"


def test_coordinators_and_researchers_see_how_the_model_did(world: World, as_user: SignIn) -> None:
    many(world)
    for user in (world.coordinator, world.researcher):
        page = as_user(user).get(f"/statistics/models/{PERIOD}").content.decode()
        assert "<strong>40</strong>" in page
        assert "Decision curve" in page
        assert "provisional" in page
        assert '"kind": "calibration"' in page


def test_with_few_outcomes_the_page_says_so(world: World, as_user: SignIn) -> None:
    page = as_user(world.coordinator).get("/statistics/models/").content.decode()
    assert "Too few outcomes yet" in page


def test_others_find_no_such_page(world: World, as_user: SignIn) -> None:
    for user in (world.doctor, world.specialist, world.administrator):
        assert as_user(user).get("/statistics/models/").status_code == 404


def test_an_unknown_model_shows_the_one_in_force(world: World, as_user: SignIn) -> None:
    page = as_user(world.coordinator).get("/statistics/models/?model=nothing").content.decode()
    assert "<option selected>aclf8-provisional-1</option>" in page
