"""In every state and to every role, the first screen, the home row and the board card say what is."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import DutyShift, User
from referral.intake.ward_status import close_ward
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import State, Verb
from referral.queries.urgency import must_act
from tests.portal.conftest import SignIn
from tests.portal.situations import (
    accepted_without_a_bed,
    acknowledged,
    asking,
    contradicted,
    died,
    drafted,
    drafted_while_watched,
    ended,
    every_ward_closed,
    held_back,
    in_error,
    never_arrived,
    on_the_way,
    redirected,
    unplaced,
)
from tests.world import MINUTE, World

HOSPITAL, WARD, SECOND_WARD = "tel:0201000", "tel:0202000", "tel:0202002"
COORDINATOR = "tel:0203000"


@dataclass
class Say:
    """What the pages of one case must say: tone and words of the headline, by role whom to call (a link in
    the first block), and by role the button that comes first (None: none)."""

    make: Callable[[World, datetime], Case]
    tone: str
    words: str
    calls: dict[str, str]
    first: dict[str, str | None]


BOTH = {"coordinator": WARD}
TABLE = {
    "registered": Say(
        lambda world, now: world.register(now=now),
        "waiting",
        "Waiting for the eight indicators",
        {},
        {"doctor": "Enter the eight indicators", "coordinator": None},
    ),
    "red flag stored": Say(
        drafted,
        "alarm",
        "Red flag: refer now",
        {"doctor": WARD, "coordinator": HOSPITAL},
        {"doctor": "Red flag: refer now"},
    ),
    "red flag stored while watched": Say(
        drafted_while_watched,
        "alarm",
        "Red flag: refer now",
        {"doctor": WARD},
        {"doctor": "Red flag: refer now"},
    ),
    "watched": Say(
        lambda world, now: world.watched(now=now),
        "calm",
        "keep watching, and assess again by",
        {},
        {"doctor": "Enter the eight indicators"},
    ),
    "held back": Say(held_back, "warn", "Flagged, but no ward is being asked", {}, {}),
    "asking": Say(asking, "waiting", "was asked for advice at", {"doctor": WARD, "specialist": HOSPITAL}, {}),
    "offered": Say(
        lambda world, now: world.flagged(now=now - MINUTE),
        "waiting",
        "14 min to confirm, until",
        {"doctor": WARD, "specialist": HOSPITAL, **BOTH},
        {"doctor": None, "specialist": "Acknowledge", "coordinator": "Ask another ward"},
    ),
    "unanswered": Say(
        lambda world, now: world.flagged(now=now - 20 * MINUTE),
        "alarm",
        "confirmed: 5 min overdue",
        {"doctor": WARD, "specialist": HOSPITAL, **BOTH},
        {"specialist": "Acknowledge"},
    ),
    "acknowledged": Say(
        acknowledged,
        "waiting",
        "to decide, until",
        {"doctor": WARD, "specialist": HOSPITAL},
        {"specialist": "Accept"},
    ),
    "unplaced": Say(
        unplaced,
        "alarm",
        "No ward has taken the patient yet",
        {"doctor": COORDINATOR, "coordinator": HOSPITAL},
        {"doctor": None, "coordinator": "Ask another ward"},
    ),
    "redirected": Say(
        redirected, "waiting", "to confirm, until", {"doctor": WARD, "specialist": HOSPITAL}, {}
    ),
    "accepted": Say(
        lambda world, now: world.accepted(now=now),
        "waiting",
        "一病房 has accepted the patient: bed 12",
        {"doctor": WARD, "specialist": HOSPITAL},
        {"doctor": "Patient has left", "specialist": "Patient has been admitted"},
    ),
    "accepted without a bed": Say(
        accepted_without_a_bed,
        "waiting",
        "一病房 has accepted the patient; the bed number follows",
        {"doctor": WARD},
        {},
    ),
    "on the way": Say(
        on_the_way, "waiting", "On the way to 丙 · 一病房, expected", {"specialist": HOSPITAL}, {}
    ),
    "never arrived": Say(
        never_arrived, "alarm", "not arrived: expected", {"doctor": WARD, "specialist": HOSPITAL}, {}
    ),
    "admitted": Say(
        lambda world, now: world.admitted(now=now),
        "calm",
        "In 丙 · 一病房 since",
        {"doctor": WARD, "specialist": HOSPITAL},
        {"doctor": None, "specialist": "Record the diagnosis"},
    ),
    "diagnosed": Say(
        lambda world, now: world.diagnosed(now=now), "calm", "In 丙 · 一病房 since", {"doctor": WARD}, {}
    ),
    "returned": Say(
        lambda world, now: world.returned(now=now),
        "waiting",
        "the return is to be confirmed",
        {"doctor": WARD},
        {"doctor": "Confirm the return"},
    ),
    "ended": Say(ended, "calm", "The referral has ended", {}, {}),
    "contradicted": Say(
        contradicted, "alarm", "contradict each other", {"coordinator": WARD, "specialist": HOSPITAL}, {}
    ),
    "died": Say(died, "ended", "The patient died on", {}, {}),
    "in error": Say(in_error, "ended", "Entered in error", {}, {}),
    "every ward closed": Say(
        every_ward_closed,
        "alarm",
        "No ward has taken the patient yet",
        {"doctor": WARD, "coordinator": WARD},
        {"doctor": None, "coordinator": "Ask another ward"},
    ),
}
ROLES = ("doctor", "specialist", "second_specialist", "coordinator")
APART = "every ward closed"
"""What is done for it moves the requests of all other cases."""


@pytest.fixture
def with_phones(world: World) -> World:
    User.objects.filter(pk=world.coordinator.pk).update(phone="020-3000")
    world.second_ward.phone = "020-2002"
    world.second_ward.save()
    return world


def first_block(page: str) -> str:
    """The block that says where the case stands, with what can be called."""
    match = re.search(r'<div class="situation .*?</div>', page, re.S)
    assert match is not None
    return unescape(match.group())


def first_button(page: str) -> str | None:
    """What "What you can do now" offers first."""
    actions = re.search(r'id="actions">.*?(</section>|id="action-more")', page, re.S)
    if actions is None:
        return None
    match = re.search(
        r'class="btn btn-primary btn-step".*?>(?:<svg.*?</svg>)?([^<]+)<|<summary>([^<]+)<',
        actions.group(),
        re.S,
    )
    return unescape(match.group(1) or match.group(2)) if match else None


def page_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def seen_by(role: str, case: Case, world: World) -> bool:
    return Case.objects.visible_to(getattr(world, role)).filter(pk=case.pk).exists()


def made(world: World, names: Iterable[str]) -> dict[str, Case]:
    """The cases of TABLE that have these names, side by side, each of a patient of its own."""
    register, cases = world.register, {}
    for name in names:
        world.register = partial(register, name=name)  # type: ignore[method-assign]
        cases[name] = TABLE[name].make(world, clock.now())
    return cases


def test_the_table_has_every_state(with_phones: World) -> None:
    assert {State(case.state) for case in made(with_phones, TABLE).values()} == set(State)


@pytest.mark.parametrize("name", TABLE)
def test_the_first_screen_says_what_is_and_whom_to_call(
    with_phones: World, as_user: SignIn, name: str
) -> None:
    say, world = TABLE[name], with_phones
    case = say.make(world, clock.now())
    for role in ROLES:
        if not seen_by(role, case, world):
            continue
        client = as_user(getattr(world, role))
        page = page_of(client, reverse("portal:case", args=[case.pk]))
        block = first_block(page)
        assert f"tone-{say.tone}" in block and (say.words in block or "our ward" in block), role
        assert say.calls.get(role, "") in block, role
        if role in say.first:
            assert (first_button(page) or "").startswith(say.first[role] or ""), role
            assert (first_button(page) is None) == (say.first[role] is None), role
        if say.tone != "alarm":
            assert "act now" not in page
        assert first_block(page_of(client, reverse("portal:result", args=[case.pk]))) == block


@pytest.mark.parametrize("names", [[name for name in TABLE if name != APART], [APART]])
def test_home_rows_and_board_cards_say_the_same(
    with_phones: World, as_user: SignIn, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)  # no minute passes between the first page and the last
    cases = made(with_phones, names)
    for role in ROLES:
        lists = lists_of(as_user(getattr(with_phones, role)))
        for name, case in cases.items():
            say = TABLE[name]
            for card in cards(lists, case):
                assert f"tone-{say.tone}" in card, (name, role)
                assert say.words in card or "our ward" in card, (name, role)
                if say.tone == "alarm":
                    assert "level-over" in card or "is-alarm" in card, (name, role)
                    assert 'href="tel:' in card, (name, role)
                if must_act(case):
                    assert "level-calm" not in card and "act now" in card, (name, role)


@dataclass
class Lists:
    """What somebody's lists show: the rows of the home page and the cards of the board."""

    rows: list[str]
    cards: list[str]


def lists_of(client: Client) -> Lists:
    home = [client.get("/", {"tab": tab}) for tab in ("open", "follow-up", "closed")]
    tabs = ("window-1", "window-2", "follow-up")
    board = [client.get(reverse("portal:board"), {"tab": tab}) for tab in tabs]
    return Lists(parts(home, '<li class="home-card', "</li>"), parts(board, "<article ", "</article>"))


def parts(answers: list[Any], begins: str, ends: str) -> list[str]:
    """The parts of pages between these two, where the reader has the pages; none has a second one."""
    pages = [answer.content.decode() for answer in answers if answer.status_code == 200]
    assert not any('rel="next"' in page for page in pages)
    return [part.split(ends)[0] for page in pages for part in page.split(begins)[1:]]


def cards(lists: Lists, case: Case) -> list[str]:
    """The row of the case on the home page and its card on the board, where the reader has them."""
    rows = [row for row in lists.rows if f'data-case="{case.number}"' in row]
    return [unescape(card) for card in rows + [one for one in lists.cards if f"case-{case.pk}" in one]]


def test_a_ward_that_was_redirected_to_sees_no_clock_that_is_not_its_own(
    with_phones: World, as_user: SignIn
) -> None:
    case = redirected(with_phones, clock.now())
    address = reverse("portal:case", args=[case.pk])
    assert "A ward that accepts" not in page_of(as_user(with_phones.specialist), address)
    assert "A ward that accepts" in page_of(as_user(with_phones.coordinator), address)
    board = page_of(as_user(with_phones.specialist), reverse("portal:board"))
    assert "A ward that accepts" not in board


def test_what_other_wards_did_is_said_where_the_request_is_now(with_phones: World, as_user: SignIn) -> None:
    world, now = with_phones, clock.now()
    case = world.flagged(now=now - MINUTE)
    close_ward(ward=world.ward, actor=world.coordinator, reason="x", now=now)
    block = first_block(page_of(as_user(world.doctor), reverse("portal:case", args=[case.pk])))
    assert "sent to 丙 · 二病房" in block and "一病房 stopped taking patients at" in block


def test_that_nobody_is_on_duty_is_said_at_once(with_phones: World, as_user: SignIn) -> None:
    world = with_phones
    DutyShift.objects.filter(ward=world.ward).delete()
    case = world.flagged(now=clock.now())
    block = first_block(page_of(as_user(world.doctor), reverse("portal:case", args=[case.pk])))
    assert "Nobody is on duty there now" in block and WARD in block


def test_the_reason_red_flag_is_chosen_already(with_phones: World, as_user: SignIn) -> None:
    case = drafted(with_phones, clock.now())
    client = as_user(with_phones.doctor)
    for name in ("case", "result"):
        page = page_of(client, reverse(f"portal:{name}", args=[case.pk]))
        assert re.search(r'value="red_flag"[^>]*\schecked', page), name
        assert "Refer directly" not in page
    assert '<option value="red_flag" selected' in page_of(
        client, reverse("portal:indicators", args=[case.pk])
    )


def test_the_first_screen_of_a_result_is_drawn_again_by_itself(with_phones: World, as_user: SignIn) -> None:
    case = with_phones.flagged(now=clock.now())
    client = as_user(with_phones.doctor)
    address = reverse("portal:result", args=[case.pk])
    assert f'data-live="{address}"' in page_of(client, address)
    perform(case, Verb.ACKNOWLEDGE, actor=with_phones.specialist, now=clock.now())
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "confirmed the request at" in first_block(part) and "<html" not in part
