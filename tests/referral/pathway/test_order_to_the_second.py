"""What cannot have been before, or after, another event: at the same moment it can, a second beyond not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb
from tests.conftest import Keep
from tests.referral.in_ward import TWO
from tests.world import HOUR, ILL, NOW, World, build, sampled

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
VISIT, OFFERED, ACCEPTED, DEPARTED, ARRIVED, ADMITTED, DIAGNOSED, RETURNED = (
    NOW + number * HOUR for number in range(8)
)
ASKED, SOON, LATER = NOW + HOUR, NOW + 20 * HOUR, NOW + 100 * DAY


@dataclass
class Journey:
    """A patient in each stage of the same journey, of which every step was at an hour of its own."""

    world: World
    cases: dict[str, Case]


def travelled(world: World, name: str, steps: int) -> Case:
    """A case after so many of the steps after its registration."""
    doctor, specialist = world.doctor, world.specialist
    way: list[tuple[Verb, Any, datetime, dict[str, Any]]] = [
        (Verb.ASSESS, doctor, OFFERED, {"values": sampled(ILL, OFFERED)}),
        (Verb.ACCEPT, specialist, ACCEPTED, {}),
        (Verb.DEPART, doctor, DEPARTED, {"expected_arrival_at": NOW + 30 * HOUR}),
        (Verb.ARRIVE, specialist, ARRIVED, {}),
        (Verb.HAND_OVER, specialist, ADMITTED, {}),
        (Verb.DIAGNOSE, specialist, DIAGNOSED, {"category": "early_aclf"}),
        (Verb.BACK_REFER, specialist, RETURNED, {"plan": "plan"}),
    ]
    case = world.register(name=name)
    for verb, actor, now, inputs in way[:steps]:
        case = perform(case, verb, actor=actor, now=now, **inputs)
    return case


def journey() -> Journey:
    world = build()
    stages = ("registered", "offered", "accepted", "departed", "arrived", "admitted", "diagnosed", "returned")
    cases = {stage: travelled(world, f"测试{stage}", steps) for steps, stage in enumerate(stages)}
    watched = world.watched(name="测试甲")
    cases["asked"] = perform(watched, Verb.ASK_ADVICE, actor=world.doctor, now=ASKED, text="Refer?")
    return Journey(world, cases)


@pytest.fixture(scope="module")
def make_journey(keep: Keep) -> Callable[[], Journey]:
    return keep(journey)


@pytest.fixture
def on_the_way(db: None, make_journey: Callable[[], Journey]) -> Journey:
    return make_journey()


@dataclass(frozen=True)
class Row:
    """`field` of `verb` may be `bound`, and not beyond it: earlier where `step` is negative, else later."""

    stage: str
    verb: Verb
    field: str
    bound: datetime
    step: timedelta = -SECOND
    inputs: Mapping[str, Any] | None = None
    who: str = "specialist"
    now: datetime = SOON
    at: str = ""
    """Where it is refused, if that is another field."""


V = Verb
SESSION = {"mode": "dpmas_pe"}
KIT = {"lot": "K1", "answer": "positive"}
HEIGHT = {"height_cm": 170, "weight_kg": 60}
ROWS = [
    Row("asked", V.ANSWER_ADVICE, "occurred_at", ASKED, inputs={"text": "Wait."}),
    Row("offered", V.ACKNOWLEDGE, "occurred_at", OFFERED),
    Row("offered", V.ACCEPT, "occurred_at", OFFERED),
    Row("offered", V.DECLINE, "occurred_at", OFFERED, inputs={"reason": "no_bed"}),
    Row("accepted", V.RELEASE, "occurred_at", VISIT, inputs={"reason": "no_bed"}),
    Row("accepted", V.DEPART, "occurred_at", ACCEPTED, who="doctor"),
    Row("departed", V.CORRECT_JOURNEY, "departed_at", ACCEPTED, who="doctor"),
    Row("departed", V.DIVERT, "occurred_at", DEPARTED),
    Row("departed", V.ARRIVE, "occurred_at", DEPARTED),
    Row("departed", V.HAND_OVER, "occurred_at", DEPARTED),
    Row("departed", V.ADMIT, "occurred_at", DEPARTED),
    Row("arrived", V.HAND_OVER, "occurred_at", ARRIVED),
    Row("admitted", V.DIAGNOSE, "occurred_at", ADMITTED, inputs={"category": "early_aclf"}),
    Row("admitted", V.TRANSFER, "occurred_at", ADMITTED),
    Row("admitted", V.RECORD_DEATH, "occurred_at", ADMITTED),
    Row("admitted", V.ASSESS_ORGAN_FAILURE, "occurred_at", ADMITTED, inputs=TWO),
    Row("admitted", V.ASSESS_ORGAN_FAILURE, "sampled_at", ADMITTED, SECOND, {**TWO, "occurred_at": ADMITTED}),
    Row("admitted", V.RECORD_PRECIPITANT, "occurred_at", ADMITTED, inputs={"precipitant": "GI_BLEED"}),
    Row(
        *("admitted", V.RECORD_INTERVENTION, "occurred_at", ADMITTED),
        inputs={"precipitant": "GI_BLEED", "note": "Terlipressin"},
    ),
    Row("admitted", V.DECIDE_TRANSPLANT, "occurred_at", ADMITTED, inputs={"decision": "listed"}),
    Row("admitted", V.SET_NUTRITION_TARGET, "occurred_at", ADMITTED, inputs=HEIGHT),
    Row(
        *("admitted", V.RECORD_TREATMENT, "occurred_at", ADMITTED),
        inputs={"item": "nutrition", "progress": "done"},
    ),
    Row("admitted", V.RECORD_IMMUNE_STATUS, "sampled_at", VISIT, inputs={"igm_g_l": 1}),
    Row("admitted", V.RECORD_PANEL, "sampled_at", VISIT, inputs={"inr": 1.5}),
    Row("admitted", V.RECORD_KIT_RESULT, "sampled_at", VISIT, inputs=KIT),
    Row(
        *("admitted", V.RECORD_KIT_RESULT, "sampled_at", ADMITTED, SECOND),
        inputs={**KIT, "reported_at": ADMITTED},
    ),
    Row(
        *("admitted", V.RECORD_ARTIFICIAL_LIVER, "started_at", ADMITTED),
        inputs={**SESSION, "ended_at": ADMITTED + HOUR},
    ),
    Row(
        *("admitted", V.RECORD_ARTIFICIAL_LIVER, "ended_at", ADMITTED + SECOND),
        inputs={**SESSION, "started_at": ADMITTED},
    ),
    Row("diagnosed", V.BACK_REFER, "occurred_at", DIAGNOSED, inputs={"plan": "plan"}),
    Row("diagnosed", V.DISCHARGE, "occurred_at", DIAGNOSED, inputs={"to": "home"}),
    Row("returned", V.CONFIRM_RETURN, "occurred_at", RETURNED, who="doctor"),
    Row("returned", V.CORRECT_DIAGNOSIS, "diagnosed_at", ADMITTED, inputs={"category": "aclf", "why": "x"}),
    Row(
        *("returned", V.CORRECT_DIAGNOSIS, "diagnosed_at", RETURNED, SECOND),
        inputs={"category": "aclf", "why": "x"},
    ),
    Row(
        *("returned", V.RECORD_OUTCOME, "occurred_at", VISIT + 28 * DAY, SECOND),
        inputs={"day": 28, "status": "dead"},
        now=LATER,
    ),
    Row(
        *("returned", V.RECORD_OUTCOME, "occurred_at", VISIT + 90 * DAY),
        inputs={"day": 90, "status": "alive"},
        now=LATER,
        at="day",
    ),
    Row(
        *("registered", V.CORRECT_FIRST_VISIT, "first_visit_at", VISIT - 30 * DAY),
        who="doctor",
        at="first_visit_at",
    ),
    Row("offered", V.CORRECT_FIRST_VISIT, "first_visit_at", OFFERED, SECOND, who="doctor"),
]
"""Every pair of events that has an order."""


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.verb}-{row.field}" for row in ROWS])
def test_what_has_an_order_may_be_at_the_same_moment_and_no_second_the_other_way(
    on_the_way: Journey, row: Row
) -> None:
    world, given = on_the_way.world, dict(row.inputs or {})
    if row.verb in (Verb.TRANSFER, Verb.DIVERT):
        given["ward"] = world.second_ward
    if row.verb in (Verb.DEPART, Verb.DIVERT):
        given["expected_arrival_at"] = NOW + 30 * HOUR

    def refused(moment: datetime) -> set[str]:
        with transaction.atomic():
            try:
                case, actor = on_the_way.cases[row.stage].pk, getattr(world, row.who)
                perform(case, row.verb, actor=actor, now=row.now, **{**given, row.field: moment})
            except InputError as refusal:
                return {field for field, _code, _words in refusal.rows}
            finally:
                transaction.set_rollback(True)
        return set()

    assert refused(row.bound) == set()
    assert refused(row.bound + row.step) == {row.at or row.field}
