"""Reads pages from standard input and writes the report with its cut-outs to standard output, within limits.

It has neither the settings nor the keys of the product, may write no file, and ends when it takes too much.
"""

import json
import resource
import sys
from typing import Any

from labs.pictures import wire
from labs.pictures.reports import read_with_cutouts
from labs.refusals import UnreadableReportError

MOST_MEMORY = 3 * 1024**3
"""Of address space, of which a page uses less than a third as memory."""
MOST_SECONDS = 55


def limit() -> None:
    """Bound this process. What it does not know of its own limits, the system does."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(given: bytes) -> dict[str, Any]:
    """The report on the pages of `given`, or why there is none, as JSON."""
    pages, form = wire.read(given)
    try:
        report, cutouts = read_with_cutouts(pages, "pdf" if form == "pdf" else "photo")
    except UnreadableReportError as error:
        return {"unreadable": error.code, "params": error.params}
    except MemoryError:
        return {"unreadable": "took_too_long", "params": {}}
    return {"report": report.as_dict(), "cutouts": cutouts}


if __name__ == "__main__":
    limit()
    sys.stdout.write(json.dumps(answer(sys.stdin.buffer.read()), ensure_ascii=True))
