"""Keys of two calls, and of one call reported twice, at the same moment: real transactions, real threads."""

from collections.abc import Iterator

import pytest

from notifications.calls.outcomes import CallOutcome
from referral.deadlines.engine import run_cycle
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.referral.alerts.test_telephone import acknowledgements, call_to, press
from tests.referral.pathway.test_races import at_once, numbered_without_gaps
from tests.world import MINUTE, NOW, World, build


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    yield build()


def test_of_two_calls_answered_at_once_one_acknowledges(world: World) -> None:
    case = world.flagged()
    run_cycle(NOW + 15 * MINUTE)
    duty, lead = call_to(world.specialist, case), call_to(world.lead, case)
    now = NOW + 16 * MINUTE
    results = at_once(lambda: press(duty, now=now), lambda: press(lead, now=now))
    assert sorted(results) == [CallOutcome.ACKNOWLEDGED, CallOutcome.ALREADY]
    assert len(acknowledgements(case)) == 1
    assert numbered_without_gaps(case)


def test_one_call_reported_twice_at_once_acknowledges_once(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    results = at_once(lambda: press(call), lambda: press(call), lambda: press(call))
    assert results == [CallOutcome.ACKNOWLEDGED] * 3
    assert acknowledgements(case) == ["specialist"]


def test_a_key_press_against_an_acceptance_in_the_portal_leaves_one_acknowledgement(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    results = at_once(
        lambda: press(call),
        lambda: perform(case.pk, Verb.ACCEPT, actor=world.lead, now=NOW + 2 * MINUTE, bed="1"),
    )
    assert not any(isinstance(result, Exception) for result in results)
    assert results[0] in (CallOutcome.ACKNOWLEDGED, CallOutcome.ALREADY)
    assert numbered_without_gaps(case)
