"""Scopes of SMART, version 2 (`system/Task.rs`) and 1 (`system/Task.read`): read, compared, narrowed.

The letters are c(reate), r(ead), u(pdate), d(elete), s(earch), in this order.
"""

import re
from collections.abc import Collection, Iterable

LETTERS = "cruds"
EVERY_TYPE = "*"
_SCOPE = re.compile(r"system/(\*|[A-Z][A-Za-z]+)\.(read|write|\*|(?=[cruds])c?r?u?d?s?)")
_OF_VERSION_1 = {"read": "rs", "write": "cud", "*": LETTERS}


def letters_of(scope: str) -> tuple[str, frozenset[str]] | None:
    """Resource type and letters of a scope; None for what is none of a program."""
    match = _SCOPE.fullmatch(scope)
    if match is None:
        return None
    return match[1], frozenset(_OF_VERSION_1.get(match[2], match[2]))


def granted(scopes: Iterable[str], resource_type: str) -> frozenset[str]:
    """The letters that `scopes` give for a type."""
    pairs = filter(None, map(letters_of, scopes))
    return frozenset().union(*(letters for of, letters in pairs if of in (EVERY_TYPE, resource_type)))


def narrowed(asked: Iterable[str], given: Collection[str]) -> list[str]:
    """What of the `asked` scopes a program with the `given` ones has, written as version 2."""
    result: dict[str, frozenset[str]] = {}
    for resource_type, letters in filter(None, map(letters_of, asked)):
        for narrower in _types(resource_type, given):
            has = letters & granted(given, narrower)
            result[narrower] = result.get(narrower, frozenset()) | has
    return sorted(f"system/{name}.{_in_order(has)}" for name, has in result.items() if has)


def _types(asked: str, given: Iterable[str]) -> set[str]:
    """The types of `given` that a request for `asked` means."""
    return {pair[0] for pair in filter(None, map(letters_of, given))} if asked == EVERY_TYPE else {asked}


def _in_order(letters: Collection[str]) -> str:
    return "".join(letter for letter in LETTERS if letter in letters)
