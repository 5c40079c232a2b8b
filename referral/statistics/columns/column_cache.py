"""What was made of sealed months, held in memory as long as there is room: they do not change."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Protocol, TypeVar, cast

from cachetools import LRUCache

MOST_HELD = 2**28
"""Bytes that a process holds: columns and sorted times of some two million cases."""


class Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


Made = TypeVar("Made", bound=Sized)
_held: LRUCache[Hashable, Sized] = LRUCache(MOST_HELD, getsizeof=lambda made: made.nbytes)
_lock = Lock()


def held(key: Hashable, make: Callable[[], Made | None]) -> Made | None:
    """What `make` gave for `key` before, or gives now; None is not held."""
    known = look(key)
    if known is not None:
        return cast(Made, known)
    made = make()
    return None if made is None else hold(key, made)


def look(key: Hashable) -> Sized | None:
    """What is held for `key`."""
    with _lock:
        return _held.get(key)


def hold(key: Hashable, made: Made) -> Made:
    """Hold it, unless it is larger than all the room there is."""
    if made.nbytes <= MOST_HELD:
        with _lock:
            _held[key] = made
    return made
