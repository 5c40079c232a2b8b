"""Remembers that a neighbour is out of reach, so that not every caller waits for it in vain."""

import time
from collections.abc import Callable


class Outage:
    """After a failure, `is_over` stays False for `pause_seconds`, for this process."""

    def __init__(self, *, pause_seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._pause = pause_seconds
        self._monotonic = monotonic
        self._until = float("-inf")

    @property
    def is_over(self) -> bool:
        return self._monotonic() >= self._until

    def begin(self) -> None:
        self._until = self._monotonic() + self._pause

    def end(self) -> None:
        self._until = float("-inf")
