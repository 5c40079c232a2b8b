"""A row of the board is drawn once for all who may see the same, and never shown to anybody else."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.cache import caches
from django.utils import translation

from accounts import clock
from accounts.models import AuditEntry, Membership, Role, User
from portal.pages.board import context, drawn_rows
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.board.test_board import board, numbers, row
from tests.portal.conftest import SignIn
from tests.world import HOUR, MINUTE, World, open_offer


@pytest.fixture(autouse=True)
def nothing_drawn_yet() -> None:
    caches["rows"].clear()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The numbers of the cases whose rows were drawn, not taken from what was drawn before."""
    numbers: list[str] = []
    draw = drawn_rows.row_of

    def noting(case, *around):  # type: ignore[no-untyped-def]
        numbers.append(case.number)
        return draw(case, *around)

    monkeypatch.setattr(drawn_rows, "row_of", noting)
    return numbers


def look(user: User, now: datetime, tab: str = "window-1") -> str:
    """The rows that `user` sees at `now`, one after the other."""
    fresh = User.objects.get(pk=user.pk)
    sections = context.live(fresh, now, asked={"tab": tab})["sections"]
    return "".join(f"{row.before}{row.after}" for section in sections for row in section.rows)


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the form on a row."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def colleague(world: World, role: Role = Role.SPECIALIST) -> User:
    person = User.objects.create_user(email="colleague@example.org", password="x", name="同事")
    Membership.objects.create(user=person, role=role, ward=world.ward)
    return person


def test_a_row_is_drawn_once_for_two_with_the_same_rights(world: World, drawn: list[str]) -> None:
    now = clock.now()
    case = world.flagged(now=now - MINUTE)

    first, second = look(world.specialist, now), look(colleague(world), now)

    assert drawn == [case.number]
    assert first == second and case.number in first


def test_who_may_do_something_else_has_a_row_of_their_own(world: World, drawn: list[str]) -> None:
    now = clock.now()
    case = world.flagged(now=now - MINUTE)

    look(world.specialist, now)
    coordinator = look(world.coordinator, now)

    assert drawn == [case.number, case.number]
    assert f"/cases/{case.pk}/redirect/" in coordinator and "/accept/" not in coordinator


def test_a_row_is_drawn_again_after_whatever_happens_to_its_case(world: World, drawn: list[str]) -> None:
    now = clock.now()
    case = world.flagged(now=now - MINUTE)
    look(world.specialist, now)

    perform(case, Verb.ACKNOWLEDGE, actor=world.specialist, now=now, offer=open_offer(case).pk)

    assert world.specialist.name in look(world.specialist, now)
    assert drawn == [case.number, case.number]


def test_a_case_that_the_ward_no_longer_sees_is_not_shown_from_memory(world: World) -> None:
    now = clock.now()
    case = world.flagged(now=now - MINUTE)
    assert case.number in look(world.specialist, now)

    perform(case, Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")

    assert case.number not in look(world.specialist, now)
    assert case.number in look(world.second_specialist, now)


def test_a_row_is_never_older_than_a_minute(world: World, drawn: list[str]) -> None:
    now = clock.now().replace(second=0, microsecond=0)
    world.flagged(now=now - HOUR)

    before, after = look(world.specialist, now), look(world.specialist, now + MINUTE)

    assert before != after
    assert len(drawn) == 2


def test_a_deadline_that_passes_within_the_minute_shows_at_once(world: World, drawn: list[str]) -> None:
    now = clock.now().replace(second=0, microsecond=0)
    case = world.flagged(now=now)
    due = case.deadlines.filter(closed_at=None).order_by("due_at")[0].due_at

    before = look(world.specialist, due - timedelta(milliseconds=1))
    after = look(world.specialist, due)

    assert "data-alarm" not in before.partition("row-body")[0]
    assert before != after and len(drawn) == 2


def test_a_row_is_in_the_language_of_who_reads_it(world: World, drawn: list[str]) -> None:
    now = clock.now()
    world.flagged(now=now - MINUTE)
    with translation.override("zh-hans"):
        chinese = look(world.specialist, now)
    with translation.override("en"):
        english = look(world.specialist, now)
    assert "首诊" in chinese and "first visit" in english
    assert len(drawn) == 2


def test_each_reader_has_their_own_hidden_fields_in_a_row_drawn_for_another(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now() - MINUTE)
    other = colleague(world)

    mine, again = (row(board(as_user(world.specialist)), case) for _ in range(2))
    theirs = row(board(as_user(other)), case)

    for name in ("once", "csrfmiddlewaretoken"):
        assert len({fields(page)[name] for page in (mine, again, theirs)}) == 3
    assert fields(mine)["page_owner"] != fields(theirs)["page_owner"]
    assert fields(mine)["version"] == fields(theirs)["version"]


def test_a_form_of_a_row_drawn_for_another_is_accepted(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now() - MINUTE)
    board(as_user(world.specialist))
    client = as_user(colleague(world))

    answer = client.post(f"/cases/{case.pk}/acknowledge/", fields(row(board(client), case)))

    assert answer.status_code == 302
    assert open_offer(case).acknowledged_by.name == "同事"  # type: ignore[union-attr]


def test_who_is_shown_a_row_drawn_for_another_is_on_the_audit_trail(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now() - MINUTE)
    other = colleague(world)
    board(as_user(world.specialist))

    assert numbers(board(as_user(other))) == [case.number]

    line = AuditEntry.objects.get(actor=other, action="list")
    assert line.detail["cases"] == [str(case.pk)]


def test_what_was_typed_cannot_stand_for_the_place_of_the_readers_fields(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now() - MINUTE, name=drawn_rows.READERS_FIELDS[:30])
    page = row(board(as_user(world.specialist)), case)
    assert page.count('name="once"') == 1
    assert page.index("row-number") < page.index('name="once"')
