"""Whole journeys through the API, from the first visit to day 90, with the clock moved and the engine run."""

from datetime import datetime, timedelta
from typing import Any

from accounts import clock
from referral.deadlines.engine import run_cycle
from referral.models import Case, Deadline
from tests.api.conftest import Caller, ill, visit
from tests.world import HOUR, WELL, World, sampled

DAY = timedelta(days=1)
DEMO_ID = "DEMO-JOURNEY-1"


def pass_time(by: timedelta) -> datetime:
    """Move the product's clock, and let the engine do what has fallen due."""
    clock.forward(by)
    run_cycle(clock.now())
    return clock.now()


def pass_until(moment: datetime) -> datetime:
    return pass_time(moment - clock.now())


def done(answer: Any, state: str) -> dict[str, Any]:
    assert (answer.status, answer.body.get("state")) == (200, state), answer.body
    return dict(answer.body)


def states(case_id: str) -> dict[str, str]:
    """The state of every deadline by kind; the last one where there were several."""
    return {row.kind: row.state for row in Deadline.objects.filter(case=case_id).order_by("starts_at")}


def registered(doctor: Caller, first_visit: datetime, **more: Any) -> str:
    return str(doctor.post("/cases", visit(first_visit, **more)).body["id"])


def admitted(doctor: Caller, specialist: Caller, first_visit: datetime, **more: Any) -> str:
    """A case in the ward's bed within minutes."""
    case = registered(doctor, first_visit, **more)
    done(doctor.post(f"/cases/{case}/assess", ill(first_visit)), "offered")
    done(specialist.post(f"/cases/{case}/accept", {"bed": "12"}), "accepted")
    done(specialist.post(f"/cases/{case}/admit", {}), "admitted")
    return case


def diagnosed(doctor: Caller, specialist: Caller, first_visit: datetime, **more: Any) -> str:
    case = admitted(doctor, specialist, first_visit, **more)
    done(specialist.post(f"/cases/{case}/diagnose", {"category": "early_aclf"}), "diagnosed")
    return case


def test_a_case_with_every_deadline_met(
    world: World, doctor: Caller, specialist: Caller, now: datetime
) -> None:
    case = registered(doctor, now)
    pass_time(HOUR)
    done(doctor.post(f"/cases/{case}/assess", sampled(WELL, now)), "watched")
    asked = done(doctor.post(f"/cases/{case}/ask-advice", {"text": "Safe to wait?"}), "watched")
    assert asked["questions"][0]["text"] == "Safe to wait?"
    pass_time(HOUR)
    assert specialist.get(f"/cases/{case}").status == 200
    answered = specialist.post(f"/cases/{case}/answer-advice", {"text": "Repeat INR", "advice": "watch"})
    assert (answered.status, answered.body["patient"]) == (200, None)
    assert answered.body["question"]["answer"] == "Repeat INR"
    assert specialist.get(f"/cases/{case}").status == 404
    pass_time(20 * HOUR)
    done(doctor.post(f"/cases/{case}/assess", ill(clock.now())), "offered")
    pass_time(timedelta(minutes=10))
    done(specialist.post(f"/cases/{case}/acknowledge"), "offered")
    done(specialist.post(f"/cases/{case}/accept", {"bed": "12"}), "accepted")
    pass_time(2 * HOUR)
    arrival = {"expected_arrival_at": (clock.now() + 2 * HOUR).isoformat()}
    done(doctor.post(f"/cases/{case}/depart", arrival), "in_transit")
    pass_time(2 * HOUR)
    done(specialist.post(f"/cases/{case}/admit", {}), "admitted")
    pass_time(20 * HOUR)
    treated = {"precipitant": "HBV_FLARE", "note": "x"}
    done(specialist.post(f"/cases/{case}/record-intervention", treated), "admitted")
    values = {"category": "early_aclf", "should_know": "No herbs."}
    body = done(specialist.post(f"/cases/{case}/diagnose", values), "diagnosed")
    assert body["diagnosis"]["should_know"] == "No herbs."
    pass_time(9 * DAY)
    plan = {"plan": "P", "medicines": "M", "appointments": "A", "red_flags": "R"}
    back = done(specialist.post(f"/cases/{case}/back-refer", plan), "follow_up")["back_referral"]
    assert {name: back[name] for name in plan} == plan
    assert back["confirmed_at"] is None
    pass_time(5 * HOUR)
    body = done(doctor.post(f"/cases/{case}/confirm-return"), "follow_up")
    assert body["back_referral"]["confirmed_by"]["name"] == "doctor"
    pass_until(now + 28 * DAY + 2 * HOUR)
    seen = {"day": 28, "status": "alive", "organ_failure": "no"}
    body = done(doctor.post(f"/cases/{case}/record-outcome", seen), "follow_up")
    assert (body["outcomes"]["day_28"], body["outcomes"]["organ_failure"]) == ("alive", "no")
    pass_until(now + 90 * DAY + 2 * HOUR)
    body = done(specialist.post(f"/cases/{case}/record-outcome", {"day": 90, "status": "alive"}), "closed")
    assert [row["side"] for row in body["outcomes"]["statements"]] == ["origin", "care_ward"]
    assert set(states(case).values()) == {"met"}
    assert set(states(case)) == {
        "assess", "reassess", "answer_advice", "acknowledge", "decide", "admit", "arrive", "diagnose",
        "treat_precipitant", "confirm_return", "follow_up_28", "follow_up_90",
    }  # fmt: skip
    assert not [row for row in doctor.get(f"/cases/{case}/events").body["results"] if "missed" in row["what"]]


def test_the_same_case_with_every_deadline_missed(
    world: World, doctor: Caller, specialist: Caller, coordinator: Caller, now: datetime
) -> None:
    case = registered(doctor, now)
    pass_time(5 * HOUR)
    done(doctor.post(f"/cases/{case}/assess", sampled(WELL, clock.now())), "watched")
    done(doctor.post(f"/cases/{case}/ask-advice", {"text": "Safe to wait?"}), "watched")
    pass_time(5 * HOUR)
    assert specialist.post(f"/cases/{case}/answer-advice", {"text": "Repeat INR"}).status == 200
    pass_time(30 * HOUR)
    done(doctor.post(f"/cases/{case}/assess", ill(clock.now())), "offered")
    pass_time(timedelta(minutes=40))
    done(specialist.post(f"/cases/{case}/acknowledge"), "offered")
    pass_time(2 * HOUR)
    done(specialist.post(f"/cases/{case}/accept", {"bed": "12"}), "accepted")
    pass_time(30 * HOUR)
    arrival = {"expected_arrival_at": (clock.now() + HOUR).isoformat()}
    done(doctor.post(f"/cases/{case}/depart", arrival), "in_transit")
    pass_time(5 * HOUR)
    done(specialist.post(f"/cases/{case}/admit", {}), "admitted")
    pass_time(60 * HOUR)
    treated = {"precipitant": "HBV_FLARE", "note": "x"}
    done(specialist.post(f"/cases/{case}/record-intervention", treated), "admitted")
    done(specialist.post(f"/cases/{case}/diagnose", {"category": "aclf"}), "diagnosed")
    pass_time(9 * DAY)
    done(specialist.post(f"/cases/{case}/back-refer", {"plan": "P"}), "follow_up")
    pass_time(30 * HOUR)
    done(doctor.post(f"/cases/{case}/confirm-return"), "follow_up")
    pass_until(now + 40 * DAY)
    done(doctor.post(f"/cases/{case}/record-outcome", {"day": 28, "status": "alive"}), "follow_up")
    pass_until(now + 100 * DAY)
    done(doctor.post(f"/cases/{case}/record-outcome", {"day": 90, "status": "alive"}), "closed")
    assert set(states(case).values()) == {"missed"}
    missed = [row for row in Deadline.objects.filter(case=case) if row.state == "missed"]
    for row in missed:
        why = {"deadline": str(row.pk), "reason": "other"}
        assert doctor.post(f"/cases/{case}/explain-delay", why).status == 200


def test_a_patient_who_is_readmitted(
    world: World, doctor: Caller, other_doctor: Caller, specialist: Caller, now: datetime
) -> None:
    old = diagnosed(doctor, specialist, now, national_id=DEMO_ID)
    done(specialist.post(f"/cases/{old}/back-refer", {"plan": "P"}), "follow_up")
    pass_time(20 * DAY)
    elsewhere = visit(clock.now(), national_id=DEMO_ID)
    asked = other_doctor.post("/cases", elsewhere)
    assert asked.fields == {"patient.national_id": "known_elsewhere"}
    elsewhere["patient"] |= {"confirmed_same": True, "answers_to": asked.body["question"]}
    new = other_doctor.post("/cases", elsewhere).body
    assert (new["previous"], new["state"]) == (old, "registered")
    lines = doctor.get(f"/cases/{old}/events").body["results"]
    assert [line["what"] for line in lines[-2:]] == ["met_elsewhere", "readmitted"]
    assert lines[-1]["details"]["number"] == new["number"]
    assert doctor.get(f"/cases/{new['id']}").status == 404
    pass_until(now + 29 * DAY)
    done(doctor.post(f"/cases/{old}/record-outcome", {"day": 28, "status": "alive"}), "follow_up")
    died = clock.now().isoformat()
    pass_time(HOUR)
    done(other_doctor.post(f"/cases/{new['id']}/record-death", {"occurred_at": died}), "closed")
    closed = doctor.get(f"/cases/{old}").body
    assert (closed["state"], closed["outcomes"]["day_28"], closed["outcomes"]["day_90"]) == (
        "closed",
        "alive",
        "dead",
    )


def test_a_patient_who_is_transferred(
    world: World, doctor: Caller, specialist: Caller, second_specialist: Caller, now: datetime
) -> None:
    case = admitted(doctor, specialist, now)
    pass_time(3 * HOUR)
    moved = specialist.post(f"/cases/{case}/transfer", {"ward": str(world.second_ward.pk)})
    assert moved.status == 200
    assert specialist.get(f"/cases/{case}").status == 404
    done(second_specialist.post(f"/cases/{case}/diagnose", {"category": "aclf"}), "diagnosed")
    done(second_specialist.post(f"/cases/{case}/back-refer", {"plan": "P"}), "follow_up")
    done(doctor.post(f"/cases/{case}/confirm-return"), "follow_up")
    pass_until(now + 91 * DAY)
    body = done(
        second_specialist.post(f"/cases/{case}/record-outcome", {"day": 90, "status": "alive"}), "closed"
    )
    assert body["outcomes"]["day_28"] == "alive"


def test_a_patient_who_leaves_against_advice(
    world: World, doctor: Caller, specialist: Caller, now: datetime
) -> None:
    case = diagnosed(doctor, specialist, now)
    left = {"to": "against_advice", "note": "left at night"}
    done(specialist.post(f"/cases/{case}/discharge", left), "follow_up")
    refusal = doctor.post(f"/cases/{case}/confirm-return")
    assert (refusal.status, refusal.code) == (409, "not_referred_back")
    pass_until(now + 36 * DAY)
    assert states(case)["follow_up_28"] == "missed"
    done(doctor.post(f"/cases/{case}/record-outcome", {"day": 28, "status": "alive"}), "follow_up")


def test_a_patient_who_dies(
    world: World, doctor: Caller, specialist: Caller, coordinator: Caller, now: datetime
) -> None:
    case = diagnosed(doctor, specialist, now)
    done(specialist.post(f"/cases/{case}/back-refer", {"plan": "P"}), "follow_up")
    pass_time(40 * DAY)
    died = now + 20 * DAY
    said = {"day": 28, "status": "dead", "occurred_at": died.isoformat()}
    done(doctor.post(f"/cases/{case}/record-outcome", said), "closed")
    again = doctor.post(f"/cases/{case}/record-death", {"occurred_at": (died + DAY).isoformat()})
    assert (again.status, again.code) == (409, "verb_not_allowed")
    assert "correct_outcome" in again.body["allowed_verbs"]
    other = {**said, "occurred_at": (died + DAY).isoformat(), "note": "from the police"}
    body = done(specialist.post(f"/cases/{case}/correct-outcome", other), "closed")
    assert body["outcomes"]["disputed"] is True
    assert len(body["outcomes"]["statements"]) == 2
    settled = {**other, "note": "death certificate"}
    body = done(coordinator.post(f"/cases/{case}/settle-outcome", settled), "closed")
    assert (body["outcomes"]["disputed"], len(body["outcomes"]["statements"])) == (False, 3)
    assert datetime.fromisoformat(body["outcomes"]["died_at"]) == died + DAY


def test_a_patient_who_is_lost(world: World, doctor: Caller, specialist: Caller, now: datetime) -> None:
    case = diagnosed(doctor, specialist, now)
    done(specialist.post(f"/cases/{case}/discharge", {"to": "home"}), "follow_up")
    pass_until(now + 30 * DAY)
    body = done(doctor.post(f"/cases/{case}/record-outcome", {"day": 28, "status": "lost"}), "closed")
    assert body["outcomes"]["day_28"] == "lost"
    assert not Case.objects.get(pk=case).deadlines.open().exists()


def test_a_watched_case_is_asked_for_at_most_three_times(world: World, doctor: Caller, now: datetime) -> None:
    case = registered(doctor, now)
    for _ in range(5):
        done(doctor.post(f"/cases/{case}/assess", sampled(WELL, clock.now())), "watched")
        pass_time(20 * HOUR)
    rows = Deadline.objects.filter(case=case, kind="reassess")
    assert [row.state for row in rows] == ["met", "met", "met"]
    assert {(row.due_at - row.starts_at) for row in rows} == {24 * HOUR}


def test_a_mistyped_diagnosis_and_plan_are_replaced_and_the_versions_can_be_read(
    doctor: Caller, specialist: Caller, now: datetime
) -> None:
    case = diagnosed(doctor, specialist, now)
    done(specialist.post(f"/cases/{case}/back-refer", {"plan": "P", "medicines": "M"}), "follow_up")
    again = {"category": "aclf", "should_know": "no herbs", "why": "mistyped"}
    for wrong, field in (({"why": ""}, "why"), ({"grade": "2"}, "grade"), ({"category": "x"}, "category"),
                         ({"diagnosed_at": "2026-01-01"}, "diagnosed_at")):  # fmt: skip
        refused = specialist.post(f"/cases/{case}/correct-diagnosis", {**again, **wrong})
        assert (refused.status, list(refused.fields)) == (422, [field])
    done(specialist.post(f"/cases/{case}/correct-diagnosis", again), "follow_up")
    body = done(
        specialist.post(f"/cases/{case}/correct-back-referral", {"plan": "Q", "why": "dose"}), "follow_up"
    )
    assert doctor.post(f"/cases/{case}/correct-diagnosis", again).status == 403

    read = doctor.get(f"/cases/{case}").body
    for shown in (body, read):
        diagnosis, back = shown["diagnosis"], shown["back_referral"]
        assert (diagnosis["category"], diagnosis["why"]) == ("aclf", "mistyped")
        assert [(row["category"], row["why"]) for row in diagnosis["replaced"]] == [("early_aclf", None)]
        assert (back["plan"], back["medicines"], back["why"]) == ("Q", None, "dose")
        assert [(row["plan"], row["medicines"]) for row in back["replaced"]] == [("P", "M")]
    done(doctor.post(f"/cases/{case}/confirm-return", {}), "follow_up")
    late = specialist.post(f"/cases/{case}/correct-back-referral", {"plan": "R", "why": "x"})
    assert (late.status, late.code) == (409, "return_confirmed")
    assert doctor.get(f"/cases/{case}").body["back_referral"]["confirmed_at"] is not None
