"""The first lines of a hospital's table: its separator, and what each column is."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.catalogue import CANONICAL, Column, column_of
from scoring.cells import visible
from scoring.encodings import Announce, UnreadableFileError
from scoring.inputs import TYPED_INPUTS, UNIT_FIELDS
from scoring.issues import gettext_noop
from scoring.sentences import Listed, Sentence

LONGEST_LINE = 131_072
_SEPARATORS = ",;\t|，；"
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[,;\t]*', re.IGNORECASE)
_MOST_LINES_BEFORE = 10
_LEAST_INPUTS_BELOW_A_TITLE = 2
_MOST_NAMED = 12
_ONE_OF_MANY = frozenset({"id"})

EMPTY = gettext_noop("The file is empty. Its first line must name the inputs.")
NO_INPUT = gettext_noop(
    "The first line names no input (it reads “%(first)s”). It must hold names such as age_years, bilirubin, "
    "bilirubin_unit, or 年龄, 总胆红素(umol/L)."
)
TWO_UNITS = gettext_noop("“%(one)s” and “%(other)s” must be in one unit. Convert one of them.")
TWICE = gettext_noop("The first line names “%(one)s” twice. Leave one of them.")
SAME_INPUT = gettext_noop("“%(one)s” and “%(other)s” both say %(input)s. Leave one of them.")
BELOW_A_TITLE = gettext_noop(
    "The names of the columns stand on line %(line)s; what is above it is passed over."
)
UNDERSTOOD = gettext_noop("Understood: %(columns)s.")
AS_INPUT = gettext_noop("“%(heading)s” as %(input)s")
AS_INPUT_IN = gettext_noop("“%(heading)s” as %(input)s in %(unit)s")
NOT_USED = gettext_noop("Not used: “%(heading)s” %(fault)s.")
NOT_KNOWN = gettext_noop("Not used, no known name: %(columns)s.")
AND_MORE = gettext_noop("%(columns)s and %(more)s more")
QUOTED = gettext_noop("“%(heading)s”")


@dataclass(frozen=True, slots=True)
class Header:
    """What the columns of a table are, by position, the `separator`, and the `line` the header ends on.

    `units`: unit fields that a heading states for the whole column.
    """

    columns: tuple[Column, ...]
    separator: str
    line: int

    @property
    def units(self) -> dict[str, str]:
        """What the headings say of units, by unit field."""
        stated = [(TYPED_INPUTS[c.name].unit_field, c.unit) for c in self.columns if c.name in TYPED_INPUTS]
        return {field: unit for field, unit in stated if field and unit}

    @property
    def width(self) -> int:
        """How many columns there are up to the last that has a heading."""
        return max(number for number, column in enumerate(self.columns, 1) if column.name)


def read_header(text: io.TextIOBase, announce: Announce) -> Header:
    """The header of a table: its first line, or the first below a title that names inputs.

    `announce` hears how names that are not the interface's own were understood, and which columns are not
    used. Raises UnreadableFileError where no line names an input, or where two columns say the same.
    """
    separator, first, number = "", "", 0
    while number < _MOST_LINES_BEFORE and (line := _logical_line(text)):
        number += 1
        if marked := SEPARATOR_LINE.fullmatch(line.strip()):
            separator = marked[1]
            continue
        header = _split(line, separator, number + line.strip("\r\n").count("\n"))
        number = header.line
        inputs = len([column for column in header.columns if column.name in TYPED_INPUTS])
        if inputs >= (_LEAST_INPUTS_BELOW_A_TITLE if first else 1):
            _check(header.columns)
            _describe(header, announce, below_a_title=bool(first))
            return header
        first = first or line.strip()
    if not first:
        raise UnreadableFileError("empty_file", Sentence(EMPTY))
    raise UnreadableFileError("no_known_column", Sentence(NO_INPUT, {"first": first[:60]}))


def _logical_line(text: io.TextIOBase) -> str:
    """The next line with those that a quotation mark ties to it."""
    line = visible(text.readline(LONGEST_LINE))
    for _ in range(_MOST_LINES_BEFORE):
        if line.count('"') % 2 == 0 or not (more := visible(text.readline(LONGEST_LINE))):
            break
        line += more
    return line


def _split(line: str, separator: str, number: int) -> Header:
    """The header under the separator that is stated, or else under the one that names most inputs."""
    candidates = [separator] if separator else [mark for mark in _SEPARATORS if mark in line] or [","]
    headers = [Header(_columns(line, mark), mark, number) for mark in candidates]
    return max(headers, key=lambda header: sum(column.name in CANONICAL for column in header.columns))


def _columns(line: str, separator: str) -> tuple[Column, ...]:
    cells = next(csv.reader([line], delimiter=separator), [])
    columns = [column_of(cell.strip()) for cell in cells]
    first_id = next((c for c in columns if c.heading.lower() == "id"), None)
    first_id = first_id or next((column for column in columns if column.name == "id"), None)
    return tuple(
        column if column.name not in _ONE_OF_MANY or column is first_id else _as_other(column)
        for column in columns
    )


def _as_other(column: Column) -> Column:
    return Column(column.heading, column.heading.lower())


def _check(columns: Sequence[Column]) -> None:
    """Raises UnreadableFileError for two columns that say the same."""
    seen: dict[str, Column] = {}
    for column in columns:
        if column.name not in CANONICAL or column.fault:
            continue
        if earlier := seen.get(column.name):
            raise UnreadableFileError("repeated_column", _repeated(earlier, column))
        seen[column.name] = column
    _check_units(seen)


def _check_units(columns: Mapping[str, Column]) -> None:
    """Raises UnreadableFileError for two columns that share a unit and state different ones."""
    stated: dict[str, Column] = {}
    for name, column in columns.items():
        unit_field = TYPED_INPUTS[name].unit_field if name in TYPED_INPUTS else None
        if not unit_field or not column.unit:
            continue
        earlier = stated.setdefault(unit_field, column)
        if earlier.unit != column.unit:
            both = {"one": earlier.heading, "other": column.heading}
            raise UnreadableFileError("units_contradict", Sentence(TWO_UNITS, both))


def _repeated(one: Column, other: Column) -> Sentence:
    both = {"one": one.heading, "other": other.heading, "input": one.name}
    is_same = one.heading.strip().lower() == other.heading.strip().lower()
    return Sentence(TWICE if is_same else SAME_INPUT, both)


def _describe(header: Header, announce: Announce, *, below_a_title: bool) -> None:
    if below_a_title:
        announce(Sentence(BELOW_A_TITLE, {"line": header.line}))
    columns = [column for column in header.columns if column.name]
    renamed = [column for column in columns if column.name in CANONICAL and not column.fault]
    understood = [_reading(column) for column in renamed if column.heading.strip().lower() != column.name]
    if understood:
        announce(Sentence(UNDERSTOOD, {"columns": Listed(tuple(understood), "; ")}))
    for column in columns:
        if column.fault:
            announce(Sentence(NOT_USED, {"heading": column.heading, "fault": column.fault}))
    unknown = [
        Sentence(QUOTED, {"heading": c.heading}) for c in columns if c.name not in CANONICAL and not c.fault
    ]
    if unknown:
        announce(Sentence(NOT_KNOWN, {"columns": _first(unknown)}))


def _first(unknown: Sequence[Sentence]) -> Listed | Sentence:
    """The first of many names, and how many more there are."""
    shown = Listed(tuple(unknown[:_MOST_NAMED]))
    more = len(unknown) - _MOST_NAMED
    return Sentence(AND_MORE, {"columns": shown, "more": more}) if more > 0 else shown


def _reading(column: Column) -> Sentence:
    names = {"heading": column.heading, "input": column.name, "unit": column.unit}
    return Sentence(AS_INPUT_IN if column.unit and column.name not in UNIT_FIELDS else AS_INPUT, names)
