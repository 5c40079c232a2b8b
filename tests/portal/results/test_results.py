"""Results of laboratory systems: shown, given to a patient by a person, taken on the form of the case."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEntry
from integrations.models import ReceivedMessage
from integrations.receiving import Incoming, receive
from referral.intake import results
from tests.fhir.conftest import integrate
from tests.integrations.hl7_messages import SENDER, obx, oru
from tests.portal.conftest import SignIn
from tests.world import World

PAGE = "/results/"
S = ReceivedMessage.State


@pytest.fixture(autouse=True)
def laboratory(world: World) -> None:
    lis = integrate(world.hospital, world.doctor, name="LIS")
    lis.hl7_application, lis.hl7_facility = SENDER
    lis.save()


@pytest.fixture
def doctor(world: World, as_user: SignIn) -> Client:
    return as_user(world.doctor)


def sent(content: bytes) -> ReceivedMessage:
    receive([Incoming(content, "127.0.0.1")], clock.now())
    results.process_waiting(clock.now())
    return ReceivedMessage.objects.latest("received_at", "pk")


def test_results_without_a_patient_are_shown_with_the_reason(world: World, doctor: Client) -> None:
    world.register(local_number="A-17")
    sent(oru(name="别人"))
    sent(oru(obx(1, "14631-6^总胆红素^LN", "18", "mg/dL"), control_id="2", number="Z-9"))
    page = doctor.get(PAGE).content.decode()
    assert "别人 · A-17" in page
    assert "The name is another than that of the case with this number." in page
    assert "No open case has this hospital number." in page
    assert "The LOINC code beside it is of another unit." in page


def test_the_first_page_says_that_results_wait(world: World, doctor: Client) -> None:
    assert "Results without a patient" not in doctor.get("/").content.decode()
    sent(oru())
    assert "Results without a patient" in doctor.get("/").content.decode()


def test_a_person_gives_results_to_a_case(world: World, doctor: Client) -> None:
    case, row = world.register(name="别人"), sent(oru())
    answer = doctor.post(reverse("portal:assign_results", args=[row.pk]), {"case": str(case.pk)})
    assert answer["Location"] == f"/cases/{case.pk}/"
    row.refresh_from_db()
    assert (row.state, row.case, row.settled_by) == (S.PROPOSED, case.pk, world.doctor)
    assert AuditEntry.objects.filter(action="assign_results", subject_id=str(case.pk)).exists()
    form = doctor.get(f"/cases/{case.pk}/indicators/").content.decode()
    assert f'data-arrived="{row.reading}"' in form
    reading = doctor.get(f"/labs/readings/{row.reading}/?case={case.pk}").content.decode()
    assert "It is this patient" in reading


@pytest.mark.parametrize("given", ["", "nonsense"])
def test_without_a_case_the_field_says_what_to_do(world: World, doctor: Client, given: str) -> None:
    row = sent(oru())
    answer = doctor.post(reverse("portal:assign_results", args=[row.pk]), {"case": given})
    assert answer.status_code == 422
    assert "Choose the case that these results are of." in answer.content.decode()
    assert "autofocus" in answer.content.decode()


def test_results_of_nobody_here_are_set_aside_and_stay_in_the_list(world: World, doctor: Client) -> None:
    row = sent(oru())
    doctor.post(reverse("portal:set_results_aside", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, row.settled_by) == (S.SET_ASIDE, world.doctor)
    assert "set aside" in doctor.get(PAGE).content.decode()
    again = doctor.post(reverse("portal:set_results_aside", args=[row.pk]))
    assert again.status_code == 404


def test_other_hospitals_see_and_do_nothing(world: World, as_user: SignIn) -> None:
    case, row = world.register(name="别人"), sent(oru(name="某人"))
    other = as_user(world.other_doctor)
    assert "某人" not in other.get(PAGE).content.decode()
    address = reverse("portal:assign_results", args=[row.pk])
    assert other.post(address, {"case": str(case.pk)}).status_code == 404
    theirs = world.register(actor=world.other_doctor, hospital=world.other_hospital, name="他")
    mine = as_user(world.doctor)
    assert mine.post(address, {"case": str(theirs.pk)}).status_code == 404


def test_results_for_a_case_are_there_when_its_form_opens(world: World, doctor: Client) -> None:
    case = world.register(local_number="A-17")
    row = sent(oru())
    page = doctor.get(f"/cases/{case.pk}/indicators/").content.decode()
    assert f'data-arrived="{row.reading}"' in page
    assert f"Take values on case {case.number}" in doctor.get(PAGE).content.decode()
