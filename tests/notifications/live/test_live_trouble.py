"""The live stream: what an open page hears when something is in its way."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import pytest
import redis

from accounts.models import User
from config.servers import Redis
from notifications.live import hub as hub_module
from notifications.live import publishing
from notifications.live.hub import CLOSED, Event, hub
from tests.notifications.conftest import reading
from tests.notifications.pages import Open, case, play, say

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("notifications.urls"),
    pytest.mark.usefixtures("topics"),
]


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
        # Numbers are milliseconds: on a fast machine the next one may be of the same.
        "flushed": f"{int(last.partition('-')[0]) - 1}-0",
        "garbage": "x'--",
        "from the future": "9999999999999-0",
        "empty": "",
    }

    async def scenario() -> None:
        async with open_page(last_id=asked[place]) as page:
            lines = await page.next()
            assert (lines.kind, lines.data) == ("resync", {})
            await say(7)
            assert (await page.next()).data == {"case": "7"}

    play(scenario)


def test_a_page_that_missed_very_much_loads_afresh_instead(stream: redis.Redis, open_page: Open) -> None:
    case(0)
    start = stream.xrange(publishing.STREAM)[0][0]
    for number in range(150):
        case(number)

    async def scenario() -> None:
        async with open_page(last_id=start) as page:
            assert (await page.next()).kind == "resync"
            assert await page.is_silent()

    play(scenario)


def test_very_many_updates_at_once_become_one_for_all_who_hear_any_of_them(
    stream: redis.Redis, open_page: Open, make_user: Callable[..., User]
) -> None:
    async def scenario() -> None:
        async with open_page() as page, open_page(by=elsewhere) as other:
            assert (await page.next()).kind == (await other.next()).kind == "ready"
            await asyncio.to_thread(publishing.publish_all, updates)
            assert (await page.next()).kind == "resync"
            assert await page.is_silent()
            assert await other.is_silent()

    elsewhere = make_user("li")
    updates = [
        publishing.Update(frozenset({f"ward:{number % 2}"}), "case", {"case": str(number)})
        for number in range(publishing.MOST_AT_ONCE + 1)
    ]
    play(scenario)
    assert stream.xlen(publishing.STREAM) == 1


def test_an_outage_of_redis_is_shown_and_made_up_for(own_redis: Redis, open_page: Open) -> None:
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

    play(scenario)


def test_a_page_opened_during_an_outage_learns_of_it_and_of_its_end(
    own_redis: Redis, open_page: Open
) -> None:
    own_redis.stop()

    async def scenario() -> None:
        async with open_page(last_id="1-1") as page:
            assert (await page.next()).kind == "degraded"
            await asyncio.to_thread(own_redis.start)
            assert (await page.next()).kind == "resync"

    play(scenario)


@pytest.mark.waits
def test_a_frozen_redis_counts_as_an_outage(
    own_redis: Redis, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "ANSWER_SECONDS", hub_module.BLOCK_MILLISECONDS / 1000 + 1.5)
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

    play(scenario)


def test_a_page_that_cannot_keep_up_is_told_to_load_afresh() -> None:
    async def scenario() -> None:
        client = hub_module.Client(["ward:1"])
        for number in range(hub_module.WAITING_PER_CLIENT + 1):
            client.offer(Event("case", id=f"1-{number}"))
        event = await client.next(1)
        assert event == Event("resync", id=f"1-{hub_module.WAITING_PER_CLIENT}")
        assert await client.next(0.01) is None

    play(scenario)


def test_closing_reaches_even_a_page_that_cannot_keep_up() -> None:
    async def scenario() -> None:
        client = hub_module.Client(["ward:1"])
        for number in range(hub_module.WAITING_PER_CLIENT):
            client.offer(Event("case", id=f"1-{number}"))
        client.offer(CLOSED)
        assert await client.next(1) is CLOSED

    play(scenario)


def test_streams_end_when_the_process_stops(stream: redis.Redis, open_page: Open) -> None:
    async def scenario() -> None:
        async with open_page() as page:
            assert (await page.next()).kind == "ready"
            hub().close()
            assert await page.has_ended()
        async with open_page() as late:
            assert await late.has_ended()

    play(scenario)


def test_the_reader_ends_with_the_last_page_and_starts_again_with_the_next(
    stream: redis.Redis, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "BLOCK_MILLISECONDS", 50)

    async def until(condition: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(120):
            while not await condition():
                await asyncio.sleep(0.01)

    async def none_reads() -> bool:
        return await asyncio.to_thread(reading, stream) == 0

    async def scenario() -> None:
        for number in range(3):
            async with open_page() as page:
                assert (await page.next()).kind == "ready"
                await say(number)
                assert (await page.next()).data == {"case": str(number)}
            await until(none_reads)

    play(scenario)
