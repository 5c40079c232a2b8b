"""How the reading process is given its pages: a line of JSON with their sizes, then one after another."""

import json
from collections.abc import Sequence


def written(pages: Sequence[bytes], form: str) -> bytes:
    """The pages as bytes."""
    head = json.dumps({"form": form, "sizes": [len(page) for page in pages]}).encode()
    return b"\n".join([head, b"".join(pages)])


def read(given: bytes) -> tuple[list[bytes], str]:
    """The pages in `given`, and the form of the report. Raises ValueError where they are not whole."""
    line, _, rest = given.partition(b"\n")
    head = json.loads(line)
    pages, start = [], 0
    for size in head["sizes"]:
        pages.append(rest[start : start + size])
        start += size
    if start != len(rest):
        raise ValueError("The pages are not whole.")
    return pages, str(head["form"])
