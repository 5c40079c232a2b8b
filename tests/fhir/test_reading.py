"""What a hospital's program reads: through the door, valid, page by page."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import clock
from fhir.types import TYPES
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.fhir.conftest import BASE, Answer, Program
from tests.fhir.scene import whole_case, with_question
from tests.world import World


def test_a_ward_that_declined_keeps_its_task_and_nothing_of_the_case(world: World, ward: Program) -> None:
    case = world.flagged()
    offer = case.offers.get()
    perform(case, Verb.DECLINE, actor=world.specialist, now=clock.now(), reason="no_bed")
    task = ward.get(f"Task/{offer.pk}").body
    assert (task["status"], task["statusReason"]["coding"][0]["code"]) == ("rejected", "no_bed")
    assert "for" not in task
    assert ward.get(f"ServiceRequest/{case.pk}").status == 404


def test_pages_follow_each_other_and_lose_nothing(world: World, first: Program) -> None:
    for number in range(5):
        world.register(name=f"患{number}")
    world.returned(name="回")
    seen, address = [], "ServiceRequest?_count=2"
    while address:
        body = first.get(address).body
        assert body["total"] == 7
        seen += [entry["resource"]["id"] for entry in body["entry"]]
        links = {link["relation"]: link["url"] for link in body["link"]}
        address = links.get("next", "").partition("/fhir/R4/")[2]
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("_lastUpdated=ge2020-01-01", 1),
        ("_lastUpdated=lt2020-01-01", 0),
        ("_lastUpdated=ge2020-01-01&_lastUpdated=lt2020-02-01", 0),
        ("status=draft", 1),
        ("status=active,draft", 1),
        ("status=active", 0),
        ("_id=nobody", 0),
        ("patient=Patient/00000000-0000-7000-8000-000000000000", 0),
        ("patient=Group/x", 0),
        ("identifier=urn:aclf-referral:case-number|X", 0),
    ],
)
def test_a_search_narrows(world: World, first: Program, query: str, number: int) -> None:
    world.register()
    assert len(first.get(f"ServiceRequest?{query}").resources()) == number


@pytest.mark.parametrize(
    ("address", "status", "issue"),
    [
        ("Medication", 404, "not-supported"),
        ("Patient/x", 404, "not-found"),
        ("nothing/at/all/here", 404, "not-found"),
        ("Patient?name=x", 400, "not-supported"),
        ("Patient?_count=0", 400, "value"),
        ("Patient?_count=many", 400, "value"),
        ("Task?_include=Task:nothing", 400, "not-supported"),
        ("Task?_include=Patient:focus", 400, "not-supported"),
        ("Task?_lastUpdated=yesterday", 400, "value"),
        ("Task?_page=9.x", 400, "invalid"),
        ("Task?_page=0.5", 400, "invalid"),
        ("Patient?_page=0.99999999999999999999", 400, "invalid"),
        ("AuditEvent?_page=0.00000000-0000-7000-8000-000000000000", 400, "invalid"),
        ("Observation", 400, "too-costly"),
        ("Task?_format=xml", 406, "not-supported"),
        ("Patient/x/$everything", 404, "not-found"),
        ("AuditEvent/99999999999999999999", 404, "not-found"),
        ("%00", 404, "not-supported"),
        ("Patient/%00", 404, "not-found"),
        ("Organization?name=%00", 400, "value"),
        ("ServiceRequest?identifier=%00", 400, "value"),
    ],
)
def test_every_refusal_is_an_operation_outcome(first: Program, address: str, status: int, issue: str) -> None:
    answer = first.get(address)
    assert (answer.status, answer.issues) == (status, [issue])


def test_what_is_unknown_is_left_out_only_for_who_asks_for_that(world: World, first: Program) -> None:
    world.register()
    body = first.get("Patient?name=x", Prefer="handling=lenient").body
    assert body["total"] == 1
    outcome = body["entry"][-1]
    assert outcome["search"]["mode"] == "outcome"
    assert "name" in outcome["resource"]["issue"][0]["details"]["text"]


def test_without_a_token_or_with_one_that_has_ended_nothing_is_read(first: Program) -> None:
    for headers in ({}, {"Authorization": "Bearer aclfi_nothing"}, {"Authorization": "Bearer aclf_nothing"}):
        answer = Answer(Client().get(f"{BASE}/Patient", headers=headers))
        assert (answer.status, answer.issues) == (401, ["login"])
        assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_other_methods_and_forms_are_refused_as_fhir_does(first: Program) -> None:
    assert first.send("DELETE", "Patient/x").issues == ["not-supported"]
    assert first.send("DELETE", "Patient/x").status == 405
    answer = first.get("Patient", Accept="application/fhir+xml")
    assert (answer.status, answer.issues) == (406, ["not-supported"])
    assert first.get("Patient", Accept="text/html").status == 406
    assert first.get("Patient?_format=json", Accept="text/html").status == 200


def test_a_token_reads_what_its_scopes_say(world: World, emr: Any, program: Any) -> None:
    case = world.flagged()
    narrow = program(emr, "system/Task.rs")
    assert narrow.get("Task").status == 200
    refused = narrow.get("Patient")
    assert (refused.status, refused.issues) == (403, ["forbidden"])
    assert "system/Patient.s" in refused.said
    body = narrow.get("Task?_include=Task:focus").body
    assert {entry["resource"]["resourceType"] for entry in body["entry"]} == {"Task"}
    assert narrow.get(f"ServiceRequest/{case.pk}/$everything").status == 403


def test_an_etag_saves_the_way_and_a_version_can_be_read(world: World, first: Program) -> None:
    case = world.register()
    answer = first.get(f"ServiceRequest/{case.pk}")
    tag = answer.headers["ETag"]
    assert tag == f'W/"{case.version}"'
    assert first.get(f"ServiceRequest/{case.pk}", If_None_Match=tag).status == 304
    assert first.get(f"ServiceRequest/{case.pk}/_history/{case.version}").body == answer.body
    other = first.get(f"ServiceRequest/{case.pk}/_history/{case.version + 1}")
    assert (other.status, other.issues) == (404, ["not-found"])


def test_reading_more_asks_no_oftener(world: World, first: Program) -> None:
    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert first.get(address).status == 200
        return len(asked)

    addresses = [f"{name}?_count=200" for name in TYPES if name not in ("Observation", "Condition")] + [
        "Task?_include=Task:focus&_include=Task:patient&_include=Task:owner"
    ]
    whole_case(world, clock.now())
    with_question(world)
    few = {address: count(address) for address in addresses}
    world.returned(name="二")
    with_question(world, name="三")
    many = {address: count(address) for address in addresses}
    assert many == few


def test_text_in_chinese_is_refused_in_chinese(first: Program) -> None:
    answer = first.get("Patient?name=x", Accept_Language="zh-hans")
    assert "不是" in json.dumps(answer.body, ensure_ascii=False)
