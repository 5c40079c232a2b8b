"""On which line of a JSON text a value stands, or something that JSON allows and a model file does not."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from scoring.issues import gettext_noop
from scoring.sentences import Readable, Sentence

_DECODER = json.JSONDecoder()
_MARK = re.compile(r'"(?:[^"\\]|\\.)*"(?:\s*:)?|[\[\]{}]|NaN|-?Infinity')
_DEEPEST = 50
TOO_DEEP = gettext_noop("is nested deeper than %(most)s")
NO_NUMBER = gettext_noop("%(value)s is not a number a model can use")
HALF = gettext_noop("the text holds half a character")
REPEATED = gettext_noop("the key “%(key)s” is repeated")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and on which line (from 1)."""

    reason: Readable
    line: int


def first_fault(text: str) -> Fault | None:
    """The first repeated key, value that is no number, half of a character or nesting without end in a JSON
    text; None if there is none.
    """
    keys: list[set[str]] = []
    for mark in _MARK.finditer(text):
        reason = _fault_of(mark[0], keys)
        if reason:
            return Fault(reason, text.count("\n", 0, mark.start()) + 1)
    return None


def _fault_of(mark: str, keys: list[set[str]]) -> Readable | None:
    """What is wrong with a mark inside the containers whose keys so far are given; keeps them in step."""
    if mark in "{[":
        keys.append(set())
        return Sentence(TOO_DEEP, {"most": _DEEPEST}) if len(keys) > _DEEPEST else None
    if mark in "}]":
        keys.pop()
        return None
    if not mark.startswith('"'):
        return Sentence(NO_NUMBER, {"value": mark})
    content = json.loads(mark.removesuffix(":"))
    if any("\ud800" <= character <= "\udfff" for character in content):
        return Sentence(HALF)
    if mark.endswith(":"):
        if content in keys[-1]:
            return Sentence(REPEATED, {"key": content})
        keys[-1].add(content)
    return None


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line (from 1) of the value at `path` in a valid JSON text, or of its nearest ancestor."""
    position = _skip(text, 0)
    for step in path:
        child = _child(text, position, step)
        if child is None:
            break
        position = child
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
