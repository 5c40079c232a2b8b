"""On which line of a JSON text a value stands."""

import json
from collections.abc import Sequence

_DECODER = json.JSONDecoder()


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line (from 1) of the value at `path` in a valid JSON text, or of its nearest ancestor."""
    position = _skip(text, 0)
    for step in path:
        found = _child(text, position, step)
        if found is None:
            break
        position = found
    return text.count("\n", 0, position) + 1


def _child(text: str, position: int, step: str | int) -> int | None:
    if text[position] == "{" and isinstance(step, str):
        return _member(text, position, step)
    if text[position] == "[" and isinstance(step, int):
        return _item(text, position, step)
    return None


def _member(text: str, position: int, name: str) -> int | None:
    position = _skip(text, position + 1)
    while text[position] != "}":
        key, position = _DECODER.raw_decode(text, position)
        position = _skip(text, _skip(text, position) + 1)
        if key == name:
            return position
        position = _next(text, position)
    return None


def _item(text: str, position: int, index: int) -> int | None:
    position = _skip(text, position + 1)
    while text[position] != "]":
        if index == 0:
            return position
        index -= 1
        position = _next(text, position)
    return None


def _next(text: str, position: int) -> int:
    """Where the value after the one at `position` starts, or where the container closes."""
    _, position = _DECODER.raw_decode(text, position)
    position = _skip(text, position)
    return _skip(text, position + 1) if text[position] == "," else position


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
