"""A wrong diagnosis or back-referral is said anew: each version stays readable and one stands."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from notifications.models import Notification
from referral.models import BackReferral, Case, CaseFacts, Diagnosis
from referral.models.statistics import IN_TIME, LATE
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.refusals import AccessError, InputError, PathwayError, VerbNotAllowed
from referral.pathway.vocabulary import Kind, State, Verb
from referral.queries.cases import back_referral_of, diagnosis_of
from tests.referral.in_ward import DAY, TWO, deadline, does, refusal
from tests.referral.pathway.test_retraction import stored_equal_events
from tests.world import HOUR, NOW, World


def rediagnosed(world: World, case: Case, now: Any = NOW + 2 * DAY, **inputs: Any) -> Case:
    said = {"category": "aclf", "why": "mistyped", **inputs}
    return does(world, case, Verb.CORRECT_DIAGNOSIS, now, **said)


def is_notified(world: World, verb: Verb) -> bool:
    return Notification.objects.filter(recipient=world.doctor, alert__payload__verb=verb).exists()


def stands(case: Case) -> Diagnosis:
    diagnosis = diagnosis_of(case)
    assert diagnosis is not None
    return diagnosis


def test_a_corrected_diagnosis_stands_and_the_wrong_one_stays_readable(world: World) -> None:
    case = does(world, world.admitted(), Verb.ASSESS_ORGAN_FAILURE, NOW + HOUR, **TWO)
    early: dict[str, Any] = {"category": "early_aclf", "confirmed": ["category"], "note": "failing for years"}
    case = does(world, case, Verb.DIAGNOSE, NOW + 3 * HOUR, should_know="rest", **early)
    case = rediagnosed(world, case, should_know="no herbs", note="read again")
    diagnosis = stands(case)
    assert (diagnosis.category, diagnosis.should_know, diagnosis.note, diagnosis.why) == (
        "aclf", "no herbs", "read again", "mistyped"
    )  # fmt: skip
    assert (diagnosis.simple_grade, diagnosis.occurred_at, diagnosis.recorded_at) == (
        "II",
        NOW + 3 * HOUR,
        NOW + 2 * DAY,
    )
    assert [(row.category, row.should_know) for row in diagnosis.replaced] == [("early_aclf", "rest")]
    assert (case.state, case.diagnosed_at) == (State.DIAGNOSED, NOW + 3 * HOUR)
    event = case.events.get(what="correct_diagnosis")
    assert (event.details["category"], event.details["instead_of"], event.note) == (
        "aclf", "early_aclf", "mistyped"
    )  # fmt: skip
    assert is_notified(world, Verb.CORRECT_DIAGNOSIS)
    assert stored_equal_events(case)

    case = rediagnosed(world, case, NOW + 3 * DAY, category="other")
    assert stands(case).category == "other"
    assert [row.category for row in stands(case).replaced] == ["early_aclf", "aclf"]


def test_no_version_is_changed_and_what_was_wrong_is_encrypted(world: World) -> None:
    rediagnosed(world, world.diagnosed(), why="Mr Li was mixed up")
    with connection.cursor() as cursor:
        cursor.execute("SELECT why FROM referral_diagnosis WHERE why IS NOT NULL")
        assert "Mr Li" not in cursor.fetchone()[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        Diagnosis.objects.update(category="other")
    first = Diagnosis.objects.filter(replaces=None).get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Diagnosis.objects.create(
            case=first.case, category="other", actor=world.specialist, occurred_at=NOW, recorded_at=NOW
        )


@pytest.mark.parametrize("ends", ["returned", "dead", "closed"])
def test_a_diagnosis_is_corrected_after_the_stay_too(world: World, ends: str) -> None:
    case = world.returned() if ends != "dead" else world.diagnosed()
    if ends == "dead":
        case = does(world, case, Verb.RECORD_DEATH, NOW + HOUR)
    if ends == "closed":
        case = perform(
            case, Verb.RECORD_OUTCOME, actor=world.doctor, now=NOW + 91 * DAY, day=90, status="alive"
        )  # fmt: skip
    state, open_before = case.state, case.deadlines.open().count()
    case = rediagnosed(world, case, NOW + 92 * DAY)
    assert (case.state, case.deadlines.open().count()) == (state, open_before)
    assert stands(case).category == "aclf"
    assert is_notified(world, Verb.CORRECT_DIAGNOSIS)
    assert stored_equal_events(case)


def test_the_time_of_a_corrected_diagnosis_is_what_its_deadline_and_the_statistics_are_judged_by(
    world: World,
) -> None:
    case = does(world, world.admitted(), Verb.DIAGNOSE, NOW + 50 * HOUR, category="aclf")
    assert CaseFacts.objects.get(pk=case.pk).diagnose_verdict == LATE
    case = rediagnosed(world, case, NOW + 60 * HOUR, diagnosed_at=NOW + 40 * HOUR)
    case_facts = CaseFacts.objects.get(pk=case.pk)
    assert (case_facts.diagnosed_at, case_facts.diagnose_verdict) == (NOW + 40 * HOUR, IN_TIME)
    assert deadline(case, Kind.DIAGNOSE).state == "met"
    assert stored_equal_events(case)
    case = rediagnosed(world, case, NOW + 61 * HOUR, diagnosed_at=NOW + 55 * HOUR)
    assert CaseFacts.objects.get(pk=case.pk).diagnose_verdict == LATE
    assert stored_equal_events(case)


def test_a_corrected_diagnosis_lies_within_the_stay(world: World) -> None:
    case = perform(world.accepted(), Verb.ADMIT, actor=world.specialist, now=NOW + 2 * HOUR)
    case = does(world, case, Verb.DIAGNOSE, NOW + 3 * HOUR, category="aclf")
    case = does(world, case, Verb.BACK_REFER, NOW + DAY, plan="plan")
    for moment, row in (
        (NOW + HOUR, ("diagnosed_at", "out_of_order")),
        (NOW + DAY + HOUR, ("diagnosed_at", "out_of_order")),
        (NOW + 9 * DAY, ("diagnosed_at", "in_future")),
    ):
        assert refusal(
            world, case, Verb.CORRECT_DIAGNOSIS, NOW + 2 * DAY, category="aclf", why="x", diagnosed_at=moment
        ) == {row}  # fmt: skip


def test_only_the_ward_corrects_and_only_what_was_said(world: World) -> None:
    case = world.diagnosed()
    for stranger in (world.doctor, world.coordinator):
        assert Verb.CORRECT_DIAGNOSIS not in usable_verbs(stranger, case)
        with pytest.raises(AccessError):
            perform(case, Verb.CORRECT_DIAGNOSIS, actor=stranger, now=NOW, category="aclf", why="x")
    dead = does(world, world.admitted(name="甲二"), Verb.RECORD_DEATH, NOW + HOUR)
    assert Verb.CORRECT_DIAGNOSIS not in usable_verbs(world.specialist, dead)
    with pytest.raises(PathwayError):
        rediagnosed(world, dead)


def test_a_back_referral_is_written_anew_until_the_return_is_confirmed(world: World) -> None:
    case = does(
        world, world.diagnosed(), Verb.BACK_REFER, NOW + HOUR, plan="wrong plan", medicines="ten times"
    )  # fmt: skip
    due = deadline(case, Kind.CONFIRM_RETURN).due_at
    case = does(
        world, case, Verb.CORRECT_BACK_REFERRAL, NOW + 3 * HOUR, plan="right", medicines="once", why="dose"
    )  # fmt: skip
    back = back_referral_of(case)
    assert back is not None
    assert (back.plan, back.medicines, back.why, back.occurred_at) == ("right", "once", "dose", NOW + HOUR)
    assert [(row.plan, row.medicines) for row in back.replaced] == [("wrong plan", "ten times")]
    assert is_notified(world, Verb.CORRECT_BACK_REFERRAL)
    row = deadline(case, Kind.CONFIRM_RETURN)
    assert (row.state, row.due_at) == ("open", due)
    assert stored_equal_events(case)

    case = perform(case, Verb.CONFIRM_RETURN, actor=world.doctor, now=NOW + 4 * HOUR)
    confirmed = BackReferral.objects.exclude(confirmed_at=None).get()
    assert confirmed.plan == "right"
    assert Verb.CORRECT_BACK_REFERRAL not in usable_verbs(world.specialist, case)
    with pytest.raises(PathwayError) as refused:
        does(world, case, Verb.CORRECT_BACK_REFERRAL, NOW + 5 * HOUR, plan="x", why="x")
    assert refused.value.code == "return_confirmed"
    assert "Write a message" in str(refused.value.message)
    assert stored_equal_events(case)


def test_a_back_referral_that_never_was_is_not_corrected(world: World) -> None:
    home = does(world, world.diagnosed(), Verb.DISCHARGE, to="home")
    assert Verb.CORRECT_BACK_REFERRAL not in usable_verbs(world.specialist, home)
    with pytest.raises(PathwayError) as refused:
        does(world, home, Verb.CORRECT_BACK_REFERRAL, NOW + DAY, plan="x", why="x")
    assert refused.value.code == "not_referred_back"
    with pytest.raises(VerbNotAllowed):
        does(world, world.diagnosed(name="甲二"), Verb.CORRECT_BACK_REFERRAL, NOW + DAY, plan="x", why="x")


def test_a_correction_of_a_future_time_leaves_no_trace(world: World) -> None:
    case = world.diagnosed()
    with pytest.raises(InputError):
        rediagnosed(world, case, NOW + HOUR, diagnosed_at=NOW + DAY)
    assert Diagnosis.objects.count() == 1


def test_a_correction_says_of_the_deadline_whether_it_was_missed_and_since_when(world: World) -> None:
    case = does(world, world.admitted(), Verb.DIAGNOSE, NOW + 3 * HOUR, category="other")
    due = deadline(case, Kind.DIAGNOSE).due_at
    late = due + HOUR
    case = rediagnosed(world, case, late + HOUR, diagnosed_at=late)
    row = deadline(case, Kind.DIAGNOSE)
    assert (row.missed_at, row.closed_at, row.outcome) == (due, late, "missed")

    case = rediagnosed(world, case, late + 2 * HOUR, diagnosed_at=due)
    row = deadline(case, Kind.DIAGNOSE)
    assert (row.missed_at, row.closed_at, row.outcome) == (None, due, "met")
