"""Whatever arrives gets a clear answer, never a 500, and changes nothing."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.translation import override

from api import problems
from api.v1.verbs import VERBS
from referral.models import Case, Indicators
from referral.pathway.perform import usable_verbs
from tests.api.conftest import Caller, ill, visit
from tests.world import World

DEEP = b'{"a":' * 500 + b"1" + b"}" * 500
UNREADABLE = {
    "no JSON": (b"{", 400, "malformed"),
    "no UTF-8": (b'{"note": "\xff"}', 400, "malformed"),
    "NaN": (b'{"inr": NaN}', 400, "malformed"),
    "infinity": (b'{"inr": 1e999}', 400, "malformed"),
    "a number of 5000 digits": (b'{"inr": ' + b"9" * 5000 + b"}", 400, "malformed"),
    "a repeated name": (b'{"inr": 1, "inr": 2}', 400, "malformed"),
    "deep nesting": (DEEP, 400, "malformed"),
    "very deep nesting": (b"[" * 100_000, 400, "malformed"),
    "a list": (b"[]", 400, "not_an_object"),
    "a text": (b'"x"', 400, "not_an_object"),
    "null": (b"null", 400, "not_an_object"),
    "a NUL": (b'{"note": "a\\u0000b"}', 422, "invalid"),
    "half a character": (b'{"note": "\\ud800"}', 422, "invalid"),
    "a NUL in a name": (b'{"a\\u0000": 1}', 422, "invalid"),
}
STRANGE: list[Any] = [
    None, True, 0, -1, 1.5, 10**400, "", " ", "x" * 5000, "2026-13-45T00:00:00Z", "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+14:00", [], ["x"], [[]], {}, {"x": {}}, "'; --", "\u202e", "𝕏",
    str(uuid4()), "00000000-0000-0000-0000-000000000000", "nan", "Infinity",
]  # fmt: skip


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_unreadable_body_is_refused_everywhere(
    world: World, doctor: Caller, now: datetime, kind: str
) -> None:
    raw, status, code = UNREADABLE[kind]
    case = world.flagged(now).pk
    doctor.prove()
    for path in ("/score", "/cases", f"/cases/{case}/message", f"/cases/{case}/assess", "/me/tokens"):
        answer = doctor.post(path, raw)
        assert (answer.status, answer.code) == (status, code), path
    assert doctor.patch(f"/cases/{case}/indicators", raw).status == status
    assert Case.objects.count() == 1


def test_strange_facts_never_break_a_verb(world: World, now: datetime) -> None:
    people = [world.doctor, world.specialist, world.coordinator]
    callers = {person.pk: Caller(person) for person in people}
    names = ("reason", "bed", "ward", "deadline", "occurred_at", "values", "due_at", "text", "offer", "day")
    cases = [world.flagged(now, name="一"), world.accepted(now, name="二"), world.admitted(now, name="三")]
    able = {
        verb: (case, callers[person.pk])
        for case in cases
        for person in people
        for verb in usable_verbs(person, case)
        if verb in VERBS
    }
    assert len(able) > 15
    for verb, (case, caller) in able.items():
        for strange in STRANGE[::5]:
            body = dict.fromkeys(names, strange)
            answer = caller.post(f"/cases/{case.pk}/{verb.replace('_', '-')}", body)
            assert answer.status in (409, 422), (verb, strange, answer.body)


def test_strange_values_never_break_scoring_or_the_draft(world: World, doctor: Caller, now: datetime) -> None:
    case = world.register(now=now)
    for name in (
        "bilirubin",
        "bilirubin_unit",
        "cirrhosis",
        "ascites",
        "sampled_at",
        "confirmed",
        "age_years",
    ):
        for strange in STRANGE:
            body = {**ill(now), name: strange}
            assert doctor.post("/score", body).status in (200, 422), (name, strange)
    for strange in STRANGE:
        body = {"bilirubin": strange, "sampled_at": strange, "confirmed": strange}
        assert doctor.patch(f"/cases/{case.pk}/indicators", body).status in (200, 422), strange
        assert doctor.post("/score", {"indicators": strange}).status in (200, 422), strange
    assert doctor.get(f"/cases/{case.pk}").status == 200


def test_strange_values_never_break_registration(doctor: Caller, now: datetime) -> None:
    for strange in STRANGE:
        for name in ("id", "hospital", "patient", "first_visit_at", "presentation", "indicators"):
            answer = doctor.post("/cases", {**visit(now), name: strange})
            assert answer.status in (201, 403, 409, 422), (name, strange)
        for name in ("name", "sex", "birth_date", "national_id", "confirmed_different"):
            body = visit(now)
            body["patient"][name] = strange
            assert doctor.post("/cases", body).status in (201, 409, 422), (name, strange)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"), ({"limit": "x"}, "limit"), ({"limit": "9" * 400}, "limit"),
        ({"cursor": "x"}, "cursor"), ({"cursor": "\x00"}, "cursor"), ({"cursor": "x" * 5000}, "cursor"),
        ({"state": "ill"}, "state"), ({"hospital": "x"}, "hospital"), ({"q": "\x00"}, "q"),
        ({"q": "x" * 500}, "q"), ({"flagged": "perhaps"}, "flagged"),
    ],
)  # fmt: skip
def test_an_impossible_parameter_is_named(
    world: World, doctor: Caller, query: dict[str, str], field: str
) -> None:
    answer = doctor.get("/cases", **query)
    assert (answer.status, list(answer.fields)) == (422, [field])


def test_a_cursor_of_another_list_is_refused(world: World, doctor: Caller, now: datetime) -> None:
    for number in range(2):
        world.register(now=now, name=f"患者{number}")
    cursor = doctor.get("/cases", limit=1).body["next"]
    assert doctor.get("/board", cursor=cursor).fields == {"cursor": "invalid"}


def test_an_impossible_first_visit_is_refused_in_words(doctor: Caller, now: datetime) -> None:
    for at, code in ((now + timedelta(hours=1), "in_future"), (now - timedelta(days=31), "too_old")):
        answer = doctor.post("/cases", visit(at))
        assert (answer.status, answer.fields) == (422, {"first_visit_at": code})
    for text in ("2026-05-17", "2026-05-17T08:00:00", "yesterday"):
        answer = doctor.post("/cases", {**visit(now), "first_visit_at": text})
        assert answer.fields == {"first_visit_at": "invalid"}
    unborn = visit(now, birth_date=(now + timedelta(days=3)).date().isoformat())
    assert list(doctor.post("/cases", unborn).fields) == ["patient.birth_date"]
    old = doctor.post("/cases", visit(now - timedelta(hours=30)))
    assert (old.status, [row["code"] for row in old.body["warnings"]]) == (201, ["long_ago"])


def test_a_misspelt_field_is_named_and_nothing_is_lost_in_silence(
    world: World, doctor: Caller, specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now).pk
    assert doctor.post("/cases", visit(now, presentaton="x")).fields == {"presentaton": "unknown_field"}
    body = visit(now)
    body["patient"]["fone"] = "1"
    assert doctor.post("/cases", body).fields == {"patient.fone": "unknown_field"}
    assert specialist.post(f"/cases/{case}/accept", {"bed": "1", "bett": "2"}).fields == {
        "bett": "unknown_field"
    }
    assert doctor.post("/score", {"sodium": 140}).fields == {"sodium": "unknown_field"}
    assert doctor.post(f"/cases/{case}/assess", {"sodium": 140}).fields == {"sodium": "unknown_field"}


def test_every_missing_fact_is_named_at_once(
    world: World, doctor: Caller, specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now).pk
    assert set(doctor.post("/cases", {}).fields) == {"patient", "first_visit_at"}
    assert specialist.post(f"/cases/{case}/decline").fields == {"reason": "required"}
    assert specialist.post(f"/cases/{case}/decline", {"reason": "tired"}).fields == {"reason": "invalid"}
    registered = world.register(now=now, name="患者二").pk
    missing = doctor.post(f"/cases/{registered}/assess", {"inr": 2})
    assert set(missing.fields.values()) == {"missing"}
    assert len(missing.fields) == 6
    warned = {row["field"]: row["message"] for row in missing.body["errors"]}
    assert "Choose" in warned["cirrhosis"] and "Choose" in warned["encephalopathy_grade"]
    assert "Enter" in warned["urea"]


def test_a_fact_of_the_future_or_out_of_order_is_refused(
    world: World, specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now).pk
    for at, code in ((now + timedelta(days=1), "in_future"), (now - timedelta(days=1), "out_of_order")):
        answer = specialist.post(f"/cases/{case}/accept", {"bed": "1", "occurred_at": at.isoformat()})
        assert answer.fields == {"occurred_at": code}


def test_a_refused_value_leaves_the_draft_as_it_was(world: World, doctor: Caller, now: datetime) -> None:
    case = world.register(now=now)
    assert doctor.patch(f"/cases/{case.pk}/indicators", {"inr": 2.2}).status == 200
    assert doctor.patch(f"/cases/{case.pk}/indicators", {"inr": 99, "sodium_mmol_l": 130}).fields == {
        "inr": "out_of_range"
    }
    stored = Indicators.objects.get(case=case).values
    assert (stored["inr"], "sodium_mmol_l" in stored) == (2.2, False)


def test_an_id_that_is_taken_is_refused(
    world: World, doctor: Caller, other_doctor: Caller, now: datetime
) -> None:
    taken = str(world.register(now=now, name="患者二").pk)
    for caller in (doctor, other_doctor):
        answer = caller.post("/cases", visit(now, id=taken))
        assert (answer.status, answer.code) == (409, "id_taken")


def test_a_body_beyond_one_mebibyte_is_refused(doctor: Caller, now: datetime) -> None:
    body = json.dumps({"text": "x" * (1 << 20)}).encode()
    answer = doctor.post("/score", body)
    assert (answer.status, answer.code) == (413, "too_large")


def test_other_forms_methods_and_addresses_are_refused_as_problems(
    world: World, doctor: Caller, now: datetime
) -> None:
    form = doctor.client.post("/api/v1/score", {"inr": 2}, headers=doctor.headers)
    assert (form.status_code, form["Content-Type"]) == (415, "application/problem+json")
    for method, path in (("PUT", "/cases"), ("DELETE", "/me"), ("GET", "/score"), ("OPTIONS", "/me")):
        answer = doctor.send(method, path)
        assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert doctor.send("PUT", "/cases").headers["Allow"].startswith("GET, POST")
    for path in (
        "/nothing",
        "/cases/",
        "/cases/not-an-id",
        "/cases/1/accept",
        f"/cases/{uuid4()}/expire-offer",
    ):
        for method in ("GET", "POST"):
            assert doctor.send(method, path, {}).code == "not_found"


def test_an_answer_is_json_whatever_accept_says(doctor: Caller) -> None:
    for accept in ("text/html", "application/xml", "x"):
        assert doctor.send("GET", "/me", Accept=accept).status == 200


def test_answers_are_kept_by_no_cache(doctor: Caller) -> None:
    assert doctor.get("/me").headers["Cache-Control"] == "no-store"
    assert doctor.get("/nothing").headers["Cache-Control"] == "no-store"


def test_an_empty_parameter_is_as_if_it_were_left_out(world: World, doctor: Caller, now: datetime) -> None:
    world.register(now=now)
    plain = doctor.get("/cases")
    assert len(plain.body["results"]) == 1
    assert doctor.get("/cases", q="", state="", cursor="", limit="").body == plain.body


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_the_framework_refuses_says_what_to_do(world: World, now: datetime, language: str) -> None:
    wrong = {"presentation": None, "chronic_liver_disease": "flu"}
    body = {**visit(now), **wrong}
    body["patient"] = {**body["patient"], "name": ""}
    with override(language):
        messages = {problems.INSTEAD[code] for code in ("null", "blank", "invalid_choice")}
        expected = {str(message) for message in messages}
    answer = Caller(world.doctor, language).post("/cases", body)
    assert {row["message"] for row in answer.body["errors"]} == expected
