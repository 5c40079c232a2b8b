"""Whose open pages hear of an act: the ward that has the case, the one that had it, and who waits for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Ward
from referral.alerts import compose
from referral.models import Case
from referral.models.cases import LEFT_WARD
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.world import HOUR, MINUTE, NOW, World

SOON = NOW + MINUTE
Act = tuple[Case, Verb, str, dict[str, Any]]


def on_the_way(world: World) -> Case:
    inputs = {"expected_arrival_at": NOW + HOUR}
    return perform(world.accepted(), Verb.DEPART, actor=world.doctor, now=NOW, **inputs)


def asked(world: World) -> Case:
    return perform(world.watched(), Verb.ASK_ADVICE, actor=world.doctor, now=NOW, text="Refer?")


def last_declined(world: World) -> Act:
    case = perform(world.flagged(), Verb.DECLINE, actor=world.specialist, now=NOW, reason="no_bed")
    return case, Verb.DECLINE, "second_specialist", {"reason": "no_bed"}


def undone(world: World) -> Act:
    return world.admitted_elsewhere(world.accepted()), Verb.UNDO_ADMISSION, "coordinator", {"reason": "other"}


def undone_at_home(world: World) -> Act:
    return world.admitted(), Verb.UNDO_ADMISSION, "specialist", {"reason": "other"}


def redirected(world: World) -> Act:
    return world.flagged(), Verb.REDIRECT, "coordinator", {"ward": world.second_ward}


def diverted(world: World) -> Act:
    inputs = {"ward": world.second_ward, "expected_arrival_at": NOW + HOUR}
    return on_the_way(world), Verb.DIVERT, "coordinator", inputs


# The last column: the ward that loses the case by it, where the time of that is what somebody said.
ACTS: list[tuple[str, Callable[[World], Act], set[str], str]] = [
    (
        "a message before a ward is asked",
        lambda w: (w.register(), Verb.MESSAGE, "doctor", {"text": "x"}),
        set(),
        "",
    ),
    ("a question", lambda w: (w.watched(), Verb.ASK_ADVICE, "doctor", {"text": "x"}), {"first"}, ""),
    ("its answer", lambda w: (asked(w), Verb.ANSWER_ADVICE, "specialist", {"text": "x"}), {"first"}, ""),
    ("an acceptance", lambda w: (w.flagged(), Verb.ACCEPT, "specialist", {}), {"first"}, ""),
    (
        "a refusal",
        lambda w: (w.flagged(), Verb.DECLINE, "specialist", {"reason": "no_bed"}),
        {"first", "second"},
        "first",
    ),
    ("the last refusal", last_declined, {"second"}, "second"),
    (
        "a withdrawal",
        lambda w: (w.flagged(), Verb.WITHDRAW, "doctor", {"reason": "improved"}),
        {"first"},
        "",
    ),
    (
        "a withdrawal of what was accepted",
        lambda w: (w.accepted(), Verb.WITHDRAW, "doctor", {"reason": "improved"}),
        {"first"},
        "first",
    ),
    ("another ward asked", redirected, {"first", "second"}, ""),
    (
        "a promise taken back",
        lambda w: (w.accepted(), Verb.RELEASE, "specialist", {"reason": "no_bed"}),
        {"first", "second"},
        "first",
    ),
    ("a diversion", diverted, {"first", "second"}, "first"),
    ("an admission", lambda w: (w.accepted(), Verb.ADMIT, "specialist", {}), {"first"}, ""),
    ("an admission undone", undone_at_home, {"first"}, ""),
    ("an admission elsewhere undone", undone, {"first", "second"}, "second"),
    (
        "a transfer",
        lambda w: (w.admitted(), Verb.TRANSFER, "specialist", {"ward": w.second_ward}),
        {"first", "second"},
        "first",
    ),
    ("a message in the ward", lambda w: (w.admitted(), Verb.MESSAGE, "doctor", {"text": "x"}), {"first"}, ""),
    (
        "a message while another ward expects the patient",
        lambda w: (w.admitted_elsewhere(w.accepted()), Verb.MESSAGE, "doctor", {"text": "x"}),
        {"first", "second"},
        "",
    ),
]


@pytest.mark.parametrize(("make", "wards", "left"), [act[1:] for act in ACTS], ids=[act[0] for act in ACTS])
def test_the_wards_that_an_act_concerns_hear_of_it_and_no_others(
    world: World, monkeypatch: pytest.MonkeyPatch, make: Callable[[World], Act], wards: set[str], left: str
) -> None:
    names = {world.ward: "first", world.second_ward: "second"}
    heard: list[set[str]] = []

    def publish(case: Case, *, what: str, wards: set[Ward | None]) -> None:
        heard.append({names[ward] for ward in wards if ward is not None})

    case, verb, who, inputs = make(world)
    monkeypatch.setattr(compose, "publish_change", publish)
    case = perform(case, verb, actor=getattr(world, who), now=SOON, **inputs)
    assert heard == [wards]
    by_key = {str(ward.pk): name for ward, name in names.items()}
    details = case.events.get(what=verb, number=case.event_count).details
    assert by_key.get(details.get(LEFT_WARD), "") == left


def test_the_ward_that_expected_the_patient_hears_that_the_admission_elsewhere_stands(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.admitted_elsewhere(world.accepted())
    heard: list[Any] = []
    monkeypatch.setattr(
        compose, "publish_change", lambda case, *, what, wards: heard.append({*wards} - {None})
    )
    perform(case, Verb.CONFIRM_ADMISSION, actor=None, now=NOW + timedelta(days=1))
    assert heard == [{world.ward, world.second_ward}]
