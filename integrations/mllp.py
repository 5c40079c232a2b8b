"""MLLP: messages between 0x0B and 0x1C 0x0D on a connection, each answered in its turn. Sizes bounded."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)
START, END = b"\x0b", b"\x1c\r"
MOST_BYTES = 1024 * 1024
BETWEEN_SECONDS = 3600.0
"""So long a connection may rest between two messages."""
WITHIN_SECONDS = 30.0
"""So long a message may take to arrive, once it has begun."""

Answer = Callable[[bytes, str], Awaitable[bytes]]


class FrameError(Exception):
    """What arrived is no frame; nothing that follows on this connection can be trusted."""


async def read_frame(reader: asyncio.StreamReader) -> bytes | None:
    """The next message; None where the other side has hung up between two. Raises FrameError."""
    try:
        before = await asyncio.wait_for(reader.readuntil(START), BETWEEN_SECONDS)
    except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
        return None
    except asyncio.LimitOverrunError as error:
        raise FrameError from error
    if before[:-1].strip():
        raise FrameError
    try:
        return await asyncio.wait_for(_content(reader), WITHIN_SECONDS)
    except (asyncio.IncompleteReadError, TimeoutError, ConnectionError) as error:
        raise FrameError from error


async def _content(reader: asyncio.StreamReader) -> bytes:
    """What stands before the end of the frame; of what is too long its beginning, a byte more than may be."""
    beginning = b""
    while True:
        try:
            content = await reader.readuntil(END)
            return beginning or content[: -len(END)]
        except asyncio.LimitOverrunError as error:
            passed = await reader.readexactly(error.consumed)
            beginning = beginning or passed[: MOST_BYTES + 1]


def framed(content: bytes) -> bytes:
    return START + content + END


async def serve_connection(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer
) -> None:
    """Answer message after message until the other side hangs up or sends what is none."""
    peer = writer.get_extra_info("peername")
    address = str(peer[0]) if peer else ""
    try:
        while (content := await read_frame(reader)) is not None:
            writer.write(framed(await answer(content, address)))
            await writer.drain()
    except (FrameError, ConnectionError) as error:
        # A sender that gets no answer sends again on a new connection.
        log.info("hl7_connection_ended", error=type(error).__name__)
    finally:
        with contextlib.suppress(ConnectionError, OSError):
            writer.close()
            await writer.wait_closed()
