"""The live stream: what an open page hears, and for how long."""

import contextlib
from collections.abc import Callable

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import User
from notifications.live import views
from tests.notifications.conftest import Topics, reading
from tests.notifications.pages import Open, OwnThreadClient, case, play, say

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("notifications.urls"),
    pytest.mark.usefixtures("topics"),
]


def test_nobody_listens_without_signing_in(user: User) -> None:
    client = OwnThreadClient()
    assert client.get("/live").status_code == 401
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "made-up"
    assert client.get("/live").status_code == 401


def test_someone_whose_account_was_closed_does_not_listen(user: User) -> None:
    client = OwnThreadClient()
    client.force_login(user)
    User.objects.update(is_active=False)

    assert client.get("/live").status_code == 401


def test_the_stream_is_only_read(user: User) -> None:
    client = OwnThreadClient()
    client.force_login(user)

    assert client.post("/live").status_code == 405


def test_proxies_and_caches_are_told_to_pass_it_on(user: User) -> None:
    client = OwnThreadClient()
    client.force_login(user)
    response = client.get("/live")

    assert response["Content-Type"].startswith("text/event-stream")
    assert response["Cache-Control"] == "no-store"
    assert response["X-Accel-Buffering"] == "no"


def test_a_page_hears_its_own_topics_and_nothing_else(
    stream: redis.Redis, open_page: Open, user: User
) -> None:
    async def scenario() -> None:
        async with open_page() as page:
            assert (await page.next()).kind == "ready"
            await say(1, "ward:2")
            await say(2, "ward:11")
            await say(3, "hospital:2", "ward:1")
            await say(4, f"user:{user.pk}")
            first, second = await page.next(), await page.next()
            assert (first.kind, first.data) == ("case", {"case": "3"})
            assert second.data == {"case": "4"}
            assert await page.is_silent()

    play(scenario)


def test_many_pages_share_one_reader(stream: redis.Redis, open_page: Open) -> None:
    async def scenario() -> None:
        async with contextlib.AsyncExitStack() as stack:
            pages = [await stack.enter_async_context(open_page()) for _ in range(5)]
            for page in pages:
                assert (await page.next()).kind == "ready"
            await say(1)
            assert [(await page.next()).data for page in pages] == [{"case": "1"}] * 5
            assert reading(stream) == 1

    play(scenario)


def test_a_page_that_comes_back_hears_what_it_missed_once_and_in_order(
    stream: redis.Redis, open_page: Open
) -> None:
    case(0)

    async def scenario() -> None:
        async with open_page() as page:
            start = (await page.next()).id
        for number in (1, 2, 3):
            await say(number, "ward:1" if number != 2 else "ward:2")
        async with open_page(last_id=start) as page:
            await say(4)
            heard = [await page.next() for _ in range(4)]
            assert [(h.kind, h.data.get("case")) for h in heard if h.kind == "case"] == [
                ("case", "1"),
                ("case", "3"),
                ("case", "4"),
            ]
            last = max(h.id or "" for h in heard)
            assert await page.is_silent()
        async with open_page(last_id=last) as page:
            assert (await page.next()).kind == "ready"
            assert await page.is_silent()

    play(scenario)


def test_a_page_that_never_heard_anything_can_resume_too(stream: redis.Redis, open_page: Open) -> None:
    case(0, "ward:2")

    async def scenario() -> None:
        async with open_page() as page:
            ready = await page.next()
        await say(1)
        async with open_page(last_id=ready.id) as page:
            assert (await page.next()).data == {"case": "1"}

    play(scenario)


def test_a_quiet_stream_is_kept_alive(
    stream: redis.Redis, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "KEEP_ALIVE_SECONDS", 0.05)

    async def scenario() -> None:
        async with open_page() as page:
            await page.next()
            assert await page.is_silent(0.5)
            assert page.signs_of_life >= 3

    play(scenario)


@pytest.mark.parametrize(
    "change",
    [
        lambda session, user: session.logout(),
        lambda session, user: User.objects.update(is_active=False),
        lambda session, user: user.set_password("another-password-2") or user.save(),
    ],
    ids=["signed out", "account closed", "password changed"],
)
def test_the_stream_ends_with_the_session(
    stream: redis.Redis,
    open_page: Open,
    user: User,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Client, User], object],
) -> None:
    monkeypatch.setattr(views, "RECHECK_SECONDS", 0.1)
    session = Client()
    session.force_login(user)
    opened_with = Client()
    opened_with.cookies = session.cookies.copy()

    async def scenario() -> None:
        async with open_page(session=opened_with) as page:
            assert (await page.next()).kind == "ready"
            await sync_to_async(change)(session, user)
            assert await page.has_ended()

    play(scenario)


def test_someone_who_changes_ward_hears_the_new_one_only(
    stream: redis.Redis, open_page: Open, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "RECHECK_SECONDS", 0.1)

    async def scenario() -> None:
        async with open_page() as page:
            assert (await page.next()).kind == "ready"
            topics["wang"] = {"ward:5"}
            await topics.are_asked(2)
            await say(1, "ward:1")
            await say(2, "ward:5")
            assert (await page.next()).data == {"case": "2"}

    play(scenario)
