"""The draft of the indicators: read by whoever sees the case, value by value."""

from datetime import datetime

from accounts.models import AuditEntry, Membership, Role, User
from tests.api.conftest import Caller, ill, visit
from tests.world import HOUR, World


def test_a_draft_says_what_was_saved_by_whom_and_when_and_what_is_missing(
    world: World, doctor: Caller, now: datetime
) -> None:
    path = f"/cases/{world.register(now=now).pk}"
    sampled = (now - HOUR).isoformat()
    typed = {"bilirubin": "18.1", "bilirubin_unit": "mg/dL", "sampled_at": sampled}
    doctor.patch(f"{path}/indicators", typed)
    colleague = User.objects.create_user("two@test.example", "a-long-password", name="Second")
    Membership.objects.create(user=colleague, role=Role.REFERRING_CLINICIAN, hospital=world.hospital)
    Caller(colleague).patch(f"{path}/indicators", {"encephalopathy_grade": 2})

    draft = doctor.get(f"{path}/indicators").body
    assert draft["values"]["bilirubin"] == "18.1"
    assert draft["values"]["age_years"] == 56
    entries = {row["input"]: row for row in draft["entries"]}
    assert set(entries) == {"bilirubin", "encephalopathy_grade"}
    bilirubin = entries["bilirubin"]
    assert (bilirubin["typed"], bilirubin["typed_unit"], bilirubin["unit"]) == ("18.1", "mg/dL", "umol/L")
    assert datetime.fromisoformat(bilirubin["sampled_at"]) == now - HOUR
    assert bilirubin["entered_by"] == {"id": str(world.doctor.pk), "name": "doctor"}
    assert entries["encephalopathy_grade"]["entered_by"]["name"] == "Second"
    assert set(draft["missing"]) == {"cirrhosis", "variceal_bleeding", "inr", "urea", "sodium_mmol_l"}
    assert (draft["complete"], draft["saved_by"]["name"]) == (False, "Second")
    assert draft["saved_at"]
    assert draft["version"] == doctor.get(path).body["version"]


def test_the_answer_to_saving_is_what_is_then_read(world: World, doctor: Caller, now: datetime) -> None:
    path = f"/cases/{world.register(now=now).pk}"
    saved = doctor.patch(f"{path}/indicators", ill(now)).body
    assert saved == doctor.get(f"{path}/indicators").body
    assert saved == doctor.get(path).body["indicators"]
    assert (saved["missing"], saved["complete"]) == ([], True)


def test_a_case_without_a_draft_says_so(world: World, doctor: Caller, now: datetime) -> None:
    path = f"/cases/{world.register(now=now).pk}"
    draft = doctor.get(f"{path}/indicators").body
    assert (draft["entries"], draft["saved_at"], draft["saved_by"]) == ([], None, None)
    assert len(draft["missing"]) == 7
    assert doctor.get(path).body["indicators"] is None


def test_a_draft_that_was_registered_offline_is_read_with_its_case(doctor: Caller, now: datetime) -> None:
    made = doctor.post("/cases", visit(now, indicators={"inr": 2.2, "sampled_at": now.isoformat()})).body
    assert [row["input"] for row in made["indicators"]["entries"]] == ["inr"]
    assert made["missing"] == made["indicators"]["missing"]


def test_a_draft_stays_readable_after_it_was_assessed(world: World, doctor: Caller, now: datetime) -> None:
    path = f"/cases/{world.register(now=now).pk}"
    doctor.patch(f"{path}/indicators", ill(now))
    assert doctor.post(f"{path}/assess", {}).status == 200
    draft = doctor.get(f"{path}/indicators").body
    assert {row["input"] for row in draft["entries"]} >= {"bilirubin", "inr", "urea", "sodium_mmol_l"}


def test_an_unusual_value_that_was_confirmed_is_named(world: World, doctor: Caller, now: datetime) -> None:
    path = f"/cases/{world.register(now=now).pk}/indicators"
    doctor.patch(path, {"inr": 9, "confirmed": ["inr"], "sampled_at": now.isoformat()})
    assert doctor.get(path).body["confirmed"] == ["inr"]


def test_times_that_were_confirmed_are_named_as_well(world: World, doctor: Caller, now: datetime) -> None:
    path = f"/cases/{world.register(now=now).pk}/indicators"
    doctor.patch(path, {"inr": 2, "confirmed": ["sampled_at"], "sampled_at": (now - 13 * HOUR).isoformat()})
    assert doctor.get(path).body["confirmed"] == ["sampled_at"]


def test_values_of_an_old_sample_are_asked_about_when_they_are_read(
    world: World, doctor: Caller, now: datetime
) -> None:
    path = f"/cases/{world.register(now=now).pk}/indicators"
    doctor.patch(path, {"inr": 2, "sampled_at": (now - 13 * HOUR).isoformat()})
    assert doctor.get(path).body["warnings"]


def test_a_stranger_does_not_learn_of_a_draft_and_its_reading_is_audited(
    world: World, doctor: Caller, other_doctor: Caller, now: datetime
) -> None:
    case = world.register(now=now).pk
    foreign = other_doctor.get(f"/cases/{case}/indicators")
    absent = other_doctor.get("/cases/01970000-0000-7000-8000-000000000000/indicators")
    assert (foreign.status, foreign.body) == (absent.status, absent.body)
    assert foreign.status == 404
    doctor.get(f"/cases/{case}/indicators")
    line = AuditEntry.objects.get(subject_id=str(case), action="read")
    assert (line.actor, line.detail) == (world.doctor, {"part": "indicators"})


def test_a_device_that_comes_late_does_not_replace_newer_results_unawares(
    world: World, doctor: Caller, now: datetime
) -> None:
    path = f"/cases/{world.register(now=now).pk}/indicators"
    late = {"inr": 1.7, "sodium_mmol_l": 131, "sampled_at": (now - 2 * HOUR).isoformat()}
    doctor.patch(path, {"inr": 2.6, "sampled_at": now.isoformat()})
    asked = doctor.patch(path, late)
    assert (asked.status, asked.body["code"]) == (422, "needs_confirmation")
    assert [row["field"] for row in asked.body["errors"]] == ["sampled_at"]
    assert "INR" in asked.body["errors"][0]["message"]
    assert doctor.get(path).body["values"]["inr"] == 2.6
    assert doctor.patch(path, {"inr": "2.60", "sampled_at": (now - HOUR).isoformat()}).status == 200
    confirmed = doctor.patch(path, {**late, "confirmed": ["sampled_at"]})
    assert (confirmed.status, confirmed.body["values"]["inr"]) == (200, 1.7)


def test_a_missing_result_that_is_older_than_the_others_is_taken(
    world: World, doctor: Caller, now: datetime
) -> None:
    path = f"/cases/{world.register(now=now).pk}/indicators"
    doctor.patch(path, {"inr": 2.6, "sampled_at": now.isoformat()})
    assert (
        doctor.patch(path, {"urea": 9, "urea_unit": "mmol/L", "sampled_at": (now - HOUR).isoformat()}).status
        == 200
    )


def test_values_that_are_sent_again_change_nothing(world: World, doctor: Caller, now: datetime) -> None:
    path = f"/cases/{world.register(now=now).pk}"
    sent = {"bilirubin": "18.1", "bilirubin_unit": "mg/dL", "sampled_at": (now - HOUR).isoformat()}
    first = doctor.patch(f"{path}/indicators", sent)
    again = doctor.patch(f"{path}/indicators", sent)
    assert (again.status, again.body) == (200, first.body)
    lines = [row["what"] for row in doctor.get(f"{path}/events").body["results"]]
    assert lines.count("save_indicators") + lines.count("indicators_saved") == 1
    later = doctor.patch(f"{path}/indicators", {**sent, "sampled_at": now.isoformat()})
    assert later.body["version"] == first.body["version"] + 1
