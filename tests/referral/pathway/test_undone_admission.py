"""An admission entered in error: the case is again what it was, and nothing of the stay counts."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from notifications.models import Notification
from referral.deadlines.engine import run_cycle
from referral.models import Admission, Case, Deadline, Offer, Retraction
from referral.pathway import timeline
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.refusals import AccessError, InputError, PathwayError, VerbNotAllowed
from referral.pathway.retracted_records import end_of_stay
from referral.pathway.vocabulary import Kind, State, Verb
from referral.queries import cases
from referral.ward.record import ward_record
from tests.referral.pathway.test_state_machine import Crash, crash_before_statement
from tests.referral.statistics.test_case_facts import agrees
from tests.world import HOUR, MINUTE, NOW, World, open_offer

LATER = NOW + 20 * MINUTE
UNDONE = NOW + 3 * HOUR
COLUMNS = ("state", "ward_id", "bed", "accepted_at", "departed_at", "expected_arrival_at", "admitted_at")
WINDOWS = ("kind", "offer_id", "starts_at", "due_at", "first_due_at", "closed_at", "outcome", "done_late")


def in_transit(world: World) -> Case:
    case = world.accepted()
    return perform(case, Verb.DEPART, actor=world.doctor, now=NOW, expected_arrival_at=NOW + 5 * HOUR)


def unplaced(world: World) -> Case:
    case = world.flagged()
    for ward in (world.specialist, world.second_specialist):
        perform(case, Verb.DECLINE, actor=ward, now=NOW, reason="no_bed")
    return case


def acknowledged(world: World) -> Case:
    return perform(world.flagged(), Verb.ACKNOWLEDGE, actor=world.specialist, now=NOW)


def asking_advice(world: World) -> Case:
    return perform(world.watched(), Verb.ASK_ADVICE, actor=world.doctor, now=NOW, ward=world.ward, text="?")


BEFORE = {
    "registered": lambda world: world.register(),
    "watched": lambda world: world.watched(),
    "watched, with a question": asking_advice,
    "offered": lambda world: world.flagged(),
    "offered and acknowledged": acknowledged,
    "unplaced": unplaced,
    "accepted": lambda world: world.accepted(),
    "in transit": in_transit,
}


def as_it_is(case: Case) -> tuple[Any, ...]:
    """What must come back: the case, its offers, its question, and every deadline that was ever judged."""
    row = Case.objects.filter(pk=case.pk).values(*COLUMNS).get()
    offers = Offer.objects.filter(case=case).order_by("pk")
    windows = Deadline.objects.filter(case=case).exclude(kind__in=(Kind.DIAGNOSE, Kind.TREAT_PRECIPITANT))
    return (
        row,
        list(offers.values("ward", "state", "answered_at", "acknowledged_at")),
        list(case.questions.values("closed_at")),
        list(windows.order_by("pk").values(*WINDOWS)),
    )


def undo(world: World, case: Case, by: User | None = None, now: Any = UNDONE, **inputs: Any) -> Case:
    return perform(
        case,
        Verb.UNDO_ADMISSION,
        actor=by or world.second_specialist,
        now=now,
        **{"reason": "wrong_patient", **inputs},
    )


@pytest.mark.parametrize("stage", BEFORE)
def test_the_case_is_exactly_where_it_was(world: World, stage: str) -> None:
    case = BEFORE[stage](world)
    before, row = as_it_is(case), agrees(case)
    world.admitted_elsewhere(case, LATER)
    case = undo(world, case)
    assert as_it_is(case) == before
    assert {name: getattr(agrees(case), name) for name in ("state", "ward", "admitted_at", "offers")} == {
        name: getattr(row, name) for name in ("state", "ward", "admitted_at", "offers")
    }
    of_the_stay = Deadline.objects.filter(case=case, kind__in=(Kind.DIAGNOSE, Kind.TREAT_PRECIPITANT))
    assert {deadline.outcome for deadline in of_the_stay} == {"cancelled"}


def test_deadlines_that_passed_meanwhile_are_missed_at_their_true_times_and_alert_at_once(
    world: World,
) -> None:
    case = world.flagged()
    world.admitted_elsewhere(case, NOW + 5 * MINUTE)
    case = undo(world, case, now=NOW + 20 * MINUTE)
    acknowledge = Deadline.objects.get(case=case, kind=Kind.ACKNOWLEDGE)
    assert (acknowledge.due_at, acknowledge.closed_at) == (NOW + 15 * MINUTE, None)
    run_cycle(NOW + 20 * MINUTE)
    acknowledge.refresh_from_db()
    assert acknowledge.missed_at == NOW + 15 * MINUTE
    alerted = Notification.objects.filter(alert__subject_id=str(acknowledge.pk), withdrawn_at=None)
    assert {row.recipient for row in alerted} >= {world.specialist, world.lead}
    done = perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW + 21 * MINUTE)
    assert (done.state, done.ward) == (State.ACCEPTED, world.ward)


def test_a_miss_before_the_admission_is_on_the_timeline_once(world: World) -> None:
    case = world.accepted()
    run_cycle(NOW + 49 * HOUR)
    perform(case, Verb.ADMIT, actor=world.specialist, now=NOW + 50 * HOUR)
    undo(world, case, world.specialist, now=NOW + 51 * HOUR)
    run_cycle(NOW + 52 * HOUR)
    missed = case.events.filter(what=timeline.DEADLINE_MISSED, details__kind="admit")
    assert missed.count() == 1
    assert Deadline.objects.get(case=case, kind=Kind.ADMIT).missed_at == NOW + 48 * HOUR


def fill_the_stay(world: World, case: Case) -> None:
    does = {"actor": world.second_specialist, "now": LATER + HOUR}
    kit = {"lot": "A1", "sampled_at": LATER, "answer": "positive"}
    perform(case, Verb.RECORD_KIT_RESULT, **does, **kit)
    organs = {"inr": 2.6, "dialysis": True, "vasopressors": True}
    perform(case, Verb.ASSESS_ORGAN_FAILURE, **does, **organs)
    perform(case, Verb.RECORD_INTERVENTION, **does, precipitant="HBV_FLARE", note="x")
    perform(case, Verb.RECORD_TREATMENT, **does, item="nutrition", progress="done")
    perform(case, Verb.SET_NUTRITION_TARGET, **does, height_cm=170, weight_kg=70)
    perform(case, Verb.RECORD_INTAKE, **does, day=LATER.date(), kcal=1500)
    perform(case, Verb.DIAGNOSE, **does, category="aclf")


def test_what_was_recorded_meanwhile_stays_on_the_timeline_marked_and_counts_nowhere(world: World) -> None:
    case = world.flagged()
    world.admitted_elsewhere(case, LATER)
    fill_the_stay(world, case)
    case = undo(world, case)

    case_facts = agrees(case)
    assert (case_facts.kit_results, case_facts.intervened_at, case_facts.diagnosed_at) == (0, None, None)
    record = ward_record(case)
    assert (record.counting, record.target, list(record.days)) == ([], None, [])
    assert all(not item.progress for item in record.checklist)
    assert len(record.kits) == 1 and record.kits[0].retraction is not None
    assert set(Retraction.objects.values_list("with_admission", flat=True)) == {True}
    assert Deadline.objects.get(case=case, kind=Kind.TRANSPLANT).outcome == "cancelled"
    assert cases.diagnosis_of(case) is None
    marked = timeline.voided(case.events.all())
    named = set(case.events.filter(number__in=marked).values_list("what", flat=True))
    assert named >= {"admit", "record_kit_result", "assess_organ_failure", "diagnose", "record_intake"}


def test_the_next_stay_has_its_own_diagnosis_and_deadlines(world: World) -> None:
    case = world.flagged()
    world.admitted_elsewhere(case, LATER)
    fill_the_stay(world, case)
    undo(world, case)
    perform(case, Verb.ADMIT, actor=world.specialist, now=UNDONE)
    done = perform(case, Verb.DIAGNOSE, actor=world.specialist, now=UNDONE + HOUR, category="early_aclf")
    diagnosis = cases.diagnosis_of(done)
    assert diagnosis is not None and diagnosis.category == "early_aclf" and not diagnosis.replaced
    assert agrees(done).diagnose_verdict is not None
    assert Admission.objects.filter(case=case, undone_at=None).count() == 1
    kit = {"lot": "A", "sampled_at": UNDONE, "answer": "negative", "corrects": ward_record(done).kits[0]}
    with pytest.raises(InputError, match="corrects"):
        perform(case, Verb.RECORD_KIT_RESULT, actor=world.specialist, now=UNDONE + HOUR, **kit)


def test_only_the_ward_that_has_the_patient_and_the_coordinator_undo_it(world: World) -> None:
    case = world.accepted()
    world.admitted_elsewhere(case, LATER)
    for nobody in (world.doctor, world.specialist, world.lead):
        with pytest.raises(AccessError):
            undo(world, case, nobody)
        assert Verb.UNDO_ADMISSION not in usable_verbs(nobody, case)
    assert Verb.UNDO_ADMISSION in usable_verbs(world.second_specialist, Case.objects.get(pk=case.pk))
    assert undo(world, case, world.coordinator).state == State.ACCEPTED
    with pytest.raises(VerbNotAllowed):
        undo(world, case, world.coordinator)


def test_after_the_policys_time_it_stands(world: World) -> None:
    case = world.admitted()
    undo_until = NOW + case.policy.time_to_undo
    with pytest.raises(PathwayError) as refusal:
        undo(world, case, world.specialist, now=undo_until + MINUTE)
    assert refusal.value.code == "admission_stands"
    run_cycle(undo_until + MINUTE)
    case.refresh_from_db()
    assert Verb.UNDO_ADMISSION not in usable_verbs(world.specialist, case)
    assert not case.events.filter(what="confirm_admission").exists()


def test_the_expecting_ward_is_asked_at_once_and_sees_the_case_until_the_admission_stands(
    world: World,
) -> None:
    case = world.accepted()
    case = world.admitted_elsewhere(case, LATER)
    assert Case.objects.visible_to(world.lead).filter(pk=case.pk).exists()
    asked = Notification.objects.filter(alert__kind="admitted_elsewhere")
    assert {row.recipient for row in asked} == {world.specialist, world.lead, world.coordinator}
    assert {row.alert.severity for row in asked} == {"severe"}
    assert set(usable_verbs(world.specialist, case)) == {Verb.MESSAGE}
    perform(case, Verb.MESSAGE, actor=world.specialist, now=LATER + MINUTE, text="Ours is still on the way.")
    objected = Notification.objects.filter(alert__kind="message")
    assert {row.recipient for row in objected} >= {world.second_specialist, world.coordinator}

    run_cycle(case.undo_until + timedelta(seconds=1))
    case.refresh_from_db()
    assert (case.expecting_ward, case.undo_until) == (None, None)
    assert not Case.objects.visible_to(world.lead).filter(pk=case.pk).exists()
    assert case.events.get(what="confirm_admission").details == {"left_ward": str(world.ward.pk)}


def test_everybody_hears_of_the_undoing(world: World) -> None:
    case = world.flagged()
    world.admitted_elsewhere(case, LATER)
    undo(world, case, world.coordinator, note="Two patients of one name.")
    notifications = Notification.objects.filter(alert__payload__verb="undo_admission")
    assert {row.recipient for row in notifications} == {
        world.doctor,
        world.specialist,
        world.second_specialist,
    }
    assert {row.alert.severity for row in notifications} == {"severe"}
    line = case.events.get(what="undo_admission")
    assert line.note == "Two patients of one name."
    assert line.details["left_ward"] == str(world.second_ward.pk)
    assert not Case.objects.visible_to(world.second_specialist).filter(pk=case.pk).exists()
    assert open_offer(case).ward == world.ward


def test_after_a_transfer_the_promise_of_the_first_ward_comes_back(world: World) -> None:
    case = world.accepted()
    world.admitted_elsewhere(case, LATER)
    perform(case, Verb.TRANSFER, actor=world.coordinator, now=LATER + HOUR, ward=world.ward)
    case = undo(world, case, world.specialist)
    assert (case.state, case.ward, case.bed) == (State.ACCEPTED, world.ward, "12")
    assert Offer.objects.get(case=case).state == Offer.State.ACCEPTED


def test_a_first_visit_corrected_meanwhile_counts(world: World) -> None:
    case = world.accepted()
    world.admitted_elsewhere(case, LATER)
    earlier = NOW - 10 * HOUR
    perform(case, Verb.CORRECT_FIRST_VISIT, actor=world.doctor, now=LATER, first_visit_at=earlier)
    undo(world, case)
    running = Deadline.objects.get(case=case, kind=Kind.ADMIT)
    assert (running.due_at, running.closed_at) == (earlier + 48 * HOUR, None)


def test_a_process_that_dies_before_any_statement_of_the_undoing_leaves_the_admission(world: World) -> None:
    case = world.flagged()
    world.admitted_elsewhere(case, LATER)
    fill_the_stay(world, case)
    before, died = as_it_is(case), 0
    for nth in range(1, 200):
        try:
            with transaction.atomic(), crash_before_statement(nth):
                undo(world, case)
                transaction.set_rollback(True)
        except Crash:
            died += 1
            assert as_it_is(case) == before
            assert not Retraction.objects.exists()
        else:
            break
    assert 20 < died < 199


def test_the_stay_ends_with_the_last_admission_and_not_with_the_one_in_error(world: World) -> None:
    case = perform(
        world.admitted(), Verb.UNDO_ADMISSION, actor=world.specialist, now=LATER, reason="wrong_patient"
    )
    case = perform(case, Verb.ADMIT, actor=world.specialist, now=UNDONE)
    case = perform(case, Verb.DIAGNOSE, actor=world.specialist, now=UNDONE + HOUR, category="early_aclf")
    case = perform(case, Verb.BACK_REFER, actor=world.specialist, now=UNDONE + 3 * HOUR, plan="plan")
    assert end_of_stay(case) == UNDONE + 3 * HOUR


def test_what_is_written_about_a_patient_in_another_ward_is_also_told_to_the_ward_that_expects_them(
    world: World,
) -> None:
    def alerted(case: Case) -> set[str]:
        case = perform(case, Verb.MESSAGE, actor=world.doctor, now=LATER, text="x")
        rows = Notification.objects.filter(alert__payload__verb="message", alert__payload__number=case.number)
        return {row.recipient.name for row in rows}

    there = world.admitted_elsewhere(world.accepted(name="测试甲"))
    assert alerted(there) == {"specialist", "specialist2"}
    assert alerted(world.admitted(name="测试乙")) == {"specialist"}


def test_an_admission_can_be_undone_until_the_moment_that_is_said_and_then_says_so(world: World) -> None:
    case = world.admitted()
    until = case.undo_until
    assert until is not None
    with pytest.raises(PathwayError) as late:
        undo(world, case, world.specialist, now=until + timedelta(seconds=1))
    assert "until" in str(late.value.message)
    with transaction.atomic():
        undone = undo(world, case, world.specialist, now=until)
        assert (undone.state, undone.voided_stays) == (State.ACCEPTED, 1)
        transaction.set_rollback(True)
    perform(case.pk, Verb.CONFIRM_ADMISSION, actor=None, now=until)
    with pytest.raises(PathwayError) as stands:
        undo(world, case, world.specialist, now=until)
    assert "This admission stands." in str(stands.value.message)
