"""Forms of the ward are filled in and saved on the page of its records; the checklist has one save."""

from typing import Any

import pytest
from django.test import Client

from accounts import clock
from portal.page_owner import mark_of
from portal.pages.ward_record.checklist_form import PROGRESS
from referral.models import Case, TreatmentRecord
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.portal.reading import visible_text
from tests.world import HOUR, World

IN_PLACE = {"HX-Request": "true", "HX-Target": "ward-form"}


@pytest.fixture
def case(world: World) -> Case:
    return world.admitted(clock.now() - 6 * HOUR)


@pytest.fixture
def specialist(world: World, as_user: SignIn) -> Client:
    return as_user(world.specialist)


def send(client: Client, world: World, address: str, typed: dict[str, Any], **headers: str) -> Any:
    owner = {"page_owner": mark_of(world.specialist)}
    return client.post(address, {**typed, **owner}, headers=headers)


def checklist(case: Case) -> str:
    return f"/cases/{case.pk}/ward/checklist/"


def test_a_form_that_the_page_asks_for_is_a_part_and_otherwise_a_page(specialist: Client, case: Case) -> None:
    address = f"/cases/{case.pk}/record-precipitant/"
    part = specialist.get(address, headers=IN_PLACE).content.decode()
    whole = specialist.get(address).content.decode()
    assert "<html" not in part and f'hx-post="{address}"' in part and "data-close-form" in part
    assert "<html" in whole and "hx-post=" not in whole.partition("<form")[2].partition(">")[0]


def test_what_is_saved_in_place_is_answered_with_the_records(
    world: World, specialist: Client, case: Case
) -> None:
    typed = {"precipitant": "ALCOHOL", "version": case.version}
    answer = send(specialist, world, f"/cases/{case.pk}/record-precipitant/", typed, **IN_PLACE)
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#ward-record")
    text = visible_text(answer.content.decode())
    assert "Alcohol" in text and "ICD-10 K70.1" in text
    assert "<html" not in answer.content.decode()


def test_what_is_refused_in_place_keeps_what_was_typed(world: World, specialist: Client, case: Case) -> None:
    typed = {"bilirubin": "310", "inr": "1.8", "version": case.version}
    answer = send(specialist, world, f"/cases/{case.pk}/assess-organ-failure/", typed, **IN_PLACE)
    page = answer.content.decode()
    assert answer.status_code == 422 and "<html" not in page
    assert 'value="310"' in page and "error-summary" in page


def test_the_whole_checklist_is_saved_at_once_and_only_what_changed(
    world: World, specialist: Client, case: Case
) -> None:
    typed = {
        "liver_protection-progress": "done",
        "nutrition-progress": "planned",
        "nutrition-note": "feeding",
    }
    sent = send(specialist, world, checklist(case), {**typed, "version": case.version}, **IN_PLACE)
    assert sent.status_code == 200 and "2 items recorded." in sent.content.decode()
    case.refresh_from_db()
    typed |= {"symptoms-progress": "declined", "symptoms-reason": "not_indicated"}
    send(specialist, world, checklist(case), {**typed, "version": case.version})
    rows = list(TreatmentRecord.objects.order_by("recorded_at").values_list("item", "progress", "reason"))
    assert sorted(rows) == [
        ("liver_protection", "done", ""),
        ("nutrition", "planned", ""),
        ("symptoms", "declined", "not_indicated"),
    ]


def test_an_item_declined_without_a_reason_is_refused_at_its_row_and_nothing_is_recorded(
    world: World, specialist: Client, case: Case
) -> None:
    typed = {"liver_protection-progress": "done", "symptoms-progress": "declined", "symptoms-note": "so"}
    answer = send(specialist, world, checklist(case), {**typed, "version": case.version}, **IN_PLACE)
    page = answer.content.decode()
    assert answer.status_code == 422 and not TreatmentRecord.objects.exists()
    assert 'href="#checklist-symptoms"' in page and 'value="so"' in page
    assert "Say why it is declined." in page


@pytest.mark.parametrize("bad", ["undone", "done'--", "计划"])
def test_a_strange_progress_is_refused_and_not_kept(
    world: World, specialist: Client, case: Case, bad: str
) -> None:
    answer = send(specialist, world, checklist(case), {"symptoms-progress": bad, "version": case.version})
    assert answer.status_code == 422 and not TreatmentRecord.objects.exists()


def test_a_second_click_records_the_checklist_once(world: World, specialist: Client, case: Case) -> None:
    typed = {"symptoms-progress": "done", "version": case.version, "once": str(case.pk)}
    for _ in range(2):
        send(specialist, world, checklist(case), typed)
    assert TreatmentRecord.objects.count() == 1


def test_a_checklist_opened_before_something_happened_is_asked_again(
    world: World, specialist: Client, case: Case
) -> None:
    perform(case, Verb.MESSAGE, actor=world.doctor, now=clock.now(), text="news")
    stale = {"symptoms-progress": "done", "version": case.version - 1}
    assert send(specialist, world, checklist(case), stale).status_code in (409, 412)
    assert not TreatmentRecord.objects.exists()


def test_the_checklist_is_for_the_ward_that_has_the_patient(
    world: World, as_user: SignIn, case: Case
) -> None:
    assert as_user(world.doctor).get(checklist(case)).status_code == 404
    assert as_user(world.other_doctor).get(checklist(case)).status_code == 404


def test_every_way_an_item_can_stand_is_offered(specialist: Client, case: Case) -> None:
    text = visible_text(specialist.get(checklist(case)).content.decode()).lower()
    assert all(str(option.label) in text for option in PROGRESS)
