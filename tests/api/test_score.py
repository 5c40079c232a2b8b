"""Stateless scoring: the lines of `manage.py score`, in the caller's language."""

import json
import math
from datetime import datetime, timedelta
from typing import Any

import pytest

from referral.intake.drafts import draft_of
from referral.models import Case
from scoring import DEFAULT_MODEL, evaluate, read_inputs, seal
from scoring.services import install_model, set_shadow
from tests.api.conftest import Caller, ill
from tests.world import ILL, World


def test_a_score_is_that_of_the_library_with_every_comparator_that_can_be_had(doctor: Caller) -> None:
    answer = doctor.post("/score", {**ILL, "creatinine": 88, "creatinine_unit": "umol/L"})
    expected = evaluate(read_inputs(ILL))
    assert answer.status == 200
    assert answer.body["risk_90d"] == expected.risk_90d
    assert (answer.body["band"], answer.body["high_risk"]) == (expected.band, True)
    assert answer.body["contributions"] == dict(expected.contributions)
    assert answer.body["scores"]["MELD"]["value"] > 20
    assert (answer.body["model"], answer.body["status"]) == ("aclf8-provisional", "provisional")
    assert "not validated" in answer.body["model_notice"]


def test_organ_failures_are_graded_as_far_as_they_are_known(doctor: Caller) -> None:
    graded = doctor.post("/score", {"creatinine": 2.1, "creatinine_unit": "mg/dL"}).body["organ_failure"]
    assert (graded["failures"], graded["grade"], graded["simple_grade"]) == (["kidney"], "1a", "I")
    assert len(graded["missing"]) == 5
    assert doctor.post("/score", {}).body["organ_failure"] is None


def test_without_one_of_the_eight_there_is_no_risk_and_its_name(doctor: Caller) -> None:
    answer = doctor.post("/score", {"indicators": {**ILL, "inr": None}}).body
    assert (answer["risk_90d"], answer["band"], answer["high_risk"]) == (None, None, None)
    assert answer["missing"] == ["inr"]
    assert doctor.post("/score").body["missing"] == list(read_inputs({}).missing)


def test_an_unusual_value_is_a_warning_and_an_impossible_one_refused(doctor: Caller, now: datetime) -> None:
    unusual = doctor.post("/score", {**ILL, "sodium_mmol_l": 112}).body
    assert {row["code"] for row in unusual["warnings"]} == {"unusually_low", "outside_model_range"}
    future = doctor.post("/score", ill(now + timedelta(days=1)))
    assert future.fields == {"sampled_at": "sampled_in_future"}


def test_a_program_that_may_only_read_may_score(world: World, doctor: Caller) -> None:
    token = doctor.prove().post("/me/tokens", {"name": "calculator", "scopes": ["read"]}).body["token"]
    program = Caller(None)
    assert program.post("/score", ILL, Authorization=f"Bearer {token}").status == 200


def test_scoring_asks_the_database_for_little(doctor: Caller, django_assert_max_num_queries: Any) -> None:
    doctor.post("/score", ILL)
    with django_assert_max_num_queries(5):
        doctor.post("/score", ILL)


@pytest.mark.parametrize(("language", "words"), [("en", "Is it right?"), ("zh-hans", "钠")])
def test_warnings_speak_the_callers_language(world: World, language: str, words: str) -> None:
    caller = Caller(world.doctor, language)
    warning = caller.post("/score", {**ILL, "sodium_mmol_l": 112}).body["warnings"][0]
    assert words in warning["message"]


def test_the_card_of_the_model_that_made_a_result_is_found_by_its_checksum(
    world: World, doctor: Caller, now: datetime
) -> None:
    assessment = doctor.get(f"/cases/{world.flagged(now).pk}").body["assessment"]
    card = doctor.get(f"/models/{assessment['model_checksum']}").body
    assert (f"{card['name']}-{card['version']}", card["use"]) == (assessment["model"], "active")
    assert doctor.get("/models/aclf8-provisional").body == card
    assert doctor.get(f"/models/{assessment['model']}").body == card
    assert doctor.get("/models/nothing-here").status == 404


def test_a_model_says_whether_it_is_in_use(doctor: Caller, now: datetime) -> None:
    text = json.dumps(seal({**DEFAULT_MODEL.document, "name": "network-model"}))
    install_model(text=text, actor=None, reason="ours", now=now)
    assert doctor.get("/models/network-model").body["use"] == "none"
    set_shadow(name="network-model", on=True, approved_by="Board", reason="beside", actor=None, now=now)
    assert doctor.get("/models/network-model-1").body["use"] == "shadow"


def test_albumin_counts_alike_in_either_unit_and_in_the_one_of_its_name_where_none_is_stated(
    doctor: Caller,
) -> None:
    answers = [
        doctor.post("/score", {**ILL, **albumin}).body["scores"]
        for albumin in (
            {"albumin_g_l": 28},
            {"albumin_g_l": 28, "albumin_unit": "g/L"},
            {"albumin_g_l": 2.8, "albumin_unit": "g/dL"},
        )
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["ALBI"]["value"] == pytest.approx(0.66 * math.log10(ILL["bilirubin"]) - 0.085 * 28)
    refused = doctor.post("/score", {**ILL, "albumin_g_l": 28, "albumin_unit": "g/dL"})
    assert refused.fields == {"albumin_g_l": "out_of_range"}


def test_a_new_albumin_is_not_read_in_the_unit_of_an_older_one(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = world.register(now=now)
    path = f"/cases/{case.pk}/indicators"
    assert doctor.patch(path, {"albumin_g_l": 5, "albumin_unit": "g/dL"}).status == 200
    assert draft_of(Case.objects.get(pk=case.pk))["albumin_unit"] == "g/dL"
    assert doctor.patch(path, {"albumin_g_l": 6}).status == 200
    assert read_inputs(draft_of(Case.objects.get(pk=case.pk))).values["albumin_g_l"] == 6
    assert doctor.patch(path, {"inr": 1.9}).status == 200
    assert doctor.patch(path, {"albumin_unit": "g/dL"}).status == 200
    assert read_inputs(draft_of(Case.objects.get(pk=case.pk))).values["albumin_g_l"] == 60
