"""The one parser: JSON, strictly, so that nothing is misread in silence and nothing cannot be stored."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import BaseParser

from api.problems import Refusal
from referral.pathway.refusals import InputError

DEEPEST = 16


class StrictJSONParser(BaseParser):
    """UTF-8 JSON without repeated names, numbers that are none, deep nesting or text that cannot be kept."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value. Raises Refusal (400, 413) or InputError."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise too_large()
        return read(raw)


def read(raw: bytes) -> Any:
    """The value of a JSON text. Raises Refusal (400) or InputError."""
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_unique, parse_constant=_no_number, parse_float=_finite
        )
    except (ValueError, RecursionError) as error:
        raise malformed() from error
    for path, text in _texts(value):
        if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise InputError((path, "invalid_text", _("This has signs that are no text. Type it again.")))
    return value


def too_large() -> Refusal:
    return Refusal(413, "too_large", _("A request may have 1 MiB at most. Send less at once."))


def malformed() -> Refusal:
    return Refusal(400, "malformed", _("The body is not valid JSON. Nothing was changed."))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is repeated")
    return members


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("too large for a number")
    return number


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every name and text in `value` with the path to it."""
    waiting = [("", 0, value)]
    while waiting:
        path, depth, part = waiting.pop()
        if depth > DEEPEST:
            raise malformed()
        if isinstance(part, str):
            yield path, part
        elif isinstance(part, list):
            waiting += [(path, depth + 1, inner) for inner in part]
        elif isinstance(part, dict):
            for name, inner in part.items():
                yield path, name
                waiting.append((f"{path}.{name}".lstrip("."), depth + 1, inner))
