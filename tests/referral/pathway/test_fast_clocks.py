"""A telephone whose clock is up to two minutes ahead is believed, and the server's time is kept."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.skew import TOLERANCE, without_skew
from referral.intake.drafts import save_indicators
from referral.models import (
    ArtificialLiverSession,
    Diagnosis,
    ImmuneStatus,
    Indicators,
    KitResult,
    NutritionDay,
)
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.referral.in_ward import LATER, does, refusal
from tests.world import HOUR, ILL, MINUTE, NOW, World, sampled

FAST = 30 * timedelta(seconds=1)


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), FAST, TOLERANCE])
def test_what_a_fast_clock_puts_ahead_is_now(ahead: timedelta) -> None:
    assert without_skew(NOW + ahead, NOW) == NOW


@pytest.mark.parametrize("away", [-HOUR, timedelta(0), TOLERANCE + timedelta(seconds=1), HOUR])
def test_any_other_time_stays_as_it_is(away: timedelta) -> None:
    assert without_skew(NOW + away, NOW) == NOW + away


def test_a_first_visit_by_a_fast_clock_is_kept_at_the_servers_time(world: World) -> None:
    case = world.register(at=NOW + FAST)
    case.refresh_from_db()
    assert case.first_visit_at == case.registered_at == NOW
    assert case.events.get().occurred_at == NOW


def test_values_sampled_by_a_fast_clock_are_assessed_and_kept_at_the_servers_time(world: World) -> None:
    case = world.register()
    values = sampled(ILL, NOW + FAST)
    save_indicators(case=case, actor=world.doctor, values=values, now=NOW)
    assert set(Indicators.objects.get(case=case).values["sampled_at"].values()) == {NOW.isoformat()}
    assessed = perform(case, Verb.ASSESS, actor=world.doctor, now=NOW, values=values)
    assert assessed.assessment is not None
    assert set(assessed.assessment.entered["sampled_at"].values()) == {NOW.isoformat()}


@pytest.mark.parametrize("verb", [Verb.ADMIT, Verb.RECORD_DEATH])
def test_what_happened_by_a_fast_clock_happened_now(world: World, verb: Verb) -> None:
    case = world.accepted()
    perform(case, verb, actor=world.specialist, now=LATER, occurred_at=LATER + FAST)
    assert case.events.get(what=verb).occurred_at == LATER


def test_a_corrected_first_visit_by_a_fast_clock_is_kept_at_the_servers_time(world: World) -> None:
    case = world.register()
    at = NOW + FAST
    corrected = perform(case, Verb.CORRECT_FIRST_VISIT, actor=world.doctor, now=NOW, first_visit_at=at)
    assert corrected.first_visit_at == NOW


def test_records_of_the_ward_by_a_fast_clock_are_kept_at_the_servers_time(world: World) -> None:
    case, ahead = world.admitted(), LATER + FAST
    does(world, case, Verb.RECORD_KIT_RESULT, lot="K1", sampled_at=ahead, answer="positive")
    does(world, case, Verb.RECORD_IMMUNE_STATUS, sampled_at=ahead, igm_g_l=1)
    times: dict[str, Any] = {"started_at": LATER - HOUR, "ended_at": ahead}
    does(world, case, Verb.RECORD_ARTIFICIAL_LIVER, mode="dpmas_pe", **times)
    does(world, case, Verb.DIAGNOSE, category="early_aclf")
    corrected = {"category": "aclf", "why": "grade", "diagnosed_at": ahead}
    does(world, case, Verb.CORRECT_DIAGNOSIS, **corrected)

    assert KitResult.objects.get().sampled_at == LATER
    assert ImmuneStatus.objects.get().occurred_at == LATER
    assert ArtificialLiverSession.objects.get().ended_at == LATER
    assert Diagnosis.objects.current().get().occurred_at == LATER


def test_a_fast_clock_at_midnight_records_the_energy_of_the_servers_day(world: World) -> None:
    case = world.admitted()
    just_before_midnight = NOW.replace(hour=15, minute=59, second=30)
    today = NOW.date()
    does(world, case, Verb.RECORD_INTAKE, now=just_before_midnight, day=today + timedelta(1), kcal=900)
    assert NutritionDay.objects.get().day == today


def test_three_minutes_ahead_are_in_the_future(world: World) -> None:
    case, ahead = world.admitted(), LATER + 3 * MINUTE
    assert refusal(world, case, Verb.RECORD_DEATH, occurred_at=ahead) == {("occurred_at", "in_future")}
    assert refusal(world, case, Verb.RECORD_IMMUNE_STATUS, sampled_at=ahead, igm_g_l=1) == {
        ("sampled_at", "in_future")
    }


def test_the_longest_time_that_a_fast_clock_asks_for_is_the_longest_there_is(world: World) -> None:
    case = world.accepted()
    deadline = case.deadlines.open().order_by("due_at").first()
    assert deadline is not None
    asks = {"deadline": deadline, "reason": "transport"}
    perform(case, Verb.SNOOZE, actor=world.specialist, now=NOW, until=NOW + 12 * HOUR + FAST, **asks)
    deadline.refresh_from_db()
    assert deadline.quiet_until == NOW + 12 * HOUR

    longest = deadline.due_at + timedelta(days=7)
    perform(case, Verb.EXTEND, actor=world.coordinator, now=NOW, due_at=longest + FAST, **asks)
    deadline.refresh_from_db()
    assert deadline.due_at == longest

    left = perform(case, Verb.DEPART, actor=world.doctor, now=NOW, expected_arrival_at=NOW + 48 * HOUR + FAST)
    assert left.expected_arrival_at == NOW + 48 * HOUR
