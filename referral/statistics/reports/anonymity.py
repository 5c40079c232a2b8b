"""k-anonymity: a table cut into groups of at least k persons who look alike in all by which they are known.

LeFevre K, DeWitt DJ, Ramakrishnan R, Mondrian multidimensional k-anonymity, ICDE 2006: the table is halved
along one column after the other as long as both halves have k persons. What still differs in a group is given
less exactly: numbers as their span, everything else as `*`. No line is left out, so counts stay.

Of lines that are given out more than once, the groups must not move: who is in a group with four others today
and with another four tomorrow is known by both. So a table may be cut by what of a line never changes, and by
nothing else.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

K = 5
"""Least number of persons who look alike."""

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


def anonymised(
    lines: Sequence[Line],
    *,
    cut_by: Sequence[Line] | None = None,
    persons: Sequence[Hashable] | None = None,
    least: int | None = None,
) -> Anonymous:
    """The table with groups of `least` persons or more, K unless given; all are one group where there are
    fewer.

    `cut_by`: for each line the cells by which the table is cut, those of the line itself unless given.
    `persons`: whose each line is, another's each unless given. Every line has the same columns; a column
    whose cells are numbers, or missing, is ordered.
    """
    cutting = _Cutting(
        lines if cut_by is None else cut_by,
        range(len(lines)) if persons is None else persons,
        K if least is None else least,
    )
    blurred: list[dict[str, str]] = [{} for _ in lines]
    exact = 0
    for group in cutting.groups():
        shown = {name: _generalised([lines[place][name] for place in group]) for name in lines[group[0]]}
        for place in group:
            blurred[place] = shown
            exact += sum(shown[name] == _text(lines[place][name]) for name in shown)
    sizes = Counter(tuple(line.values()) for line in blurred)
    alike = [sizes[tuple(line.values())] for line in blurred]
    cells = sum(map(len, blurred))
    return Anonymous(blurred, alike, min(alike, default=0), 1 - exact / cells if cells else 0.0)


@dataclass(frozen=True, slots=True)
class _Cutting:
    """A table that is cut into groups of `least` persons or more; a group is the places of its lines."""

    lines: Sequence[Line]
    persons: Sequence[Hashable]
    least: int

    def groups(self) -> list[list[int]]:
        """The groups that cannot be cut further."""
        waiting, done = [list(range(len(self.lines)))] if self.lines else [], []
        while waiting:
            group = waiting.pop()
            halves = self._halves(group) if self._persons(group) >= 2 * self.least else None
            if halves is None:
                done.append(group)
            else:
                waiting.extend(halves)
        return done

    def _persons(self, group: Sequence[int]) -> int:
        return len({self.persons[place] for place in group})

    def _halves(self, group: list[int]) -> tuple[list[int], list[int]] | None:
        """The group cut along the column that differs most and allows it."""
        first_line = self.lines[group[0]]
        differing = {name: len({self.lines[place][name] for place in group}) for name in first_line}
        for name in sorted(differing, key=lambda name: (-differing[name], name)):
            if differing[name] < 2:
                return None
            halves = self._cut(group, name)
            if min(map(self._persons, halves)) >= self.least:
                return halves
        return None

    def _cut(self, group: list[int], name: str) -> tuple[list[int], list[int]]:
        """Numbers at their middle, what is missing first; of texts the most frequent from the others."""
        cells = [self.lines[place][name] for place in group]
        if any(isinstance(cell, str) for cell in cells):
            commonest = max(Counter(cells).items(), key=lambda item: (item[1], str(item[0])))[0]
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
