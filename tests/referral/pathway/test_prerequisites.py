"""What a refusal says has to be done first, for every verb in every state; where nothing helps, nothing."""

from datetime import timedelta

import pytest

from accounts.models import Hospital
from referral.models import Case
from referral.pathway.perform import prerequisite
from referral.pathway.vocabulary import State, Verb
from tests.world import NOW

BEFORE = ("registered", "watched", "offered", "unplaced", "accepted", "in_transit")
IN_BED = (
    *("undo_admission", "record_kit_result", "assess_organ_failure", "record_precipitant"),
    *("record_intervention", "record_treatment", "record_artificial_liver", "set_nutrition_target"),
    *("record_intake", "record_immune_status", "record_panel", "transfer", "diagnose"),
    *("decide_transplant", "back_refer", "discharge"),
)
ADMISSION, DEPARTURE = "Record the admission first", "The departure is not recorded."
DIAGNOSIS, CLOSED = "Record the diagnosis first", "The case is closed."


def expected(state: State, verb: Verb) -> str:
    if state in BEFORE:
        return {"arrive": DEPARTURE, "hand_over": DEPARTURE}.get(verb, ADMISSION if verb in IN_BED else "")
    if state == "admitted":
        return {"back_refer": DIAGNOSIS, "discharge": DIAGNOSIS}.get(verb, "")
    if state == "closed":
        return {"record_death": CLOSED, "record_outcome": CLOSED}.get(verb, "")
    return ""


@pytest.mark.parametrize("state", State)
def test_a_refusal_says_what_comes_first_where_something_does(state: State) -> None:
    case = Case(state=state)
    first = {verb: str(prerequisite(case, verb)) for verb in Verb}
    wrong = {verb: words for verb, words in first.items() if not words.startswith(expected(state, verb))}
    assert not wrong
    assert {verb for verb, words in first.items() if words} == {v for v in Verb if expected(state, v)}


@pytest.mark.parametrize("hours", [None, -20])
def test_who_says_more_of_the_outcome_of_a_closed_case_is_shown_the_date_of_death(hours: int | None) -> None:
    hospital = Hospital()
    died_at = None if hours is None else NOW + timedelta(hours=hours)
    words = str(prerequisite(Case(state=State.CLOSED, hospital=hospital, died_at=died_at), Verb.RECORD_DEATH))
    assert "correct the outcome" in words
    assert ("16 May 2026" in words) is (died_at is not None)
