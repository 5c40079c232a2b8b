"""Who may not: what is not yours does not exist, and what your role does not allow is refused."""

from datetime import datetime
from typing import Any

import pytest

from accounts.models import AuditEntry, Membership, Role
from referral.models import Case
from tests.api.conftest import Caller, ill, visit
from tests.world import World

PARTS = ("", "/events", "/deadlines", "/messages")


def test_nobody_is_let_in_without_signing_in(world: World, now: datetime) -> None:
    case = world.flagged(now).pk
    stranger = Caller(None)
    for path in ("/me", "/cases", "/board", "/notifications", "/models", "/me/tokens", f"/cases/{case}"):
        answer = stranger.get(path)
        assert (answer.status, answer.code) == (401, "not_signed_in")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    for path in ("/score", "/cases", f"/cases/{case}/accept", "/unannounced"):
        assert stranger.post(path, {}).status == 401


def test_another_hospitals_case_does_not_exist(world: World, other_doctor: Caller, now: datetime) -> None:
    case = world.flagged(now)
    for part in PARTS:
        assert other_doctor.get(f"/cases/{case.pk}{part}").code == "not_found"
    for verb in ("assess", "refer", "accept", "admit", "message", "record-death"):
        assert other_doctor.post(f"/cases/{case.pk}/{verb}", {}).status == 404
    assert other_doctor.patch(f"/cases/{case.pk}/indicators", {"inr": 1}).status == 404
    assert other_doctor.get("/cases").body["results"] == []
    assert other_doctor.get("/board").body["results"] == []
    assert other_doctor.get("/cases", q=case.number).body["results"] == []


@pytest.mark.parametrize("role", ["researcher", "administrator"])
def test_researchers_and_administrators_see_no_case(world: World, role: str, now: datetime) -> None:
    case = world.flagged(now)
    caller = Caller(getattr(world, role))
    assert caller.get("/cases").body["results"] == []
    assert [caller.get(f"/cases/{case.pk}{part}").status for part in PARTS] == [404] * 4
    assert caller.post("/cases", visit(now)).status == 403
    assert caller.post("/unannounced", {"number": case.number}).status == 403


def test_a_role_that_does_not_fit_is_refused_on_a_visible_case(
    world: World, doctor: Caller, specialist: Caller, coordinator: Caller, now: datetime
) -> None:
    case = world.flagged(now).pk
    refused: list[tuple[Caller, str, Any]] = [
        (doctor, "accept", {"bed": "1"}),
        (doctor, "decline", {"reason": "no_bed"}),
        (specialist, "withdraw", {"reason": "improved"}),
        (specialist, "assess", ill(now)),
        (coordinator, "accept", {"bed": "1"}),
    ]
    for caller, verb, body in refused:
        answer = caller.post(f"/cases/{case}/{verb}", body)
        assert (answer.status, answer.code) == (403, "not_permitted")
    assert specialist.patch(f"/cases/{case}/indicators", {"inr": 1}).status == 403


def test_a_ward_that_was_not_asked_sees_nothing_and_may_only_look_up_an_arrival(
    world: World, doctor: Caller, second_specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now, national_id="110101197001020011")
    assert second_specialist.get(f"/cases/{case.pk}").status == 404
    assert second_specialist.post(f"/cases/{case.pk}/accept", {"bed": "1"}).status == 404
    answer = second_specialist.post("/unannounced", {"number": case.number})
    assert set(answer.body) == {"id", "number", "state", "patient", "hospital"}
    assert second_specialist.post("/unannounced", {"national_id": "110101197001020038"}).status == 404
    assert doctor.post("/unannounced", {"number": case.number}).status == 403
    assert AuditEntry.objects.filter(action="look_up_unannounced").count() == 2


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "once"}])
def test_a_wrong_answer_at_the_door_is_audited_although_it_is_refused(
    world: World, second_specialist: Caller, now: datetime, headers: dict[str, str]
) -> None:
    case = world.looked_up(world.flagged(now), world.second_specialist, now)
    refused = second_specialist.post(f"/cases/{case.pk}/admit", {"said": "测试乙"}, **headers)
    assert refused.fields == {"said": "not_this_patient"}
    assert AuditEntry.objects.get(action="wrong_answer_at_door").actor == world.second_specialist


def test_a_patient_with_an_open_case_elsewhere_is_named_by_the_hospital_to_call_and_nothing_else(
    world: World, doctor: Caller, other_doctor: Caller, now: datetime
) -> None:
    world.register(now=now, national_id="110101197001020011")
    met = other_doctor.post("/cases", visit(now, national_id="110101197001020011", name="他名"))
    assert (met.status, met.code) == (409, "open_case_exists")
    assert (met.body["hospital"], met.body["case"]) == ({"name": "甲", "phone": "020-1000"}, None)
    assert AuditEntry.objects.filter(action="met_elsewhere").count() == 1
    kinds = [row["kind"] for row in doctor.get("/notifications").body["results"]]
    assert kinds == ["met_elsewhere"]

    namesake = other_doctor.post("/cases", visit(now))
    assert namesake.fields == {"patient.confirmed_different": "confirm_identity"}
    body = visit(now)
    body["patient"]["confirmed_different"] = True
    assert other_doctor.post("/cases", body).fields == namesake.fields, "it does not say whom it is about"
    body["patient"]["answers_to"] = namesake.body["question"]
    assert other_doctor.post("/cases", body).status == 201


def test_the_hospital_is_said_where_a_person_has_several(world: World, doctor: Caller, now: datetime) -> None:
    assert doctor.post("/cases", visit(now, hospital=str(world.other_hospital.pk))).status == 403
    Membership.objects.create(user=world.doctor, role=Role.REFERRING_CLINICIAN, hospital=world.other_hospital)
    asked = doctor.post("/cases", visit(now))
    assert (asked.status, asked.fields) == (422, {"hospital": "required"})
    registered = doctor.post("/cases", visit(now, hospital=str(world.other_hospital.pk)))
    assert registered.body["hospital"]["id"] == str(world.other_hospital.pk)


def test_reading_a_case_and_its_parts_and_lists_is_audited(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = str(world.flagged(now).pk)
    for part in PARTS:
        doctor.get(f"/cases/{case}{part}")
    doctor.get("/cases")
    reads = AuditEntry.objects.filter(action="read", subject_id=case, actor=world.doctor)
    assert sorted(entry.detail["part"] for entry in reads) == ["case", "deadlines", "events", "messages"]
    assert AuditEntry.objects.get(action="list").detail == {"cases": [case]}


def test_nobody_reads_or_acknowledges_anothers_notifications(
    world: World, doctor: Caller, specialist: Caller, now: datetime
) -> None:
    world.flagged(now)
    mine = specialist.get("/notifications").body["results"][0]["id"]
    assert doctor.post(f"/notifications/{mine}/acknowledge").status == 404
    assert doctor.post(f"/notifications/{mine}/read").status == 404
    acknowledged = specialist.post(f"/notifications/{mine}/acknowledge").body
    assert acknowledged["acknowledged_at"]
    assert acknowledged["read_at"]
    assert specialist.get("/notifications", unread="true").body["results"] == []


def test_a_user_who_was_deactivated_is_out_at_once(world: World, doctor: Caller) -> None:
    assert doctor.get("/me").status == 200
    world.doctor.is_active = False
    world.doctor.save()
    assert doctor.get("/me").status == 401


def test_identity_beyond_the_name_is_not_in_lists(world: World, doctor: Caller, now: datetime) -> None:
    case = world.flagged(now, national_id="110101197001020011").pk
    listed = doctor.get("/cases").body["results"][0]["patient"]
    assert set(listed) == {"name", "sex", "birth_date", "birth_date_estimated"}
    assert doctor.get(f"/cases/{case}").body["patient"]["national_id"] == "110101197001020011"


def test_the_list_does_not_tell_an_administrator_how_many_cases_there_are(
    world: World, now: datetime
) -> None:
    world.flagged(now)
    assert Case.objects.count() == 1
    assert Caller(world.administrator).get("/cases").body == {"results": [], "next": None}
