"""The page of a coordinator's morning."""

import html
from datetime import timedelta

from accounts import clock
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.world import HOUR, MINUTE, World


def page(world: World, as_user: SignIn) -> dict[str, str]:
    """The page, cut into its parts."""
    answer = as_user(world.coordinator).get("/morning/")
    assert answer.status_code == 200
    text = html.unescape(answer.content.decode())
    names = ("morning-soon", "morning-waiting", "morning-night", "morning-outcomes")
    return {name: text.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0] for name in names}


def test_what_is_late_or_will_be_is_first_with_whom_to_call(world: World, as_user: SignIn) -> None:
    now = clock.now()
    world.flagged(now - 30 * MINUTE, name="张建国")
    world.accepted(now - 45 * HOUR, name="李四")
    part = page(world, as_user)["morning-soon"]
    assert "张建国" in part
    assert "overdue" in part
    assert "李四" in part
    assert "2 h 59 min left" in part or "3 h 0 min left" in part
    assert 'href="tel:' in part
    assert "/redirect/" in part


def test_what_waits_is_grouped_by_who_is_awaited(world: World, as_user: SignIn) -> None:
    now = clock.now()
    world.flagged(now, name="张建国")
    world.register(now=now, name="李四")
    part = page(world, as_user)["morning-waiting"]
    first, second = part.index("First hospital"), part.index("Ward that was asked")
    assert first < part.index("李四") < second < part.index("张建国")


def test_the_night_is_told_by_case_and_outcomes_by_day(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.flagged(now - 2 * MINUTE, name="张建国")
    perform(case, Verb.DECLINE, actor=world.specialist, now=now - MINUTE, reason="no_bed")
    world.returned(now - timedelta(days=27), name="王五")
    parts = page(world, as_user)
    assert "Request declined" in parts["morning-night"]
    assert "王五" not in parts["morning-night"]
    assert "王五" in parts["morning-outcomes"]


def test_home_and_board_lead_a_coordinator_there(world: World, as_user: SignIn) -> None:
    client = as_user(world.coordinator)
    for address in ("/", "/board/"):
        assert 'href="/morning/"' in client.get(address).content.decode()
    assert 'href="/morning/"' not in as_user(world.specialist).get("/board/").content.decode()


def test_only_coordinators_have_a_morning(world: World, as_user: SignIn) -> None:
    for person in (world.doctor, world.specialist, world.researcher):
        client = as_user(person)
        assert client.get("/morning/").status_code == 404
        assert client.get("/morning/live/").status_code == 404
