"""Times that no clock shows, ids that nobody made, text that is no line: in every place that takes one."""

import re
from datetime import datetime
from typing import Any

import pytest

from accounts.models import User
from api.v1.docs import document
from referral.models import Case
from referral.pathway.inputs import VERB_INPUTS, Shape, parse_inputs
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb
from tests.api.conftest import Caller, ill, visit
from tests.world import World

NO_TIMES = (
    "2026-05-17T08:30:00+16:00",
    "2026-05-17T08:30:00-16:00",
    "2026-05-17T08:30:00+15:59",
    "2026-05-17T08:30:00+14:01",
    "2026-05-17T08:30:00+23:59",
    "2026-05-17T08:30:00-23:59",
    "2026-05-17T08:30:00+24:00",
    "2026-05-17T08:30:00+08:00:30",
    "2026-05-17T08:30:00+08:00:00.5",
    "2026-05-17T08:30:00",
    "2026-05-17",
    "2026-05-17T23:59:60+00:00",
    "2026-05-17T24:00:00+00:00",
    "2026-02-30T08:30:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "10000-01-01T00:00:00Z",
    "+002026-05-17T08:30:00Z",
    "-0044-03-15T12:00:00Z",
    "now",
    "",
    " ",
    "1779000000",
    1779000000,
    1e300,
    True,
    [],
    {},
)
LEFT_OUT: tuple[Any, ...] = ("", [])
MOMENTS = [
    (verb, verb_input.name)
    for verb, inputs in VERB_INPUTS.items()
    for verb_input in inputs
    if verb_input.shape is Shape.MOMENT
]
LINES = [
    (verb, verb_input.name)
    for verb, inputs in VERB_INPUTS.items()
    for verb_input in inputs
    if verb_input.shape is Shape.TEXT and verb_input.is_line
]
NO_LINES = ("a\nb", "a\r\nb", "a\x07b", "a\x1b[31mb", "a\u2028b", "a\x85b", "a\x7fb")
NOTHING_SEEN = "\u200b"


@pytest.fixture
def case(world: World, now: datetime) -> Case:
    return world.flagged(now)


def refused(verb: Verb, name: str, typed: Any) -> list[tuple[str, str]]:
    """Field and code of what is refused about one fact; the case is not asked for these."""
    with pytest.raises(InputError) as refusal:
        parse_inputs(verb, {name: typed}, case=Case(), user=User())
    return [(field, code) for field, code, _message in refusal.value.rows]


def path_of(case: Case, verb: Verb) -> str:
    return f"/cases/{case.pk}/{verb.value.replace('_', '-')}"


@pytest.mark.parametrize(("verb", "name"), MOMENTS)
def test_a_verb_refuses_a_time_that_no_clock_shows(verb: Verb, name: str) -> None:
    for typed in NO_TIMES:
        if typed not in LEFT_OUT:
            assert (name, "invalid") in refused(verb, name, typed), typed


@pytest.mark.parametrize("typed", NO_TIMES)
def test_a_time_that_no_clock_shows_is_a_row_of_the_answer(
    typed: Any, case: Case, specialist: Caller
) -> None:
    answer = specialist.post(path_of(case, Verb.ACCEPT), {"occurred_at": typed})
    if typed in LEFT_OUT:
        assert answer.status == 200
    else:
        assert (answer.status, answer.fields) == (422, {"occurred_at": "invalid"})


@pytest.mark.parametrize("typed", NO_TIMES)
def test_a_first_visit_refuses_a_time_that_no_clock_shows(typed: Any, doctor: Caller, now: datetime) -> None:
    answer = doctor.post("/cases", visit(now, first_visit_at=typed))
    assert (answer.status, set(answer.fields)) == (422, {"first_visit_at"})


@pytest.mark.parametrize("typed", NO_TIMES)
def test_indicators_refuse_a_time_that_no_clock_shows(typed: Any, doctor: Caller, now: datetime) -> None:
    for sampled_at in (typed, {"inr": typed}):
        answer = doctor.post("/score", {**ill(now), "sampled_at": sampled_at})
        is_left_out = sampled_at in ("", " ", {}) or typed in ("", " ")
        assert answer.status == (200 if is_left_out else 422), answer.body


@pytest.mark.parametrize("offset", ["+14:00", "-12:00", "+05:45", "+00:00", "-00:00"])
def test_a_time_on_any_clock_on_earth_is_taken(offset: str, doctor: Caller, now: datetime) -> None:
    at = datetime.fromisoformat(now.isoformat()).astimezone(
        datetime.fromisoformat(f"2026-01-01T00:00{offset}").tzinfo
    )
    assert doctor.post("/cases", visit(at)).status == 201


@pytest.mark.parametrize(
    "id",
    [
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "00000000000000000000000000000001",
        "11111111-1111-1111-1111-111111111111",
        "12345678-1234-1234-1234-123456789012",
        "01970000-0000-7000-0000-000000000000",
    ],
)
def test_an_id_that_nobody_made_to_be_unique_is_refused(id: str, doctor: Caller, now: datetime) -> None:
    answer = doctor.post("/cases", visit(now, id=id))
    assert (answer.status, answer.fields) == (422, {"id": "invalid"})
    assert not Case.objects.exists()


@pytest.mark.parametrize(("verb", "name"), LINES)
def test_a_verb_refuses_a_line_that_is_none(verb: Verb, name: str) -> None:
    for typed in NO_LINES:
        assert (name, "unprintable") in refused(verb, name, typed), typed
    assert (name, "required") in refused(verb, name, NOTHING_SEEN)


def test_a_note_has_lines_and_no_control_characters(case: Case, specialist: Caller) -> None:
    path = path_of(case, Verb.MESSAGE)
    assert specialist.post(path, {"text": "first\r\nsecond\tthird"}).status == 200
    for typed in ("a\x07b", "a\x1bb", "a\x85b"):
        answer = specialist.post(path, {"text": typed})
        assert (answer.status, answer.fields) == (422, {"text": "unprintable"})
    assert specialist.post(path, {"text": "\u200b\n"}).fields == {"text": "required"}


@pytest.mark.parametrize("typed", NO_LINES)
def test_names_of_tokens_and_devices_are_lines(typed: str, doctor: Caller) -> None:
    token = doctor.prove().post("/me/tokens", {"name": typed, "scopes": ["read"]})
    assert (token.status, set(token.fields)) == (422, {"name"})
    device = doctor.post("/devices", {"channel": "sms", "name": typed, "address": "13800000001"})
    assert device.status == 422


def test_every_operation_refuses_unknown_parameters_by_name(case: Case, specialist: Caller) -> None:
    specialist.prove()
    for path, operations in document()["paths"].items():
        if path.startswith("/api/v1/"):
            address = path.removeprefix("/api/v1")
            address = re.sub(r"{\w+}", str(case.pk), address.replace("{number}", "1"))
            for method in operations:
                answer = specialist.send(method.upper(), f"{address}?limt=3&sort=", {})
                assert answer.status == 422, (method, path, answer.body)
                assert answer.fields == {"limt": "unknown_field", "sort": "unknown_field"}


def test_an_address_that_does_not_exist_refuses_no_parameters(specialist: Caller) -> None:
    assert specialist.get("/nowhere", limt=3).status == 404
