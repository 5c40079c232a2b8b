"""Sentences for people, kept apart from the language they are read in.

The library marks English text for the catalogue and names what fills its gaps; whoever shows a sentence has
it read in the reader's language. `str` reads it in English.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

Translate = Callable[[str], str]


@runtime_checkable
class Readable(Protocol):
    """What can be read in a language; `translate` gives the words for a marked English text."""

    def read(self, translate: Translate) -> str: ...


@dataclass(frozen=True, slots=True)
class Sentence:
    """A marked `text` with gaps such as %(count)s, and what fills them: values, or more to read."""

    text: str
    filling: Mapping[str, object] = field(default_factory=dict)

    def read(self, translate: Translate) -> str:
        filled = {name: words(part, translate) for name, part in self.filling.items()}
        return translate(self.text) % filled

    def __str__(self) -> str:
        return self.read(str)


@dataclass(frozen=True, slots=True)
class Listed:
    """Parts one after the other, with a marked text between them."""

    parts: tuple[object, ...]
    between: str = ", "

    def read(self, translate: Translate) -> str:
        return translate(self.between).join(words(part, translate) for part in self.parts)

    def __str__(self) -> str:
        return self.read(str)


def words(part: object, translate: Translate) -> str:
    """A part of a sentence in the reader's language; a value as it is."""
    return part.read(translate) if isinstance(part, Readable) else str(part)
