"""JSON, strictly, so that nothing is misread in silence and nothing cannot be stored."""

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn


class MalformedJSON(ValueError):
    """Not UTF-8 JSON, a repeated name, a number that is none, or nested too deeply."""


class UnstorableText(ValueError):
    """A text at `path` has signs that no database keeps."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def loads(raw: bytes, *, deepest: int) -> Any:
    """The value of a JSON text. Raises MalformedJSON and UnstorableText."""
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_unique, parse_constant=_no_number, parse_float=_finite
        )
    except (ValueError, RecursionError) as error:
        raise MalformedJSON from error
    for path, text in _texts(value, deepest):
        if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise UnstorableText(path)
    return value


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


def _texts(value: Any, deepest: int) -> Iterator[tuple[str, str]]:
    """Every name and text in `value` with the path to it."""
    waiting = [("", 0, value)]
    while waiting:
        path, depth, part = waiting.pop()
        if depth > deepest:
            raise MalformedJSON
        if isinstance(part, str):
            yield path, part
        elif isinstance(part, list):
            waiting += [(path, depth + 1, inner) for inner in part]
        elif isinstance(part, dict):
            for name, inner in part.items():
                yield path, name
                waiting.append((f"{path}.{name}".lstrip("."), depth + 1, inner))
