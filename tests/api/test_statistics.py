"""`/statistics`: the figures as JSON."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import Hospital, Network
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.api.conftest import Caller
from tests.scoring.test_governance import install, shadow, variant
from tests.world import HOUR, World


def admitted(world: World, now: datetime, hours: int, name: str = "测试甲") -> None:
    visit = now - 80 * HOUR
    perform(
        world.accepted(now=visit, name=name), Verb.ADMIT, actor=world.specialist, now=visit + hours * HOUR
    )


def test_the_figures_of_the_whole_and_of_its_groups(
    world: World, now: datetime, as_user: Callable[..., Caller]
) -> None:
    admitted(world, now, 10)
    answer = as_user(world.coordinator).get("/statistics", by="hospital")
    assert answer.status == 200
    assert answer.body["whole"]["times"]["admission"]["median"] == 36000
    assert answer.body["whole"]["in_time"]["admit"]["hits"] == 1
    (group,) = answer.body["groups"]
    assert (group["key"], group["cases"]) == (str(world.hospital.pk), 1)
    assert group["name"] == world.hospital.name
    assert answer.body["funnel"][0] == {"stage": "first_visit", "cases": 1}
    assert answer.body["measures"]["admission"] == ["first_visit", "admitted"]


def test_researchers_get_no_small_numbers_and_no_ids_of_places(
    world: World, now: datetime, as_user: Callable[..., Caller]
) -> None:
    admitted(world, now, 10)
    answer = as_user(world.researcher).get("/statistics", by="hospital")
    assert answer.body["whole"]["cases"] is None
    assert answer.body["whole"]["times"]["admission"] is None
    assert str(world.hospital.pk) not in str(answer.body)
    assert answer.body["groups"][0]["key"].startswith("H-")


def test_the_kit_is_held_against_organ_failure_for_coordinators_and_researchers_only(
    world: World, now: datetime, as_user: Callable[..., Caller]
) -> None:
    visit = now - 30 * 24 * HOUR
    case = world.register(now=visit)
    world.looked_up(case, world.specialist, visit + HOUR)
    for verb, after, inputs in (
        (Verb.ADMIT, 1, {"said": "测试甲"}),
        (Verb.RECORD_KIT_RESULT, 3, {"lot": "A1", "sampled_at": visit + 2 * HOUR, "answer": "positive"}),
        (Verb.ASSESS_ORGAN_FAILURE, 27, {"dialysis": True}),
    ):
        perform(case, verb, actor=world.specialist, now=visit + after * HOUR, **inputs)
    body = as_user(world.coordinator).get("/statistics/kit").body
    assert (body["whole"]["true_positive"], body["whole"]["true_negative"]) == (1, 0)
    assert body["whole"]["sensitivity"] == {
        "hits": 1, "total": 1, "value": 1.0, "low": pytest.approx(0.2065, abs=1e-4), "high": 1.0
    }  # fmt: skip
    assert body["whole"]["kappa"] == {"value": None, "low": None, "high": None}
    assert [site["name"] for site in body["wards"]] == [str(world.ward)]
    assert [(site["name"], site["agreement"]["true_positive"]) for site in body["lots"]] == [("A1", 1)]
    assert body["not_counted"] == {"too_close": 0, "indeterminate": 0, "beside_purpose": 0, "unknown": 0}
    hidden = as_user(world.researcher).get("/statistics/kit").body
    assert (hidden["whole"], hidden["lots"][0]["agreement"]) == (None, None)
    assert world.ward.name not in str(hidden)
    for user in (world.doctor, world.specialist, world.administrator):
        assert as_user(user).get("/statistics/kit").status == 404
    assert as_user(world.coordinator).get("/statistics/kit", since="May").fields == {"since": "invalid"}


def test_clinicians_count_their_own_hospital(
    world: World, now: datetime, doctor: Caller, other_doctor: Caller
) -> None:
    admitted(world, now, 10)
    assert doctor.get("/statistics").body["whole"]["cases"] == 1
    assert other_doctor.get("/statistics").body["whole"]["cases"] == 0


def test_who_may_count_nothing_finds_nothing(world: World, as_user: Callable[..., Caller]) -> None:
    assert as_user(world.administrator).get("/statistics").status == 404
    assert Caller(None).get("/statistics").status == 401


def test_wrong_questions_are_refused_by_field(world: World, doctor: Caller) -> None:
    assert doctor.get("/statistics", since="May").fields == {"since": "invalid"}
    assert doctor.get("/statistics", hospital=str(world.other_hospital.pk)).fields == {
        "hospital": "not_found"
    }
    assert set(doctor.get("/statistics", by="moon").fields) == {"by"}
    assert set(doctor.get("/statistics", ward="x").fields) == {"ward"}


def test_models_in_shadow_carry_their_comparison_for_coordinators_only(
    world: World, now: datetime, as_user: Callable[..., Caller]
) -> None:
    shadow(str(install(variant())))
    admitted(world, now, 10)
    in_force, beside = as_user(world.coordinator).get("/models").body["results"]
    assert (in_force["use"], in_force["comparison"]) == ("active", None)
    assert (beside["comparison"]["scored"], beside["comparison"]["both"]) == (1, 1)
    assert as_user(world.doctor).get("/models").body["results"][1]["comparison"] is None


def test_places_that_a_person_may_not_see_do_not_exist_for_them(
    world: World, as_user: Callable[..., Caller]
) -> None:
    caller = as_user(world.coordinator)
    elsewhere = Network.objects.create(name_zh="别处", name_en="Elsewhere")
    hospital = Hospital.objects.create(network=elsewhere, name_zh="丁", name_en="D", level="primary")
    for path in ("/statistics", "/statistics/kit"):
        assert caller.get(path, network=str(elsewhere.pk)).status == 404
        assert caller.get(path, hospital=str(hospital.pk)).status == 404
        assert caller.get(path, network="x").status == 422


def test_notifications_and_predictions_have_figures_of_their_own(
    world: World, now: datetime, as_user: Callable[..., Caller]
) -> None:
    admitted(world, now, 10)
    notification = as_user(world.coordinator).get("/statistics/notifications", by="ward")
    assert notification.status == 200
    assert (
        notification.body["whole"]["total"]
        == sum(group["total"] for group in notification.body["groups"])
        > 0
    )
    assert str(world.ward.pk) in {group["key"] for group in notification.body["groups"]}
    answer = as_user(world.researcher).get("/statistics/predictions")
    assert (answer.status, answer.body["observed"]["patients"]) == (200, 0)
    assert as_user(world.researcher).get("/statistics/predictions", model="x").status == 422


def test_predictions_are_for_coordinators_and_researchers_and_notifications_not_for_research(
    world: World, as_user: Callable[..., Caller]
) -> None:
    assert as_user(world.doctor).get("/statistics/predictions").status == 404
    assert as_user(world.administrator).get("/statistics/predictions").status == 404
    assert as_user(world.researcher).get("/statistics/notifications").status == 404
    assert as_user(world.doctor).get("/statistics/notifications").status == 200
    for month in ("0001-01", "9999-12"):
        assert as_user(world.doctor).get("/statistics/notifications", until=month).status == 422


def test_outcomes_of_stays_by_grade_and_artificial_liver_for_those_who_see_the_whole_network(
    world: World, now: datetime, as_user: Callable[..., Caller]
) -> None:
    visit = now - 30 * 24 * HOUR
    case = world.accepted(now=visit, name="测试甲")
    perform(case, Verb.ADMIT, actor=world.specialist, now=visit + 2 * HOUR)
    liver = {"mode": "dpmas", "started_at": visit + 8 * HOUR, "ended_at": visit + 10 * HOUR}
    perform(case, Verb.RECORD_ARTIFICIAL_LIVER, actor=world.specialist, now=visit + 11 * HOUR, **liver)
    answer = as_user(world.coordinator).get("/statistics/stays")
    assert answer.status == 200
    whole = answer.body["whole"]
    assert (whole["patients"], whole["deaths"], whole["transplants"]) == (1, 0, 0)
    assert set(whole["death"]) == {"day_28", "day_90"}
    assert [group["code"] for group in answer.body["by_mode"]] == ["dpmas"]
    assert [group["code"] for group in answer.body["by_begin"]] == ["first_day"]
    assert as_user(world.researcher).get("/statistics/stays").body["by_mode"][0]["patients"] is None
    assert as_user(world.specialist).get("/statistics/stays").status == 404
