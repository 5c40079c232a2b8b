"""Advice without a referral: what a question opens, what the answer closes, and what is due."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from accounts.models import Catchment, Ward
from notifications.models import Notification
from referral.deadlines.engine import run_cycle
from referral.models import Case, Question
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.refusals import AccessError, InputError, PathwayError
from referral.pathway.vocabulary import Kind, State, Verb
from tests.world import HOUR, ILL, MINUTE, NOW, World, build, open_offer, sampled


@pytest.fixture
def world(db: None) -> World:
    return build()


def ask(world: World, case: Case | None = None, **more: object) -> Case:
    return perform(
        case or world.watched(), Verb.ASK_ADVICE, actor=world.doctor, now=NOW, text="Is it safe?", **more
    )


def answer(world: World, case: Case, **more: object) -> Case:
    lines = {"actor": world.specialist, "now": NOW + HOUR, "text": "Repeat the INR.", **more}
    return perform(case, Verb.ANSWER_ADVICE, **lines)


def sees(user: object, case: Case) -> bool:
    return Case.objects.visible_to(user).filter(pk=case.pk).exists()


def test_a_question_goes_to_the_first_open_ward_and_is_due_in_four_hours(world: World) -> None:
    case = ask(world)
    question = Question.objects.get(case=case)
    assert (question.ward, question.asked_by, question.text) == (world.ward, world.doctor, "Is it safe?")
    assert case.state == State.WATCHED
    assert case.deadlines.get(kind=Kind.ANSWER_ADVICE).due_at == NOW + 4 * HOUR
    assert Notification.objects.filter(recipient=world.specialist, alert__payload__verb="ask_advice").exists()


def test_the_words_are_encrypted_and_stay_out_of_timeline_and_notifications(world: World) -> None:
    case = answer(world, ask(world))
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, answer FROM referral_question")
        assert not {"Is it safe?", "Repeat the INR."} & set(cursor.fetchone())
    written = str([*case.events.values_list("details"), *Notification.objects.values_list("alert__payload")])
    assert "safe" not in written
    assert "INR" not in written


def test_the_question_opens_the_case_to_that_ward_alone_and_the_answer_closes_it(world: World) -> None:
    case = world.watched()
    assert not sees(world.specialist, case)
    ask(world, case)
    assert sees(world.specialist, case)
    assert sees(world.lead, case)
    assert not sees(world.second_specialist, case)
    assert not sees(world.researcher, case)
    answer(world, case)
    assert not sees(world.specialist, case)
    assert Question.objects.visible_to(world.specialist).get().answer == "Repeat the INR."


def test_the_asked_ward_can_answer_and_nothing_else(world: World) -> None:
    case = ask(world)
    verbs = set(usable_verbs(world.specialist, case)) - {Verb.ADMIT}
    assert verbs == {Verb.ANSWER_ADVICE}
    for stranger in (world.second_specialist, world.doctor, world.coordinator):
        with pytest.raises(AccessError):
            answer(world, case, actor=stranger)


def test_the_answer_meets_the_deadline_and_is_told(world: World) -> None:
    case = answer(world, ask(world), advice="refer")
    question = Question.objects.get(case=case)
    assert (question.advice, question.answered_by) == ("refer", world.specialist)
    assert case.deadlines.get(kind=Kind.ANSWER_ADVICE).state == "met"
    assert Notification.objects.filter(recipient=world.doctor, alert__payload__verb="answer_advice").exists()


def test_an_unanswered_question_is_missed_and_the_ward_is_reminded(world: World) -> None:
    case = ask(world)
    Notification.objects.all().delete()
    run_cycle(NOW + 4 * HOUR)
    assert case.deadlines.get(kind=Kind.ANSWER_ADVICE).missed_at == NOW + 4 * HOUR
    notifications = Notification.objects.filter(alert__payload__deadline="answer_advice")
    assert {row.recipient for row in notifications} == {world.specialist}
    run_cycle(NOW + 6 * HOUR)
    assert notifications.filter(recipient=world.lead).exists()


def test_a_late_answer_keeps_the_deadline_missed(world: World) -> None:
    case = answer(world, ask(world), now=NOW + 5 * HOUR)
    assert case.deadlines.get(kind=Kind.ANSWER_ADVICE).state == "missed"


def test_one_verb_turns_the_question_into_a_referral(world: World) -> None:
    case = ask(world)
    case = perform(case, Verb.REFER, actor=world.doctor, now=NOW + HOUR, reason="advised")
    assert case.state == State.OFFERED
    assert open_offer(case).ward == world.ward
    question = Question.objects.get(case=case)
    assert (question.answered_at, question.closed_at) == (None, NOW + HOUR)
    assert case.deadlines.get(kind=Kind.ANSWER_ADVICE).state == "cancelled"


def test_a_case_that_leaves_watching_closes_to_a_ward_that_is_not_asked_for_a_bed(world: World) -> None:
    case = ask(world, ward=world.second_ward)
    assert sees(world.second_specialist, case)
    perform(case, Verb.ASSESS, actor=world.doctor, now=NOW + HOUR, values=sampled(ILL, NOW + HOUR))
    assert not sees(world.second_specialist, case)


def test_a_second_question_waits_for_the_first_answer(world: World) -> None:
    case = ask(world)
    with pytest.raises(PathwayError, match="question_open"):
        ask(world, case)
    answer(world, case)
    ask(world, case)
    assert Question.objects.filter(case=case).count() == 2


def test_the_database_keeps_one_open_question_per_case(world: World) -> None:
    case = ask(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.create(
            case=case, ward=world.second_ward, text="?", asked_at=NOW, asked_by=world.doctor
        )


@pytest.mark.parametrize("how", ["closed", "foreign"])
def test_only_an_open_ward_of_the_catchment_is_asked(world: World, how: str) -> None:
    if how == "closed":
        Ward.objects.filter(pk=world.second_ward.pk).update(closed_at=NOW)
    else:
        Catchment.objects.filter(ward=world.second_ward).delete()
    with pytest.raises(InputError) as refusal:
        ask(world, ward=world.second_ward)
    assert refusal.value.rows[0][:2] == ("ward", "not_in_catchment")


def test_where_no_ward_is_open_the_refusal_says_to_call(world: World) -> None:
    Ward.objects.update(closed_at=NOW)
    with pytest.raises(InputError) as refusal:
        ask(world)
    with override("en"):
        assert "call" in str(refusal.value.rows[0][2])


def test_advice_is_for_watched_cases(world: World) -> None:
    with pytest.raises(PathwayError, match="verb_not_allowed"):
        ask(world, world.flagged())


def test_an_answer_without_a_question_is_refused(world: World) -> None:
    case = answer(world, ask(world))
    with pytest.raises(AccessError):
        answer(world, case, now=NOW + 2 * HOUR)


def test_an_answer_from_before_the_question_is_refused(world: World) -> None:
    case = world.watched()
    case = perform(case, Verb.ASK_ADVICE, actor=world.doctor, now=NOW + HOUR, text="?")
    with pytest.raises(InputError):
        answer(world, case, now=NOW + 2 * HOUR, occurred_at=NOW + MINUTE)
