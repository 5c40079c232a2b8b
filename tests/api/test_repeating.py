"""The same request twice, and decisions on an old state of a case."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.urls import URLPattern

from accounts import clock
from accounts.retention import ANSWERS_KEPT_FOR, UNSENT_KEPT_FOR
from api import idempotency
from api.models import StoredAnswer
from api.tasks import purge_answers
from api.v1.docs import document
from api.v1.refresh import RefreshView
from api.v1.urls import urlpatterns
from referral.models import Case, Event, Message
from tests.api.conftest import Answer, Caller, ill, visit
from tests.world import World, build


def test_every_post_of_the_api_can_be_repeated_with_a_key() -> None:
    views = [
        pattern.callback.view_class
        for pattern in urlpatterns
        if isinstance(pattern, URLPattern) and hasattr(pattern.callback, "view_class")
    ]
    posts = [view.post for view in views if hasattr(view, "post") and view is not RefreshView]
    assert len(posts) > 25
    assert all(getattr(post, "is_idempotent", False) for post in posts)


def test_the_same_key_and_body_is_done_once_and_answered_alike(doctor: Caller, now: datetime) -> None:
    body = visit(now, indicators=ill(now))
    first = doctor.post("/cases", body, Idempotency_Key="draft-1")
    again = doctor.post("/cases", body, Idempotency_Key="draft-1")
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [again.headers[name] for name in ("ETag", "Location")] == [
        first.headers[name] for name in ("ETag", "Location")
    ]
    assert Case.objects.count() == 1


def test_the_same_key_with_another_body_or_address_is_refused(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = world.flagged(now).pk
    assert doctor.post(f"/cases/{case}/message", {"text": "one"}, Idempotency_Key="k").status == 200
    other_body = doctor.post(f"/cases/{case}/message", {"text": "two"}, Idempotency_Key="k")
    other_place = doctor.post("/score", {"text": "one"}, Idempotency_Key="k")
    assert [answer.code for answer in (other_body, other_place)] == ["idempotency_key_reused"] * 2
    assert Message.objects.count() == 1


def test_two_people_may_use_the_same_key(
    world: World, doctor: Caller, specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now).pk
    for caller in (doctor, specialist):
        assert caller.post(f"/cases/{case}/message", {"text": "x"}, Idempotency_Key="k").status == 200
    assert Message.objects.count() == 2


def test_a_refused_request_leaves_no_trace_and_may_be_corrected_under_its_key(
    doctor: Caller, now: datetime
) -> None:
    wrong = visit(now, indicators={**ill(now), "sodium_mmol_l": 1400})
    assert doctor.post("/cases", wrong, Idempotency_Key="k").status == 422
    assert not StoredAnswer.objects.exists()
    assert doctor.post("/cases", visit(now, indicators=ill(now)), Idempotency_Key="k").status == 201


def test_a_request_that_broke_is_not_remembered(
    world: World, doctor: Caller, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.flagged(now)
    before = Event.objects.count()

    def breaks(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("after the work was done")

    doctor.client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr("api.v1.verbs.case_answer", breaks)
        broken = doctor.post(f"/cases/{case.pk}/message", {"text": "x"}, Idempotency_Key="k")
    assert (broken.status, broken.code) == (500, "internal_error")
    assert "after the work" not in str(broken.body)
    assert Event.objects.count() == before
    assert doctor.post(f"/cases/{case.pk}/message", {"text": "x"}, Idempotency_Key="k").status == 200
    assert Message.objects.count() == 1


def test_that_a_patient_was_met_elsewhere_is_kept_although_the_request_was_refused(
    world: World, other_doctor: Caller, now: datetime
) -> None:
    case = world.register(now=now, national_id="110101197001020011")
    body = visit(now, national_id="110101197001020011")
    assert other_doctor.post("/cases", body, Idempotency_Key="k").status == 409
    assert case.events.filter(what="met_elsewhere").count() == 1


def test_an_impossible_key_is_refused(doctor: Caller) -> None:
    for key in ("", "x" * 201):
        answer = doctor.post("/score", {}, Idempotency_Key=key)
        assert (answer.status, answer.code) == (400, "invalid_idempotency_key")


@pytest.mark.parametrize("hours", [25, 72, 95])
def test_a_message_that_a_phone_sends_again_after_days_stands_once(
    world: World, now: datetime, hours: int
) -> None:
    path = f"/cases/{world.flagged(now).pk}/message"
    first = Caller(world.doctor).post(path, {"text": "He is worse."}, Idempotency_Key="from-the-ambulance")
    clock.forward(timedelta(hours=hours))
    idempotency.prune(clock.now())
    again = Caller(world.doctor).post(path, {"text": "He is worse."}, Idempotency_Key="from-the-ambulance")
    assert (first.status, again.status) == (200, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Message.objects.count() == 1


def test_a_request_is_recognised_although_the_secret_key_was_rotated_meanwhile(
    doctor: Caller, now: datetime, settings: Any
) -> None:
    first = doctor.post("/cases", visit(now), Idempotency_Key="one")
    former, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 50
    settings.SECRET_KEY_FALLBACKS = [former]
    again = doctor.post("/cases", visit(now), Idempotency_Key="one")
    assert (again.status, again.body["id"]) == (first.status, first.body["id"])
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_key_outlives_what_any_device_keeps() -> None:
    assert UNSENT_KEPT_FOR + timedelta(hours=12) <= ANSWERS_KEPT_FOR
    browser = Path(settings.BASE_DIR, "portal/static/portal/device.js").read_text()
    assert f"const DAYS = {UNSENT_KEPT_FOR.days};" in browser
    promised = document()["paths"]["/api/v1/cases"]["post"]["parameters"]
    key = next(one for one in promised if one.get("name") == "Idempotency-Key")
    assert f"for {ANSWERS_KEPT_FOR.days} days" in key["description"]


def test_old_answers_are_deleted_however_many_there_are_and_also_when_nobody_asks(
    world: World, now: datetime
) -> None:
    StoredAnswer.objects.bulk_create(
        StoredAnswer(user=world.doctor, key=str(number), fingerprint="x", created_at=now)
        for number in range(250)
    )
    clock.forward(ANSWERS_KEPT_FOR + timedelta(minutes=1))
    purge_answers()
    assert not StoredAnswer.objects.exists()


def test_answers_are_kept_encrypted_and_for_four_days(doctor: Caller, now: datetime) -> None:
    doctor.post("/cases", visit(now, name="测试保密"), Idempotency_Key="k")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, fingerprint FROM api_storedanswer")
        assert "测试保密" not in str(cursor.fetchall())
    idempotency.prune(now + timedelta(hours=95))
    assert StoredAnswer.objects.count() == 1
    idempotency.prune(now + timedelta(hours=97))
    assert not StoredAnswer.objects.exists()


def test_a_decision_on_an_old_version_is_refused(
    world: World, doctor: Caller, specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now).pk
    old = specialist.get(f"/cases/{case}").headers["ETag"]
    assert specialist.get(f"/cases/{case}").headers["ETag"] == old
    doctor.post(f"/cases/{case}/message", {"text": "He is worse."})

    stale = specialist.post(f"/cases/{case}/accept", {"bed": "1"}, If_Match=old)
    assert (stale.status, stale.code) == (412, "stale_version")
    assert doctor.patch(f"/cases/{case}/indicators", {"inr": 2}, If_Match=old).status == 412
    for nonsense in ('"x"', "7", '"-1"', '"99999999999999999999"'):
        assert specialist.post(f"/cases/{case}/accept", {"bed": "1"}, If_Match=nonsense).status == 412

    fresh = specialist.get(f"/cases/{case}").headers["ETag"]
    accepted = specialist.post(f"/cases/{case}/accept", {"bed": "1"}, If_Match=fresh)
    assert accepted.status == 200
    assert accepted.headers["ETag"] == specialist.get(f"/cases/{case}").headers["ETag"] != fresh


def test_a_case_that_has_not_changed_is_not_sent_again(world: World, doctor: Caller, now: datetime) -> None:
    case = world.flagged(now).pk
    tag = doctor.get(f"/cases/{case}").headers["ETag"]
    assert doctor.send("GET", f"/cases/{case}", If_None_Match=tag).status == 304
    doctor.post(f"/cases/{case}/message", {"text": "x"})
    assert doctor.send("GET", f"/cases/{case}", If_None_Match=tag).status == 200


@pytest.fixture
def real_world(transactional_db: None) -> Iterator[World]:
    yield build()


def at_once(*requests: Callable[[], Answer]) -> list[Answer]:
    """Send `requests` from threads that start together."""
    barrier = Barrier(len(requests))

    def send(request: Callable[[], Answer]) -> Answer:
        try:
            barrier.wait()
            return request()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def test_of_two_specialists_who_accept_at_once_one_is_told_what_happened(real_world: World) -> None:
    now = clock.now()
    case = real_world.flagged(now).pk
    one, other = Caller(real_world.specialist), Caller(real_world.lead)
    answers = at_once(
        lambda: one.post(f"/cases/{case}/accept", {"bed": "1"}),
        lambda: other.post(f"/cases/{case}/accept", {"bed": "2"}),
    )
    accepted, refused = sorted(answers, key=lambda answer: answer.status)
    assert (accepted.status, accepted.body["state"]) == (200, "accepted")
    assert (refused.status, refused.code) == (409, "verb_not_allowed")
    assert one.get(f"/cases/{case}").body["bed"] == accepted.body["bed"]


def test_a_request_sent_twice_at_the_same_moment_is_done_once(real_world: World) -> None:
    now = clock.now()
    doctor = Caller(real_world.doctor)
    body = visit(now, indicators=ill(now))
    answers = at_once(*[lambda: doctor.post("/cases", body, Idempotency_Key="once")] * 4)
    assert [answer.status for answer in answers] == [201] * 4
    assert len({answer.body["id"] for answer in answers}) == 1
    assert Case.objects.count() == 1


def test_of_two_doctors_who_register_the_same_patient_at_once_one_is_told_whom_to_call(
    real_world: World,
) -> None:
    now = clock.now()
    one, other = Caller(real_world.doctor), Caller(real_world.other_doctor)
    same = visit(now, national_id="110101197001020011")
    answers = at_once(lambda: one.post("/cases", same), lambda: other.post("/cases", same))
    assert sorted(answer.status for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.status == 409)
    assert refused.code == "open_case_exists"
