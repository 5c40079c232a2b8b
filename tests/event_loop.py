"""Event loops of the tests."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run_apart(what: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a thread of its own.

    The thread of the tests may have an event loop already: that of a browser which an earlier test opened.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, what).result()
