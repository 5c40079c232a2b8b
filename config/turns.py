"""Requests take turns at the processor and the database, so that a storm of them is slow and not an error.

Django gives every request a thread of its own. Without turns, two hundred boards that hear of the same case
start two hundred threads, which wait for eight database connections until most of them fail.
"""

import asyncio
from typing import Any

from config.bodies import Application, Message, Receive, Scope, Send

WITHOUT_A_TURN = frozenset({"/healthz", "/readyz"})
"""Whether a process lives is answered at once, whoever else waits."""


def in_turn(application: Application, at_once: int) -> Application:
    """`application` for at most `at_once` requests at a time, in the order in which they came.

    A turn ends when the answer begins, so that a stream that stays open keeps nobody waiting. Who has gone
    before their turn is not answered, and nothing was begun for them. The body of a request has to be one
    message (`config.bodies.whole`).
    """
    turns = asyncio.Semaphore(at_once)

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in WITHOUT_A_TURN:
            await application(scope, receive, send)
            return
        body = await receive()
        leaving = asyncio.ensure_future(receive())
        turn = _Turn(turns)
        try:
            if await turn.comes_before(leaving):
                await application(scope, _messages(body, leaving), turn.ending_with(send))
        finally:
            leaving.cancel()
            turn.end()

    return call


class _Turn:
    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns = turns
        self._is_taken = False

    async def comes_before(self, leaving: asyncio.Future[Message]) -> bool:
        """Wait for the turn; False, and none is taken, when the client leaves first."""
        coming = asyncio.ensure_future(self._turns.acquire())
        either: set[asyncio.Future[Any]] = {coming, leaving}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._is_taken = coming.done()
            coming.cancel()
        return not leaving.done()

    def end(self) -> None:
        if self._is_taken:
            self._is_taken = False
            self._turns.release()

    def ending_with(self, send: Send) -> Send:
        """`send`, which ends the turn when the answer begins."""

        async def send_and_end(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.end()
            await send(message)

        return send_and_end


def _messages(body: Message, leaving: asyncio.Future[Message]) -> Receive:
    """The body, then that the client left."""
    waiting = [body]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await leaving

    return next_message
