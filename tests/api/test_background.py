"""The optional background through the API: with the first visit, by its verb, and in the whole case."""

from datetime import datetime

from referral.models import Case
from tests.api.conftest import Caller, ill, visit
from tests.world import HOUR, World

SAID = {"allergies": "penicillin", "gcs": 14, "comorbidities": ["diabetes"], "antiviral_since": "2026-04-01"}


def test_it_comes_with_the_first_visit_and_is_answered(
    doctor: Caller, specialist: Caller, now: datetime
) -> None:
    registered = doctor.post("/cases", visit(now, indicators=ill(now), background=SAID))
    assert (registered.status, registered.body["state"]) == (201, "offered")
    seen = specialist.get(f"/cases/{registered.body['id']}").body["background"]
    assert {name: seen[name] for name in SAID} == SAID
    assert seen["stated_by"]["name"] and seen["history"] is None


def test_a_case_of_which_nothing_is_said_has_none(doctor: Caller, now: datetime) -> None:
    assert doctor.post("/cases", visit(now)).body["background"] is None


def test_the_verb_says_it_anew(world: World, doctor: Caller, specialist: Caller, now: datetime) -> None:
    case = world.flagged(now)
    answer = doctor.post(f"/cases/{case.pk}/state-background", {**SAID, "measured_at": now.isoformat()})
    assert (answer.status, answer.body["background"]["gcs"]) == (200, 14)
    assert doctor.post(f"/cases/{case.pk}/state-background", {"gcs": 13}).body["background"]["gcs"] == 13
    lines = doctor.get(f"/cases/{case.pk}/events").body["results"]
    assert lines[-1]["details"]["background"][-1] == "gcs" or "gcs" in lines[-1]["details"]["background"]
    assert specialist.post(f"/cases/{case.pk}/state-background", SAID).status == 403


def test_what_is_wrong_is_named_and_nothing_is_registered(doctor: Caller, now: datetime) -> None:
    wrong = {"gcs": 16, "blood_group": "A", "measured_at": (now + HOUR).isoformat()}
    refused = doctor.post("/cases", visit(now, background=wrong))
    assert refused.status == 422
    assert refused.fields == {"background.gcs": "invalid", "background.blood_group": "unknown_field"}
    assert doctor.post("/cases", visit(now, background=["x"])).fields == {"background": "not_an_object"}
    late = doctor.post("/cases", visit(now, background={"measured_at": (now + HOUR).isoformat()}))
    assert late.fields == {"background.measured_at": "in_future"}
    assert not Case.objects.exists()
