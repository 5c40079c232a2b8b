"""One cycle of the engine's process."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts import clock
from referral.management.commands.run_engine import Command, Heartbeat, Ticker
from referral.models import Case
from referral.pathway.vocabulary import Kind
from tests.world import MINUTE, NOW, World

TENTH = timedelta(milliseconds=100)
Cycle = Callable[[datetime], float]


@pytest.fixture
def cycle(monkeypatch: pytest.MonkeyPatch) -> Cycle:
    """A cycle of one process at a moment; returns how long the process then sleeps."""
    command, heartbeat, ticker = Command(), Heartbeat(None), Ticker()

    def run(moment: datetime) -> float:
        monkeypatch.setattr(clock, "now", lambda: moment)
        return command.cycle(heartbeat, ticker)

    return run


def test_a_cycle_that_finds_one_deadline_costs_fifteen_statements(
    world: World, cycle: Cycle, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    case = world.accepted()
    due = case.deadlines.get(kind=Kind.ADMIT).next_at
    cycle(due - TENTH)
    with django_assert_max_num_queries(15):
        cycle(due)
    assert case.deadlines.get(kind=Kind.ADMIT).next_at > due


def test_after_a_cycle_the_process_sleeps_until_the_next_rung(world: World, cycle: Cycle) -> None:
    world.flagged()
    assert cycle(NOW + 5 * MINUTE - 3 * TENTH) == pytest.approx(0.3)


def test_admissions_come_to_stand_once_a_second_beside_the_deadlines(world: World, cycle: Cycle) -> None:
    def open_to_undo(moment: datetime) -> bool:
        cycle(moment)
        return Case.objects.filter(pk=case.pk, undo_until__isnull=False).exists()

    case = world.admitted()
    end = Case.objects.get(pk=case.pk).undo_until
    assert end is not None
    assert [open_to_undo(end + tenth * TENTH) for tenth in (-1, 5, 9, 10)] == [True, True, False, False]
