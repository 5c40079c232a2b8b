"""One reader of the live stream per process, fanning out to the open pages in memory."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
import structlog
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from notifications.live.publishing import EVERYONE, STREAM

log = structlog.get_logger(__name__)

READ_AT_ONCE = 1000
BLOCK_MILLISECONDS = 2000
ANSWER_SECONDS = 3.5
CONNECT_SECONDS = 1.0
RETRY_SECONDS = 1.0
WAITING_PER_CLIENT = 100
EMPTY_STREAM = "0-0"


@dataclass(frozen=True)
class Event:
    """One thing to tell an open page. Without an `id` the page's place in the stream stays where it was."""

    kind: str
    data: str = "{}"
    id: str | None = None

    @property
    def place(self) -> tuple[int, int]:
        return place_of(self.id or EMPTY_STREAM)


DEGRADED = Event("degraded")
CLOSED = Event("closed")


def place_of(stream_id: str) -> tuple[int, int]:
    """A stream id as numbers that can be compared. Raises ValueError for anything else."""
    milliseconds, _, number = stream_id.partition("-")
    return int(milliseconds), int(number or 0)


class Client:
    """An open page: the topics it may hear and a bounded queue. One that falls behind is told to reload."""

    def __init__(self, topics: Iterable[str]) -> None:
        self.topics = frozenset(topics)
        self._queue: asyncio.Queue[Event] = asyncio.Queue(WAITING_PER_CLIENT)

    def hears(self, topics: Iterable[str]) -> bool:
        return any(topic == EVERYONE or topic in self.topics for topic in topics)

    def offer(self, event: Event) -> None:
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            event = event if event is CLOSED else Event("resync", id=event.id)
        self._queue.put_nowait(event)

    async def next(self, timeout: float) -> Event | None:
        """The next event, or None when none came within `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                return await self._queue.get()
        except TimeoutError:
            return None


class Hub:
    """The clients of one event loop and their common reader, which runs while there are any."""

    def __init__(self) -> None:
        self._clients: set[Client] = set()
        self._reader: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._degraded = False
        self._closing = False

    @contextlib.asynccontextmanager
    async def joined(self, topics: Iterable[str]) -> AsyncIterator[Client]:
        """A client that hears everything from now on, or `degraded` while the stream cannot be read."""
        client = Client(topics)
        was_degraded = self._degraded
        self._clients.add(client)
        try:
            if self._closing:
                client.offer(CLOSED)
            else:
                await self._reading()
            if was_degraded and self._degraded:
                client.offer(DEGRADED)
            yield client
        finally:
            self._clients.discard(client)

    def close(self) -> None:
        """Let every client end. No new ones are served."""
        self._closing = True
        for client in self._clients:
            client.offer(CLOSED)
        if self._reader is not None:
            self._reader.cancel()

    async def missed(self, last_id: str | None, client: Client) -> list[Event]:
        """What a client should know when it joins, given the id of the last event that it saw.

        The events since then; `resync` when they are no longer known; `ready` for a new one. The last event
        carries the present end of the stream, from which the client can resume. Nothing while degraded.
        """
        if self._degraded:
            return []
        try:
            async with _connection() as stream:
                return await _since(stream, last_id, client)
        except (redis.RedisError, OSError):
            return [DEGRADED, Event("resync")]

    async def _reading(self) -> None:
        if self._reader is None or self._reader.done():
            self._settled.clear()
            self._reader = asyncio.create_task(self._read())
        await self._settled.wait()

    async def _read(self) -> None:
        while self._clients:
            try:
                async with _connection() as stream:
                    await self._follow(stream)
            except Exception as error:
                # Whatever it was: a reader that ended here would leave every open page deaf.
                self._degrade(error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self, stream: redis.asyncio.Redis) -> None:
        position = await _end_of(stream)
        if self._degraded:
            log.info("live_stream_back")
            self._degraded = False
            self._broadcast([EVERYONE], Event("resync", id=position))
        self._settled.set()
        while self._clients:
            entries = await _read_after(stream, position)
            if len(entries) == READ_AT_ONCE and not await _still_holds(stream, position):
                self._broadcast([EVERYONE], Event("resync", id=entries[-1][0]))
            for id, fields in entries:
                self._broadcast(fields["topics"].split(), Event(fields["kind"], fields["ids"], id))
                position = id
        # Whoever joins from here on must wait for the next position, or would miss what lies between.
        self._settled.clear()

    def _degrade(self, error: Exception) -> None:
        if not self._degraded:
            log.warning("live_stream_lost", error=type(error).__name__)
            self._degraded = True
            self._broadcast([EVERYONE], DEGRADED)
        self._settled.set()

    def _broadcast(self, topics: list[str], event: Event) -> None:
        for client in self._clients:
            if client.hears(topics):
                client.offer(event)


Entries = list[tuple[str, dict[str, str]]]

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
        _close_on_signals()
    return _hubs[loop]


@cache
def _close_on_signals() -> None:
    """End the streams when the server is told to stop: it waits for open responses, and these never end.

    Servers tell applications only after that wait, hence the signals. Theirs keep working: an event loop gets
    its signals through a file descriptor, whatever the handler, and any other handler is called from ours.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if callable(before):
            signal.signal(number, partial(_close_hubs, before))


def _close_hubs(before: Callable[[int, FrameType | None], Any], number: int, frame: FrameType | None) -> None:
    for loop, open_hub in list(_hubs.items()):
        if not loop.is_closed():
            loop.call_soon_threadsafe(open_hub.close)
    before(number, frame)


def _connection() -> redis.asyncio.Redis:
    return redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


async def _since(stream: redis.asyncio.Redis, last_id: str | None, client: Client) -> list[Event]:
    end = await _end_of(stream)
    if last_id is None:
        return [Event("ready", id=end)]
    if not await _still_holds(stream, last_id):
        return [Event("resync", id=end)]
    entries: Entries = await stream.xrange(STREAM, min=f"({last_id}", max="+")  # type: ignore[assignment]
    heard = [
        Event(fields["kind"], fields["ids"], id)
        for id, fields in entries
        if client.hears(fields["topics"].split())
    ]
    if len(heard) > WAITING_PER_CLIENT:
        return [Event("resync", id=entries[-1][0])]
    return [*heard, Event("ready", id=entries[-1][0] if entries else last_id)]


async def _still_holds(stream: redis.asyncio.Redis, last_id: str) -> bool:
    """Whether the stream still knows everything after `last_id`: neither trimmed nor flushed since."""
    try:
        place = place_of(last_id)
    except ValueError:
        return False
    end = await _end_of(stream)
    if place == place_of(end):
        return True
    first: Entries = await stream.xrange(STREAM, count=1)  # type: ignore[assignment]
    return bool(first) and place_of(first[0][0]) <= place <= place_of(end)


async def _end_of(stream: redis.asyncio.Redis) -> str:
    try:
        info: dict[str, Any] = await stream.xinfo_stream(STREAM)
    except redis.ResponseError:
        return EMPTY_STREAM
    return str(info["last-generated-id"])


async def _read_after(stream: redis.asyncio.Redis, position: str) -> Entries:
    answer: Any = await stream.xread({STREAM: position}, count=READ_AT_ONCE, block=BLOCK_MILLISECONDS)
    if isinstance(answer, dict):
        return [entry for batch in answer.get(STREAM, []) for entry in batch]
    return [entry for _, entries in answer for entry in entries]
