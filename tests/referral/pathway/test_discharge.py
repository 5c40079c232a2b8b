"""Diagnosis, the way back to the first hospital, discharge, and a new episode of the same patient."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from notifications.models import Notification
from referral.deadlines.engine import run_cycle
from referral.models import BackReferral, Case, Diagnosis
from referral.pathway.perform import EFFECTS, perform, prerequisite, usable_verbs
from referral.pathway.refusals import AccessError, InputError, PathwayError, VerbNotAllowed
from referral.pathway.table import TABLE
from referral.pathway.vocabulary import BEFORE_ADMISSION, IN_WARD, Kind, State, Verb
from tests.world import HOUR, MINUTE, NOW, World, build

DAY = timedelta(days=1)


@pytest.fixture
def world(db: None) -> World:
    return build()


def codes(refusal: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [code for _field, code, _message in refusal.value.rows]


def test_a_diagnosis_is_kept_with_what_the_first_hospital_should_know(world: World) -> None:
    case = perform(
        world.admitted(),
        Verb.DIAGNOSE,
        actor=world.specialist,
        now=NOW + HOUR,
        category="aclf",
        should_know="no herbs",
        note="seen",
    )
    diagnosis = Diagnosis.objects.get(case=case)
    assert (diagnosis.category, diagnosis.should_know, diagnosis.note) == ("aclf", "no herbs", "seen")
    assert case.state == State.DIAGNOSED
    assert case.deadlines.get(kind=Kind.DIAGNOSE).state == "met"


def test_a_diagnosis_is_encrypted_and_never_changed(world: World) -> None:
    case = perform(
        world.admitted(),
        Verb.DIAGNOSE,
        actor=world.specialist,
        now=NOW,
        category="aclf",
        should_know="a secret of Mr Li",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT should_know FROM referral_diagnosis WHERE case_id = %s", [case.pk])
        assert "Mr Li" not in cursor.fetchone()[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        Diagnosis.objects.filter(case=case).update(category="other")


def test_a_diagnosis_before_the_admission_is_refused(world: World) -> None:
    case = perform(world.accepted(), Verb.ADMIT, actor=world.specialist, now=NOW + 2 * HOUR)
    with pytest.raises(InputError) as refusal:
        perform(
            case,
            Verb.DIAGNOSE,
            actor=world.specialist,
            now=NOW + 3 * HOUR,
            occurred_at=NOW + HOUR,
            category="aclf",
        )
    assert codes(refusal) == ["out_of_order"]


def test_an_admission_before_the_departure_is_refused(world: World) -> None:
    case = perform(
        world.accepted(),
        Verb.DEPART,
        actor=world.doctor,
        now=NOW + 2 * HOUR,
        expected_arrival_at=NOW + 4 * HOUR,
    )
    with pytest.raises(InputError) as refusal:
        perform(case, Verb.ADMIT, actor=world.specialist, now=NOW + 5 * HOUR, occurred_at=NOW + HOUR)
    assert codes(refusal) == ["out_of_order"]
    assert "Check the date and time" in str(refusal.value.rows[0][2])


def test_a_back_referral_keeps_its_four_texts_encrypted(world: World) -> None:
    texts = {"plan": "P-text", "medicines": "M-text", "appointments": "A-text", "red_flags": "R-text"}
    case = perform(world.diagnosed(), Verb.BACK_REFER, actor=world.specialist, now=NOW + DAY, **texts)
    back = BackReferral.objects.get(case=case)
    assert {name: getattr(back, name) for name in texts} == texts
    assert back.hospital == world.hospital
    with connection.cursor() as cursor:
        cursor.execute("SELECT plan, medicines, appointments, red_flags FROM referral_backreferral")
        assert not any("-text" in stored for stored in cursor.fetchone())


def test_the_first_hospital_confirms_the_return_within_a_day(world: World) -> None:
    case = world.returned()
    assert case.deadlines.get(kind=Kind.CONFIRM_RETURN).due_at == NOW + DAY
    case = perform(case, Verb.CONFIRM_RETURN, actor=world.doctor, now=NOW + 3 * HOUR)
    assert case.deadlines.get(kind=Kind.CONFIRM_RETURN).state == "met"
    back = BackReferral.objects.get(case=case)
    assert (back.confirmed_at, back.confirmed_by) == (NOW + 3 * HOUR, world.doctor)
    assert Notification.objects.filter(
        recipient=world.specialist, alert__payload__verb="confirm_return"
    ).exists()


def test_an_unconfirmed_return_is_missed_and_told(world: World) -> None:
    case = world.returned()
    run_cycle(NOW + DAY + MINUTE)
    assert case.deadlines.get(kind=Kind.CONFIRM_RETURN).missed_at == NOW + DAY
    assert Notification.objects.filter(
        recipient=world.doctor, alert__payload__deadline="confirm_return"
    ).exists()


def test_a_return_is_confirmed_by_the_first_hospital_only_once_and_only_where_there_was_one(
    world: World,
) -> None:
    case = world.returned()
    for stranger in (world.specialist, world.coordinator, world.other_doctor):
        with pytest.raises(AccessError):
            perform(case, Verb.CONFIRM_RETURN, actor=stranger, now=NOW)
    perform(case, Verb.CONFIRM_RETURN, actor=world.doctor, now=NOW)
    with pytest.raises(PathwayError, match="return_confirmed"):
        perform(case, Verb.CONFIRM_RETURN, actor=world.doctor, now=NOW)


def test_nothing_is_confirmed_after_a_discharge(world: World) -> None:
    case = perform(world.diagnosed(), Verb.DISCHARGE, actor=world.specialist, now=NOW, to="home")
    with pytest.raises(PathwayError, match="not_referred_back"):
        perform(case, Verb.CONFIRM_RETURN, actor=world.doctor, now=NOW)


def test_a_return_cannot_be_confirmed_for_a_time_before_it_began(world: World) -> None:
    case = perform(world.diagnosed(), Verb.BACK_REFER, actor=world.specialist, now=NOW + DAY, plan="p")
    with pytest.raises(InputError) as refusal:
        perform(case, Verb.CONFIRM_RETURN, actor=world.doctor, now=NOW + 2 * DAY, occurred_at=NOW + HOUR)
    assert codes(refusal) == ["out_of_order"]


@pytest.mark.parametrize("to", ["home", "against_advice", "other_hospital"])
def test_a_discharge_ends_acute_care_and_follow_up_goes_on(world: World, to: str) -> None:
    case = perform(world.diagnosed(), Verb.DISCHARGE, actor=world.specialist, now=NOW + DAY, to=to)
    assert case.state == State.FOLLOW_UP
    assert set(case.deadlines.open().values_list("kind", flat=True)) == {"follow_up_28", "follow_up_90"}
    assert case.events.latest("number").details == {"to": to}


def test_a_new_episode_is_a_case_of_its_own_and_the_old_one_hears_of_it(world: World) -> None:
    old = world.returned(national_id="X1234567")
    later = NOW + 20 * DAY
    elsewhere = {"actor": world.other_doctor, "hospital": world.other_hospital, "confirmed_same": True}
    new = world.register(now=later, national_id="X1234567", **elsewhere)
    old.refresh_from_db()
    assert (new.previous_id, old.state) == (old.pk, State.FOLLOW_UP)
    line = old.events.get(what="readmitted")
    assert line.details == {"later": str(new.pk), "number": new.number}
    assert old.event_count == old.events.latest("number").number
    notifications = set(
        Notification.objects.filter(alert__kind="readmitted").values_list("recipient__name", flat=True)
    )
    assert notifications == {"doctor", "lead"}
    assert {"follow_up_28", "follow_up_90"} <= set(old.deadlines.open().values_list("kind", flat=True))


def test_the_old_hospital_does_not_see_the_new_episode(world: World) -> None:
    world.returned(national_id="X1234567")
    elsewhere = {"actor": world.other_doctor, "hospital": world.other_hospital, "confirmed_same": True}
    new = world.register(now=NOW + DAY, national_id="X1234567", **elsewhere)
    assert not Case.objects.visible_to(world.doctor).filter(pk=new.pk).exists()
    assert not Case.objects.visible_to(world.specialist).filter(pk=new.pk).exists()


def test_a_closed_case_hears_nothing_of_a_new_episode(world: World) -> None:
    old = perform(world.returned(national_id="X1234567"), Verb.RECORD_OUTCOME, actor=world.doctor, day=90,
                  status="alive", now=NOW + 90 * DAY)  # fmt: skip
    before = old.event_count
    world.register(now=NOW + 91 * DAY, national_id="X1234567")
    old.refresh_from_db()
    assert (old.state, old.event_count) == (State.CLOSED, before)


def test_a_death_in_a_new_episode_also_closes_the_old_one(world: World) -> None:
    old = world.returned(national_id="X1234567")
    new = world.register(now=NOW + 20 * DAY, national_id="X1234567")
    died = NOW + 21 * DAY
    perform(new, Verb.RECORD_DEATH, actor=world.doctor, now=died + HOUR, occurred_at=died)
    old.refresh_from_db()
    assert (old.state, old.died_at) == (State.CLOSED, died)
    statement = old.outcomes.get()
    assert (statement.side, statement.actor, statement.status) == ("engine", None, "dead")
    assert old.deadlines.get(kind=Kind.FOLLOW_UP_28).state == "met"


def test_a_return_is_confirmed_only_where_somebody_was_referred_back(world: World) -> None:
    case = world.returned()
    assert Verb.CONFIRM_RETURN in usable_verbs(world.doctor, case)
    case = perform(case, Verb.CONFIRM_RETURN, actor=world.doctor, now=NOW)
    assert Verb.CONFIRM_RETURN not in usable_verbs(world.doctor, case)
    home = perform(world.diagnosed(name="测试乙"), Verb.DISCHARGE, actor=world.specialist, now=NOW, to="home")
    assert Verb.CONFIRM_RETURN not in usable_verbs(world.doctor, home)


@pytest.mark.parametrize(
    ("verb", "inputs"), [(Verb.DISCHARGE, {"to": "home"}), (Verb.BACK_REFER, {"plan": "x"})]
)
def test_who_leaves_before_the_diagnosis_is_told_that_it_comes_first(
    world: World, verb: Verb, inputs: dict[str, str]
) -> None:
    with pytest.raises(VerbNotAllowed) as refused:
        perform(world.admitted(), verb, actor=world.specialist, now=NOW, **inputs)
    assert str(refused.value.message).startswith("Record the diagnosis first")
    assert "diagnose" in refused.value.extra["allowed_verbs"]


def test_what_is_recorded_of_a_patient_in_bed_asks_for_the_admission_first(world: World) -> None:
    with pytest.raises(VerbNotAllowed) as refused:
        perform(world.accepted(), Verb.DIAGNOSE, actor=world.specialist, now=NOW, category="aclf")
    assert str(refused.value.message).startswith("Record the admission first")


def test_the_admission_is_asked_for_before_it_by_what_only_a_ward_does() -> None:
    first_sources = {row.verb: row.sources for row in reversed(TABLE)}
    asked = {
        (state, verb)
        for state in State
        for verb in EFFECTS
        if str(prerequisite(Case(state=state), verb)).startswith("Record the admission first")
    }
    of_a_ward = {verb for verb in EFFECTS if first_sources[verb] <= IN_WARD}
    assert Verb.DIAGNOSE in of_a_ward and Verb.ACCEPT not in of_a_ward
    assert asked == {(state, verb) for state in BEFORE_ADMISSION for verb in of_a_ward}
