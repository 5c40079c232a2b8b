"""What waits for me, and finding one's way in long lists: narrowed by state, ordered, by page."""

import re
from datetime import datetime

import pytest
from django.urls import reverse

from accounts import clock
from portal.pages.board import context
from portal.pages.case.context import awaited
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import State, Verb
from referral.queries import cases, worklists
from tests.portal.conftest import SignIn
from tests.portal.test_what_pages_say import ROLES, TABLE
from tests.world import ILL, MINUTE, World, sampled


@pytest.mark.parametrize("name", TABLE)
def test_mine_to_do_has_what_is_awaited_of_my_side(world: World, name: str) -> None:
    now = clock.now()
    case = TABLE[name].make(world, now)
    for role in ROLES:
        user = getattr(world, role)
        seen = cases.cases(user).filter(pk=case.pk).first()
        waits = awaited(seen, user, cases.current_offer(seen)) if seen else None
        mine = worklists.to_do(user, now).filter(pk=case.pk).exists()
        later = case.state == State.FOLLOW_UP and name == "ended"
        assert mine == bool(waits and waits.mine and not later), role


def test_home_and_board_have_a_list_of_what_is_mine(world: World, as_user: SignIn) -> None:
    now = clock.now()
    mine, theirs = world.register(now=now, name="甲一"), world.flagged(now=now, name="甲二")
    home = as_user(world.doctor).get("/?tab=mine").content.decode()
    assert mine.number in home and theirs.number not in home
    board = as_user(world.specialist).get(reverse("portal:board"), {"tab": "mine"}).content.decode()
    assert theirs.number in board and mine.number not in board


def risky(world: World, name: str, now: datetime, **changes: float) -> Case:
    case = world.register(now=now, name=name)
    values = sampled({**ILL, **changes}, now)
    return perform(case, Verb.ASSESS, actor=world.doctor, now=now, values=values)


@pytest.mark.parametrize("address", ["/", "/board/"])
def test_a_coordinator_narrows_to_a_state_and_orders_by_risk(
    world: World, as_user: SignIn, address: str
) -> None:
    now = clock.now()
    milder = risky(world, "甲一", now - MINUTE, inr=1.6)
    worse = risky(world, "甲二", now, inr=2.4)
    waiting = world.register(now=now, name="甲三")
    client = as_user(world.coordinator)

    by_time = client.get(address).content.decode()
    assert by_time.index(milder.number) < by_time.index(worse.number)
    by_risk = client.get(address, {"sort": "severity"}).content.decode()
    assert by_risk.index(worse.number) < by_risk.index(milder.number)
    offered = client.get(address, {"state": "offered"}).content.decode()
    assert waiting.number not in offered and worse.number in offered
    assert re.search(r'state=registered[^>]*>Registered <span class="narrow-count">1<', by_time)
    assert client.get(address, {"state": "no-such", "sort": "x", "page": "z"}).status_code == 200


def test_sections_of_the_board_count_all_pages(
    world: World, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "PER_PAGE", 2)
    for number in range(5):
        world.flagged(now=clock.now(), name=f"甲{number}")
    page = as_user(world.coordinator).get(reverse("portal:board"), {"state": "offered"}).content.decode()
    assert 'Waiting for an answer <span class="tab-count">5</span>' in page
    assert page.count("<article") == 2
    assert 'name="page" type="number"' in page and 'name="state" value="offered"' in page
    last = as_user(world.coordinator).get(reverse("portal:board"), {"page": "3"}).content.decode()
    assert last.count("<article") == 1


def test_a_case_is_found_by_its_number_in_every_list(world: World, as_user: SignIn) -> None:
    now = clock.now()
    closed = perform(world.register(now=now), Verb.RECORD_DEATH, actor=world.doctor, now=now, occurred_at=now)
    for tab in ("open", "mine", "closed"):
        page = as_user(world.doctor).get("/", {"tab": tab, "q": closed.number}).content.decode()
        assert f'data-case="{closed.number}"' in page
