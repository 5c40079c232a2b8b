"""A body that does not come keeps nobody waiting for ever."""

import asyncio
from typing import Any

import pytest

from config import bodies
from config.bodies import MOST_BYTES, Message, Receive, Scope, Send
from tests.event_loop import run_apart


class Asked:
    """An application that notes what it is given."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.are_broken: list[bool] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.bodies.append((await receive())["body"])
        self.are_broken.append(scope[bodies.BROKEN])


async def never() -> Message:
    await asyncio.Event().wait()
    return {}


async def to_nobody(message: Message) -> None: ...


def ask(receive: Receive, **headers: str) -> Asked:
    """What the application is given of a request whose body `receive` brings."""
    asked = Asked()
    written = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": "/api/v1/score", "headers": written}
    run_apart(bodies.whole(asked)(scope, receive, to_nobody))
    return asked


def test_a_body_that_is_announced_too_long_is_not_waited_for() -> None:
    asked = ask(never, content_length=str(MOST_BYTES + 1))
    assert (asked.bodies, asked.are_broken) == ([b""], [False])


def test_a_body_of_which_nothing_more_comes_has_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SILENT_SECONDS", 0.01)
    pieces = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def stops() -> Message:
        return pieces.pop() if pieces else await never()

    asked = ask(stops, content_length="100")
    assert (asked.bodies, asked.are_broken) == ([b""], [True])
