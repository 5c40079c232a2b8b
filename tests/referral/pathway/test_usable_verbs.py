"""Who can do what in each situation of a case, written out: what the page and the API offer, and no more."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from referral.models import Case, KitResult
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.vocabulary import Verb
from tests.world import HOUR, MINUTE, NOW, World

PEOPLE = ("doctor", "specialist", "second_specialist", "coordinator", "other_doctor")
SOON = NOW + MINUTE


def registered(world: World) -> Case:
    return world.register()


def watched(world: World) -> Case:
    return world.watched()


def with_a_question(world: World) -> Case:
    return perform(world.watched(), Verb.ASK_ADVICE, actor=world.doctor, now=NOW, text="Refer?")


def with_an_answer(world: World) -> Case:
    return perform(with_a_question(world), Verb.ANSWER_ADVICE, actor=world.specialist, now=SOON, text="Wait.")


def offered(world: World) -> Case:
    return world.flagged()


def asked_back(world: World) -> Case:
    return perform(world.flagged(), Verb.ASK_BACK, actor=world.specialist, now=NOW, text="Noradrenaline?")


def answered_back(world: World) -> Case:
    return perform(asked_back(world), Verb.ANSWER_BACK, actor=world.doctor, now=NOW, text="No.")


def promised(world: World) -> Case:
    until = NOW + 2 * HOUR
    return perform(world.flagged(), Verb.ACCEPT_WHEN_FREE, actor=world.specialist, now=NOW, until=until)


def declined(world: World) -> Case:
    return perform(world.flagged(), Verb.DECLINE, actor=world.specialist, now=NOW, reason="no_bed")


def unplaced(world: World) -> Case:
    return perform(declined(world), Verb.DECLINE, actor=world.second_specialist, now=NOW, reason="no_bed")


def accepted(world: World) -> Case:
    return world.accepted()


def on_the_way(world: World) -> Case:
    inputs = {"expected_arrival_at": NOW + HOUR}
    return perform(world.accepted(), Verb.DEPART, actor=world.doctor, now=NOW, **inputs)


def arrived(world: World) -> Case:
    return perform(on_the_way(world), Verb.ARRIVE, actor=world.specialist, now=SOON)


def admitted_without_departure(world: World) -> Case:
    return world.admitted()


def admitted_on_arrival(world: World) -> Case:
    return perform(arrived(world), Verb.ADMIT, actor=world.specialist, now=SOON)


def handed_over(world: World) -> Case:
    return perform(arrived(world), Verb.HAND_OVER, actor=world.specialist, now=SOON)


def admitted_elsewhere(world: World) -> Case:
    return world.admitted_elsewhere(world.accepted())


def past_undoing(world: World) -> Case:
    case = world.admitted()
    assert case.undo_until is not None
    return perform(case, Verb.CONFIRM_ADMISSION, actor=None, now=case.undo_until)


def diagnosed(world: World) -> Case:
    return world.diagnosed()


def referred_back(world: World) -> Case:
    return world.returned()


def back_home(world: World) -> Case:
    return perform(world.returned(), Verb.CONFIRM_RETURN, actor=world.doctor, now=SOON)


def with_a_mistake(world: World) -> Case:
    case = world.diagnosed()
    record = {"sampled_at": NOW, "lot": "K1", "answer": "positive"}
    perform(case, Verb.RECORD_KIT_RESULT, actor=world.specialist, now=SOON, **record)
    case = perform(case, Verb.BACK_REFER, actor=world.specialist, now=SOON, plan="plan")
    mistake = {"record": KitResult.objects.get(case=case), "reason": "wrong_value"}
    return perform(case, Verb.RETRACT_RECORD, actor=world.specialist, now=SOON, **mistake)


def ended(world: World) -> Case:
    return perform(world.watched(), Verb.END_REFERRAL, actor=world.doctor, now=NOW, reason="improved")


def dead(world: World) -> Case:
    return perform(world.diagnosed(), Verb.RECORD_DEATH, actor=world.specialist, now=SOON)


def disputed(world: World) -> Case:
    case, day = world.returned(), NOW + timedelta(days=29)
    for actor, status, at in ((world.specialist, "alive", day), (world.doctor, "transplanted", NOW + HOUR)):
        said = {"day": 28, "status": status, "occurred_at": at}
        case = perform(case, Verb.RECORD_OUTCOME, actor=actor, now=day, **said)
    return case


FILES = "add_file retract_file"
CLOCKS = "extend snooze explain_delay"
HOSPITAL = f"record_death message {FILES} correct_first_visit correct_identity explain_delay"
BEFORE = f"{HOSPITAL} save_indicators state_background assess end_referral mark_entered_in_error"
COORDINATOR = f"record_death message {FILES} correct_first_visit correct_identity {CLOCKS}"
LOOKS_FOR_A_BED = f"{COORDINATOR} end_referral mark_entered_in_error"
ASKED = f"acknowledge accept decline admit message {FILES} {CLOCKS}"
WARD = f"record_death message {FILES} correct_identity {CLOCKS}"
EXPECTS = f"{WARD} change_arrival release admit"
RECORDS = (
    "record_kit_result assess_organ_failure record_precipitant record_intervention record_artificial_liver"
)
RECORDS += " record_immune_status record_panel decide_transplant"
IN_BED = (
    f"{WARD} {RECORDS} state_background retract_record record_treatment set_nutrition_target record_intake"
)
IN_BED += " transfer record_outcome"
AFTER_CLOSING = "correct_outcome retract_file correct_identity explain_delay"

USABLE: dict[Callable[[World], Case], dict[str, str]] = {
    registered: {
        "doctor": f"{BEFORE} refer",
        "specialist": "admit",
        "second_specialist": "admit",
        "coordinator": LOOKS_FOR_A_BED,
    },
    watched: {
        "doctor": f"{BEFORE} refer ask_advice discharge",
        "specialist": "admit",
        "second_specialist": "admit",
        "coordinator": LOOKS_FOR_A_BED,
    },
    with_a_question: {
        "doctor": f"{BEFORE} refer discharge",
        "specialist": "answer_advice admit",
        "second_specialist": "admit",
        "coordinator": LOOKS_FOR_A_BED,
    },
    with_an_answer: {
        "doctor": f"{BEFORE} refer ask_advice discharge",
        "specialist": "admit",
        "second_specialist": "admit",
        "coordinator": LOOKS_FOR_A_BED,
    },
    offered: {
        "doctor": f"{BEFORE} withdraw",
        "specialist": f"{ASKED} ask_back accept_when_free",
        "second_specialist": "admit",
        "coordinator": f"{LOOKS_FOR_A_BED} redirect",
    },
    asked_back: {
        "doctor": f"{BEFORE} withdraw answer_back",
        "specialist": f"{ASKED} accept_when_free",
        "second_specialist": "admit",
        "coordinator": f"{LOOKS_FOR_A_BED} redirect",
    },
    answered_back: {
        "doctor": f"{BEFORE} withdraw",
        "specialist": f"{ASKED} accept_when_free",
        "second_specialist": "admit",
        "coordinator": f"{LOOKS_FOR_A_BED} redirect",
    },
    promised: {
        "doctor": f"{BEFORE} withdraw",
        "specialist": f"{ASKED} ask_back",
        "second_specialist": "admit",
        "coordinator": f"{LOOKS_FOR_A_BED} redirect",
    },
    declined: {
        "doctor": f"{BEFORE} withdraw",
        "specialist": "admit",
        "second_specialist": f"{ASKED} ask_back accept_when_free",
        "coordinator": f"{LOOKS_FOR_A_BED} redirect",
    },
    unplaced: {
        "doctor": f"{BEFORE} withdraw",
        "specialist": "admit",
        "second_specialist": "admit",
        "coordinator": f"{LOOKS_FOR_A_BED} redirect",
    },
    accepted: {
        "doctor": f"{BEFORE} withdraw depart describe_transport change_arrival",
        "specialist": EXPECTS,
        "second_specialist": "admit",
        "coordinator": f"{LOOKS_FOR_A_BED} describe_transport change_arrival",
    },
    on_the_way: {
        "doctor": f"{BEFORE} describe_transport change_arrival correct_journey",
        "specialist": f"{EXPECTS} divert arrive hand_over",
        "second_specialist": "admit",
        "coordinator": f"{LOOKS_FOR_A_BED} describe_transport change_arrival correct_journey divert",
    },
    arrived: {
        "doctor": f"{BEFORE} describe_transport change_arrival correct_journey",
        "specialist": f"{EXPECTS} divert hand_over",
        "second_specialist": "admit",
        "coordinator": f"{LOOKS_FOR_A_BED} describe_transport change_arrival correct_journey divert",
    },
    admitted_without_departure: {
        "doctor": f"{HOSPITAL} state_background record_outcome",
        "specialist": f"{IN_BED} diagnose undo_admission",
        "coordinator": f"{COORDINATOR} undo_admission transfer record_outcome",
    },
    admitted_on_arrival: {
        "doctor": f"{HOSPITAL} state_background record_outcome",
        "specialist": f"{IN_BED} diagnose undo_admission hand_over",
        "coordinator": f"{COORDINATOR} undo_admission transfer record_outcome",
    },
    handed_over: {
        "doctor": f"{HOSPITAL} state_background record_outcome",
        "specialist": f"{IN_BED} diagnose undo_admission",
        "coordinator": f"{COORDINATOR} undo_admission transfer record_outcome",
    },
    admitted_elsewhere: {
        "doctor": f"{HOSPITAL} state_background record_outcome",
        "specialist": "message",
        "second_specialist": f"{IN_BED} diagnose undo_admission",
        "coordinator": f"{COORDINATOR} undo_admission transfer record_outcome",
    },
    past_undoing: {
        "doctor": f"{HOSPITAL} state_background record_outcome",
        "specialist": f"{IN_BED} diagnose",
        "coordinator": f"{COORDINATOR} transfer record_outcome",
    },
    diagnosed: {
        "doctor": f"{HOSPITAL} state_background record_outcome",
        "specialist": f"{IN_BED} undo_admission correct_diagnosis back_refer discharge",
        "coordinator": f"{COORDINATOR} undo_admission transfer record_outcome",
    },
    referred_back: {
        "doctor": f"{HOSPITAL} confirm_return record_outcome",
        "specialist": f"{WARD} retract_record correct_diagnosis correct_back_referral record_outcome",
        "coordinator": f"{COORDINATOR} record_outcome",
    },
    back_home: {
        "doctor": f"{HOSPITAL} record_outcome",
        "specialist": f"{WARD} retract_record correct_diagnosis record_outcome",
        "coordinator": f"{COORDINATOR} record_outcome",
    },
    with_a_mistake: {
        "doctor": f"{HOSPITAL} confirm_return record_outcome",
        "specialist": f"{WARD} retract_record record_kit_result correct_diagnosis correct_back_referral"
        " record_outcome",
        "coordinator": f"{COORDINATOR} record_outcome",
    },
    ended: {"doctor": f"{HOSPITAL} record_outcome", "coordinator": f"{COORDINATOR} record_outcome"},
    disputed: {
        "doctor": f"{HOSPITAL} confirm_return record_outcome",
        "specialist": f"{WARD} retract_record correct_diagnosis correct_back_referral record_outcome",
        "coordinator": f"{COORDINATOR} record_outcome settle_outcome",
    },
    dead: {
        "doctor": AFTER_CLOSING,
        "specialist": f"{AFTER_CLOSING} retract_record correct_diagnosis",
        "coordinator": AFTER_CLOSING,
    },
}
"""By situation and person, their verbs; who is not named has none."""


@pytest.mark.parametrize(("make", "usable"), USABLE.items(), ids=[make.__name__ for make in USABLE])
def test_in_each_situation_everybody_has_their_verbs_and_no_others(
    world: World, make: Callable[[World], Case], usable: dict[str, str]
) -> None:
    case = Case.objects.get(pk=make(world).pk)
    for who in PEOPLE:
        verbs = [verb.value for verb in usable_verbs(getattr(world, who), case)]
        assert sorted(verbs) == sorted(usable.get(who, "").split()), who
