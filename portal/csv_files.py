"""Tables as files: every download that a spreadsheet opens comes from here."""

import csv
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from accounts.text import INVISIBLE

LINES_AT_ONCE = 500
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
FORMULA = re.compile(r"(^|[\t\r\n;|])[\s\x00-\x1f]*[=+\-@＝＋－＠﹦﹢﹣﹫\u2212]|^[\t\r\n]")
"""How a spreadsheet takes a cell for a formula: by its first visible sign, in full width and small form too,
and by the first one after what it may take for the end of a cell or line."""


def csv_file(
    request: HttpRequest, name: str, header: tuple[str, ...], rows: Iterator[tuple[Any, ...]]
) -> StreamingHttpResponse:
    """A download that is written while it is read; spreadsheets see by its mark that it is UTF-8."""
    lines = csv_lines(header, rows)
    return StreamingHttpResponse(
        awaited(lines) if isinstance(request, ASGIRequest) else lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name) or "attachment"},
    )


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a table, the first with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(Echo())
    return chain(["\ufeff" + writer.writerow(header)], (writer.writerow(map(plain, row)) for row in rows))


def plain(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula, made a text to it; numbers stay as they are."""
    if not isinstance(cell, str) or NUMBER.fullmatch(cell) or not FORMULA.search(INVISIBLE.sub("", cell)):
        return cell
    return f"'{cell}"


async def awaited(lines: Iterator[str]) -> AsyncIterator[str]:
    """`lines` a few at a time for an asynchronous server, which would else gather them all first."""
    while some := await sync_to_async(lambda: "".join(islice(lines, LINES_AT_ONCE)))():
        yield some


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text
