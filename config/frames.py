"""Room for the frames of Python calls, so that deep calls do not ask the system for memory each time.

CPython keeps the frames of a thread in chunks of 16 KiB. Releases from before March 2026 give a chunk back as
soon as its first frame returns: whatever is called again and again just where a chunk ends has memory mapped,
cleared and unmapped each time (python/cpython#142183). Below Django's middleware, forms and templates that
happens again and again in one answer.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
CLAIMED = 66_000
"""Values of eight bytes for which the first frame claims room: a little more than half a mebibyte."""


def with_room(call: Callable[P, R]) -> Callable[P, R]:
    """`call`, with half a mebibyte for the frames of whatever it calls.

    A chunk is as large as its first frame needs, in powers of two. One that claims a little more than half a
    mebibyte is given a whole one, and the other half is left to the calls below it. What is claimed and never
    written takes no memory.
    """

    def roomy(*args: P.args, **named: P.kwargs) -> R:
        return call(*args, **named)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=CLAIMED)
    return roomy
