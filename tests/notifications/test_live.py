"""The live stream: what an open page hears, and what it hears when something is in its way."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest
import redis
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings as django_settings
from django.test import AsyncClient, Client

from accounts.models import User
from config import embedded
from notifications import hooks
from notifications.live import hub as hub_module
from notifications.live import publish, publishing, views
from notifications.live.hub import CLOSED, Event, hub

pytestmark = [pytest.mark.django_db, pytest.mark.urls("notifications.urls")]


@dataclass
class Heard:
    kind: str
    data: dict[str, str]
    id: str | None


class Page:
    """An open browser page."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self.keep_alives = 0
        self._heard: asyncio.Queue[Heard | None] = asyncio.Queue()
        self._listening = asyncio.create_task(self._listen(chunks))

    async def _listen(self, chunks: AsyncIterator[bytes]) -> None:
        async for chunk in chunks:
            fields = dict(line.split(": ", 1) for line in chunk.decode().strip().split("\n"))
            if "event" in fields:
                self._heard.put_nowait(Heard(fields["event"], json.loads(fields["data"]), fields.get("id")))
            self.keep_alives += chunk == b": keep-alive\n\n"
        self._heard.put_nowait(None)

    async def next(self, seconds: float = 10) -> Heard:
        async with asyncio.timeout(seconds):
            heard = await self._heard.get()
        assert heard is not None, "the stream ended"
        return heard

    async def has_ended(self, seconds: float = 10) -> bool:
        async with asyncio.timeout(seconds):
            while await self._heard.get() is not None:
                pass
        return True

    async def is_silent(self, seconds: float = 0.2) -> bool:
        await asyncio.sleep(seconds)
        return self._heard.empty()

    async def close(self) -> None:
        self._listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listening


@pytest.fixture(autouse=True)
def _topics(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Only the topics that a test gives, by user name."""
    given = {"wang": {"ward:1", "network:9"}, "li": {"hospital:2"}}
    monkeypatch.setattr(hooks, "_topics", [lambda user: given[user.name]])
    return given


@pytest.fixture
def stream() -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(django_settings.REDIS_URL, decode_responses=True)
    client.delete(publishing.STREAM)
    yield client
    client.delete(publishing.STREAM)
    client.close()


@pytest.fixture
def open_page(user: User) -> Callable[..., contextlib.AbstractAsyncContextManager[Page]]:
    """Open the stream as a signed-in user, as a browser would."""

    @contextlib.asynccontextmanager
    async def opened(
        by: User = user, last_id: str | None = None, session: Client | None = None
    ) -> AsyncIterator[Page]:
        client = AsyncClient()
        if session is None:
            await client.aforce_login(by)
        else:
            client.cookies = session.cookies
        headers = {"last-event-id": last_id} if last_id is not None else {}
        response = await client.get("/live", headers=headers)
        assert response.status_code == 200
        page = Page(aiter(response.streaming_content))
        yield page
        await page.close()

    return opened


Open = Callable[..., contextlib.AbstractAsyncContextManager[Page]]


def case(number: int, *topics: str) -> None:
    publish(topics=topics or ["ward:1"], kind="case", ids={"case": str(number)})


async def say(number: int, *topics: str) -> None:
    await asyncio.to_thread(case, number, *topics)


def test_nobody_listens_without_signing_in(client: Client, user: User) -> None:
    assert client.get("/live").status_code == 401
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "made-up"
    assert client.get("/live").status_code == 401


def test_someone_whose_account_was_closed_does_not_listen(client: Client, user: User) -> None:
    client.force_login(user)
    User.objects.update(is_active=False)

    assert client.get("/live").status_code == 401


def test_the_stream_is_only_read(client: Client, user: User) -> None:
    client.force_login(user)

    assert client.post("/live").status_code == 405


def test_proxies_and_caches_are_told_to_pass_it_on(client: Client, user: User) -> None:
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

    async_to_sync(scenario)()


def test_many_pages_share_one_reader(stream: redis.Redis, open_page: Open) -> None:
    async def scenario() -> None:
        async with contextlib.AsyncExitStack() as stack:
            pages = [await stack.enter_async_context(open_page()) for _ in range(5)]
            for page in pages:
                assert (await page.next()).kind == "ready"
            await say(1)
            assert [(await page.next()).data for page in pages] == [{"case": "1"}] * 5
            readers = [row for row in stream.client_list() if row["cmd"] == "xread"]
            assert len(readers) == 1

    async_to_sync(scenario)()


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

    async_to_sync(scenario)()


def test_a_page_that_never_heard_anything_can_resume_too(stream: redis.Redis, open_page: Open) -> None:
    case(0, "ward:2")

    async def scenario() -> None:
        async with open_page() as page:
            ready = await page.next()
        await say(1)
        async with open_page(last_id=ready.id) as page:
            assert (await page.next()).data == {"case": "1"}

    async_to_sync(scenario)()


@pytest.mark.parametrize("place", ["trimmed", "flushed", "garbage", "from the future", "empty"])
def test_a_page_whose_place_is_unknown_is_told_to_load_afresh(
    stream: redis.Redis, open_page: Open, place: str
) -> None:
    for number in range(5):
        case(number)
    first, last = stream.xrange(publishing.STREAM)[0][0], stream.xrange(publishing.STREAM)[-1][0]
    if place == "trimmed":
        stream.xtrim(publishing.STREAM, maxlen=2, approximate=False)
    elif place == "flushed":
        stream.delete(publishing.STREAM)
        case(6)
    asked = {
        "trimmed": first,
        "flushed": last,
        "garbage": "x'--",
        "from the future": "9999999999999-0",
        "empty": "",
    }

    async def scenario() -> None:
        async with open_page(last_id=asked[place]) as page:
            told = await page.next()
            assert (told.kind, told.data) == ("resync", {})
            await say(7)
            assert (await page.next()).data == {"case": "7"}

    async_to_sync(scenario)()


def test_a_page_that_missed_very_much_loads_afresh_instead(stream: redis.Redis, open_page: Open) -> None:
    case(0)
    start = stream.xrange(publishing.STREAM)[0][0]
    publishing.publish_all(
        publishing.Update(frozenset({"ward:1"}), "case", {"case": str(number)}) for number in range(150)
    )

    async def scenario() -> None:
        async with open_page(last_id=start) as page:
            assert (await page.next()).kind == "resync"
            assert await page.is_silent()

    async_to_sync(scenario)()


def test_an_outage_of_redis_is_shown_and_made_up_for(own_redis: embedded.Redis, open_page: Open) -> None:
    async def scenario() -> None:
        async with open_page() as page:
            assert (await page.next()).kind == "ready"
            await asyncio.to_thread(own_redis.stop)
            assert (await page.next()).kind == "degraded"
            assert await page.is_silent(1.5)
            await asyncio.to_thread(own_redis.start)
            assert (await page.next()).kind == "resync"
            publishing.outage.end()
            await say(1)
            assert (await page.next()).data == {"case": "1"}

    async_to_sync(scenario)()


def test_a_page_opened_during_an_outage_learns_of_it_and_of_its_end(
    own_redis: embedded.Redis, open_page: Open
) -> None:
    own_redis.stop()

    async def scenario() -> None:
        async with open_page(last_id="1-1") as page:
            assert (await page.next()).kind == "degraded"
            await asyncio.to_thread(own_redis.start)
            assert (await page.next()).kind == "resync"

    async_to_sync(scenario)()


def test_a_frozen_redis_counts_as_an_outage(own_redis: embedded.Redis, open_page: Open) -> None:
    assert own_redis.process is not None
    pid = own_redis.process.pid

    async def scenario() -> None:
        async with open_page() as page:
            assert (await page.next()).kind == "ready"
            os.kill(pid, signal.SIGSTOP)
            try:
                assert (await page.next()).kind == "degraded"
            finally:
                os.kill(pid, signal.SIGCONT)
            assert (await page.next()).kind == "resync"

    async_to_sync(scenario)()


def test_a_quiet_stream_is_kept_alive(
    stream: redis.Redis, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "KEEP_ALIVE_SECONDS", 0.05)

    async def scenario() -> None:
        async with open_page() as page:
            await page.next()
            assert await page.is_silent(0.5)
            assert page.keep_alives >= 3

    async_to_sync(scenario)()


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

    async_to_sync(scenario)()


def test_someone_who_changes_ward_hears_the_new_one_only(
    stream: redis.Redis, open_page: Open, _topics: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "RECHECK_SECONDS", 0.1)

    async def scenario() -> None:
        async with open_page() as page:
            assert (await page.next()).kind == "ready"
            _topics["wang"] = {"ward:5"}
            await page.is_silent(0.3)
            await say(1, "ward:1")
            await say(2, "ward:5")
            assert (await page.next()).data == {"case": "2"}

    async_to_sync(scenario)()


def test_a_page_that_cannot_keep_up_is_told_to_load_afresh() -> None:
    async def scenario() -> None:
        client = hub_module.Client(["ward:1"])
        for number in range(hub_module.WAITING_PER_CLIENT + 1):
            client.offer(Event("case", id=f"1-{number}"))
        event = await client.next(1)
        assert event == Event("resync", id=f"1-{hub_module.WAITING_PER_CLIENT}")
        assert await client.next(0.01) is None

    async_to_sync(scenario)()


def test_closing_reaches_even_a_page_that_cannot_keep_up() -> None:
    async def scenario() -> None:
        client = hub_module.Client(["ward:1"])
        for number in range(hub_module.WAITING_PER_CLIENT):
            client.offer(Event("case", id=f"1-{number}"))
        client.offer(CLOSED)
        assert await client.next(1) is CLOSED

    async_to_sync(scenario)()


def test_streams_end_when_the_process_stops(stream: redis.Redis, open_page: Open) -> None:
    async def scenario() -> None:
        async with open_page() as page:
            assert (await page.next()).kind == "ready"
            hub().close()
            assert await page.has_ended()
        async with open_page() as late:
            assert await late.has_ended()

    async_to_sync(scenario)()


def test_the_reader_ends_with_the_last_page_and_starts_again_with_the_next(
    stream: redis.Redis, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "BLOCK_MILLISECONDS", 50)

    async def readers() -> int:
        return len([row for row in await asyncio.to_thread(stream.client_list) if row["cmd"] == "xread"])

    async def until(condition: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(5):
            while not await condition():
                await asyncio.sleep(0.01)

    async def none_reads() -> bool:
        return await readers() == 0

    async def scenario() -> None:
        for number in range(3):
            async with open_page() as page:
                assert (await page.next()).kind == "ready"
                await say(number)
                assert (await page.next()).data == {"case": str(number)}
            await until(none_reads)

    async_to_sync(scenario)()
