"""Content as an answer of HTTP: whole, in part (RFC 9110, 14), or not again."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags

from files.models import PartRole, StoredPart

ONE_RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")
SUFFIXES = {"image/jpeg": ".jpg", "application/pdf": ".pdf"}


@dataclass(frozen=True, slots=True)
class Span:
    """From byte `first` to byte `last`, both included."""

    first: int
    last: int


class Unsatisfiable(Exception):
    """A range beyond the end."""


def span_of(header: str, size: int) -> Span | None:
    """The one range that a Range header asks for; None where all is meant. Raises Unsatisfiable.

    What is malformed, or asks for several ranges, is answered with all, as RFC 9110 allows.
    """
    match = ONE_RANGE.fullmatch(header.strip())
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise Unsatisfiable
        return Span(size - length, size - 1)
    if int(first) >= size:
        raise Unsatisfiable
    span = Span(int(first), min(int(last), size - 1) if last else size - 1)
    return span if span.first <= span.last else None


def answer(request: HttpRequest, part: StoredPart, content: bytes) -> HttpResponse:
    """The answer with `content`, which is that of `part`. It is in no shared cache and runs no script."""
    tag = f'"{part.object_name}"'
    response = _response(request, content, tag)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if response.status_code in (200, 206):
        response["Accept-Ranges"] = "bytes"
        response["Content-Type"] = part.media_type
        response["Content-Disposition"] = _disposition(part)
    return response


def _response(request: HttpRequest, content: bytes, tag: str) -> HttpResponse:
    if _is_there_already(request.headers.get("If-None-Match", ""), tag):
        return HttpResponse(status=304)
    is_same = request.headers.get("If-Range", tag) == tag
    try:
        span = span_of(request.headers.get("Range", ""), len(content)) if is_same else None
    except Unsatisfiable:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{len(content)}"
        return response
    if span is None:
        return HttpResponse(content)
    response = HttpResponse(content[span.first : span.last + 1], status=206)
    response["Content-Range"] = f"bytes {span.first}-{span.last}/{len(content)}"
    return response


def _is_there_already(header: str, tag: str) -> bool:
    """Whether the caller has the content of `tag` (RFC 9110, 13.1.2: compared weakly)."""
    return any(one == "*" or one.removeprefix("W/") == tag for one in parse_etags(header))


def _disposition(part: StoredPart) -> str:
    """A picture is shown; what was sent is saved, under its name without path and suffix."""
    if part.role != PartRole.ORIGINAL:
        return "inline"
    stem = str(part.file.name).rpartition("/")[2].rpartition(".")[0] or "file"
    return f"attachment; filename*=UTF-8''{quote(stem)}{SUFFIXES.get(part.media_type, '')}"
