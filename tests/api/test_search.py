"""Finding a case again over the API: by number, name, hospital number and ID, and nothing of others."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache

from accounts import tokens
from accounts.models import AuditEntry
from api.models import StoredAnswer
from tests.api.conftest import Answer, Caller
from tests.world import World, resident

ID = resident()


def results_of(caller: Caller, query: Any, /, **page: Any) -> Answer:
    return caller.post(f"/cases/search?{urlencode(page)}", {"query": query})


@pytest.fixture
def case(world: World, now: datetime) -> Any:
    return world.flagged(now, name="阿卜杜拉·买买提", national_id=ID, local_number="A-1024")


def test_a_case_is_found_by_number_name_hospital_number_and_id(doctor: Caller, case: Any) -> None:
    spellings = [
        case.number,
        case.number[-4:],
        "阿卜杜拉·买买提",
        "阿卜杜拉・买买提",
        "a-1024",
        "Ａ-1024",
        ID,
        f" {ID} ",
    ]
    for typed in spellings:
        answer = results_of(doctor, typed)
        assert [row["id"] for row in answer.body["results"]] == [str(case.pk)], typed
    assert set(answer.body) == {"results", "next"}


def test_a_part_of_a_name_or_an_id_finds_nothing(doctor: Caller, case: Any) -> None:
    for typed in ("阿卜杜拉", ID[:-1], "不详", "A-102"):
        assert results_of(doctor, typed).body == {"results": [], "next": None}


def test_what_is_not_visible_is_answered_as_what_does_not_exist(
    other_doctor: Caller, second_specialist: Caller, case: Any
) -> None:
    for caller in (other_doctor, second_specialist):
        for typed in (ID, "阿卜杜拉·买买提", "A-1024", case.number):
            hit, miss = results_of(caller, typed), results_of(caller, "没有这个人")
            assert (hit.status, hit.body) == (miss.status, miss.body)
            names = set(hit.headers) - {"X-Request-ID"}
            assert {name: hit.headers[name] for name in names} == {name: miss.headers[name] for name in names}


def test_every_search_and_what_it_showed_are_audited_without_what_was_typed(
    world: World, doctor: Caller, case: Any
) -> None:
    results_of(doctor, ID)
    lines = AuditEntry.objects.filter(actor=world.doctor).order_by("pk")
    assert [line.action for line in lines] == ["search_cases", "list"]
    assert lines[1].detail == {"cases": [str(case.pk)]}
    assert ID not in str([line.detail for line in lines])


def test_searches_are_limited_together_with_those_of_the_portal(
    doctor: Caller, case: Any, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "search": (2, 3600)}
    cache.clear()
    answers = [results_of(doctor, typed) for typed in (ID, "没有这个人", ID, "没有这个人")]
    assert [answer.status for answer in answers] == [200, 200, 429, 429]
    assert answers[2].code == "too_many_requests"
    assert int(answers[2].headers["Retry-After"]) > 0


def test_it_is_paged_and_narrowed_as_every_list(world: World, doctor: Caller, now: datetime) -> None:
    for number in range(3):
        world.watched(now, name="测试甲", birth_date=datetime(1970 + number, 1, 2).date())
    first = results_of(doctor, "测试甲", limit=2, fields="id,patient.name")
    second = results_of(doctor, "测试甲", limit=2, fields="id,patient.name", cursor=first.body["next"])
    rows = [*first.body["results"], *second.body["results"]]
    assert len({row["id"] for row in rows}) == 3
    assert all(set(row) == {"id", "patient"} for row in rows)
    assert second.body["next"] is None


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "query", "required"),
        ({"query": ""}, "query", "blank"),
        ({"query": "  "}, "query", "blank"),
        ({"query": "x" * 65}, "query", "max_length"),
        ({"query": ["x"]}, "query", "invalid"),
        ({"query": "x", "name": "y"}, "name", "unknown_field"),
        ({"query": "x", "limit": 20}, "limit", "unknown_field"),
    ],
)
def test_a_search_that_cannot_be_meant_is_refused_at_its_field(
    doctor: Caller, body: dict[str, Any], field: str, code: str
) -> None:
    answer = doctor.post("/cases/search", body)
    assert (answer.status, answer.fields) == (422, {field: code})


@pytest.mark.parametrize(
    ("page", "field"),
    [
        ({"limit": 201}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"fields": "x"}, "fields"),
        ({"query": "x"}, "query"),
    ],
)
def test_a_page_that_cannot_be_meant_is_refused_by_name(
    doctor: Caller, page: dict[str, Any], field: str
) -> None:
    answer = results_of(doctor, "x", **page)
    assert (answer.status, list(answer.fields)) == (422, [field])


def test_a_key_keeps_nothing_of_a_search_but_must_be_a_possible_one(doctor: Caller, case: Any) -> None:
    for _time in range(2):
        answer = doctor.post("/cases/search", {"query": ID}, Idempotency_Key="k")
        assert len(answer.body["results"]) == 1
        assert "Idempotency-Replayed" not in answer.headers
    assert not StoredAnswer.objects.exists()
    assert doctor.post("/cases/search", {"query": ID}, Idempotency_Key="x" * 201).status == 400


def test_a_program_that_may_read_may_search(world: World, case: Any, now: datetime) -> None:
    program = Caller(None)
    _token, secret = tokens.create(user=world.doctor, name="x", scopes=["read"], days=1, now=now)
    program.headers["Authorization"] = f"Bearer {secret}"
    assert len(results_of(program, ID).body["results"]) == 1
    assert Caller(None).post("/cases/search", {"query": ID}).status == 401
