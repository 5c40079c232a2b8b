"""The page of predicted risks against outcomes."""

import csv
import io
from datetime import timedelta
from typing import Any

from accounts import clock
from portal.pages.statistics.files import PREDICTIONS_HEADER
from tests.portal.conftest import SignIn
from tests.referral.statistics.test_predictions import many
from tests.scoring.test_governance import install, shadow, variant
from tests.world import NOW, World


def after_follow_up() -> None:
    """The clock when the outcomes of NOW's month count."""
    still = NOW + timedelta(days=150) - clock.now()
    if still > timedelta(0):
        clock.forward(still)


PERIOD = "?since=2026-01&until=2026-12"


def test_coordinators_and_researchers_see_how_the_model_did(world: World, as_user: SignIn) -> None:
    many(world)
    after_follow_up()
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


def lines_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_holds_what_both_charts_draw(world: World, as_user: SignIn) -> None:
    many(world)
    after_follow_up()
    client = as_user(world.coordinator)
    page = client.get(f"/statistics/models/{PERIOD}").content.decode()
    lines = lines_of(client.get(f"/statistics/models/file.csv{PERIOD}"))
    assert list(lines[0]) == list(PREDICTIONS_HEADER)
    expected = next(line for line in lines if (line["part"], line["figure"]) == ("outcomes", "known"))
    assert (expected["cases"], expected["hits"]) == ("40", "9")
    groups = [line for line in lines if line["part"] == "calibration"]
    assert sum(int(line["cases"]) for line in groups) == 40
    for line in groups:
        assert f"{100 * float(line['value']):.1f}" in page
    decision = [line for line in lines if line["part"] == "decision"]
    assert len(decision) == 3 * len({line["from"] for line in decision}) == 48
    for line in decision:
        assert line["figure"] == "refer nobody" or f"<td>{float(line['value']):.3f}</td>" in page


def test_a_model_in_shadow_stands_beside_the_one_in_force(world: World, as_user: SignIn) -> None:
    version = install(variant())
    shadow(str(version))
    many(world)
    after_follow_up()
    lines = lines_of(as_user(world.coordinator).get(f"/statistics/models/file.csv{PERIOD}"))
    parts = {line["part"] for line in lines if line["model"] == str(version)}
    assert {"shadow_flags", "shadow_outcomes", "in_force_beside_outcomes"} <= parts
    page = as_user(world.researcher).get("/statistics/models/").content.decode()
    assert f"In shadow: {version}" in page
    assert ">hidden<" in page.partition(f"In shadow: {version}")[2]


def test_the_file_is_for_who_sees_the_page(world: World, as_user: SignIn) -> None:
    for user in (world.doctor, world.specialist, world.administrator):
        assert as_user(user).get("/statistics/models/file.csv").status_code == 404
    assert as_user(world.coordinator).get("/statistics/models/file.csv?since=x").status_code == 422


def test_a_coordinator_narrows_the_record_to_a_hospital_and_a_researcher_cannot(
    world: World, as_user: SignIn
) -> None:
    many(world)
    after_follow_up()
    asked = f"{PERIOD}&hospital={world.other_hospital.pk}"
    page = as_user(world.coordinator).get(f"/statistics/models/{asked}").content.decode()
    assert "Too few outcomes yet" in page
    assert as_user(world.researcher).get(f"/statistics/models/{asked}").status_code == 422
