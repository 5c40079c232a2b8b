"""Words on a sheet as rows from top to bottom and cells from left to right."""

from collections.abc import Iterator, Sequence

from labs.rows import Cell, Row
from labs.words import Word

_SAME_ROW = 0.5
"""Share of the smaller height by which two words of one row overlap at least."""


def rows_of(words: Sequence[Word]) -> Iterator[Row]:
    """The rows of a straight sheet: words whose heights overlap stand in one."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda each: each.middle):
        line = next((line for line in reversed(lines[-3:]) if _overlaps(line[-3:], word)), None)
        if line is None:
            lines.append([word])
        else:
            line.append(word)
    for line in lines:
        yield Row([_cell(word) for word in sorted(line, key=lambda each: each.left)])


def _overlaps(line: Sequence[Word], word: Word) -> bool:
    top = sum(other.top for other in line) / len(line)
    bottom = sum(other.bottom for other in line) / len(line)
    shared = min(bottom, word.bottom) - max(top, word.top)
    return shared > _SAME_ROW * min(bottom - top, word.height)


def _cell(word: Word) -> Cell:
    return Cell(word.text, (word.left + word.right) / 2, word)
