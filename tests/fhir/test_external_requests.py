"""What an external client and a validator would try, and what they are answered."""

from typing import Any

import pytest
from django.test import Client

from accounts import clock
from referral.models import Case
from tests.fhir.conftest import BASE, Answer, Program
from tests.fhir.sending import referral
from tests.fhir.validator import findings
from tests.world import World

ABSENT = "01970000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("address", "status", "issue"),
    [
        ("Patient?foo=bar", 400, "not-supported"),
        ("Patient?_sort=name", 400, "not-supported"),
        ("Patient?_summary=true", 400, "not-supported"),
        ("Patient?_elements=name", 400, "not-supported"),
        ("Patient?gender:not=male", 400, "not-supported"),
        ("Task?patient.name=x", 400, "not-supported"),
        ("Task?_has:Task:focus:x=y", 400, "not-supported"),
        ("Task?_revinclude=Provenance:target", 400, "not-supported"),
        ("Task?_include:iterate=Task:focus", 400, "not-supported"),
        ("Task?_include=*", 400, "not-supported"),
        ("Patient?_total=perhaps", 400, "value"),
        ("Patient?_count=-1", 400, "value"),
        ("Patient?_count=1e3", 400, "value"),
        ("Patient?_count=9999999999", 400, "value"),
        ("Task?authored-on=2026-13", 400, "value"),
        ("Task?authored-on=2026-02-30", 400, "value"),
        ("Task?authored-on=ne2026-01-01", 400, "value"),
        ("Task?authored-on=0000", 400, "value"),
        ("Task?authored-on=ge9999-12-31", 400, "value"),
        ("Task?authored-on=9999", 400, "value"),
        ("Task?authored-on=0001-01-01T00:00:00%2B14:00", 400, "value"),
        ("Task?authored-on=2026-01-01T00:00:00%2B99:00", 400, "value"),
        ("Task?authored-on=2026-01-01T25:00:00Z", 400, "value"),
        (f"Patient/{ABSENT}", 404, "not-found"),
        (f"Patient/{ABSENT}?foo=bar", 400, "not-supported"),
        (f"ServiceRequest/{ABSENT}/$everything", 404, "not-found"),
        (f"ServiceRequest/{ABSENT}/$everything?start=2026-01-01", 400, "not-supported"),
        (f"ServiceRequest/{ABSENT}/$everything?_since=yesterday", 400, "value"),
        (f"ServiceRequest/{ABSENT}/$everything?_type=Medication", 404, "not-supported"),
        (f"Task/{ABSENT}/$everything", 404, "not-found"),
        (f"Patient/{ABSENT}/$match", 404, "not-found"),
        (f"Patient/{ABSENT}/_history", 404, "not-found"),
        ("_history", 404, "not-supported"),
        ("Consent", 404, "not-supported"),
        ("patient", 404, "not-supported"),
        ("Binary", 404, "not-supported"),
        (f"Binary/{ABSENT}", 404, "not-found"),
        (f"Observation?patient={ABSENT},x&date=never", 400, "value"),
        ("Condition?code=B18.1", 400, "too-costly"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_said(
    world: World, first: Program, address: str, status: int, issue: str
) -> None:
    answer = first.get(address)
    assert answer.status == status, answer.body
    assert answer.issues == [issue]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("_count=999999999", 1),
        ("_total=none", 1),
        ("_pretty=true&_format=json", 1),
        ("authored={year}", 1),
        ("authored={month}", 1),
        ("authored={day}", 1),
        ("authored={minute}", 1),
        ("authored=ge{minute}", 1),
        ("authored=gt{month}", 0),
        ("authored=lt{year}", 0),
        ("authored=le{month}", 1),
        ("authored=2019,{year}", 1),
        ("authored=1999-12", 0),
        ("status=nonsense", 0),
        ("identifier=", 1),
        ("patient=http://elsewhere.example/Group/x", 0),
    ],
)
def test_dates_of_every_precision_and_odd_values_narrow_as_they_should(
    world: World, first: Program, query: str, number: int
) -> None:
    now = clock.now()
    world.register(now=now)
    named = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "minute": "%Y-%m-%dT%H:%MZ"}
    text = query.format(**{name: now.strftime(form) for name, form in named.items()})
    assert len(first.get(f"ServiceRequest?{text}").resources()) == number


def test_a_search_in_a_body_that_is_no_form_is_refused_and_not_taken_for_everything(
    world: World, first: Program
) -> None:
    world.register(now=clock.now())
    answer = first.send("POST", "Patient/_search", {"resourceType": "Parameters"})
    assert (answer.status, answer.issues) == (415, ["not-supported"])


def test_other_methods_say_so_in_fhir(world: World, first: Program) -> None:
    for method, path in (
        ("OPTIONS", "Patient"),
        ("PATCH", f"Patient/{ABSENT}"),
        ("DELETE", "Patient"),
        ("PUT", "Patient"),
        ("POST", f"Patient/{ABSENT}"),
        ("GET", ""),
    ):
        answer = first.send(method, path or "/fhir/R4")
        assert (answer.status, answer.issues) == (405, ["not-supported"]), (method, path)


@pytest.mark.parametrize(
    ("request_of_entry", "where"),
    [
        ({"method": "PUT", "url": "Patient"}, "request.method"),
        ({"method": "POST", "url": "Medication"}, "request.url"),
        ({"method": "POST", "url": "Patient?identifier=1"}, "request.url"),
        ({"method": "POST", "url": "Patient", "ifNoneExist": "identifier=1"}, "request.ifNoneExist"),
        ({"method": "POST", "url": "Patient", "ifMatch": 'W/"1"'}, "request.ifMatch"),
        ("POST", "request.method"),
        ({}, "request.method"),
    ],
)
def test_conditions_of_an_entry_are_refused_and_not_passed_over(
    first: Program, request_of_entry: Any, where: str
) -> None:
    bundle = referral(clock.now())
    bundle["entry"][0]["request"] = request_of_entry
    answer = first.send("POST", "", bundle)
    assert answer.status == 422, answer.body
    assert where in str(answer.body)
    assert not Case.objects.exists()


@pytest.mark.parametrize("elements", [{"input": {"type": {"text": "x"}}}, {"note": "x"}, {"input": 1}])
def test_a_task_whose_list_is_none_is_refused(world: World, ward: Program, elements: dict[str, Any]) -> None:
    case = world.flagged(clock.now())
    (row,) = ward.get(f"Task?focus=ServiceRequest/{case.pk}").resources()
    answer = ward.send("PUT", f"Task/{row['id']}", row | {"status": "accepted"} | elements)
    assert (answer.status, answer.issues) == (422, ["structure"])


@pytest.mark.parametrize("tag", ['W/"999999"', '"x"', "x", "", 'W/"1", W/"2"'])
def test_a_tag_that_is_not_the_present_one_changes_nothing(world: World, ward: Program, tag: str) -> None:
    case = world.flagged(clock.now())
    (row,) = ward.get(f"Task?focus=ServiceRequest/{case.pk}").resources()
    answer = ward.send("PUT", f"Task/{row['id']}", row | {"status": "received"}, If_Match=tag)
    assert (answer.status, answer.issues) == (412, ["conflict"])
    case.refresh_from_db()
    assert case.state == "offered"


def test_the_statement_names_what_is_served_of_everything_and_is_valid(world: World, first: Program) -> None:
    statement = Answer(Client().get(f"{BASE}/metadata")).body
    (rest,) = statement["rest"]
    named = {
        row["type"]
        for row in rest["resource"]
        for one in row.get("operation", ())
        if one["name"] == "everything"
    }
    assert named == {"Patient", "ServiceRequest"}
    assert [one["name"] for one in rest["operation"]] == ["process-message"]
    assert findings([statement]) == {}
