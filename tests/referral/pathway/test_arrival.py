"""The arrival: who brings the patient, an expected time that both sides change, arrived, handed over."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from referral.deadlines.engine import run_cycle
from referral.intake.free_beds import state_beds
from referral.models import Case, FreeBeds
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.refusals import AccessError, InputError, PathwayError, StaleVersion, VerbNotAllowed
from referral.pathway.vocabulary import Kind, State, Verb
from tests.referral.pathway.test_races import at_once, refusals
from tests.world import HOUR, MINUTE, NOW, World, build

SOON = NOW + 10 * MINUTE
CREW = {"means": "emergency_service", "team": "王师傅", "contact": "139 1234 5678", "needs": ["oxygen"]}


@pytest.fixture
def coming(world: World) -> Case:
    return left(world)


def left(world: World, **inputs: Any) -> Case:
    given = {"expected_arrival_at": NOW + 2 * HOUR, **inputs}
    return perform(world.accepted(), Verb.DEPART, actor=world.doctor, now=NOW, **given)


def expect_at(case: Case, actor: Any, at: datetime, now: datetime = SOON, **more: Any) -> Case:
    return perform(case, Verb.CHANGE_ARRIVAL, actor=actor, now=now, expected_arrival_at=at, **more)


def refused(case: Case, verb: Verb, actor: Any, now: datetime = SOON, **inputs: Any) -> tuple[str, str]:
    with pytest.raises(InputError) as refusal:
        perform(case, verb, actor=actor, now=now, **inputs)
    field, code, _words = refusal.value.rows[0]
    return field, code


def test_a_departure_says_who_brings_the_patient(world: World) -> None:
    case = left(world, **CREW)
    journey = Case.objects.get(pk=case.pk).journey
    assert journey is not None
    assert (journey.team, journey.contact, journey.needs) == ("王师傅", "139 1234 5678", ["oxygen"])
    event = case.events.get(what=Verb.DEPART)
    assert "王师傅" not in str(event.details)
    assert "139" not in str(event.details)
    assert event.note == "王师傅 · 139 1234 5678"


def test_a_contact_that_nobody_can_dial_is_refused_at_its_field(world: World, coming: Case) -> None:
    for number in ("无", "打给司机", "0000000"):
        answer = refused(coming, Verb.DESCRIBE_TRANSPORT, world.doctor, contact=number)
        assert answer == ("contact", "not_a_number")
    assert refused(coming, Verb.DESCRIBE_TRANSPORT, world.doctor) == ("team", "required")


def test_no_journey_takes_longer_than_two_days(world: World, coming: Case) -> None:
    late = SOON + 48 * HOUR
    assert expect_at(coming, world.doctor, late).expected_arrival_at == late
    answer = refused(coming, Verb.CHANGE_ARRIVAL, world.doctor, expected_arrival_at=late + 10 * MINUTE)
    assert answer[0] == "expected_arrival_at"


def test_both_sides_change_the_expected_arrival_and_the_deadline_follows(world: World, coming: Case) -> None:
    due = coming.deadlines.get(kind=Kind.ARRIVE)
    for actor, hours in ((world.specialist, 4), (world.doctor, 3), (world.coordinator, 5)):
        case = expect_at(coming, actor, NOW + hours * HOUR)
        due.refresh_from_db()
        assert case.expected_arrival_at == NOW + hours * HOUR
        assert due.due_at == NOW + hours * HOUR + case.policy.length(Kind.ARRIVE)
    assert due.first_due_at == NOW + 2 * HOUR + case.policy.length(Kind.ARRIVE)
    events = case.events.filter(what=Verb.CHANGE_ARRIVAL).order_by("number")
    assert [event.details["expected_arrival_at_before"] for event in events] == [
        (NOW + hours * HOUR).isoformat() for hours in (2, 4, 3)
    ]
    for heard in (world.doctor, world.specialist):
        assert heard.notifications.filter(
            alert__payload__verb="change_arrival", alert__severity="warning"
        ).exists()


def test_an_arrival_can_be_expected_before_the_departure(world: World) -> None:
    case = expect_at(world.accepted(), world.specialist, NOW + 3 * HOUR)
    assert case.state == State.ACCEPTED
    assert case.expected_arrival_at == NOW + 3 * HOUR
    assert not case.deadlines.filter(kind=Kind.ARRIVE).exists()


def test_times_that_cannot_be_are_refused_at_their_field(world: World, coming: Case) -> None:
    for at, code in (
        (NOW - HOUR, "in_the_past"),
        (SOON, "in_the_past"),
        (NOW + 72 * HOUR, "too_far"),
        (NOW + 2 * HOUR, "unchanged"),
    ):
        answer = refused(coming, Verb.CHANGE_ARRIVAL, world.specialist, expected_arrival_at=at)
        assert answer == ("expected_arrival_at", code)


def test_a_ward_that_no_longer_has_the_case_changes_nothing(world: World, coming: Case) -> None:
    case = perform(
        coming,
        Verb.DIVERT,
        actor=world.coordinator,
        now=SOON,
        ward=world.second_ward,
        expected_arrival_at=NOW + 3 * HOUR,
    )
    for verb, inputs in (
        (Verb.CHANGE_ARRIVAL, {"expected_arrival_at": NOW + 5 * HOUR}),
        (Verb.ARRIVE, {}),
        (Verb.HAND_OVER, {}),
    ):
        with pytest.raises(AccessError):
            perform(case, verb, actor=world.specialist, now=SOON, **inputs)
    assert expect_at(case, world.second_specialist, NOW + 5 * HOUR).ward == world.second_ward


def test_who_changes_an_arrival_on_an_older_state_is_shown_the_new_one(world: World, coming: Case) -> None:
    seen = coming.version
    expect_at(coming, world.doctor, NOW + 3 * HOUR, if_version=seen)
    with pytest.raises(StaleVersion):
        expect_at(coming, world.specialist, NOW + 4 * HOUR, if_version=seen)


def test_an_overdue_arrival_alerts_and_escalates(world: World, coming: Case) -> None:
    due = coming.deadlines.get(kind=Kind.ARRIVE)
    run_cycle(due.due_at + MINUTE)
    assert world.specialist.notifications.filter(alert__kind="missed", alert__subject_id=str(due.pk)).exists()
    assert not world.coordinator.notifications.filter(alert__subject_id=str(due.pk)).exists()
    run_cycle(due.due_at + 31 * MINUTE)
    for person in (world.lead, world.coordinator):
        assert person.notifications.filter(alert__kind="missed", alert__subject_id=str(due.pk)).exists()


def test_an_arrival_ends_the_wait_and_is_told_to_the_first_hospital(world: World, coming: Case) -> None:
    case = perform(coming, Verb.ARRIVE, actor=world.specialist, now=NOW + HOUR)
    assert case.state == State.IN_TRANSIT
    assert case.deadlines.get(kind=Kind.ARRIVE).outcome == "met"
    assert world.doctor.notifications.filter(alert__payload__verb="arrive").exists()
    case = Case.objects.get(pk=case.pk)
    assert Verb.ARRIVE not in usable_verbs(world.specialist, case)
    with pytest.raises(PathwayError, match="arrived_already"):
        perform(case, Verb.ARRIVE, actor=world.specialist, now=NOW + HOUR)


def test_an_arrival_before_the_departure_is_refused(world: World, coming: Case) -> None:
    for verb in (Verb.ARRIVE, Verb.HAND_OVER):
        with pytest.raises(InputError) as refusal:
            perform(coming, verb, actor=world.specialist, now=SOON, occurred_at=NOW - MINUTE)
        assert refusal.value.rows[0][1] == "out_of_order"
    accepted = world.accepted(name="测试乙")
    with pytest.raises(VerbNotAllowed) as not_yet:
        perform(accepted, Verb.ARRIVE, actor=world.specialist, now=SOON)
    assert "departure is not recorded" in str(not_yet.value.message)


def test_an_arrival_in_error_is_expected_again_with_its_deadline(world: World, coming: Case) -> None:
    perform(coming, Verb.ARRIVE, actor=world.specialist, now=NOW + HOUR)
    case = expect_at(coming, world.doctor, NOW + 4 * HOUR, now=NOW + 2 * HOUR)
    due = case.deadlines.get(kind=Kind.ARRIVE)
    assert due.closed_at is None
    assert due.due_at == NOW + 4 * HOUR + case.policy.length(Kind.ARRIVE)
    assert Case.objects.get(pk=case.pk).journey.arrived_at is None
    assert case.events.get(what=Verb.CHANGE_ARRIVAL).details["not_arrived"] is True


def test_a_hand_over_says_by_whom_to_whom_and_admits(world: World) -> None:
    state_beds(ward=world.ward, actor=world.specialist, free=3, now=NOW)
    case = left(world, **CREW)
    case = perform(case, Verb.HAND_OVER, actor=world.specialist, now=NOW + 2 * HOUR, bed="7")
    journey = Case.objects.get(pk=case.pk).journey
    assert journey is not None
    assert (case.state, case.bed, case.admitted_at) == (State.ADMITTED, "7", NOW + 2 * HOUR)
    assert (journey.handed_over_by, journey.taken_over_by) == ("王师傅", world.specialist)
    assert journey.arrived_at == NOW + 2 * HOUR
    assert case.deadlines.get(kind=Kind.ADMIT).outcome == "met"
    assert case.deadlines.get(kind=Kind.DIAGNOSE).closed_at is None
    assert FreeBeds.objects.get(ward=world.ward).free == 2
    with pytest.raises(PathwayError, match="handed_over_already"):
        perform(case, Verb.HAND_OVER, actor=world.specialist, now=NOW + 3 * HOUR)


def test_a_patient_who_was_admitted_first_is_taken_over_after(world: World, coming: Case) -> None:
    case = perform(coming, Verb.ADMIT, actor=world.specialist, now=NOW + HOUR)
    admitted = case.admitted_at
    case = perform(case, Verb.HAND_OVER, actor=world.lead, now=NOW + 2 * HOUR, handed_over_by="李护士")
    assert (case.state, case.admitted_at) == (State.ADMITTED, admitted)
    assert case.journey is not None
    assert case.admissions.count() == 1
    walked_in = perform(world.accepted(name="测试乙"), Verb.ADMIT, actor=world.specialist, now=NOW + HOUR)
    assert Verb.HAND_OVER not in usable_verbs(world.specialist, walked_in)


def test_an_admission_by_hand_over_is_undone_whole(world: World, coming: Case) -> None:
    perform(coming, Verb.ARRIVE, actor=world.specialist, now=NOW + HOUR)
    perform(coming, Verb.HAND_OVER, actor=world.specialist, now=NOW + 2 * HOUR)
    case = perform(
        coming, Verb.UNDO_ADMISSION, actor=world.specialist, now=NOW + 3 * HOUR, reason="wrong_patient"
    )
    journey = Case.objects.get(pk=case.pk).journey
    assert journey is not None
    assert (case.state, case.admitted_at) == (State.IN_TRANSIT, None)
    assert (journey.arrived_at, journey.handed_over_at, journey.taken_over_by) == (NOW + HOUR, None, None)
    assert perform(case, Verb.HAND_OVER, actor=world.specialist, now=NOW + 4 * HOUR).state == State.ADMITTED


def test_a_diverted_patient_has_not_arrived_at_the_other_ward(world: World, coming: Case) -> None:
    perform(coming, Verb.ARRIVE, actor=world.specialist, now=NOW + HOUR)
    case = perform(
        coming,
        Verb.DIVERT,
        actor=world.specialist,
        now=NOW + HOUR,
        ward=world.second_ward,
        expected_arrival_at=NOW + 3 * HOUR,
    )
    assert case.deadlines.get(kind=Kind.ARRIVE, closed_at=None).due_at > NOW + 3 * HOUR
    case = perform(case, Verb.ARRIVE, actor=world.second_specialist, now=NOW + 2 * HOUR)
    assert Case.objects.get(pk=case.pk).journey.arrived_at == NOW + 2 * HOUR


@pytest.fixture
def committed(transactional_db: None) -> Iterator[World]:
    yield build()


def test_of_two_changes_at_once_both_are_kept_and_the_deadline_follows_the_last(committed: World) -> None:
    case = left(committed)
    results = at_once(
        lambda: expect_at(case.pk, committed.doctor, NOW + 3 * HOUR),  # type: ignore[arg-type]
        lambda: expect_at(case.pk, committed.specialist, NOW + 4 * HOUR),  # type: ignore[arg-type]
    )
    assert refusals(results) == []
    case.refresh_from_db()
    last = case.events.filter(what=Verb.CHANGE_ARRIVAL).order_by("number").last()
    assert last is not None
    assert case.expected_arrival_at == datetime.fromisoformat(last.details["expected_arrival_at"])
    due = case.deadlines.get(kind=Kind.ARRIVE).due_at
    assert due == case.expected_arrival_at + case.policy.length(Kind.ARRIVE)


@pytest.mark.parametrize("is_admitted", [False, True])
def test_a_bed_that_is_named_at_the_hand_over_is_the_patients_and_none_leaves_the_one_before(
    world: World, coming: Case, is_admitted: bool
) -> None:
    if is_admitted:
        perform(coming, Verb.ADMIT, actor=world.specialist, now=SOON, bed="7")
    before = Case.objects.get(pk=coming.pk).bed
    beds = []
    for bed in ("", "9"):
        with transaction.atomic():
            case = perform(coming.pk, Verb.HAND_OVER, actor=world.specialist, now=SOON, bed=bed)
            beds.append((case.bed, case.events.get(what=Verb.HAND_OVER).details.get("bed", "")))
            transaction.set_rollback(True)
    assert [bed for bed, _said in beds] == [before, "9"]
    assert beds[1][1] == "9"
