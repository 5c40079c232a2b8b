"""Patients out of CSV and JSON streams, one after the other, in constant memory.

What cannot be read is yielded as a row with an issue, so that one bad row never stops the rest; only a file
whose beginning makes no sense is refused as a whole.
"""

import codecs
import csv
import io
import json
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from scoring.catalogue import Column
from scoring.cells import is_footnote, is_missing, is_summary, visible
from scoring.dates import AmbiguousDateError, read_time
from scoring.encodings import Announce, UnreadableFileError, as_utf8, ignore, is_text
from scoring.headers import LONGEST_LINE, Header, read_header
from scoring.inputs import INPUTS, TYPED_INPUTS, UNIT_FIELDS, Input
from scoring.issues import Issue, gettext_noop, quoted
from scoring.sentences import Listed, Sentence
from scoring.unit_row import units_of_row
from scoring.units import canonical_unit

ID_COLUMN = "id"
_VALUES_IN: Mapping[str, tuple[str, ...]] = {
    unit_field: tuple(name for name, spec in TYPED_INPUTS.items() if spec.unit_field == unit_field)
    for unit_field in UNIT_FIELDS
}
"""The inputs whose unit an input of units states."""
_BESIDE_INPUTS = frozenset({*UNIT_FIELDS, "sampled_at", "confirmed", ID_COLUMN})

_READ_BYTES = 65_536
_LARGEST_OBJECT = 1_048_576
_MOST_LINES_OF_A_ROW = 50
_LONGEST_WHOLE_NUMBER = 300
NO_ROW = gettext_noop("No patient follows the first line. Give one in each line.")
NO_OBJECT = gettext_noop("There is no JSON object. Give one per patient.")
UNITS_BELOW = gettext_noop("The units stand in a line of their own: %(units)s.")
IN_UNIT = gettext_noop("%(input)s in %(unit)s")
PASSED_OVER = gettext_noop("%(count)s rows of totals or remarks are passed over (line %(lines)s).")
_BETWEEN_OBJECTS = " \t\r\n,[]\ufeff"
_DECIMAL_COMMA = re.compile(r"[+-]?(?:\d+,\d{1,2}|0,\d+|\d+,\d{4,})")
_TEXT_AS_FORMULA = re.compile(r'(^|[,;\t|])="([^"]*)"')
"""What hospital systems write so that a spreadsheet keeps the zeros of a number: `="0012"`."""
_MOST_LINES_NAMED = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One patient: `number` from 1, the `line` of the file it ends on, `raw` inputs, or the issue instead.

    `others`: the cells that are no input. `label`: what the file itself calls the patient (column `id`).
    """

    number: int
    line: int
    raw: Mapping[str, object]
    issue: Issue | None = None
    others: Mapping[str, object] = field(default_factory=dict)
    label: object = None


def csv_rows(
    stream: io.BufferedIOBase,
    *,
    zone: tzinfo = UTC,
    announce: Announce = ignore,
    inputs: Mapping[str, Input] = INPUTS,
) -> Iterator[Row]:
    """Rows of a CSV file whose header names inputs, by the interface's names or by a hospital's.

    `inputs`: those wanted; the cells of others are handed through. UTF-8, UTF-16 with a byte order mark, or
    GB18030; any usual separator. Cells that say that nothing was measured are left out; rows without content,
    of totals and of remarks are passed over. Times of sampling without an offset are in `zone`. `announce`
    hears how the file was understood. Raises UnreadableFileError for what is no text, for a header that names
    no input or one twice, and for a file without a patient.
    """
    text = io.TextIOWrapper(as_utf8(stream, announce), "utf-8", errors="surrogateescape", newline="")
    table = _Table(read_header(text, announce), zone, inputs)
    lines = _Lines(text, table.header.line)
    number = 0
    while True:
        lines.start_row()
        try:
            cells = table.cells(lines)
        except StopIteration:
            break
        except csv.Error as error:
            lines.give_back()
            number += 1
            yield Row(number, lines.number, {}, Issue("row", "malformed_row", {"value": str(error)}))
            continue
        if number == 0 and table.take_units(cells, announce):
            continue
        if table.is_patient(cells, lines.number):
            number += 1
            yield table.row(number, lines.number, cells)
    table.announce_passed_over(announce)
    if number == 0:
        raise UnreadableFileError("empty_file", Sentence(NO_ROW))


def json_rows(
    stream: io.BufferedIOBase, *, announce: Announce = ignore, inputs: Mapping[str, Input] = INPUTS
) -> Iterator[Row]:
    """Rows of JSON objects, one after the other, one a line, or in one array, in the encodings of `csv_rows`.

    After something that is not JSON, reading goes on at the next line. Raises UnreadableFileError for an
    empty stream.
    """
    source = _JsonSource(as_utf8(stream, announce))
    number = 0
    while source.skip_to_object():
        number += 1
        line = source.line
        row, issue = source.take()
        if issue is not None:
            yield Row(number, line, {}, issue)
        elif not isinstance(row, dict):
            yield Row(number, line, {}, Issue("row", "not_an_object"))
        else:
            yield _row(number, line, row, inputs)
    if number == 0:
        raise UnreadableFileError("empty_file", Sentence(NO_OBJECT))


class _Table:
    """The cells of one file as patients, by what its header says of the columns."""

    def __init__(self, header: Header, zone: tzinfo, inputs: Mapping[str, Input]) -> None:
        self.header = header
        self._zone = zone
        self._width = header.width
        self._stated = header.units
        self._decimal_comma = header.separator != ","
        columns = _BESIDE_INPUTS | inputs.keys()
        numbered = list(enumerate(header.columns))
        self._inputs = [(at, c) for at, c in numbered if c.name in columns and not _is_id(c) and not c.fault]
        self._others = [
            (at, c.heading.lower() if c.fault else c.name)
            for at, c in numbered
            if c.name and (c.fault or c.name not in columns)
        ]
        self._label = next((at for at, column in numbered if _is_id(column)), None)
        self._tests = {
            TYPED_INPUTS[c.name].unit_field: c.test
            for c in header.columns
            if c.name in TYPED_INPUTS and c.test
        }
        self._passed_over: list[int] = []

    def cells(self, lines: "_Lines") -> list[str]:
        """The cells of the next row, which may go over several lines where no input stands."""
        cells = next(csv.reader(lines, delimiter=self.header.separator, strict=True))
        if lines.several and any(
            "\n" in cells[at] or "\r" in cells[at] for at, _ in self._inputs if at < len(cells)
        ):
            raise csv.Error("a quotation mark is not closed")
        return cells

    def take_units(self, cells: list[str], announce: Announce) -> bool:
        """Whether these are the units of the columns, which then hold for every patient."""
        units = units_of_row(self.header.columns, cells)
        if units is None:
            return False
        fields = {TYPED_INPUTS[name].unit_field: unit for name, unit in units.items()}
        self._stated = self._stated | {field: unit for field, unit in fields.items() if field}
        named = [Sentence(IN_UNIT, {"input": name, "unit": unit}) for name, unit in units.items() if unit]
        announce(Sentence(UNITS_BELOW, {"units": Listed(tuple(named), "; ")}))
        return True

    def is_patient(self, cells: list[str], line: int) -> bool:
        """False for a row without content, of totals or of remarks; the latter two are remembered."""
        first = next((cell for cell in cells if cell and not cell.isspace()), None)
        if first is None:
            return False
        label = first if self._label is None or self._label >= len(cells) else cells[self._label]
        if is_summary(first) or (label != first and is_summary(label)) or self._is_remark(first, cells):
            self._passed_over.append(line)
            return False
        return True

    def _is_remark(self, first: str, cells: list[str]) -> bool:
        return is_footnote(first) and all(is_missing(cells[at]) for at, _ in self._inputs if at < len(cells))

    def row(self, number: int, line: int, cells: list[str]) -> Row:
        """The patient of a row of cells."""
        if len(cells) > self._width and any(cell.strip() for cell in cells[self._width :]):
            return Row(number, line, {}, Issue("row", "too_many_cells"))
        count = len(cells)
        label = cells[self._label] if self._label is not None and self._label < count else None
        issue = None
        if label is not None and not is_text(label):
            label, issue = None, Issue(ID_COLUMN, "not_utf8")
        others = {name: cells[at] for at, name in self._others if at < count}
        raw: dict[str, object] = {}
        for at, column in self._inputs:
            if at < count and (cell := cells[at]):
                issue = self._take(raw, column, cell) or issue
        for unit_field, unit in self._stated.items():
            issue = self._state_unit(raw, unit_field, unit) or issue
        return Row(number, line, raw, issue, others, label)

    def _take(self, raw: dict[str, object], column: Column, cell: str) -> Issue | None:
        """Puts a cell among the raw inputs; what is wrong with it as text or as a time."""
        name = column.name
        if name in TYPED_INPUTS and cell.isascii() and cell.replace(".", "", 1).isdigit():
            raw[name] = cell
            return None
        if not is_text(cell):
            return Issue(name, "not_utf8")
        numeric = name in TYPED_INPUTS and TYPED_INPUTS[name].kind == "number"
        if is_missing(cell, numeric=numeric):
            return None
        if name == "sampled_at":
            return _take_time(raw, cell, self._zone)
        if numeric and self._decimal_comma and _DECIMAL_COMMA.fullmatch(cell.strip()):
            cell = cell.replace(",", ".")
        test = self._tests.get(name) if name in UNIT_FIELDS else None
        raw[name] = (test.unit_of(cell) if test else None) or cell
        return None

    def _state_unit(self, raw: dict[str, object], unit_field: str, unit: str) -> Issue | None:
        """Puts the unit of a heading beside the value; an issue where the row states another."""
        spec = UNIT_FIELDS[unit_field]
        typed = raw.get(unit_field)
        if typed is None:
            if any(name in raw for name in _VALUES_IN[unit_field]):
                raw[unit_field] = unit
            return None
        if canonical_unit(str(typed), spec.units or {}) in (None, unit):
            return None
        return Issue(unit_field, "unit_contradicts_heading", {"value": quoted(typed), "unit": unit})

    def announce_passed_over(self, announce: Announce) -> None:
        """Says how many rows were no patients, and where the first of them stand."""
        lines = self._passed_over
        if lines:
            named = (*lines[:_MOST_LINES_NAMED], *("…" for _ in lines[_MOST_LINES_NAMED:][:1]))
            announce(Sentence(PASSED_OVER, {"count": len(lines), "lines": Listed(named)}))


def _is_id(column: Column) -> bool:
    return column.name == ID_COLUMN


def _take_time(raw: dict[str, object], cell: str, zone: tzinfo) -> Issue | None:
    try:
        raw["sampled_at"] = read_time(cell, zone).isoformat()
    except AmbiguousDateError:
        return Issue("sampled_at", "date_ambiguous", {"value": quoted(cell)})
    except ValueError:
        return Issue("sampled_at", "date_invalid", {"value": quoted(cell)})
    return None


def _row(number: int, line: int, cells: dict[str, Any], inputs: Mapping[str, Input]) -> Row:
    label = cells.pop(ID_COLUMN, None)
    columns = _BESIDE_INPUTS | inputs.keys()
    raw = {name: cell for name, cell in cells.items() if name in columns and not _marks_missing(name, cell)}
    others = {name: cell for name, cell in cells.items() if name not in columns and name}
    garbled = next((name for name, cell in raw.items() if isinstance(cell, str) and not is_text(cell)), None)
    issue = Issue(garbled, "not_utf8") if garbled else None
    return Row(number, line, raw, issue, others, label)


def _marks_missing(name: str, cell: object) -> bool:
    return isinstance(cell, str) and is_missing(
        cell, numeric=name in TYPED_INPUTS and TYPED_INPUTS[name].kind == "number"
    )


def _whole_number(digits: str) -> int | float:
    """A number too long for a whole one is infinite, and refused by name where it stands."""
    return int(digits) if len(digits) < _LONGEST_WHOLE_NUMBER else float(digits)


class _Lines:
    """The lines after the header, which remembers those of the row that is being read and takes them back."""

    def __init__(self, text: io.TextIOWrapper, number: int) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self.number = number

    @property
    def several(self) -> bool:
        """Whether the row goes over more than one line."""
        return len(self._row) > 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._row) == _MOST_LINES_OF_A_ROW:
            raise csv.Error("a quotation mark is not closed")
        line = self._again.popleft() if self._again else visible(self._read())
        if not line:
            raise StopIteration
        if '="' in line:
            line = _TEXT_AS_FORMULA.sub(r'\1"\2"', line)
        self.number += 1
        self._row.append(line)
        if len(line) == LONGEST_LINE:
            raise csv.Error(f"the line is longer than {LONGEST_LINE:,} characters")
        return line

    def start_row(self) -> None:
        """The next line begins a row."""
        self._row = []

    def give_back(self) -> None:
        """Every line of this row but its first will be read again."""
        self.number -= len(self._row) - 1
        self._again.extendleft(reversed(self._row[1:]))

    def _read(self) -> str:
        """The next line; of one that is too long the beginning, with the rest passed over."""
        line = rest = self._text.readline(LONGEST_LINE)
        while len(rest) == LONGEST_LINE and not rest.endswith("\n"):
            rest = self._text.readline(LONGEST_LINE)
        return line


class _JsonSource:
    """Takes one JSON value after the other from a stream, reading no further ahead than it must."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape").decode
        self._json = json.JSONDecoder(parse_int=_whole_number, object_pairs_hook=self._object)
        self._repeated: str | None = None
        self._text = ""
        self._at = 0
        self._ended = False
        self.line = 1

    def skip_to_object(self) -> bool:
        """Moves to the next value; False at the end of the stream."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BETWEEN_OBJECTS:
                self._advance(self._at + 1)
            if self._at < len(self._text):
                return True
            if not self._read_more():
                return False

    def take(self) -> tuple[Any, Issue | None]:
        """The value here and None, or None and what is wrong with it."""
        while True:
            self._repeated = None
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except (json.JSONDecodeError, RecursionError) as error:
                if len(self._text) - self._at < _LARGEST_OBJECT and self._read_more():
                    continue
                self._skip_line()
                reason = getattr(error, "msg", "nested too deeply")
                return None, Issue("row", "invalid_json", {"value": reason})
            if end < len(self._text) or not self._read_more():
                self._advance(end)
                if self._repeated is not None:
                    return None, Issue("row", "repeated_name", {"value": self._repeated})
                return value, None

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object; a name that stands in it twice is kept to be complained of."""
        members = dict(pairs)
        if len(members) < len(pairs):
            self._repeated = Counter(name for name, _ in pairs).most_common(1)[0][0]
        return members

    def _read_more(self) -> bool:
        if self._ended:
            return False
        chunk = self._stream.read1(_READ_BYTES)
        self._ended = not chunk
        self._text = self._text[self._at :] + self._decode(chunk, self._ended)
        self._at = 0
        return not self._ended

    def _skip_line(self) -> None:
        end = self._text.find("\n", self._at)
        self._advance(len(self._text) if end < 0 else end)

    def _advance(self, position: int) -> None:
        self.line += self._text.count("\n", self._at, position)
        self._at = position
