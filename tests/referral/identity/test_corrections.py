"""What is stored of a patient changes by a correction only, and both versions stay."""

from typing import Any

import pytest
from django.db import connection

from notifications.models import Notification
from referral.models import Case, Patient
from referral.pathway.inputs import parse_inputs
from referral.pathway.perform import perform
from referral.pathway.refusals import AccessError, ConfirmationNeeded, InputError
from referral.pathway.vocabulary import State, Verb
from tests.world import NOW, World, resident

NUMBER = resident()


def correct(case: Case, actor: Any, **raw: Any) -> Case:
    inputs = parse_inputs(Verb.CORRECT_IDENTITY, {"why": "mistyped", **raw}, case=case, user=actor)
    return perform(case, Verb.CORRECT_IDENTITY, actor=actor, now=NOW, **inputs)


def refused(case: Case, actor: Any, **raw: Any) -> dict[str, str]:
    with pytest.raises(InputError) as refusal:
        correct(case, actor, **raw)
    return {field: code for field, code, _message in refusal.value.rows}


def test_both_versions_are_on_the_timeline_encrypted_and_the_ward_is_told(world: World) -> None:
    case = correct(world.flagged(name="李秘密"), world.doctor, name="李机密", phone="13800001111")
    line = case.events.latest("number")
    assert (line.what, line.details) == ("correct_identity", {"fields": ["name", "phone"]})
    assert line.personal == {
        "before": {"name": "李秘密", "phone": ""}, "after": {"name": "李机密", "phone": "13800001111"}
    }  # fmt: skip
    assert (line.note, case.patient.name) == ("mistyped", "李机密")
    notification = Notification.objects.filter(
        recipient=world.specialist, alert__payload__verb="correct_identity"
    ).get()
    assert "李" not in str(notification.alert.payload)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM referral_event AS t")
        assert "密" not in cursor.fetchone()[0]


def test_a_corrected_number_finds_the_patient_and_the_wrong_one_does_not(world: World) -> None:
    case = correct(world.register(national_id=resident(3)), world.doctor, national_id=NUMBER)
    somebody_else = world.register(name="王五", national_id=resident(3), birth_date=None, sex="")
    assert somebody_else.person_id != case.person_id
    perform(case, Verb.END_REFERRAL, actor=world.doctor, now=NOW, reason="improved")
    assert world.register(national_id=NUMBER).previous_id == case.pk


def test_a_wrong_number_can_be_removed_while_the_right_one_is_not_known(world: World) -> None:
    case = correct(world.register(national_id=NUMBER), world.doctor, removed=["national_id"])
    assert (case.patient.detail("national_id"), case.patient.national_id_index) == ("", None)
    assert case.events.latest("number").personal["before"] == {"national_id": NUMBER}


def test_a_birth_date_may_become_a_year_and_the_age_follows(world: World) -> None:
    case = correct(world.register(), world.doctor, birth_date="1962")
    assert (str(case.patient.birth_date), case.age) == ("1962", 64)


@pytest.mark.parametrize(
    ("inputs", "row"),
    [
        ({"name": "测试甲"}, ("name", "unchanged")),
        ({}, ("name", "unchanged")),
        ({"name": "\u200b?"}, ("name", "required")),
        ({"name": "张\n三"}, ("name", "unprintable")),
        ({"birth_date": "2030-01-01"}, ("birth_date", "out_of_range")),
        ({"birth_date": "yesterday"}, ("birth_date", "invalid")),
        ({"national_id": "不详"}, ("national_id", "placeholder")),
        ({"national_id": resident(3), "removed": ["national_id"]}, ("national_id", "contradictory")),
        ({"why": ""}, ("why", "required")),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    world: World, inputs: dict[str, Any], row: tuple[str, str]
) -> None:
    case = world.register()
    assert refused(case, world.doctor, **inputs) == dict([row])
    assert Patient.objects.get(pk=case.patient_id).name == "测试甲"


def test_a_contradiction_of_the_id_is_asked_about_once(world: World) -> None:
    case = world.register(national_id=NUMBER)
    with pytest.raises(ConfirmationNeeded):
        correct(case, world.doctor, sex="female")
    assert refused(case, world.doctor, sex="female") == {"sex": "needs_confirmation"}
    case = correct(case, world.doctor, sex="female", confirmed=["sex"])
    assert case.patient.sex == "female"
    assert correct(case, world.doctor, phone="2").patient.detail("phone") == "2"


def test_whoever_corrects_learns_nothing_of_another_patient_but_the_coordinator_does(world: World) -> None:
    other = world.register(
        actor=world.other_doctor, hospital=world.other_hospital, name="王五", national_id=NUMBER
    )
    case = correct(world.register(), world.doctor, national_id=NUMBER)
    assert case.events.latest("number").details == {"fields": ["national_id"]}
    assert case.person_id != other.person_id
    assert Notification.objects.filter(recipient=world.coordinator, alert__kind="shared_number").count() == 1
    assert other.events.latest("number").what == "met_elsewhere"


def test_both_sides_and_the_coordinator_may_correct_and_nobody_else(world: World) -> None:
    case = world.accepted()
    for number, actor in enumerate((world.doctor, world.specialist, world.coordinator)):
        assert correct(case, actor, name=f"测试{'乙丙丁'[number]}").events.count()
    for actor in (world.other_doctor, world.second_specialist, world.researcher):
        with pytest.raises(AccessError):
            correct(case, actor, name="测试戊")


def test_a_closed_case_can_be_corrected_and_one_entered_in_error_cannot(world: World) -> None:
    case = perform(world.register(), Verb.RECORD_DEATH, actor=world.doctor, now=NOW, occurred_at=NOW)
    assert correct(case, world.doctor, name="测试乙").state == State.CLOSED


@pytest.mark.parametrize(
    "typed", ["0000", "0001", "1849", "1849-12-31", "99999", "9999-12-31", "2999", "x", True]
)
def test_a_birth_date_that_nobody_has_is_refused_in_words(world: World, typed: object) -> None:
    assert set(refused(world.register(), world.doctor, birth_date=typed)) == {"birth_date"}
