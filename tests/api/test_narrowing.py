"""`fields`: of an answer only what is named."""

from datetime import datetime

import pytest

from tests.api.conftest import Caller
from tests.world import World


def test_a_list_has_the_fields_that_are_named_and_no_others(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = world.flagged(now)
    answer = doctor.get(
        "/cases", fields="id, version,patient.name,assessment.risk_90d,offer.ward.name,deadlines.kind"
    )
    (row,) = answer.body["results"]
    assert set(answer.body) == {"results", "next"}
    assert set(row) == {"id", "version", "patient", "assessment", "offer", "deadlines"}
    assert row["id"] == str(case.pk)
    assert row["patient"] == {"name": "测试甲"}
    assert set(row["assessment"]) == {"risk_90d"}
    assert row["offer"] == {"ward": {"name": "一病房"}}
    assert {tuple(deadline) for deadline in row["deadlines"]} == {("kind",)}


def test_what_is_null_stays_null(world: World, doctor: Caller, now: datetime) -> None:
    world.register(now=now)
    (row,) = doctor.get("/cases", fields="assessment.risk_90d,ward.name").body["results"]
    assert row == {"ward": None, "assessment": None}


def test_a_name_that_is_named_whole_is_whole_whatever_else_is_named_of_it(
    world: World, doctor: Caller, now: datetime
) -> None:
    world.register(now=now)
    (whole,) = doctor.get("/cases", fields="patient").body["results"]
    (both,) = doctor.get("/cases", fields="patient.name,patient").body["results"]
    assert both == whole
    assert set(whole["patient"]) == {"name", "sex", "birth_date", "birth_date_estimated"}


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/cases", "awaited.party,next_due"),
        ("/board", "number,values.latest.input,grounds.note"),
        ("/changes", "case,version"),
        ("/notifications", "id,title"),
        ("/evidence", "id"),
        ("/cases/{case}", "id,patient.phone,diagnosis.category,questions.text,indicators.missing"),
        ("/cases/{case}/events", "what,actor.name"),
        ("/cases/{case}/deadlines", "kind,due_at"),
        ("/cases/{case}/messages", "text"),
        ("/cases/{case}/indicators", "missing,entries.input"),
        ("/cases/{case}/files", "id,state,parts.role"),
        ("/wards", "name,hospital.phone"),
        ("/devices", "id,channel"),
        ("/models", "name,terms"),
        ("/codes", "name"),
        ("/me/sessions", "id,current"),
        ("/me/tokens", "id,scopes"),
    ],
)
def test_every_list_and_the_case_can_be_narrowed_and_refuse_what_they_do_not_have(
    world: World, specialist: Caller, now: datetime, path: str, named: str
) -> None:
    path = path.format(case=world.flagged(now).pk)
    answer = specialist.get(path, fields=named)
    assert answer.status == 200
    rows = answer.body.get("results", [answer.body])
    expected = {name.partition(".")[0] for name in named.split(",")}
    assert all(set(row) == expected for row in rows)

    refused = specialist.get(path, fields=f"{named},nonsense,number.nonsense")
    assert (refused.status, refused.code) == (422, "invalid")
    assert refused.fields == {"fields": "unknown_field"}
    assert "“nonsense”" in refused.body["detail"]


UNKNOWN = ["patient.nonsense", "patient.name.first", "id.x", "offer.ward.nonsense", "patient.", "Id"]


@pytest.mark.parametrize("named", UNKNOWN)
def test_an_unknown_name_is_refused_by_its_whole_name(
    world: World, doctor: Caller, now: datetime, named: str
) -> None:
    world.flagged(now)
    refused = doctor.get("/cases", fields=named)
    assert refused.fields == {"fields": "unknown_field"}
    assert f"“{named}”" in refused.body["detail"]


def test_what_only_the_whole_case_has_is_unknown_to_a_list(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = world.flagged(now).pk
    for named in ("patient.national_id", "assessment.contributions", "offers"):
        assert doctor.get("/cases", fields=named).status == 422
        assert doctor.get(f"/cases/{case}", fields=named).status == 200


def test_a_narrowed_case_is_named_by_its_version_all_the_same(
    world: World, specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now).pk
    tag = specialist.get(f"/cases/{case}", fields="state").headers["ETag"]
    assert tag.startswith(f'"{specialist.get(f"/cases/{case}").body["version"]}-')
    assert specialist.post(f"/cases/{case}/acknowledge", {}, If_Match=tag).status == 200


def test_an_empty_list_refuses_unknown_names_too(doctor: Caller) -> None:
    assert doctor.get("/cases", fields="nonsense").status == 422
    assert doctor.get("/cases", fields=",").body["results"] == []


def test_very_deep_names_are_refused(doctor: Caller) -> None:
    assert doctor.get("/cases", fields="patient." * 240 + "x").status == 422
    for strange in ("x" * 3000, ".", ".id", "..", "id..", "\u200b", "*", "patient[name]"):
        assert doctor.get("/cases", fields=strange).status == 422
