"""The whole of window 1 through the API, in the roles that share it."""

from datetime import datetime, timedelta
from uuid import uuid4

from accounts import clock
from accounts.models import Ward
from referral.deadlines.engine import run_cycle
from referral.models import Case, Offer
from tests.api.conftest import Caller, ill, visit
from tests.world import HOUR, MINUTE, WELL, World, sampled


def test_from_eight_indicators_to_a_bed_in_the_ward(
    world: World, doctor: Caller, specialist: Caller, now: datetime
) -> None:
    mine = str(uuid4())
    registered = doctor.post("/cases", visit(now, id=mine))
    assert (registered.status, registered.body["id"], registered.body["state"]) == (201, mine, "registered")
    assert registered.headers["Location"] == f"/api/v1/cases/{mine}"
    assert set(registered.body["missing"]) == {
        "cirrhosis", "variceal_bleeding", "encephalopathy_grade", "bilirubin", "inr", "urea", "sodium_mmol_l"
    }  # fmt: skip

    assessed = doctor.post(f"/cases/{mine}/assess", ill(now))
    assert (assessed.status, assessed.body["state"]) == (200, "offered")
    result = assessed.body["assessment"]
    assert 0.15 < result["risk_90d"] < 1
    assert (result["band"], result["high_risk"], result["model_status"]) == ("very_high", True, "provisional")
    assert "not validated" in result["model_notice"]
    assert set(result["contributions"]) == set(WELL) - {"bilirubin_unit", "urea_unit"}
    offer = assessed.body["offer"]
    assert (offer["state"], offer["ward"]["id"]) == ("open", str(world.ward.pk))

    notification = specialist.get("/notifications").body["results"]
    assert [(row["kind"], row["case"]) for row in notification] == [("new_offer", mine)]
    assert [row["id"] for row in specialist.get("/board").body["results"]] == [mine]

    seen = specialist.get(f"/cases/{mine}")
    assert seen.body["patient"]["name"] == "测试甲"
    assert {"acknowledge", "accept", "decline"} <= set(seen.body["allowed_verbs"])
    assert specialist.post(f"/cases/{mine}/acknowledge").status == 200
    accepted = specialist.post(f"/cases/{mine}/accept", {"bed": "12", "offer": offer["id"]})
    assert (accepted.body["state"], accepted.body["bed"]) == ("accepted", "12")

    assert doctor.post(f"/cases/{mine}/message", {"text": "Leaving at three."}).status == 200
    assert [line["text"] for line in specialist.get(f"/cases/{mine}/messages").body["results"]] == [
        "Leaving at three."
    ]
    arrival = (clock.now() + 2 * HOUR).isoformat()
    departed = doctor.post(f"/cases/{mine}/depart", {"expected_arrival_at": arrival})
    assert departed.body["state"] == "in_transit"
    admitted = specialist.post(f"/cases/{mine}/admit", {})
    assert (admitted.status, admitted.body["state"]) == (200, "admitted")
    kinds = {row["kind"]: row["state"] for row in admitted.body["deadlines"] if row["closed_at"]}
    assert kinds == {
        "assess": "met", "acknowledge": "met", "decide": "met", "admit": "met", "arrive": "met"
    }  # fmt: skip
    assert [row["what"] for row in doctor.get(f"/cases/{mine}/events").body["results"]] == [
        "register", "assess", "acknowledge", "accept", "message", "depart", "admit"
    ]  # fmt: skip


def test_a_complete_set_of_indicators_is_registered_assessed_and_offered_in_one_request(
    doctor: Caller, now: datetime
) -> None:
    answer = doctor.post("/cases", visit(now, indicators=ill(now)))
    assert (answer.status, answer.body["state"], answer.body["missing"]) == (201, "offered", [])
    assert answer.body["offer"]["state"] == "open"


def test_refused_indicators_register_nothing(doctor: Caller, now: datetime) -> None:
    for values, code, fields in (
        ({**ill(now), "sodium_mmol_l": 1400}, "invalid", {"sodium_mmol_l": "out_of_range"}),
        ({**ill(now), "urea_unit": "mg/dL"}, "invalid", {"urea_unit": "unit_ambiguous"}),
        ({**ill(now), "sodium_mmol_l": 112}, "needs_confirmation", {"sodium_mmol_l": "needs_confirmation"}),
    ):
        answer = doctor.post("/cases", visit(now, indicators=values))
        assert (answer.status, answer.code, answer.fields) == (422, code, fields)
    assert not Case.objects.exists()

    confirmed = {**ill(now), "sodium_mmol_l": 112, "confirmed": ["sodium_mmol_l"]}
    assert doctor.post("/cases", visit(now, indicators=confirmed)).status == 201


def test_indicators_come_in_one_by_one_and_the_answer_says_what_is_missing(
    doctor: Caller, now: datetime
) -> None:
    case = doctor.post("/cases", visit(now, indicators={"inr": 2.2, "cirrhosis": True})).body
    assert case["state"] == "registered"
    path = f"/cases/{case['id']}/indicators"

    flat = doctor.patch(path, {"bilirubin": 310, "bilirubin_unit": "umol/L", "sampled_at": now.isoformat()})
    assert flat.status == 200
    assert set(flat.body["missing"]) == {
        "variceal_bleeding", "encephalopathy_grade", "urea", "sodium_mmol_l"
    }  # fmt: skip
    assert len(flat.body["red_flags"]) == 1
    rest = {"variceal_bleeding": False, "encephalopathy_grade": 2, "sodium_mmol_l": 129}
    nested = doctor.patch(path, {"indicators": {**rest, "urea": 11, "urea_unit": "mmol/L"}})
    assert (nested.body["missing"], nested.body["complete"]) == ([], True)
    assert {row["code"] for row in nested.body["warnings"]} == {"sampled_at_missing"}
    assert doctor.post(f"/cases/{case['id']}/assess").body["state"] == "offered"


def test_the_values_of_an_assessment_may_lie_flat_or_under_a_name(doctor: Caller, now: datetime) -> None:
    unusual = {**ill(now), "sodium_mmol_l": 112}
    bodies = (
        {**unusual, "confirmed": ["sodium_mmol_l"]},
        {"indicators": {**unusual, "confirmed": ["sodium_mmol_l"]}},
        {"values": unusual, "confirmed": ["sodium_mmol_l"], "note": "checked"},
    )
    for number, body in enumerate(bodies):
        case = doctor.post("/cases", visit(now, name=f"患者{number}")).body["id"]
        asked = doctor.post(f"/cases/{case}/assess", unusual)
        assert (asked.status, asked.code) == (422, "needs_confirmation")
        assert doctor.post(f"/cases/{case}/assess", body).body["state"] == "offered"


def test_a_declined_case_goes_on_and_its_first_ward_keeps_its_request_only(
    world: World, doctor: Caller, specialist: Caller, second_specialist: Caller, now: datetime
) -> None:
    case = str(world.flagged(now).pk)
    declined = specialist.post(f"/cases/{case}/decline", {"reason": "no_bed", "note": "Full."})
    assert declined.status == 200
    assert (declined.body["id"], declined.body["offer"]["state"]) == (case, "declined")
    assert (declined.body["patient"], declined.body["allowed_verbs"], declined.body["deadlines"]) == (
        None,
        [],
        [],
    )
    assert specialist.get(f"/cases/{case}").status == 404
    late = specialist.post(f"/cases/{case}/accept", {"bed": "1"})
    assert (late.status, late.code) == (409, "offer_not_open")
    assert specialist.post(f"/cases/{case}/message", {"text": "x"}).status == 404

    assert second_specialist.get(f"/cases/{case}").body["offer"]["state"] == "open"
    second_specialist.post(f"/cases/{case}/decline", {"reason": "no_staff"})
    unplaced = doctor.get(f"/cases/{case}").body
    assert (unplaced["state"], unplaced["awaited"]["party"]) == ("unplaced", "coordinator")
    assert [ward["phone"] for ward in unplaced["wards_to_call"]] == ["020-2000", "020-2000"]


def test_an_offer_that_nobody_answers_expires_and_the_late_answer_is_told_so(
    world: World, specialist: Caller, coordinator: Caller, now: datetime
) -> None:
    case = world.flagged(now)
    stale = Offer.objects.get(case=case).pk
    run_cycle(now + 16 * MINUTE)
    run_cycle(now + 46 * MINUTE)
    late = specialist.post(f"/cases/{case.pk}/accept", {"bed": "1", "offer": str(stale)})
    assert (late.status, late.code) == (409, "offer_not_open")
    seen = coordinator.get(f"/cases/{case.pk}").body
    assert [offer["state"] for offer in seen["offers"]] == ["expired", "open"]

    redirected = coordinator.post(f"/cases/{case.pk}/redirect", {"ward": str(world.ward.pk)})
    assert redirected.body["offer"]["ward"]["id"] == str(world.ward.pk)
    late = specialist.post(f"/cases/{case.pk}/accept", {"bed": "1", "offer": str(stale)})
    assert (late.status, late.code) == (409, "offer_not_open")


def test_a_verb_that_the_state_does_not_have_is_refused_with_those_it_has(
    world: World, specialist: Caller, now: datetime
) -> None:
    case = world.accepted(now).pk
    answer = specialist.post(f"/cases/{case}/decline", {})
    assert (answer.status, answer.code) == (409, "verb_not_allowed")
    assert {"admit", "release"} <= set(answer.body["allowed_verbs"])


def test_an_unannounced_arrival_is_looked_up_and_admitted(
    world: World, second_specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now, national_id="11010119700102029X")
    assert second_specialist.get(f"/cases/{case.pk}").status == 404
    for body in ({"number": case.number}, {"national_id": "11010119700102029x"}):
        answer = second_specialist.post("/unannounced", body)
        assert answer.body == {
            "id": str(case.pk),
            "number": case.number,
            "state": "offered",
            "patient": {
                "surname": "测＊＊",
                "sex": "male",
                "birth_year": 1970,
                "birth_year_estimated": False,
            },
            "hospital": {"name": "甲", "phone": "020-1000"},
        }
    asked = second_specialist.post(f"/cases/{case.pk}/admit", {"bed": "7"})
    assert (asked.status, asked.fields) == (422, {"said": "required"})
    stranger = second_specialist.post(f"/cases/{case.pk}/admit", {"bed": "7", "said": "测试乙"})
    assert stranger.fields == {"said": "not_this_patient"}
    admitted = second_specialist.post(f"/cases/{case.pk}/admit", {"bed": "7", "said": "测试甲"})
    assert (admitted.status, admitted.body["state"], admitted.body["bed"]) == (200, "admitted", "7")
    assert admitted.body["ward"]["id"] == str(world.second_ward.pk)


def test_the_demo_clock_moves_forward_for_an_administrator_only(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = world.flagged(now)
    assert doctor.post("/demo/clock", {"forward_hours": 36}).status == 403
    administrator = Caller(world.administrator)
    moved = administrator.post("/demo/clock", {"forward_hours": 36})
    assert (moved.status, moved.body["forward_hours"]) == (200, 36)
    assert clock.now() - now >= timedelta(hours=36)
    run_cycle(clock.now())
    offer = doctor.get(f"/cases/{case.pk}").body["offer"]
    assert offer["ward"]["id"] == str(world.second_ward.pk)
    for hours in (0, -1, "x", 1e9, None):
        assert administrator.post("/demo/clock", {"forward_hours": hours}).status == 422


def test_the_time_left_orders_the_board_and_pages_cut_it_without_gaps(
    world: World, doctor: Caller, now: datetime
) -> None:
    made = [world.register(now=now, at=now - hours * HOUR, name=f"患者{hours}") for hours in (1, 3, 2)]
    expected = [str(made[index].pk) for index in (1, 2, 0)]
    assert [row["id"] for row in doctor.get("/board").body["results"]] == expected

    first = doctor.get("/board", limit=2)
    rest = doctor.get("/board", limit=2, cursor=first.body["next"])
    assert [row["id"] for row in first.body["results"] + rest.body["results"]] == expected
    assert rest.body["next"] is None
    assert doctor.get("/board", part="window_2").body["results"] == []


def test_the_list_of_cases_is_filtered_and_paged_newest_first(
    world: World, doctor: Caller, now: datetime
) -> None:
    registered = world.register(now=now - MINUTE, name="患者一")
    flagged = world.flagged(now, name="患者二")
    both = [str(flagged.pk), str(registered.pk)]

    def ids(**query: object) -> list[str]:
        return [row["id"] for row in doctor.get("/cases", **query).body["results"]]

    assert ids() == both
    assert ids(state="offered") == ids(flagged="true") == both[:1]
    assert ids(state="registered,offered") == ids(state=["registered", "offered"]) == both
    assert ids(q=registered.number[3:]) == both[1:]
    assert ids(hospital=str(world.other_hospital.pk)) == ids(ward=str(world.ward.pk)) == []
    page = doctor.get("/cases", limit=1).body
    assert ids(limit=1, cursor=page["next"]) == both[1:]
    assert doctor.get("/cases", cursor="x" * 20).fields == {"cursor": "invalid"}


def test_a_closed_ward_is_passed_over(world: World, doctor: Caller, now: datetime) -> None:
    Ward.objects.filter(pk=world.ward.pk).update(closed_at=now)
    offered = doctor.post("/cases", visit(now, indicators=ill(now))).body["offer"]
    assert offered["ward"]["id"] == str(world.second_ward.pk)


def test_a_case_that_is_not_flagged_is_watched(doctor: Caller, now: datetime) -> None:
    well = doctor.post("/cases", visit(now, indicators=sampled(WELL, now))).body
    assert (well["state"], well["assessment"]["high_risk"], well["offer"]) == ("watched", False, None)


def test_without_chronic_liver_disease_there_is_no_score_and_the_case_can_still_be_referred(
    doctor: Caller, now: datetime
) -> None:
    case = doctor.post("/cases", visit(now, chronic_liver_disease="none", indicators=ill(now))).body
    assert (case["state"], case["assessment"]["risk_90d"]) == ("watched", None)
    assert case["assessment"]["outcome"] == "not_applicable"
    referred = doctor.post(f"/cases/{case['id']}/refer", {"reason": "worried"})
    assert referred.body["state"] == "offered"


def test_what_was_left_open_at_the_first_visit_is_a_warning(doctor: Caller, now: datetime) -> None:
    body = visit(now)
    del body["chronic_liver_disease"], body["presentation"]
    answer = doctor.post("/cases", body)
    assert answer.status == 201
    assert {row["field"] for row in answer.body["warnings"]} == {"chronic_liver_disease", "presentation"}
