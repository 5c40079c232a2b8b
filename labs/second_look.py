"""Where print was read: how certain it was, and whether a second reading of the number says the same."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from labs.report import Finding
from labs.rows import Entry
from labs.tokens import Kind, plain, tokens_of
from labs.words import Corners, Word
from scoring.numbers import Printed

LEAST_CONFIDENCE = 0.9
"""Below this certainty of a number the person is asked. By what was measured (docs/labs.md) certainty alone
separates little: the second reading and the other doubts catch what is wrong."""


_CUT_OFF = re.compile(r"(?<![\d.])\d+[.,] *$")
"""A number at the end of a line of which the decimals may stand on the next."""


class Second:
    """A second reading of some words of a page."""

    def __init__(self, read: Callable[[Sequence[Word]], list[str]]) -> None:
        self._read = read

    def of(self, words: Sequence[Word]) -> dict[int, str]:
        """The texts by the identity of their words."""
        return {id(word): text for word, text in zip(words, self._read(words), strict=True)}


def looked_again(pairs: Sequence[tuple[Entry, Finding]], second: Second) -> list[Finding]:
    """The findings with place and confidence, doubtful where the print was not certain."""
    numbers = [entry.number_word for entry, finding in pairs if finding.name and entry.number_word]
    texts = second.of(numbers)
    return [_placed(entry, finding, texts) for entry, finding in pairs]


def _placed(entry: Entry, finding: Finding, texts: dict[int, str]) -> Finding:
    word = entry.number_word
    if word is None or entry.number is None:
        return finding
    words = entry.words or [word]
    placed = replace(finding, box=_box(words), spans=_spans(words), confidence=word.confidence)
    if finding.name is None:
        return placed
    is_whole = not _CUT_OFF.search(plain(word.text))
    certain = (
        is_whole
        and word.confidence >= LEAST_CONFIDENCE
        and _shows(texts.get(id(word), ""), entry.number.number)
    )
    return placed if certain else placed.with_doubts("unclear_print")


def _shows(text: str, number: Printed | None) -> bool:
    """True where a text has this number in it."""
    return any(token.kind is Kind.NUMBER and token.number == number for token in tokens_of(plain(text)))


def _box(words: Sequence[Word]) -> Corners:
    across = [x for word in words for x, _ in word.corners]
    down = [y for word in words for _, y in word.corners]
    left, right, top, bottom = min(across), max(across), min(down), max(down)
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _spans(words: Sequence[Word]) -> tuple[tuple[float, float], ...]:
    """Where each word begins and ends across the picture, from left to right."""
    return tuple(
        sorted((min(across), max(across)) for word in words if (across := [x for x, _ in word.corners]))
    )
