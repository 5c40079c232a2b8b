"""A deadline that runs again because what closed it was entered in error."""

from datetime import timedelta

import pytest

from referral.deadlines.lifecycle import reopen
from referral.models import Deadline
from referral.pathway.vocabulary import Kind
from tests.world import HOUR, MINUTE, NOW, World


@pytest.mark.parametrize(
    ("due_in", "was_missed", "marked_missed", "is_missed"),
    [
        (-MINUTE, True, False, True),
        (-MINUTE, False, True, True),
        (0 * MINUTE, True, False, True),
        (-MINUTE, False, False, False),
        (MINUTE, True, False, False),
        (MINUTE, False, True, False),
    ],
)
def test_a_deadline_that_runs_again_is_missed_only_if_it_was_and_its_time_is_over(
    world: World, due_in: timedelta, was_missed: bool, marked_missed: bool, is_missed: bool
) -> None:
    deadline = Deadline.objects.get(case=world.accepted(), kind=Kind.ADMIT)
    deadline.starts_at, deadline.due_at = NOW - HOUR, NOW + due_in
    deadline.closed_at, deadline.outcome = NOW, "met"
    deadline.missed_at = deadline.due_at if marked_missed else None
    reopen(deadline, was_missed=was_missed, now=NOW)
    deadline.refresh_from_db()
    assert deadline.missed_at == (NOW + due_in if is_missed else None)
    assert (deadline.closed_at, deadline.outcome, deadline.done_late) == (None, "", False)
    assert (deadline.alerted_until, deadline.next_at) == (None, NOW)
