"""The listener: many connections, one writer that stores what has arrived meanwhile in one transaction."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connections

from accounts import clock
from integrations import mllp
from integrations.receiving import REASONS, Incoming, acknowledgement, receive
from labs.hl7 import NotHL7, read_header

log = structlog.get_logger(__name__)
MOST_AT_ONCE = 200

Store = Callable[[Sequence[Incoming]], list[bytes]]
Pair = tuple[Incoming, asyncio.Future[bytes]]


def store(batch: Sequence[Incoming]) -> list[bytes]:
    """Store and acknowledge; AE for all of them while the database is away.

    One message that cannot be stored for whatever reason keeps none of the others back.
    """
    close_old_connections()
    try:
        return receive(batch, clock.now())
    except (OperationalError, InterfaceError) as error:
        log.warning("hl7_not_stored", error=type(error).__name__, messages=len(batch))
        return [_later(incoming, "away") for incoming in batch]
    except Exception:
        if len(batch) > 1:
            return [answer for incoming in batch for answer in store([incoming])]
        log.exception("hl7_failed")
        return [_later(batch[0], "failed")]


def _later(incoming: Incoming, reason: str) -> bytes:
    try:
        message = read_header(incoming.content)
    except NotHL7:
        message = None
    return acknowledgement(message, "AE", clock.wall(), REASONS[reason])


class Listener:
    """Listens on one address. Nothing is acknowledged before the transaction that stored it has ended."""

    def __init__(self, on_stored: Callable[[], None], *, store: Store = store) -> None:
        self._waiting: asyncio.Queue[Pair] = asyncio.Queue()
        self._store, self._on_stored = store, on_stored
        self._writer_thread = ThreadPoolExecutor(1)
        self._connections: set[asyncio.Task[None]] = set()

    async def run(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """Serve until cancelled."""
        server = await asyncio.start_server(self._serve, host, port, limit=mllp.MOST_BYTES, ssl=tls)
        log.info("hl7_listening", port=server.sockets[0].getsockname()[1])
        writer = asyncio.create_task(self._write())
        try:
            async with server:
                await server.serve_forever()
        finally:
            for task in (writer, *self._connections):
                task.cancel()
            await asyncio.gather(writer, *self._connections, return_exceptions=True)
            self._writer_thread.submit(connections.close_all)
            self._writer_thread.shutdown()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(mllp.serve_connection(reader, writer, self._answer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _answer(self, content: bytes, address: str) -> bytes:
        done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        await self._waiting.put((Incoming(content, address), done))
        return await done

    async def _write(self) -> None:
        while True:
            pairs = [await self._waiting.get()]
            while len(pairs) < MOST_AT_ONCE and not self._waiting.empty():
                pairs.append(self._waiting.get_nowait())
            answers = await self._in_thread(self._store, [incoming for incoming, _done in pairs])
            for (_incoming, done), answer in zip(pairs, answers, strict=True):
                if not done.done():
                    done.set_result(answer)
            await self._in_thread(self._on_stored)

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run what waits for the database; one thread has one connection."""
        return await asyncio.get_running_loop().run_in_executor(self._writer_thread, function, *arguments)
