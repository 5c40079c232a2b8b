"""Permissions: who sees a case, who may do what, and who may not."""

from typing import Any

import pytest
from django.db import transaction

from accounts.models import AuditEntry
from referral.deadlines.engine import run_cycle
from referral.identity.matching import NamesakeExists, OpenCaseExists
from referral.models import Case, Deadline, Offer, Patient
from referral.pathway.perform import EFFECTS, perform, usable_verbs
from referral.pathway.refusals import AccessError, IdentityQuestion, InputError, PathwayError, TooOften
from referral.pathway.vocabulary import Kind, State, Verb
from tests.world import MINUTE, NOW, World, open_offer, resident

PEOPLE = (
    "doctor",
    "other_doctor",
    "specialist",
    "lead",
    "second_specialist",
    "coordinator",
    "researcher",
    "administrator",
)


def sees(world: World, case: Case) -> set[str]:
    return {
        name for name in PEOPLE if Case.objects.visible_to(getattr(world, name)).filter(pk=case.pk).exists()
    }


def test_before_a_flag_only_the_first_hospital_and_the_coordinator_see_a_case(world: World) -> None:
    assert sees(world, world.register()) == {"doctor", "coordinator"}


def test_the_ward_that_is_asked_sees_the_case_and_the_next_one_does_not(world: World) -> None:
    assert sees(world, world.flagged()) == {"doctor", "coordinator", "specialist", "lead"}


def test_a_ward_that_declined_keeps_its_own_offer_and_nothing_after_it(world: World) -> None:
    case = world.flagged()
    perform(case, Verb.DECLINE, actor=world.specialist, now=NOW, reason="no_bed")
    assert sees(world, case) == {"doctor", "coordinator", "second_specialist"}
    assert [offer.ward for offer in Offer.objects.visible_to(world.specialist)] == [world.ward]


def test_an_inactive_user_sees_nothing(world: World) -> None:
    world.doctor.is_active = False
    case = world.register(name="别人", actor=world.other_doctor, hospital=world.other_hospital)
    assert not Case.objects.visible_to(world.doctor).filter(pk=case.pk).exists()


def test_a_researcher_and_an_administrator_can_use_no_verb_on_any_case(world: World) -> None:
    case = world.admitted()
    assert usable_verbs(world.researcher, case) == []
    assert usable_verbs(world.administrator, case) == []


@pytest.mark.parametrize("verb", sorted(EFFECTS, key=str))
def test_another_hospitals_clinician_can_use_no_verb(world: World, verb: Verb) -> None:
    case = world.flagged()
    with pytest.raises((AccessError, PathwayError)):
        perform(case, verb, actor=world.other_doctor, now=NOW)
    case.refresh_from_db()
    assert case.state == State.OFFERED


def test_the_first_hospital_cannot_answer_for_the_ward_nor_the_ward_assess_for_the_hospital(
    world: World,
) -> None:
    case = world.flagged()
    with pytest.raises(AccessError):
        perform(case, Verb.ACCEPT, actor=world.doctor, now=NOW, bed="1")
    with pytest.raises(AccessError):
        perform(case, Verb.ASSESS, actor=world.specialist, now=NOW)


@pytest.mark.parametrize("verb", [Verb.EXPIRE_OFFER, Verb.PASS_ON])
def test_only_the_engine_ends_a_request_that_nobody_answered(world: World, verb: Verb) -> None:
    case = world.flagged()
    for person in PEOPLE:
        with pytest.raises(AccessError):
            perform(case, verb, actor=getattr(world, person), now=NOW)
    assert open_offer(case).is_open


def test_a_second_hospital_is_told_whom_to_call_and_the_first_hospital_is_told_too(world: World) -> None:
    case = world.register(national_id="110101197001021233")
    with pytest.raises(OpenCaseExists) as refusal:
        world.register(
            actor=world.other_doctor, hospital=world.other_hospital, national_id="１１０１０１ 197001021233"
        )
    assert refusal.value.extra == {
        "hospital": {"name": "甲", "phone": "020-1000"}, "case": None, "confirmable": False
    }  # fmt: skip
    assert Case.objects.count() == 1
    case.refresh_from_db()
    assert case.events.filter(what="met_elsewhere").count() == 1
    assert world.doctor.notifications.filter(alert__kind="met_elsewhere").count() == 1


def test_a_namesake_without_an_id_is_registered_only_after_a_person_confirmed(world: World) -> None:
    world.register()
    with pytest.raises(NamesakeExists):
        world.register(now=NOW + MINUTE)
    assert world.register(now=NOW + MINUTE, confirmed_different=True).state == State.REGISTERED


def test_namesakes_are_asked_about_although_both_have_a_national_id(world: World) -> None:
    world.register(national_id="110101197001021233")
    with pytest.raises(NamesakeExists):
        world.register(national_id="110101197001025672")
    other = world.register(national_id="110101197001025672", confirmed_different=True)
    assert other.state == State.REGISTERED


def test_a_mistyped_id_does_not_end_in_somebody_elses_record(world: World) -> None:
    first = world.register(national_id="110101197001021233")
    perform(first, Verb.END_REFERRAL, actor=world.doctor, now=NOW, reason="improved")
    mistyped = {"national_id": "110101197001021233", "name": "别人"}
    with pytest.raises(IdentityQuestion, match="id_of_another"):
        world.register(**mistyped)
    again = world.register(national_id="110101197001021233")
    assert (again.person_id, again.previous_id) == (first.person_id, first.pk)
    assert again.patient_id != first.patient_id


@pytest.mark.parametrize("typed", ["110101197001021233", "110101197001025672"])
def test_a_mistyped_hospital_number_does_not_end_in_somebody_elses_record(world: World, typed: str) -> None:
    """Of the patient whom the ID names, or of somebody new: of the same sex and birth date, as it happens."""
    for who in ({"national_id": "110101197001021233"}, {"local_number": "A-7", "national_id": "A7654321"}):
        case = world.register(**who)
        perform(case, Verb.END_REFERRAL, actor=world.doctor, now=NOW, reason="improved")
    kept = list(Patient.objects.order_by("pk").values("identity", "national_id_index", "local_number_index"))
    with pytest.raises(IdentityQuestion, match="number_of_another"):
        world.register(national_id=typed, local_number="A-7")
    now = Patient.objects.order_by("pk").values("identity", "national_id_index", "local_number_index")
    assert list(now) == kept


def test_nobody_registers_for_a_hospital_that_is_not_theirs(world: World) -> None:
    with pytest.raises(AccessError):
        world.register(actor=world.other_doctor)
    with pytest.raises(AccessError):
        world.register(actor=world.specialist)


def test_a_coordinator_redirects_only_to_open_wards(world: World) -> None:
    case = world.flagged()
    world.second_ward.closed_at = NOW
    world.second_ward.save()
    with pytest.raises(InputError, match="ward_closed"):
        perform(case, Verb.REDIRECT, actor=world.coordinator, now=NOW, ward=world.second_ward)


def test_whoever_tries_patient_after_patient_is_stopped_and_every_answer_is_on_the_trail(
    world: World, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "meetings": (2, 3600)}
    for number in range(2):
        world.register(name=f"患者{number}", national_id=resident(2 * number + 1))
    tries = {"actor": world.other_doctor, "hospital": world.other_hospital}
    for number in range(2):
        with pytest.raises(NamesakeExists):
            world.register(**tries, name=f"患者{number}")
    for known_or_not in ({"national_id": resident(1)}, {"name": "无人认识"}):
        with pytest.raises(TooOften):
            world.register(**tries, **known_or_not)
    actions = AuditEntry.objects.filter(actor=world.other_doctor).values_list("action", flat=True)
    assert sorted(actions) == ["met_namesake", "met_namesake"]


def test_the_own_hospital_is_not_limited_for_meeting_its_own_patient_again(
    world: World, settings: Any
) -> None:
    settings.LIMITS = {**settings.LIMITS, "meetings": (1, 3600)}
    world.register()
    with pytest.raises(NamesakeExists):
        world.register()
    with pytest.raises(NamesakeExists):
        world.register()


def test_a_ward_answers_for_the_deadlines_of_its_own_request_and_not_for_another_wards(world: World) -> None:
    case = world.flagged()
    run_cycle(NOW + 40 * MINUTE)
    decline = {"actor": world.specialist, "now": NOW + 41 * MINUTE, "reason": "no_bed"}
    perform(case, Verb.DECLINE, **decline)
    run_cycle(NOW + 75 * MINUTE)
    first, second = case.deadlines.filter(kind=Kind.ACKNOWLEDGE).order_by("starts_at")
    admit = case.deadlines.get(kind=Kind.ADMIT)

    def explains(row: Deadline) -> str:
        with transaction.atomic():
            try:
                given = {"deadline": row, "reason": "no_bed"}
                perform(
                    case.pk, Verb.EXPLAIN_DELAY, actor=world.second_specialist, now=NOW + 76 * MINUTE, **given
                )
            except InputError as refusal:
                return refusal.rows[0][1]
            finally:
                transaction.set_rollback(True)
        return ""

    assert first.missed_at and second.missed_at
    assert (explains(first), explains(second), explains(admit)) == ("of_others", "", "not_missed")


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (3600, 60)])
def test_who_looks_up_too_often_hears_in_whole_minutes_when_they_may_again(
    seconds: int, minutes: int
) -> None:
    assert f"Wait {minutes} min" in str(TooOften(seconds).message)
