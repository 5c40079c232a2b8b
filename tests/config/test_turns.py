"""A storm of requests is slow, not an error: they take turns, and who has gone is not served."""

import asyncio
from collections.abc import Callable
from typing import Any

from config.bodies import Message, Receive, Scope, Send
from config.turns import in_turn
from tests.event_loop import run_apart

BODY = {"type": "http.request", "body": b"", "more_body": False}
GONE = {"type": "http.disconnect"}


class Pages:
    """An application whose answers begin, and end, when the test says so."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.answers: dict[str, asyncio.Event] = {}
        self.ends: dict[str, asyncio.Event] = {}
        self.fails = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        self.began.append(path)
        assert await receive() == BODY
        if self.fails:
            raise ValueError(path)
        await self.answers.setdefault(path, asyncio.Event()).wait()
        await send({"type": "http.response.start", "status": 200})
        await self.ends.setdefault(path, asyncio.Event()).wait()


class Visitors:
    def __init__(self, pages: Pages, at_once: int) -> None:
        self._application = in_turn(pages, at_once)
        self._left: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, path: str) -> None:
        messages, left = [BODY], self._left.setdefault(path, asyncio.Event())

        async def receive() -> Message:
            if messages:
                return messages.pop()
            await left.wait()
            return GONE

        async def send(message: Message) -> None: ...

        scope: dict[str, Any] = {"type": "http", "path": path}
        self.tasks[path] = asyncio.create_task(self._application(scope, receive, send))  # type: ignore[arg-type]
        await settle()

    async def leave(self, path: str) -> None:
        self._left[path].set()
        await settle()


async def settle() -> None:
    for _step in range(10):
        await asyncio.sleep(0)


def with_pages(at_once: int) -> Callable[[Callable[[Pages, Visitors], Any]], Callable[[], None]]:
    """Run a test in a loop of its own, with an application that serves `at_once` requests at a time."""

    def decorate(test: Callable[[Pages, Visitors], Any]) -> Callable[[], None]:
        async def run() -> None:
            pages = Pages()
            visitors = Visitors(pages, at_once)
            await test(pages, visitors)
            for task in visitors.tasks.values():
                task.cancel()

        def run_in_a_loop() -> None:
            run_apart(run())

        run_in_a_loop.__name__, run_in_a_loop.__doc__ = test.__name__, test.__doc__
        return run_in_a_loop

    return decorate


@with_pages(at_once=2)
async def test_no_more_run_at_once_and_the_others_follow_in_the_order_in_which_they_came(
    pages: Pages, visitors: Visitors
) -> None:
    for path in ("/a", "/b", "/c", "/d"):
        await visitors.ask(path)
    assert pages.began == ["/a", "/b"]
    pages.answers["/b"].set()
    await settle()
    assert pages.began == ["/a", "/b", "/c"]
    pages.answers["/a"].set()
    await settle()
    assert pages.began == ["/a", "/b", "/c", "/d"]


@with_pages(at_once=1)
async def test_a_stream_that_stays_open_keeps_nobody_waiting(pages: Pages, visitors: Visitors) -> None:
    await visitors.ask("/live")
    pages.answers["/live"].set()
    await settle()
    assert not visitors.tasks["/live"].done()
    await visitors.ask("/board/")
    await visitors.ask("/places/")
    assert pages.began == ["/live", "/board/"]
    pages.ends["/live"].set()
    await settle()
    assert pages.began == ["/live", "/board/"], "the end of a stream gives no second turn"


@with_pages(at_once=1)
async def test_who_left_while_waiting_is_not_served_and_takes_no_turn(
    pages: Pages, visitors: Visitors
) -> None:
    for path in ("/a", "/b", "/c"):
        await visitors.ask(path)
    await visitors.leave("/b")
    assert visitors.tasks["/b"].done()
    pages.answers["/a"].set()
    await settle()
    assert pages.began == ["/a", "/c"]


@with_pages(at_once=1)
async def test_a_failure_ends_the_turn(pages: Pages, visitors: Visitors) -> None:
    pages.fails = True
    for path in ("/a", "/b"):
        await visitors.ask(path)
    assert pages.began == ["/a", "/b"]
    assert all(isinstance(task.exception(), ValueError) for task in visitors.tasks.values())


@with_pages(at_once=1)
async def test_whether_the_process_lives_is_answered_whoever_waits(pages: Pages, visitors: Visitors) -> None:
    await visitors.ask("/a")
    await visitors.ask("/healthz")
    assert pages.began == ["/a", "/healthz"]
