"""What depends on whether a person is known says so to nobody who must not learn it."""

from typing import Any

import pytest

from accounts.models import AuditEntry
from notifications.models import Notification
from referral.identity.matching import OpenCaseExists, PersonAsked
from referral.intake.first_visit import FirstVisit
from referral.intake.submission import submit
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError, TooOften
from referral.pathway.vocabulary import Verb
from tests.world import ILL, NOW, World, resident, sampled, someone

ID = resident()


def take(world: World, values: Any, then: Verb | None = Verb.ASSESS, **person: Any) -> Case:
    """Somebody of the other hospital registers a patient with this ID."""
    visit = FirstVisit(
        person=someone(national_id=ID, **person),
        at=NOW,
        chronic_liver_disease="hepatitis_b",
        presentation="acute_liver_injury",
    )
    return submit(
        actor=world.other_doctor,
        hospital=world.other_hospital,
        visit=visit,
        values=values,
        then=then,
        inputs={},
        now=NOW,
    )


WRONG = {
    "impossible": {**sampled(ILL, NOW), "sodium_mmol_l": 1400},
    "unusual": {**sampled(ILL, NOW), "sodium_mmol_l": 190},
    "incomplete": {name: value for name, value in sampled(ILL, NOW).items() if name != "inr"},
}


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("values", WRONG)
def test_values_that_are_refused_are_refused_before_anybody_is_looked_for(
    world: World, values: str, is_known: bool
) -> None:
    if is_known:
        world.register(national_id=ID)
    before = Notification.objects.count()
    with pytest.raises(InputError):
        take(world, WRONG[values])
    assert not AuditEntry.objects.filter(action="met_elsewhere").exists()
    assert Notification.objects.count() == before


def test_a_referral_without_its_reason_is_refused_before_anybody_is_looked_for(world: World) -> None:
    world.register(national_id=ID)
    with pytest.raises(InputError, match="reason"):
        take(world, {}, Verb.REFER)


def test_beyond_the_limit_the_known_and_the_unknown_are_refused_alike(world: World, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "meetings": (1, 3600)}
    world.register(national_id=ID)
    with pytest.raises(OpenCaseExists):
        take(world, {}, None)
    refusals = []
    for other in ({"name": "测试甲"}, {"name": "测试乙", "birth_date": None}):
        with pytest.raises(TooOften) as refusal:
            take(world, {}, None, **other)
        refusals.append((refusal.value.code, refusal.value.seconds, str(refusal.value.message)))
    assert refusals[0] == refusals[1]


@pytest.mark.parametrize("answer", ["confirmed_same", "confirmed_different"])
def test_an_answer_that_nobody_asked_for_is_none_and_is_reported_to_the_other_hospital(
    world: World, answer: str
) -> None:
    existing = world.register(national_id=ID)
    perform(existing, Verb.END_REFERRAL, actor=world.doctor, now=NOW, reason="improved")
    with pytest.raises(PersonAsked) as refusal:
        take(world, {}, None, **{answer: True})
    take(world, {}, None, **{answer: True, "answers_to": refusal.value.question})
    assert AuditEntry.objects.filter(action="met_elsewhere", subject_id=str(existing.pk)).count() == 1
    assert existing.events.filter(what="met_elsewhere").count() == 1


def test_corrected_numbers_are_limited_whether_or_not_another_has_them(world: World, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "corrected_numbers": (2, 3600)}
    world.register(national_id=ID)
    own = world.register(
        name="测试乙", national_id=resident(3), actor=world.other_doctor, hospital=world.other_hospital
    )
    for number in (ID, resident(5)):
        perform(own, Verb.CORRECT_IDENTITY, actor=world.other_doctor, now=NOW, national_id=number, why="x")
    for number in (ID, resident(7)):
        with pytest.raises(TooOften):
            perform(
                own, Verb.CORRECT_IDENTITY, actor=world.other_doctor, now=NOW, national_id=number, why="x"
            )


def test_the_timeline_says_how_a_person_was_recognised_only_where_somebody_was_asked(world: World) -> None:
    first = world.register(local_number="A-7")
    other = world.register(local_number="A-7", name="李四", confirmed_different=True)
    answers = [case.events.get(what="register").details.get("identity") for case in (first, other)]
    assert answers == [None, "different"]
