"""The list of a first hospital's cases."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import AuditEntry, Membership, Role
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.world import HOUR, World


def test_a_doctor_sees_the_cases_of_the_own_hospital_only(world: World, as_user: SignIn) -> None:
    now = clock.now()
    mine = world.flagged(now=now)
    theirs = world.register(now=now, name="别人", actor=world.other_doctor, hospital=world.other_hospital)

    page = as_user(world.doctor).get("/").content.decode()

    assert mine.number in page and "测试甲" in page
    assert theirs.number not in page and "别人" not in page


def test_the_most_urgent_case_comes_first(world: World, as_user: SignIn) -> None:
    now = clock.now()
    calm = world.register(now=now, name="从容")
    urgent = world.register(now=now, at=now - 3 * HOUR, name="紧急")

    page = as_user(world.doctor).get("/").content.decode()

    assert page.index(urgent.number) < page.index(calm.number)


def test_a_row_says_how_much_time_is_left_and_who_is_awaited(world: World, as_user: SignIn) -> None:
    world.flagged(now=clock.now() - HOUR)

    page = as_user(world.doctor).get("/").content.decode()

    assert "46 h 59 min left" in page or "47 h 0 min left" in page
    assert "an answer to the referral request" in page and "一病房" in page
    assert "provisional model" in page


def test_a_passed_due_time_is_said_in_words(world: World, as_user: SignIn) -> None:
    world.register(now=clock.now() - 50 * HOUR)

    page = as_user(world.doctor).get("/").content.decode()

    assert "level-over" in page and "overdue" in page


def test_closed_and_followed_up_cases_have_lists_of_their_own(world: World, as_user: SignIn) -> None:
    now = clock.now()
    ended = perform(
        world.register(now=now), Verb.END_REFERRAL, actor=world.doctor, now=now, reason="improved"
    )
    dead = world.register(now=now, name="测试丙")
    perform(dead, Verb.RECORD_DEATH, actor=world.doctor, now=now)
    client = as_user(world.doctor)

    lists = {tab: client.get(f"/?tab={tab}").content.decode() for tab in ("open", "follow-up", "closed")}

    assert [tab for tab, page in lists.items() if ended.number in page] == ["follow-up"]
    assert [tab for tab, page in lists.items() if dead.number in page] == ["closed"]


def test_a_case_is_found_by_a_part_of_its_number(world: World, as_user: SignIn) -> None:
    first, second = world.register(), world.register(name="测试丁")
    client = as_user(world.doctor)

    assert second.number not in client.get("/", {"q": first.number[-4:]}).content.decode().replace("q=", "")
    assert "No case was found" in client.get("/", {"q": "99-999999"}).content.decode()


def test_long_lists_have_pages_and_odd_addresses_do_no_harm(world: World, as_user: SignIn) -> None:
    for number in range(21):
        world.register(name=f"测试{number}")
    client = as_user(world.doctor)

    assert "Page 1 of 2" in client.get("/").content.decode()
    assert client.get("/?page=2").content.decode().count("home-card") == 1
    for odd in ("page=x", "page=-1", "page=999", "tab=%00", "q=%27%22%3Cscript%3E", "q=" + "9" * 500):
        assert client.get(f"/?{odd}").status_code == 200


def test_a_coordinator_sees_the_network_without_names(world: World, as_user: SignIn) -> None:
    case = world.register(now=clock.now())

    page = as_user(world.coordinator).get("/").content.decode()

    assert case.number in page and "测试甲" not in page
    assert "/cases/new/" not in page


def test_a_doctor_who_also_works_on_a_ward_keeps_both_places(world: World, as_user: SignIn) -> None:
    Membership.objects.create(user=world.doctor, role=Role.SPECIALIST, ward=world.ward)

    page = as_user(world.doctor).get("/").content.decode()

    assert "/cases/new/" in page and "/board/" in page


def test_a_longer_list_asks_the_database_no_more_often(
    world: World, as_user: SignIn, django_assert_max_num_queries: Any
) -> None:
    now = clock.now()
    client = as_user(world.doctor)
    world.flagged(now=now)
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    for number in range(4):
        world.flagged(now=now, name=f"测试{number}")

    with django_assert_max_num_queries(len(few)):
        client.get("/")


def test_the_list_alone_is_given_to_a_page_that_redraws_it(world: World, as_user: SignIn) -> None:
    world.register(now=clock.now() - timedelta(minutes=1))

    part = as_user(world.doctor).get("/", headers={"HX-Request": "true"}).content.decode()

    assert "home-card" in part and "<html" not in part


def test_a_list_that_was_shown_is_on_the_trail_once_however_often_it_is_redrawn(
    world: World, as_user: SignIn
) -> None:
    case = world.register(now=clock.now())
    client = as_user(world.doctor)
    for _visit in range(3):
        client.get("/")
    seen = AuditEntry.objects.filter(actor=world.doctor, action="list")
    assert [entry.detail["cases"] for entry in seen] == [[str(case.pk)]]
    later = world.register(now=clock.now(), name="李四")
    client.get("/")
    assert any(str(later.pk) in entry.detail["cases"] for entry in seen.all())


def test_a_search_for_what_the_database_cannot_hold_finds_nothing(world: World, as_user: SignIn) -> None:
    assert as_user(world.doctor).get("/?q=%00").status_code == 200
