"""A ward's screen on the wall: shows one board to a room, can do nothing, and is switched off at once."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts import clock
from accounts.models import AuditEntry, User
from notifications.models import Notification
from portal.models import WallScreen
from portal.pages.wall import context
from portal.pages.wall.context import initials
from portal.pages.wall.screens import LINK_HOLDS, add_screen, end_screen, open_screen, screen_of
from referral.pathway.refusals import AccessError
from tests.portal.conftest import SignIn
from tests.world import HOUR, MINUTE, World


def hung(world: World, now: datetime, *, shows_names: bool = False) -> tuple[WallScreen, Client]:
    """A screen of the first ward that was set up, and its browser."""
    world.lead.language = User.Language.ENGLISH
    screen, link = add_screen(
        ward=world.ward, actor=world.lead, name="corridor", shows_names=shows_names, now=now
    )
    browser = Client()
    assert browser.post(f"/wall/open/{link}/").status_code == 302
    return screen, browser


def seen_on(browser: Client) -> str:
    answer = browser.get("/wall/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_screen_shows_the_wards_cases_with_initials_and_no_other_wards(world: World) -> None:
    now = clock.now()
    asked, admitted = world.flagged(now=now, name="张建国"), world.admitted(now=now - HOUR, name="欧阳芳")
    elsewhere = world.register(now=now, name="李四")
    page = seen_on(hung(world, now)[1])
    assert asked.number in page and admitted.number in page and elsewhere.number not in page
    assert "张**" in page and "张建国" not in page and "欧阳芳" not in page


def test_whole_names_are_shown_where_that_was_chosen(world: World) -> None:
    now = clock.now()
    world.flagged(now=now, name="张建国")
    assert "张建国" in seen_on(hung(world, now, shows_names=True)[1])


def test_nothing_can_be_done_on_a_screen(world: World) -> None:
    now = clock.now()
    world.flagged(now=now)
    page = seen_on(hung(world, now)[1])
    assert re.findall(r"<(?:a|form|button|input|summary)[ >]", page) == []


@pytest.mark.parametrize("path", ["/", "/board/", "/inbox/", "/api/v1/cases", "/live"])
def test_a_screen_opens_nothing_else(world: World, path: str) -> None:
    _screen, browser = hung(world, clock.now())
    browser.cookies["wall_screen"]["path"] = "/"
    assert browser.get(path).status_code in (302, 401)


def test_a_link_is_used_up_by_opening_and_not_by_looking(world: World) -> None:
    _screen, link = add_screen(
        ward=world.ward, actor=world.lead, name="corridor", shows_names=False, now=clock.now()
    )
    first, second = Client(), Client()
    assert first.get(f"/wall/open/{link}/").status_code == 200
    assert second.get(f"/wall/open/{link}/").status_code == 200
    assert first.post(f"/wall/open/{link}/").status_code == 302
    assert second.post(f"/wall/open/{link}/").status_code == 404
    assert first.get("/wall/").status_code == 200
    assert second.get("/wall/").status_code == 403


def test_a_link_ends_after_a_day(world: World) -> None:
    now = clock.now()
    _screen, link = add_screen(ward=world.ward, actor=world.lead, name="corridor", shows_names=False, now=now)
    assert open_screen(link, now + LINK_HOLDS) is None
    assert open_screen(link, now + LINK_HOLDS - MINUTE) is not None


def test_a_screen_that_was_switched_off_shows_nothing_and_says_so(world: World, as_user: SignIn) -> None:
    world.flagged(now=clock.now(), name="张建国")
    screen, browser = hung(world, clock.now())
    lead = as_user(world.lead)
    page = lead.get(f"/board/wards/{world.ward.pk}/screens/").content.decode()
    assert "corridor" in page and "last shown" in page

    assert lead.post(f"/board/wards/{world.ward.pk}/screens/{screen.pk}/end/").status_code == 302

    answer = browser.get("/wall/rows/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (403, "true")
    assert "张" not in answer.content.decode()
    assert "corridor" not in lead.get(f"/board/wards/{world.ward.pk}/screens/").content.decode()


def test_a_screen_whose_account_was_closed_shows_nothing(world: World) -> None:
    screen, browser = hung(world, clock.now())
    User.objects.filter(pk=screen.account_id).update(is_active=False)
    assert browser.get("/wall/").status_code == 403


def test_only_who_arranges_a_ward_adds_and_ends_its_screens(world: World, as_user: SignIn) -> None:
    now = clock.now()
    screen, _browser = hung(world, now)
    for user in (world.specialist, world.doctor, world.second_specialist, world.researcher):
        client = as_user(user)
        assert client.get(f"/board/wards/{world.ward.pk}/screens/").status_code == 404
        assert client.post(f"/board/wards/{world.ward.pk}/screens/{screen.pk}/end/").status_code == 404
        with pytest.raises(AccessError):
            add_screen(ward=world.ward, actor=user, name="x", shows_names=True, now=now)
        with pytest.raises(AccessError):
            end_screen(screen=screen, actor=user, now=now)
    assert as_user(world.coordinator).get(f"/board/wards/{world.ward.pk}/screens/").status_code == 200


def test_a_screen_without_a_place_is_refused_at_its_field(world: World, as_user: SignIn) -> None:
    lead, address = as_user(world.lead), f"/board/wards/{world.ward.pk}/screens/"
    for name in ("", "x" * 61, "\x07"):
        answer = lead.post(address, {"name": name})
        assert answer.status_code == 422
        assert "Say in a few words where the screen hangs." in answer.content.decode()
    page = lead.post(address, {"name": "corridor"}).content.decode()
    link = re.search(r'value="[^"]*(/wall/open/[\w-]+/)"', page)
    assert link is not None
    assert link[1] not in lead.get(address).content.decode()


def test_nobody_alerts_a_screen(world: World) -> None:
    screen, _browser = hung(world, clock.now())
    world.flagged(now=clock.now())
    assert Notification.objects.exists()
    assert not Notification.objects.filter(recipient=screen.account).exists()


def test_what_a_screen_showed_is_on_the_audit_trail(world: World) -> None:
    case = world.flagged(now=clock.now())
    screen, browser = hung(world, clock.now())
    seen_on(browser)
    actions = AuditEntry.objects.filter(subject_type="wall_screen").values_list("action", "actor")
    assert set(actions) == {("wall_screen_added", world.lead.pk), ("wall_screen_opened", screen.account_id)}
    shown = AuditEntry.objects.get(actor=screen.account, action="list")
    assert shown.detail["cases"] == [str(case.pk)]


def test_what_there_is_no_room_for_is_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "ROOM", 2)
    now = clock.now()
    for name in ("甲一", "甲二", "甲三"):
        world.flagged(now=now, name=name)
    assert "and 1 more case" in seen_on(hung(world, now)[1])


def test_that_a_screen_was_seen_is_noted_once_a_minute(world: World) -> None:
    now = clock.now()
    screen, browser = hung(world, now)
    secret = browser.cookies["wall_screen"].value
    screen.refresh_from_db()
    begun = screen.seen_at
    assert begun is not None
    screen_of(secret, begun + timedelta(seconds=59))
    screen.refresh_from_db()
    assert screen.seen_at == begun
    screen_of(secret, begun + MINUTE)
    screen.refresh_from_db()
    assert screen.seen_at == begun + MINUTE


@pytest.mark.parametrize(
    ("name", "short"),
    [("张建国", "张**"), ("Zhang Wei", "Z. W."), ("  李 四 ", "李**"), ("买买提·艾力", "买**"), ("", "")],
)
def test_a_name_is_shortened_for_a_room(name: str, short: str) -> None:
    assert initials(name) == short
