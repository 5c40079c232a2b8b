"""Deadlines that were set aside: why, and how they run again."""

from datetime import datetime
from typing import Any

import pytest

from accounts.models import AuditEntry, Membership, Network, Role, User
from referral.deadlines import escalation
from referral.deadlines.engine import fire_batch
from referral.deadlines.quarantine import reason_of, release, set_aside
from referral.models import Case, Deadline
from referral.pathway.refusals import AccessError
from referral.pathway.vocabulary import Kind
from tests.world import HOUR, NOW, World

LATER = NOW + 24 * HOUR


@pytest.fixture
def broken(world: World, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A case whose admission deadline cannot be fired while the test has not repaired it."""
    case = world.accepted(name="甲一")
    evaluate = escalation.evaluate

    def fails(deadline: Deadline, now: datetime) -> escalation.Escalation:
        raise ZeroDivisionError("测试甲一的身份证")

    monkeypatch.setattr(escalation, "evaluate", fails)
    fire_batch(LATER)
    monkeypatch.setattr(escalation, "evaluate", evaluate)
    return case


def deadline_of(case: Case) -> Deadline:
    return Deadline.objects.get(case=case, kind=Kind.ADMIT)


def test_the_reason_names_error_and_place_and_nothing_that_was_typed(broken: Case) -> None:
    reason = deadline_of(broken).quarantine_reason
    assert reason.startswith("ZeroDivisionError in fails (test_quarantine.py:")
    assert "身份证" not in reason


def test_a_released_deadline_is_fired_and_the_timeline_has_both_lines(world: World, broken: Case) -> None:
    release(deadline=deadline_of(broken), actor=world.administrator, now=LATER + HOUR)
    fire_batch(LATER + HOUR)
    freed = deadline_of(broken)
    assert (freed.quarantined_at, freed.quarantine_reason) == (None, "")
    assert freed.next_at > LATER + HOUR
    kinds = broken.events.filter(what__startswith="deadline_").values_list("what", "actor")
    assert list(kinds) == [("deadline_quarantined", None), ("deadline_released", world.administrator.pk)]
    entry = AuditEntry.objects.get(action="release_deadline")
    assert entry.subject_id == str(freed.pk)


def test_releasing_twice_writes_one_line(world: World, broken: Case) -> None:
    deadline = deadline_of(broken)
    for _turn in range(2):
        release(deadline=deadline, actor=world.administrator, now=LATER)
    assert broken.events.filter(what="deadline_released").count() == 1


def test_nobody_but_the_networks_administrator_sees_or_releases_it(world: World, broken: Case) -> None:
    stranger = User.objects.create_user("stranger@test.example", name="stranger")
    Membership.objects.create(
        user=stranger, role=Role.ADMINISTRATOR, network=Network.objects.create(name_zh="别的")
    )
    for user in (stranger, world.coordinator, world.lead, world.doctor):
        assert not set_aside(user).exists()
        with pytest.raises(AccessError):
            release(deadline=deadline_of(broken), actor=user, now=LATER)
    assert list(set_aside(world.administrator)) == [deadline_of(broken)]


def test_one_that_fails_again_is_set_aside_again(
    world: World, broken: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(deadline=deadline_of(broken), actor=world.administrator, now=LATER)

    def fails(deadline: Deadline, now: datetime) -> escalation.Escalation:
        raise KeyError

    monkeypatch.setattr(escalation, "evaluate", fails)
    fire_batch(LATER + HOUR)
    assert deadline_of(broken).quarantine_reason.startswith("KeyError")
    assert broken.events.filter(what="deadline_quarantined").count() == 2


def test_the_reason_names_our_own_last_line_and_a_library_only_where_there_is_none() -> None:
    library = compile("def fail():\n    1 / 0\n", "/elsewhere/library.py", "exec")
    names: dict[str, Any] = {}
    exec(library, names)  # noqa: S102 - a line outside the tree
    try:
        names["fail"]()
    except ZeroDivisionError as error:
        assert " in test_the_reason_names_our_own_last_line" in reason_of(error)
        theirs = error.with_traceback(error.__traceback__.tb_next if error.__traceback__ else None)
        assert reason_of(theirs) == "ZeroDivisionError in fail (library.py:2)"
