"""Limits, outages of the cache, language, and how many questions a list asks the database."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.cache import ForgivingRedisCache
from config.check import production_environment
from config.embedded import ROOT
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.api.conftest import Caller, visit
from tests.world import MINUTE, World, resident

NO_RETRY = Retry(NoBackoff(), 0)


def test_looking_up_the_unannounced_is_limited_and_says_when_to_come_back(
    world: World, second_specialist: Caller, specialist: Caller, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "unannounced": (2, 3600)}
    body = {"number": "26-999999"}
    assert [second_specialist.post("/unannounced", body).status for _attempt in range(2)] == [404, 404]
    refused = second_specialist.post("/unannounced", body)
    assert (refused.status, refused.code) == (429, "too_many_requests")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert specialist.post("/unannounced", body).status == 404


def test_meeting_patients_of_other_hospitals_is_limited(
    world: World, other_doctor: Caller, now: datetime, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "meetings": (1, 3600)}
    for number in range(2):
        world.register(now=now, name=f"患者{number}", national_id=resident(2 * number + 1))
    met = [
        other_doctor.post("/cases", visit(now, name="他", national_id=resident(2 * number + 1)))
        for number in range(2)
    ]
    assert [answer.status for answer in met] == [409, 429]
    unknown = other_doctor.post("/cases", visit(now, name="她"))
    assert (unknown.status, unknown.code) == (429, "too_many_requests")
    assert unknown.body["detail"] == met[1].body["detail"]


def test_everything_is_limited(doctor: Caller, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "any": (1, 3600)}
    assert [doctor.get("/me").status for _attempt in range(2)] == [200, 429]


@pytest.fixture
def silent_redis() -> Iterator[socket.socket]:
    """Something that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_a_redis_that_is_away_or_hangs_limits_nobody_and_is_asked_once(
    doctor: Caller, settings: Any, silent_redis: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.cache.PAUSE_SECONDS", 600)
    monkeypatch.setattr(ForgivingRedisCache, "outages", {})
    settings.LIMITS = {**settings.LIMITS, "any": (1, 3600)}
    for port in (1, silent_redis.getsockname()[1]):
        settings.CACHES = {
            "default": {
                **settings.CACHES["default"],
                "LOCATION": f"redis://127.0.0.1:{port}/0",
                "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry": NO_RETRY},
            }
        }
        assert [doctor.get("/me").status for _attempt in range(4)] == [200] * 4
    silent_redis.accept()[0].close()
    with pytest.raises(BlockingIOError):
        silent_redis.accept()


def test_the_product_waits_for_its_cache_for_half_a_second() -> None:
    asked = "from django.conf import settings; print(settings.CACHES['default']['OPTIONS'])"
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        env=production_environment() | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "'socket_connect_timeout': 0.5, 'socket_timeout': 0.5" in answer.stdout


def test_words_follow_the_request_and_are_chinese_unless_it_says_otherwise(
    world: World, now: datetime
) -> None:
    case = world.flagged(now).pk
    english = Caller(world.specialist)
    title = english.get("/notifications").body["results"][0]["title"]
    assert title.startswith("New referral request")
    assert english.get(f"/cases/{case}").body["state_label"] == "offered"
    assert english.get(f"/cases/{case}").headers["Content-Language"] == "en"

    chinese = Caller(world.specialist, "")
    del chinese.headers["Accept-Language"]
    answer = chinese.get(f"/cases/{case}/nothing")
    assert answer.headers["Content-Language"] == "zh-hans"
    assert Caller(world.specialist, "fr").get("/me").headers["Content-Language"] == "zh-hans"


def test_a_person_chooses_the_language_of_screens(world: World, doctor: Caller) -> None:
    assert doctor.patch("/me", {"language": "en"}).body["language"] == "en"
    assert doctor.patch("/me", {"language": "fr"}).fields == {"language": "invalid_choice"}
    world.doctor.refresh_from_db()
    assert world.doctor.language == "en"


def many_cases(world: World, now: datetime, number: int) -> None:
    for index in range(number):
        case = world.flagged(now, name=f"患者{number}-{index}")
        perform(case, Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")
        perform(case, Verb.MESSAGE, actor=world.doctor, now=now + MINUTE, text="x")


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("doctor", "/cases", 10), ("second_specialist", "/cases", 10), ("coordinator", "/board", 14),
        ("second_specialist", "/board", 14), ("second_specialist", "/notifications", 6),
    ],
)  # fmt: skip
def test_a_list_asks_the_database_as_much_for_many_rows_as_for_few(
    world: World, now: datetime, who: str, path: str, most: int, django_assert_max_num_queries: Any
) -> None:
    caller = Caller(getattr(world, who))
    many_cases(world, now, 1)
    with django_assert_max_num_queries(most) as few:
        assert len(caller.get(path).body["results"]) >= 1
    many_cases(world, now, 3)
    with django_assert_max_num_queries(len(few)):
        assert len(caller.get(path).body["results"]) >= 4


def test_a_case_and_its_parts_ask_the_database_for_little(
    world: World, doctor: Caller, now: datetime, django_assert_max_num_queries: Any
) -> None:
    case = world.admitted(now)
    for number in range(5):
        perform(case, Verb.MESSAGE, actor=world.specialist, now=now, text=str(number))
    for part, most in (("", 15), ("/events", 11), ("/messages", 11), ("/deadlines", 11)):
        with django_assert_max_num_queries(most):
            assert doctor.get(f"/cases/{case.pk}{part}").status == 200


def test_pages_of_a_timeline_join_without_gap_or_overlap(world: World, doctor: Caller, now: datetime) -> None:
    case = world.flagged(now)
    for number in range(7):
        perform(case, Verb.MESSAGE, actor=world.specialist, now=now, text=str(number))
    numbers, cursor = [], ""
    while cursor is not None:
        page = doctor.get(f"/cases/{case.pk}/events", limit=2, **({"cursor": cursor} if cursor else {})).body
        numbers += [row["number"] for row in page["results"]]
        cursor = page["next"]
    assert numbers == list(range(1, 10))
    first = doctor.get(f"/cases/{case.pk}/messages", limit=4).body
    rest = doctor.get(f"/cases/{case.pk}/messages", limit=4, cursor=first["next"]).body
    texts = [row["text"] for row in first["results"] + rest["results"]]
    assert sorted(texts) == [str(number) for number in range(7)]
    assert rest["next"] is None
