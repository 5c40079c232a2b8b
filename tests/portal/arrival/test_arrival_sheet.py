"""The sheet of an arrival: who comes, when, what changed since the acceptance, what to have ready."""

import html

import pytest
from django.test import Client

from accounts import clock
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.world import HOUR, ILL, MINUTE, World, sampled


@pytest.fixture
def coming(world: World) -> Case:
    """A patient who left an hour ago and is expected in an hour."""
    began = clock.now() - 3 * HOUR
    case = world.accepted(began, name="张建国")
    needs = {"transport_needs": ["ventilator"], "allergies": "青霉素"}
    perform(case, Verb.STATE_BACKGROUND, actor=world.doctor, now=began, **needs)
    crew = {"team": "王师傅", "contact": "139 1234 5678", "means": "emergency_service", "needs": ["oxygen"]}
    at = clock.now() + HOUR
    return perform(
        case, Verb.DEPART, actor=world.doctor, now=began + 2 * HOUR, expected_arrival_at=at, **crew
    )


def sheet(client: Client, case: Case, part: str = "") -> str:
    answer = client.get(f"/cases/{case.pk}/arrival/{part}")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_sheet_says_who_comes_from_where_and_whom_to_call(
    world: World, coming: Case, as_user: SignIn
) -> None:
    page = sheet(as_user(world.specialist), coming)
    for text in ("张建国", "王师傅", "139 1234 5678", 'href="tel:13912345678"', "甲", "Bed <strong>12"):
        assert text in page
    assert "Ambulance of the emergency service (120)" in page
    assert 'data-due="' in page
    assert "If the patient is not there by" in page


def test_what_to_have_ready_is_what_either_statement_needs(
    world: World, coming: Case, as_user: SignIn
) -> None:
    ready = sheet(as_user(world.specialist), coming).partition("What to have ready")[2]
    for text in ("Oxygen", "Ventilator", "青霉素"):
        assert text in ready.partition("</section>")[0]


def test_only_what_came_after_the_acceptance_is_news(world: World, coming: Case, as_user: SignIn) -> None:
    now = clock.now()
    client = as_user(world.specialist)
    assert "New values" not in sheet(client, coming)
    perform(coming, Verb.MESSAGE, actor=world.doctor, now=now, text="血压下降")
    worse = sampled({**ILL, "bilirubin": 402}, now - 2 * MINUTE)
    perform(coming, Verb.ASSESS, actor=world.doctor, now=now, values=worse)
    perform(coming, Verb.CHANGE_ARRIVAL, actor=world.doctor, now=now, expected_arrival_at=now + 2 * HOUR)
    news = sheet(client, coming, "live/").partition("What changed since")[2]
    for text in ("402", "before: 310", "血压下降", "Expected arrival changed"):
        assert text in news
    assert "青霉素" not in news


def test_both_sides_and_the_coordinator_see_it_and_nobody_else(
    world: World, coming: Case, as_user: SignIn
) -> None:
    for person in (world.doctor, world.lead, world.coordinator):
        assert "王师傅" in sheet(as_user(person), coming)
    for person in (world.second_specialist, world.other_doctor, world.researcher):
        assert as_user(person).get(f"/cases/{coming.pk}/arrival/").status_code == 404


def test_the_sheet_leads_to_the_case_while_no_ward_has_accepted(world: World, as_user: SignIn) -> None:
    case = world.flagged(clock.now())
    answer = as_user(world.specialist).get(f"/cases/{case.pk}/arrival/")
    assert answer["Location"] == f"/cases/{case.pk}/"


def test_one_tap_records_the_arrival_and_one_form_the_hand_over(
    world: World, coming: Case, as_user: SignIn
) -> None:
    client = as_user(world.specialist)
    assert "Record arrival" in sheet(client, coming)
    assert client.post(f"/cases/{coming.pk}/arrive/", {"version": coming.version}).status_code == 302
    page = sheet(client, coming)
    assert "Record arrival" not in page
    assert "data-due=" not in page
    assert 'value="王师傅"' in page
    version = Case.objects.get(pk=coming.pk).version
    given = {"version": version, "handed_over_by": "王师傅", "bed": "9"}
    assert client.post(f"/cases/{coming.pk}/hand-over/", given).status_code == 302
    assert f"王师傅 → {world.specialist.name}" in sheet(client, coming)
    timeline = html.unescape(client.get(f"/cases/{coming.pk}/").content.decode())
    assert "Patient handed over to the ward" in timeline


def test_case_and_board_lead_to_the_sheet(world: World, coming: Case, as_user: SignIn) -> None:
    client = as_user(world.specialist)
    for page in (f"/cases/{coming.pk}/", "/board/"):
        assert f'href="/cases/{coming.pk}/arrival/"' in client.get(page).content.decode()


def test_a_time_that_is_over_is_refused_with_what_was_typed_kept(
    world: World, coming: Case, as_user: SignIn
) -> None:
    given = {"version": coming.version, "expected_arrival_at": "2020-01-01T10:00", "note": "堵车"}
    answer = as_user(world.specialist).post(f"/cases/{coming.pk}/change-arrival/", given)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "This time is over. Give one that is still to come" in page
    assert "2020-01-01T10:00" in page
    assert "堵车" in page
