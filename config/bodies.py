"""Bodies of requests, read whole before Django sees the request: with a length, a limit, and an end.

Django takes a body in pieces (`Transfer-Encoding: chunked`) for an empty one, reads one of any size to the
disk before it looks at its length, and answers nothing where it breaks off.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

Message = Mapping[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 4 * 1024 * 1024
"""Nothing but files takes as much; what is longer is not read to its end, and its length refuses it."""
MOST_BYTES_OF_FILE = 21 * 1024 * 1024
FILES = ("/files", "/labs/read", "/labs/readings")
"""How the addresses end to which files are sent, with or without a slash."""
SILENT_SECONDS = 60.0
"""A body of which nothing more came for so long has broken off, whatever its connection says."""
BROKEN = "aclf.broken_body"


@dataclass(frozen=True, slots=True)
class Body:
    """`is_broken`: it ended before its end, or its pieces are malformed."""

    content: bytes
    is_broken: bool = False


def whole(application: Application) -> Application:
    """`application`, called once the body of a request has been read."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        is_file = scope["path"].rstrip("/").endswith(FILES)
        most = MOST_BYTES_OF_FILE if is_file else MOST_BYTES
        body = Body(b"") if _announced(scope) > most else await _read(receive, most)
        await application(_with_length(scope, body), _again(body, receive), send)

    return call


def is_broken(request: HttpRequest) -> bool:
    """Whether the body of a request did not arrive whole."""
    return bool(getattr(request, "scope", {}).get(BROKEN))


def _announced(scope: Scope) -> int:
    """The length that the head of the request gives its body, in bytes."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)


async def _read(receive: Receive, most: int) -> Body:
    content = bytearray()
    while True:
        try:
            message = await asyncio.wait_for(receive(), SILENT_SECONDS)
        except TimeoutError:
            return Body(b"", is_broken=True)
        if message["type"] == "http.disconnect":
            return Body(b"", is_broken=True)
        content += message.get("body", b"")
        if len(content) > most or not message.get("more_body", False):
            return Body(bytes(content))


def _with_length(scope: Scope, body: Body) -> Scope:
    headers = [(name, value) for name, value in scope["headers"] if name != b"transfer-encoding"]
    if body.content and not any(name == b"content-length" for name, _value in headers):
        headers.append((b"content-length", str(len(body.content)).encode()))
    return {**scope, "headers": headers, BROKEN: body.is_broken}


def _again(body: Body, receive: Receive) -> Receive:
    """The body in one message, then what the server says; of a broken one it has said all it will."""
    waiting: list[Message] = [{"type": "http.request", "body": body.content, "more_body": False}]

    async def next_message() -> Message:
        if waiting:
            return waiting.pop()
        if body.is_broken:
            await asyncio.Event().wait()
        message = await receive()
        while message["type"] == "http.request":  # the rest of a body that is too long
            message = await receive()
        return message

    return next_message
