"""What was made of sealed months, kept in memory as long as there is room: they do not change."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Protocol, TypeVar, cast

from cachetools import LRUCache

MOST_CACHED = 2**28
"""Bytes that a process keeps: columns and sorted times of some two million cases."""


class Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


Made = TypeVar("Made", bound=Sized)
_cache: LRUCache[Hashable, Sized] = LRUCache(MOST_CACHED, getsizeof=lambda made: made.nbytes)
_lock = Lock()


def cached(key: Hashable, make: Callable[[], Made | None]) -> Made | None:
    """What `make` gave for `key` before, or gives now; None is not kept."""
    kept = get(key)
    if kept is not None:
        return cast(Made, kept)
    made = make()
    return None if made is None else put(key, made)


def get(key: Hashable) -> Sized | None:
    """What is kept for `key`."""
    with _lock:
        return _cache.get(key)


def put(key: Hashable, made: Made) -> Made:
    """Keep it, unless it is larger than all the room there is."""
    if made.nbytes <= MOST_CACHED:
        with _lock:
            _cache[key] = made
    return made
