"""An open browser page, as the tests of the live stream see it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections
from django.test import Client

from notifications.live import publish
from tests.event_loop import run_apart

Open = Callable[..., contextlib.AbstractAsyncContextManager["Page"]]


@dataclass
class Heard:
    kind: str
    data: dict[str, str]
    id: str | None


class Page:
    """An open browser page."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self.signs_of_life = 0
        self._heard: asyncio.Queue[Heard | None] = asyncio.Queue()
        self._listening = asyncio.create_task(self._listen(chunks))

    async def _listen(self, chunks: AsyncIterator[bytes]) -> None:
        async for chunk in chunks:
            fields = dict(line.split(": ", 1) for line in chunk.decode().strip().split("\n"))
            if fields.get("event") == "alive":
                self.signs_of_life += 1
            elif "event" in fields:
                self._heard.put_nowait(Heard(fields["event"], json.loads(fields["data"]), fields.get("id")))
        self._heard.put_nowait(None)

    async def next(self, seconds: float = 120) -> Heard:
        async with asyncio.timeout(seconds):
            heard = await self._heard.get()
        assert heard is not None, "the stream ended"
        return heard

    async def has_ended(self, seconds: float = 120) -> bool:
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


def case(number: int, *topics: str) -> None:
    publish(topics=topics or ["ward:1"], kind="case", ids={"case": str(number)})


async def say(number: int, *topics: str) -> None:
    await asyncio.to_thread(case, number, *topics)


class OwnThreadClient(Client):
    """A client whose requests are made in a thread of their own, as `play` does."""

    def request(self, **request: Any) -> Any:
        def asked() -> Any:
            try:
                return super(OwnThreadClient, self).request(**request)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(asked).result()


def play(scenario: Callable[[], Awaitable[None]]) -> None:
    """Run a scenario to its end."""

    async def played() -> None:
        try:
            await scenario()
        finally:
            await sync_to_async(connections.close_all)()

    run_apart(played())
