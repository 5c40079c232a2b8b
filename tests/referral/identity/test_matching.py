"""An identifier finds candidates, a person confirms, and nothing is ever overwritten by a match."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry
from notifications.models import Notification
from referral.identity.birth import BirthDate
from referral.identity.matching import NamesakeExists, OpenCaseExists
from referral.models import Case, Patient
from referral.pathway.perform import perform
from referral.pathway.refusals import IdentityQuestion, InputError, PathwayError, TooOften
from referral.pathway.vocabulary import State, Verb
from tests.world import HOUR, NOW, World, resident

DAY = timedelta(days=1)
NUMBER = resident()


def ended(world: World, **who: Any) -> Case:
    return perform(
        world.register(**{"local_number": "A-7", "phone": "1", **who}),
        Verb.END_REFERRAL, actor=world.doctor, now=NOW, reason="improved",
    )  # fmt: skip


def dead(world: World, **who: Any) -> Case:
    return perform(
        world.register(**who), Verb.RECORD_DEATH, actor=world.doctor, now=NOW + HOUR, occurred_at=NOW
    )


def elsewhere(world: World, **who: Any) -> Case:
    return world.register(actor=world.other_doctor, hospital=world.other_hospital, now=NOW + DAY, **who)


def asked(error: Any) -> dict[str, str]:
    return {field: code for field, code, _message in error.value.rows}


def identities() -> list[Any]:
    return list(Patient.objects.order_by("pk").values_list("pk", "sex", "identity"))


@pytest.mark.parametrize("change", [{"name": "李四"}, {"sex": "female"}, {"birth_date": BirthDate(1980)}])
def test_a_hospital_number_of_somebody_else_is_asked_about_and_nothing_changes(
    world: World, change: dict[str, Any]
) -> None:
    first, before = ended(world), identities()
    with pytest.raises(IdentityQuestion) as question:
        world.register(local_number="a－7", **change)
    assert asked(question) == {"patient.local_number": "number_of_another"}
    assert first.number in str(question.value.rows[0][2])
    assert identities() == before


def test_the_answer_decides_whose_case_it_becomes_and_both_records_stay(world: World) -> None:
    first = ended(world)
    before = identities()
    same = world.register(local_number="A-7", name="测试申", confirmed_same=True)
    assert (same.person_id, same.previous_id) == (first.person_id, first.pk)
    assert [same.patient.name, first.patient.name] == ["测试申", "测试甲"]
    assert identities()[: len(before)] == before


def test_somebody_else_with_the_number_is_a_new_person_and_the_coordinator_is_told(world: World) -> None:
    first = ended(world)
    other = world.register(local_number="A-7", name="李四", confirmed_different=True)
    assert other.person_id != first.person_id
    assert other.previous_id is None
    assert Notification.objects.filter(recipient=world.coordinator, alert__kind="shared_number").count() == 1


def test_the_same_hospital_that_writes_the_same_again_is_not_asked(world: World) -> None:
    first = ended(world, national_id=NUMBER)
    again = world.register(local_number="A-7", national_id=NUMBER, phone="2")
    assert (again.person_id, again.previous_id) == (first.person_id, first.pk)
    assert [first.patient.detail("phone"), again.patient.detail("phone")] == ["1", "2"]


def test_each_hospital_keeps_its_own_number_of_one_person(world: World) -> None:
    first = ended(world, national_id=NUMBER)
    with pytest.raises(IdentityQuestion) as question:
        elsewhere(world, national_id=NUMBER, local_number="B-9")
    assert asked(question) == {"patient.national_id": "known_elsewhere"}
    assert first.number not in str(question.value.rows[0][2])
    second = elsewhere(world, national_id=NUMBER, local_number="B-9", confirmed_same=True)
    assert second.person_id == first.person_id
    perform(second, Verb.END_REFERRAL, actor=world.other_doctor, now=NOW + DAY, reason="improved")
    third = world.register(local_number="A-7", national_id="", now=NOW + 2 * DAY)
    assert (third.person_id, third.previous_id) == (first.person_id, second.pk)


def test_what_another_hospital_wrote_is_neither_changed_nor_told(world: World) -> None:
    first, before = ended(world, national_id=NUMBER, phone="13800001111"), identities()
    with pytest.raises(IdentityQuestion) as question:
        elsewhere(world, national_id=NUMBER, name="王五", phone="13900002222")
    assert asked(question) == {"patient.national_id": "id_of_another"}
    said = str(question.value.rows)
    assert not any(secret in said for secret in ("测试甲", "13800001111", "A-7", first.number, "甲"))
    second = elsewhere(world, national_id=NUMBER, name="王五", confirmed_different=True)
    assert second.person_id != first.person_id
    assert second.patient.identity.keys() == {"name", "birth_date", "national_id"}
    assert identities()[: len(before)] == before


def test_a_question_about_another_hospitals_patient_is_told_there_audited_and_limited(
    world: World, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "meetings": (1, 3600)}
    first = ended(world, national_id=NUMBER)
    with pytest.raises(IdentityQuestion):
        elsewhere(world, national_id=NUMBER)
    assert first.events.filter(what="met_elsewhere").count() == 1
    assert Notification.objects.filter(recipient=world.doctor, alert__kind="met_elsewhere").count() == 1
    assert AuditEntry.objects.filter(action="met_elsewhere", actor=world.other_doctor).count() == 1
    with pytest.raises(TooOften):
        elsewhere(world, national_id=NUMBER)
    with pytest.raises(TooOften):
        elsewhere(world, national_id=NUMBER, confirmed_same=True)
    assert Case.objects.count() == 1


def test_a_patient_recorded_dead_is_asked_about_with_the_date_and_the_coordinator_is_told(
    world: World,
) -> None:
    case = dead(world, national_id=NUMBER)
    with pytest.raises(IdentityQuestion) as question:
        world.register(national_id=NUMBER, now=NOW + DAY)
    assert asked(question) == {"patient.national_id": "recorded_dead"}
    assert "17 May 2026" in str(question.value.rows[0][2])
    assert (
        Notification.objects.filter(recipient=world.coordinator, alert__kind="met_recorded_dead").count() == 1
    )
    assert case.events.latest("number").what == "met_recorded_dead"
    alive = world.register(national_id=NUMBER, now=NOW + DAY, confirmed_same=True)
    assert alive.previous_id == case.pk
    assert alive.events.get().details == {"identity": "same"}
    assert (
        Notification.objects.filter(recipient=world.coordinator, alert__kind="met_recorded_dead").count() == 2
    )


def test_another_hospital_is_told_of_the_death_and_of_nothing_else(world: World) -> None:
    dead(world, national_id=NUMBER)
    with pytest.raises(IdentityQuestion) as question:
        elsewhere(world, national_id=NUMBER, name="王五")
    assert [code for _field, code, _message in question.value.rows] == ["recorded_dead", "id_of_another"]
    assert "测试甲" not in str(question.value.rows)


def test_an_open_case_with_the_number_may_be_somebody_elses_only_where_something_differs(
    world: World,
) -> None:
    world.register(national_id=NUMBER)
    with pytest.raises(OpenCaseExists) as refusal:
        elsewhere(world, national_id=NUMBER, confirmed_different=True)
    assert refusal.value.extra["confirmable"] is False
    with pytest.raises(OpenCaseExists) as refusal:
        elsewhere(world, national_id=NUMBER, name="王五")
    assert refusal.value.extra["confirmable"] is True
    other = elsewhere(world, national_id=NUMBER, name="王五", confirmed_different=True)
    assert other.state == State.REGISTERED


def test_an_id_and_a_hospital_number_of_two_persons_are_not_both_right(world: World) -> None:
    ended(world, national_id=NUMBER, local_number="")
    ended(world, name="李四", national_id="", local_number="A-9")
    with pytest.raises(IdentityQuestion) as question:
        world.register(national_id=NUMBER, local_number="A-9")
    assert asked(question) == {"patient.local_number": "number_of_another"}
    with pytest.raises(InputError, match="number_of_another"):
        world.register(national_id=NUMBER, local_number="A-9", confirmed_same=True)
    case = world.register(national_id=NUMBER, local_number="A-9", confirmed_different=True)
    assert case.previous_id is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "阿卜杜拉·买买提"}, {"name": "阿卜杜拉•买买提"}),
        ({"name": "阿卜杜拉・买买提"}, {"name": "阿卜杜拉 ．\u200b买买提"}),
        ({"birth_date": BirthDate(1969)}, {}),
        ({}, {"birth_date": BirthDate(1972)}),
        ({"birth_date": BirthDate(1970)}, {"birth_date": BirthDate(1971)}),
        ({"national_id": NUMBER}, {"national_id": resident(3)}),
        ({"national_id": NUMBER}, {}),
        ({}, {"sex": "female"}),
    ],
)
def test_a_namesake_with_an_open_case_is_asked_about_however_it_is_written(
    world: World, one: dict[str, Any], other: dict[str, Any]
) -> None:
    world.register(**one)
    with pytest.raises(NamesakeExists):
        elsewhere(world, **other)
    assert elsewhere(world, **other, confirmed_different=True).state == State.REGISTERED


@pytest.mark.parametrize(
    "other",
    [{"name": "测试丙"}, {"birth_date": BirthDate(1980)}, {"sex": "female", "birth_date": BirthDate(1970)}],
)
def test_somebody_else_is_not_asked_about(world: World, other: dict[str, Any]) -> None:
    world.register()
    assert elsewhere(world, **other).state == State.REGISTERED


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("110105701231001", "11010519701231001X"),
        ("A123456(3)", "a1234563"),
        ("E12345678", "Ｅ１２３４５６７８"),
    ],
)
def test_one_number_written_twice_is_one_person(world: World, one: str, other: str) -> None:
    born = BirthDate.parse("1970-12-31") if one.isdecimal() else BirthDate.parse("1970-01-02")
    world.register(national_id=one, birth_date=born)
    with pytest.raises(OpenCaseExists):
        elsewhere(world, national_id=other, birth_date=born)


@pytest.mark.parametrize("typed", ["不详", "/", "0", "N/A", "123456", "000000000000000000"])
def test_two_patients_with_a_placeholder_are_two_persons_and_nobody_is_told(world: World, typed: str) -> None:
    world.register(national_id=typed, local_number="待补")
    second = elsewhere(world, national_id=typed, local_number="待补", name="王五")
    assert second.state == State.REGISTERED
    assert not second.patient.detail("national_id")
    assert not Notification.objects.filter(alert__kind="met_elsewhere").exists()


def test_a_case_entered_in_error_leads_nowhere(world: World) -> None:
    case = world.register(national_id=NUMBER, name="张冠")
    perform(case, Verb.MARK_ENTERED_IN_ERROR, actor=world.doctor, now=NOW, reason="wrong_patient")
    assert world.register(national_id=NUMBER).previous_id is None


def test_an_id_of_a_case_that_exists_is_refused_before_anybody_is_looked_for(world: World) -> None:
    mine = elsewhere(world, name="王五")
    world.register(national_id=NUMBER)
    for number in (NUMBER, resident(3)):
        with pytest.raises(PathwayError) as refusal:
            elsewhere(world, case_id=mine.pk, national_id=number, name="赵六")
        assert refusal.value.code == "id_taken"
    assert not AuditEntry.objects.filter(action="met_elsewhere").exists()


def test_whoever_is_refused_again_and_again_is_stopped_also_where_nobody_is_known(
    world: World, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "refused_registrations": (2, 3600)}
    for attempt in range(3):
        with pytest.raises(TooOften if attempt == 2 else InputError):
            elsewhere(world, national_id=resident(2 * attempt + 1), name="?")


def test_an_answer_is_about_those_who_were_asked_about_and_nobody_else(world: World) -> None:
    ended(world, local_number="A-7")
    with pytest.raises(IdentityQuestion) as first:
        world.register(local_number="A-7", name="李四")
    answer = {"confirmed_different": True, "answers_to": first.value.question}

    ended(world, local_number="A-8", name="王五")
    with pytest.raises(IdentityQuestion) as second:
        world.register(local_number="A-8", name="李四", **answer)
    assert second.value.question not in ("", first.value.question)
    for invented in ("x", "0" * 64):
        with pytest.raises(IdentityQuestion):
            world.register(local_number="A-7", name="李四", confirmed_different=True, answers_to=invented)

    assert world.register(local_number="A-7", name="李四", **answer).person_id


def test_the_same_question_of_another_hospital_is_another_one(world: World) -> None:
    """So that comparing questions tells nobody that two numbers are of one person."""
    ended(world, national_id=NUMBER, local_number="A-7")
    questions = set()
    for who in ({"name": "李四"}, {"name": "王五"}):
        with pytest.raises(IdentityQuestion) as asked_here:
            elsewhere(world, national_id=NUMBER, **who)
        questions.add(asked_here.value.question)
    assert len(questions) == 2


@pytest.mark.parametrize("change", [{}, {"name": "李四"}])
def test_an_own_open_case_is_named_by_its_number_and_nobody_calls_the_own_hospital(
    world: World, change: dict[str, Any]
) -> None:
    first = world.register(local_number="A-7")
    with pytest.raises(OpenCaseExists) as own:
        world.register(local_number="A-7", **change)
    assert first.number in str(own.value.message)
    assert world.hospital.phone not in str(own.value.message)
