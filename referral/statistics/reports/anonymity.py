"""k-anonymity: a table cut into groups of at least k lines that look alike in all by which a person is known.

LeFevre K, DeWitt DJ, Ramakrishnan R, Mondrian multidimensional k-anonymity, ICDE 2006: the table is halved
along one column after the other as long as both halves have k lines. What still differs in a group is given
less exactly: numbers as their span, everything else as `*`. No line is left out, so counts stay.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

K = 5
"""Least number of lines that look alike."""

ANY = "*"
Cell = int | str | None
Line = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Anonymous:
    """`lines`: the cells by which a person is known, in the order of the table they were made of; `alike`:
    how many lines look like each, itself included. `k`: the least of these, 0 for an empty table. `blurred`:
    the share of cells, 0 to 1, that are less exact than they were.
    """

    lines: list[dict[str, str]]
    alike: list[int]
    k: int
    blurred: float


def anonymised(lines: Sequence[Line], *, least: int = K) -> Anonymous:
    """The table with groups of `least` lines or more; all are one group where there are fewer.

    Every line has the same columns; a column whose cells are numbers, or missing, is ordered.
    """
    blurred: list[dict[str, str]] = [{} for _ in lines]
    exact = 0
    for group in _groups(lines, least):
        shown = {name: _generalised([lines[place][name] for place in group]) for name in lines[group[0]]}
        for place in group:
            blurred[place] = shown
            exact += sum(shown[name] == _text(lines[place][name]) for name in shown)
    sizes = Counter(tuple(line.values()) for line in blurred)
    alike = [sizes[tuple(line.values())] for line in blurred]
    cells = sum(map(len, blurred))
    return Anonymous(blurred, alike, min(alike, default=0), 1 - exact / cells if cells else 0.0)


def _groups(lines: Sequence[Line], least: int) -> list[list[int]]:
    """The places of the lines of each group."""
    waiting, done = [list(range(len(lines)))] if lines else [], []
    while waiting:
        group = waiting.pop()
        halves = _halves(lines, group, least) if len(group) >= 2 * least else None
        if halves is None:
            done.append(group)
        else:
            waiting.extend(halves)
    return done


def _halves(lines: Sequence[Line], group: list[int], least: int) -> tuple[list[int], list[int]] | None:
    """The group cut along the column that differs most and allows it."""
    differing = {name: len({lines[place][name] for place in group}) for name in lines[group[0]]}
    for name in sorted(differing, key=lambda name: (-differing[name], name)):
        if differing[name] < 2:
            return None
        first, second = _cut(lines, group, name)
        if min(len(first), len(second)) >= least:
            return first, second
    return None


def _cut(lines: Sequence[Line], group: list[int], name: str) -> tuple[list[int], list[int]]:
    """Numbers at their middle, what is missing first; of texts the most frequent from the others."""
    cells = [lines[place][name] for place in group]
    if any(isinstance(cell, str) for cell in cells):
        commonest = Counter(cells).most_common(1)[0][0]
        is_first = [cell == commonest for cell in cells]
    else:
        ranks = [-1 if cell is None else int(cell) for cell in cells]
        middle = sorted(ranks)[(len(ranks) - 1) // 2]
        edge = middle if middle < max(ranks) else max(rank for rank in ranks if rank < middle)
        is_first = [rank <= edge for rank in ranks]
    first = [place for place, belongs in zip(group, is_first, strict=True) if belongs]
    second = [place for place, belongs in zip(group, is_first, strict=True) if not belongs]
    return first, second


def _generalised(cells: Sequence[Cell]) -> str:
    """One cell for all of a group: what they have in common, the span of numbers, or `*`."""
    if len(set(cells)) == 1:
        return _text(cells[0])
    numbers = [cell for cell in cells if isinstance(cell, int)]
    return f"{min(numbers)}..{max(numbers)}" if len(numbers) == len(cells) else ANY


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)
