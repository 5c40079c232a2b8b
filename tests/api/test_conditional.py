"""What is read again: compressed, named by an ETag, not sent where it is known."""

import gzip
import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Membership
from tests.api.conftest import API, Caller
from tests.world import World

POLLED = ["/me", "/cases", "/board", "/changes", "/notifications", "/models", "/evidence", "/devices"]


def received(caller: Caller, path: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return caller.client.get(f"{API}{path}", headers={**caller.headers, **named})


@pytest.mark.parametrize("path", POLLED)
def test_what_is_polled_is_not_sent_again_while_it_is_the_same(
    world: World, specialist: Caller, now: datetime, path: str
) -> None:
    world.flagged(now)
    first = received(specialist, path)
    again = received(specialist, path, If_None_Match=first.headers["ETag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    for name in ("ETag", "Vary", "Cache-Control"):
        assert again.headers[name] == first.headers[name]
    assert received(specialist, path, If_None_Match="*").status_code == 304
    others = f'W/"x", {first.headers["ETag"]}'
    assert received(specialist, path, If_None_Match=others).status_code == 304
    for stranger in ('"x"', "nonsense", first.headers["ETag"].strip('"')[:-1]):
        assert received(specialist, path, If_None_Match=stranger).status_code == 200


@pytest.mark.parametrize("path", ["/cases", "/board", "/notifications"])
def test_a_list_in_which_something_happened_is_sent_again(
    world: World, specialist: Caller, now: datetime, path: str
) -> None:
    world.flagged(now)
    tag = received(specialist, path).headers["ETag"]
    world.flagged(now, name="测试乙")
    assert received(specialist, path, If_None_Match=tag).status_code == 200


def test_a_case_whose_ward_has_another_phone_number_is_sent_again_although_nothing_was_done_on_it(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = world.accepted(now)
    tags = {path: received(doctor, path).headers["ETag"] for path in ("/cases", f"/cases/{case.pk}")}
    world.ward.phone = "020-9999"
    world.ward.save()
    for path, tag in tags.items():
        assert received(doctor, path, If_None_Match=tag).status_code == 200


@pytest.mark.parametrize(
    "path", [*POLLED, "/cases/{case}", "/cases/{case}/events", "/cases/{case}/indicators"]
)
def test_two_people_never_have_the_same_tag_whatever_they_see(
    world: World, doctor: Caller, coordinator: Caller, now: datetime, path: str
) -> None:
    path = path.format(case=world.flagged(now).pk)
    tag = received(doctor, path).headers["ETag"]
    assert received(coordinator, path).headers["ETag"] != tag
    assert received(coordinator, path, If_None_Match=tag).status_code == 200


def test_another_language_and_another_narrowing_are_another_state(
    world: World, doctor: Caller, now: datetime
) -> None:
    world.flagged(now)
    paths = ("/cases", "/cases?fields=id", "/cases?limit=1&fields=version")
    asked = [(path, speaks) for path in paths for speaks in ("en", "zh")]
    tags = {received(doctor, path, Accept_Language=speaks).headers["ETag"] for path, speaks in asked}
    assert len(tags) == 6


def test_who_lost_a_role_is_not_told_that_nothing_has_changed(
    world: World, doctor: Caller, now: datetime
) -> None:
    world.flagged(now)
    tag = received(doctor, "/cases").headers["ETag"]
    Membership.objects.filter(user=world.doctor).delete()
    again = received(doctor, "/cases", If_None_Match=tag)
    assert (again.status_code, json.loads(again.content)["results"]) == (200, [])


def test_a_case_that_is_no_longer_visible_is_not_answered_with_304(
    world: World, specialist: Caller, doctor: Caller, now: datetime
) -> None:
    case = world.flagged(now).pk
    tag = received(specialist, f"/cases/{case}").headers["ETag"]
    specialist.post(f"/cases/{case}/decline", {"reason": "no_bed"})
    assert received(specialist, f"/cases/{case}", If_None_Match=tag).status_code == 404


def test_a_refusal_has_no_tag(doctor: Caller) -> None:
    assert "ETag" not in doctor.get("/cases/01970000-0000-7000-8000-000000000000").headers
    assert "ETag" not in doctor.get("/cases", limit=0).headers


def test_a_page_and_its_cursor_are_the_same_when_asked_twice(
    world: World, doctor: Caller, now: datetime
) -> None:
    for name in ("测试甲", "测试乙"):
        world.flagged(now, name=name)
    first = doctor.get("/cases", limit=1)
    assert first.body["next"]
    assert doctor.get("/cases", limit=1).body == first.body


def test_lists_are_compressed_for_who_takes_it_and_their_tag_is_weak_then(
    world: World, doctor: Caller, now: datetime
) -> None:
    world.flagged(now)
    plain, packed = received(doctor, "/cases"), received(doctor, "/cases", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 2
    assert packed.headers["ETag"] == "W/" + plain.headers["ETag"]
    assert "Content-Encoding" not in plain.headers
    for answer in (plain, packed):
        assert answer.headers["Vary"].split(", ") == [
            "Accept-Encoding", "Accept-Language", "Authorization", "Cookie", "X-Session-Token"
        ]  # fmt: skip
    tag = packed.headers["ETag"]
    assert received(doctor, "/cases", Accept_Encoding="gzip", If_None_Match=tag).status_code == 304


def test_a_tag_that_a_compression_has_weakened_is_as_good_for_a_decision(
    world: World, specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now).pk
    tag = received(specialist, f"/cases/{case}", Accept_Encoding="gzip").headers["ETag"]
    assert tag.startswith('W/"')
    assert specialist.post(f"/cases/{case}/accept", {"bed": "1"}, If_Match=tag).status == 200
    assert specialist.post(f"/cases/{case}/admit", {"bed": "1"}, If_Match=tag).status == 412


def test_answers_that_carry_a_secret_are_never_compressed(world: World, doctor: Caller) -> None:
    name = "x" * 80
    body = json.dumps({"name": name, "scopes": ["read"]})
    headers = {**doctor.headers, "Accept-Encoding": "gzip"}
    made = doctor.client.post(f"{API}/me/tokens", body, "application/json", headers=headers)
    assert len(made.content) > 200
    read = [received(doctor, path, Accept_Encoding="gzip") for path in ("/me", "/devices", "/me/tokens")]
    for answer in (made, *read):
        assert "Content-Encoding" not in answer.headers


def test_what_changes_something_is_answered_as_it_is_and_a_search_compressed(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = world.flagged(now)
    headers = {**doctor.headers, "Accept-Encoding": "gzip"}

    def posted(path: str, body: dict[str, str]) -> Any:
        return doctor.client.post(f"{API}{path}", json.dumps(body), "application/json", headers=headers)

    assert "Content-Encoding" not in posted(f"/cases/{case.pk}/message", {"text": "x"}).headers
    assert posted("/cases/search", {"query": case.number}).headers["Content-Encoding"] == "gzip"


def test_the_openapi_file_is_compressed(doctor: Caller) -> None:
    assert received(doctor, "/schema", Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip"


def test_a_browser_that_asks_with_its_cookie_is_answered_alike(world: World, now: datetime) -> None:
    world.flagged(now)
    browser = Client()
    browser.force_login(world.doctor)
    tag = browser.get(f"{API}/cases").headers["ETag"]
    assert browser.get(f"{API}/cases", headers={"If-None-Match": tag}).status_code == 304


def test_head_says_what_get_would(world: World, doctor: Caller, now: datetime) -> None:
    world.flagged(now)
    got = received(doctor, "/cases")
    head = doctor.client.head(f"{API}/cases", headers=doctor.headers)
    assert (head.status_code, head.headers["ETag"], head.content) == (200, got.headers["ETag"], b"")


def test_a_list_that_is_polled_leaves_one_line_until_it_shows_another_case(
    world: World, doctor: Caller, now: datetime
) -> None:
    world.flagged(now)
    for _time in range(3):
        doctor.get("/cases")
        doctor.get("/board")
    lists = AuditEntry.objects.filter(actor=world.doctor, action="list")
    assert lists.count() == 1
    world.flagged(now, name="测试乙")
    doctor.get("/board")
    assert lists.count() == 2
