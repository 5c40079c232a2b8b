"""Correcting who the patient is, on the page of the case."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts import clock
from notifications.models import Notification
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import text, value_of
from tests.world import World


@pytest.fixture
def case(world: World) -> Case:
    return world.flagged(now=clock.now(), name="李秘密", local_number="ZY-1", phone="13800001111")


def correction(case: Case, **changes: Any) -> dict[str, Any]:
    return {
        "name": "李秘密",
        "sex": "male",
        "birth_date": "1970-01-02",
        "national_id": "",
        "local_number": "ZY-1",
        "phone": "13800001111",
        "why": "mistyped at night",
        "version": str(case.version),
        **changes,
    }


def send(client: Client, case: Case, **changes: Any) -> Any:
    case.refresh_from_db()
    return client.post(f"/cases/{case.pk}/correct-identity/", correction(case, **changes))


def test_the_form_opens_with_what_is_stored(world: World, as_user: SignIn, case: Case) -> None:
    for who in (world.doctor, world.coordinator):
        page = text(as_user(who).get(f"/cases/{case.pk}/correct-identity/"))
        shown = {name: value_of(page, name) for name in ("name", "birth_date", "local_number", "phone")}
        assert shown.items() <= correction(case).items()
    for stranger in (world.other_doctor, world.second_specialist, world.researcher):
        assert as_user(stranger).get(f"/cases/{case.pk}/correct-identity/").status_code == 404


def test_both_versions_are_on_the_timeline_of_those_who_see_the_case(
    world: World, as_user: SignIn, case: Case
) -> None:
    assert send(as_user(world.doctor), case, name="李机密", phone="").status_code == 302

    for reader in (world.doctor, world.specialist, world.coordinator):
        page = text(as_user(reader).get(f"/cases/{case.pk}/"))
        assert "李秘密 → 李机密" in page and "13800001111 → —" in page and "mistyped at night" in page
    notification = Notification.objects.get(
        recipient=world.specialist, alert__payload__verb="correct_identity"
    )
    assert "李" not in str(notification.alert.payload)


def test_a_ward_that_passed_the_patient_on_sees_neither_version(
    world: World, as_user: SignIn, case: Case
) -> None:
    perform(case, Verb.DECLINE, actor=world.specialist, now=clock.now(), reason="no_bed")
    send(as_user(world.doctor), case, name="李机密")

    for path in ("", "live/", "letter/", "correct-identity/"):
        answer = as_user(world.specialist).get(f"/cases/{case.pk}/{path}")
        assert not re.search("李秘密|李机密|mistyped at night", text(answer))


@pytest.mark.parametrize(
    ("field", "value", "english", "chinese"),
    [
        ("name", "\u200b·", "Enter the name", "请填写"),
        ("name", "", "Please fill this in", "请填写"),
        ("birth_date", "0000", "date", "日期"),
        ("birth_date", "2999-01-01", "does not fit", "出生日期"),
        ("national_id", "不详", "no number", "号码"),
        ("national_id", "110101197001020012", "last character", "校验位不符"),
        ("sex", "x", "", ""),
    ],
)
def test_what_is_refused_is_said_at_its_field_and_what_was_typed_stays(
    world: World, as_user: SignIn, case: Case, field: str, value: str, english: str, chinese: str
) -> None:
    client = as_user(world.doctor)
    page = text(answer := send(client, case, phone="13900002222", **{field: value}))
    assert answer.status_code == 422 and english in page
    assert value_of(page, "phone") == "13900002222" and "mistyped at night" in page

    world.doctor.language = "zh-hans"
    world.doctor.save()
    assert chinese in text(send(client, case, phone="13900002222", **{field: value}))
    case.refresh_from_db()
    assert (case.patient.name, case.patient.detail("phone")) == ("李秘密", "13800001111")


def test_a_birth_date_that_becomes_a_year_is_about_right_everywhere(
    world: World, as_user: SignIn, case: Case
) -> None:
    client = as_user(world.doctor)
    deadlines = list(case.deadlines.values_list("kind", "due_at"))
    assert send(client, case, birth_date="1962").status_code == 302

    assert "about 1962" in text(client.get(f"/cases/{case.pk}/"))
    assert "about 1962" in text(client.get(f"/cases/{case.pk}/letter/"))
    assert "1962-" not in text(client.get(f"/cases/{case.pk}/"))
    assert list(case.deadlines.values_list("kind", "due_at")) == deadlines


def test_an_age_of_an_estimated_birth_date_is_written_as_such(
    world: World, as_user: SignIn, case: Case
) -> None:
    send(as_user(world.doctor), case, birth_date="1962")
    case.refresh_from_db()

    for path in (f"/cases/{case.pk}/", f"/cases/{case.pk}/letter/", "/board/"):
        assert f"about {case.age} years" in text(as_user(world.specialist).get(path)), path
