"""A ward that answers "yes, if": one question to the first hospital, a bed that is free by a time."""

from datetime import timedelta
from typing import Any

import pytest

from notifications.models import Notification
from referral.deadlines.engine import run_cycle
from referral.models import Case
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.refusals import AccessError, InputError, OfferNotOpen, PathwayError
from referral.pathway.vocabulary import Kind, State, Verb
from referral.queries import cases, worklists
from tests.world import HOUR, MINUTE, NOW, World, open_offer


def ask(world: World, case: Case, now: Any = NOW + MINUTE) -> Case:
    return perform(case, Verb.ASK_BACK, actor=world.specialist, now=now, text="Is he on noradrenaline?")


def answer(world: World, case: Case, now: Any = NOW + 2 * MINUTE) -> Case:
    return perform(case, Verb.ANSWER_BACK, actor=world.doctor, now=now, text="No.")


def promise(world: World, case: Case, until: Any, now: Any = NOW + MINUTE) -> Case:
    return perform(case, Verb.ACCEPT_WHEN_FREE, actor=world.specialist, now=now, until=until)


def test_a_question_acknowledges_and_the_time_to_decide_runs_on(world: World) -> None:
    case = world.flagged()
    decide = case.deadlines.get(kind=Kind.DECIDE)
    ask(world, case)
    assert case.deadlines.get(kind=Kind.ACKNOWLEDGE).state == "met"
    after = case.deadlines.get(kind=Kind.DECIDE)
    assert (after.due_at, after.closed_at) == (decide.due_at, None)
    assert open_offer(case).acknowledged_by == world.specialist
    assert Notification.objects.filter(recipient=world.doctor, alert__payload__verb="ask_back").exists()


def test_question_and_answer_stand_in_the_talk_and_go_back_to_the_ward(world: World) -> None:
    case = answer(world, ask(world, world.flagged()))
    offer = open_offer(case)
    assert offer.question and offer.answer
    assert (offer.question.text, offer.answer.text) == ("Is he on noradrenaline?", "No.")
    assert Notification.objects.filter(
        recipient=world.specialist, alert__payload__verb="answer_back"
    ).exists()
    written = str([*case.events.values_list("details"), *Notification.objects.values_list("alert__payload")])
    assert "noradrenaline" not in written


def test_while_the_question_is_open_the_first_hospital_is_awaited(world: World) -> None:
    case = ask(world, world.flagged())
    row = cases.cases(world.doctor).get(pk=case.pk)
    assert cases.awaited_of(row) == cases.ASKED_BACK
    assert worklists.to_do(world.doctor, NOW).filter(pk=case.pk).exists()
    answer(world, case)
    assert not worklists.to_do(world.doctor, NOW).filter(pk=case.pk).exists()


def test_one_question_and_one_answer_and_no_more(world: World) -> None:
    case = world.flagged()
    assert Verb.ANSWER_BACK not in usable_verbs(world.doctor, case)
    with pytest.raises(PathwayError):
        answer(world, case)
    ask(world, case)
    assert Verb.ASK_BACK not in usable_verbs(world.specialist, case)
    assert Verb.ANSWER_BACK in usable_verbs(world.doctor, case)
    with pytest.raises(PathwayError):
        ask(world, case)
    answer(world, case)
    with pytest.raises(PathwayError):
        answer(world, case)


def test_a_question_to_a_ward_that_was_passed_over_has_no_answer_left(world: World) -> None:
    case = ask(world, world.flagged())
    perform(case, Verb.DECLINE, actor=world.specialist, now=NOW + MINUTE, reason="no_bed")
    with pytest.raises(PathwayError):
        answer(world, case)
    with pytest.raises(AccessError):
        ask(world, case)


def test_only_the_ward_asks_and_promises_and_only_the_first_hospital_answers(world: World) -> None:
    case = world.flagged()
    for stranger in (world.second_specialist, world.doctor, world.coordinator):
        for verb, given in ((Verb.ASK_BACK, {"text": "?"}), (Verb.ACCEPT_WHEN_FREE, {"until": NOW + HOUR})):
            with pytest.raises(AccessError):
                perform(case, verb, actor=stranger, now=NOW, **given)
    ask(world, case)
    for stranger in (world.specialist, world.coordinator, world.other_doctor):
        with pytest.raises(AccessError):
            perform(case, Verb.ANSWER_BACK, actor=stranger, now=NOW + MINUTE, text="No.")


def test_a_promise_moves_the_time_to_decide_and_keeps_the_first_one_visible(world: World) -> None:
    case = world.flagged()
    first = case.deadlines.get(kind=Kind.DECIDE).due_at
    promise(world, case, NOW + 6 * HOUR)
    decide = case.deadlines.get(kind=Kind.DECIDE)
    assert (decide.due_at, decide.first_due_at) == (NOW + 6 * HOUR, first)
    assert case.deadlines.get(kind=Kind.ACKNOWLEDGE).state == "met"
    assert case.events.get(what="accept_when_free").details["until"] == (NOW + 6 * HOUR).isoformat()
    run_cycle(NOW + 5 * HOUR)
    case.refresh_from_db()
    assert (case.state, open_offer(case).ward) == (State.OFFERED, world.ward)


def test_a_promise_that_is_missed_leads_to_the_next_ward_at_once(world: World) -> None:
    case = world.flagged()
    promise(world, case, NOW + 6 * HOUR)
    run_cycle(NOW + 6 * HOUR)
    assert open_offer(case).ward == world.second_ward
    line = case.events.get(what="expire_offer")
    assert line.details["promised_until"] == (NOW + 6 * HOUR).isoformat()
    assert case.events.filter(what="deadline_missed", details__kind="decide").count() == 1
    with pytest.raises((AccessError, OfferNotOpen)):
        perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW + 6 * HOUR)


def test_a_promise_is_kept_by_accepting_and_ended_by_declining(world: World) -> None:
    kept = promise(world, world.flagged(name="测试甲"), NOW + 6 * HOUR)
    kept = perform(kept, Verb.ACCEPT, actor=world.specialist, now=NOW + 5 * HOUR)
    assert kept.state == State.ACCEPTED
    ended = promise(world, world.flagged(name="测试乙"), NOW + 6 * HOUR)
    ended = perform(ended, Verb.DECLINE, actor=world.specialist, now=NOW + HOUR, reason="no_bed")
    assert open_offer(ended).ward == world.second_ward
    run_cycle(NOW + 6 * HOUR)
    kept.refresh_from_db()
    assert kept.state == State.ACCEPTED


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (NOW, "in_the_past"),
        (NOW - HOUR, "in_the_past"),
        (NOW + timedelta(hours=12, minutes=10), "too_far"),
    ],
)
def test_a_time_that_nobody_can_wait_for_is_refused(world: World, until: Any, code: str) -> None:
    case = world.flagged()
    with pytest.raises(InputError) as refusal:
        promise(world, case, until, now=NOW)
    assert [row[:2] for row in refusal.value.rows] == [("until", code)]


def test_a_time_is_promised_once(world: World) -> None:
    case = promise(world, world.flagged(), NOW + HOUR)
    assert Verb.ACCEPT_WHEN_FREE not in usable_verbs(world.specialist, case)
    with pytest.raises(PathwayError):
        promise(world, case, NOW + 2 * HOUR)
