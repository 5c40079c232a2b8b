"""Reads a file from standard input and writes its inspection to standard output, within limits.

It has neither the settings nor the keys of the product, may write no file, and ends when it takes too much.
"""

import resource
import sys

from files.inspection import wire
from files.inspection.inspect import Inspected, inspect
from files.inspection.kinds import Unfit

MOST_MEMORY = 2 * 1024**3
MOST_SECONDS = 60


def limit() -> None:
    """Bound this process. What it does not know of its own limits, the system does."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def result_of(content: bytes) -> Inspected | Unfit:
    try:
        return inspect(content)
    except Unfit as unfit:
        return unfit
    except MemoryError:
        return Unfit("too_complex")


if __name__ == "__main__":
    limit()
    sys.stdout.buffer.write(wire.written(result_of(sys.stdin.buffer.read())))
