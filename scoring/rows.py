"""Patients out of CSV and JSON streams, one after the other, in constant memory.

What cannot be read is yielded as a row with an issue, so that one bad row never stops the rest; only a file
whose beginning makes no sense is refused as a whole.
"""

import codecs
import csv
import io
import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scoring.inputs import INPUTS, UNIT_FIELDS
from scoring.issues import Issue

ID_COLUMN = "id"
KNOWN_COLUMNS = frozenset({*INPUTS, *UNIT_FIELDS, "sampled_at", "confirmed", ID_COLUMN})

_READ_BYTES = 65_536
_LARGEST_OBJECT = 1_048_576
_LONGEST_LINE = 131_072
_MOST_LINES_OF_A_ROW = 50
_LONGEST_WHOLE_NUMBER = 300
_BETWEEN_OBJECTS = " \t\r\n,[]\ufeff"


class UnreadableFileError(ValueError):
    """The file as a whole cannot be scored; `code` is stable, the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


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


def csv_rows(stream: io.BufferedIOBase) -> Iterator[Row]:
    """Rows of a CSV file with a header of input names: UTF-8 (with or without byte order mark) or UTF-16 with
    one.

    Commas, or semicolons or tabs where the header has no comma. Rows without any content are passed over.
    Raises UnreadableFileError for a workbook, for a header that names no input or one twice, and for a file
    that is empty or names its inputs and then no patient.
    """
    text = _text(stream)
    header_line = text.readline(_LONGEST_LINE)
    if not header_line.strip():
        raise UnreadableFileError("empty_file", "The file is empty. Its first line must name the inputs.")
    separator = next((mark for mark in ",;\t" if mark in header_line), ",")
    names = _header(next(csv.reader([header_line], delimiter=separator)))
    lines = _Lines(text)
    number = 0
    while True:
        lines.start_row()
        try:
            cells = _cells(lines, names, separator)
        except StopIteration:
            break
        except csv.Error as error:
            lines.give_back()
            number += 1
            yield Row(number, lines.number, {}, Issue("row", "malformed_row", {"value": str(error)}))
            continue
        if any(cell.strip() for cell in cells):
            number += 1
            yield _csv_row(number, lines.number, names, cells)
    if number == 0:
        raise UnreadableFileError("empty_file", "No patient follows the first line. Give one in each line.")


def json_rows(stream: io.BufferedIOBase) -> Iterator[Row]:
    """Rows of JSON objects, one after the other, one a line, or in one array. UTF-8.

    After something that is not JSON, reading goes on at the next line. Raises UnreadableFileError for an
    empty stream.
    """
    source = _JsonSource(stream)
    number = 0
    while source.skip_to_object():
        number += 1
        line = source.line
        found, issue = source.take()
        if issue is not None:
            yield Row(number, line, {}, issue)
        elif not isinstance(found, dict):
            yield Row(number, line, {}, Issue("row", "not_an_object"))
        else:
            yield _row(number, line, found)
    if number == 0:
        raise UnreadableFileError("empty_file", "There is no JSON object. Give one per patient.")


def _text(stream: io.BufferedIOBase) -> io.TextIOWrapper:
    """The stream as text; bytes that are no text survive as surrogates and are refused where they matter."""
    buffered = io.BufferedReader(stream)
    start = buffered.peek(4)[:4]
    if start.startswith(b"PK\x03\x04"):
        raise UnreadableFileError("workbook", "This is an Excel workbook. Save it as “CSV UTF-8”.")
    utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if utf16 else "utf-8-sig"
    return io.TextIOWrapper(buffered, encoding, errors="replace" if utf16 else "surrogateescape", newline="")


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if not any(name in INPUTS for name in names):
        raise UnreadableFileError(
            "no_known_column",
            "The first line names no input. It must hold names such as age_years, bilirubin, bilirubin_unit; "
            "the file must be text in UTF-8.",
        )
    repeated = next((name for name in names if name in KNOWN_COLUMNS and names.count(name) > 1), None)
    if repeated:
        raise UnreadableFileError("repeated_column", f"The first line names “{repeated}” twice.")
    return names


def _csv_row(number: int, line: int, names: list[str], cells: list[str]) -> Row:
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        return Row(number, line, {}, Issue("row", "too_many_cells"))
    return _row(number, line, dict(zip(names, cells, strict=False)))


def _row(number: int, line: int, cells: dict[str, Any]) -> Row:
    label = cells.pop(ID_COLUMN, None)
    raw = {name: cell for name, cell in cells.items() if name in KNOWN_COLUMNS}
    others = {name: cell for name, cell in cells.items() if name not in KNOWN_COLUMNS and name}
    garbled = next((name for name, cell in raw.items() if isinstance(cell, str) and not _is_text(cell)), None)
    issue = Issue(garbled, "not_utf8") if garbled else None
    return Row(number, line, raw, issue, others, label)


def _whole_number(digits: str) -> int | float:
    """A number too long for a whole one is infinite, and refused by name where it stands."""
    return int(digits) if len(digits) < _LONGEST_WHOLE_NUMBER else float(digits)


def _is_text(cell: str) -> bool:
    return cell.isascii() or not any(
        "\ud800" <= character <= "\udfff" or character == "\ufffd" for character in cell
    )


class _Lines:
    """The lines after the header, which remembers those of the row that is being read and takes them back."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self.number = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._row) == _MOST_LINES_OF_A_ROW:
            raise csv.Error("a quotation mark is not closed")
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self._row.append(line)
        if len(line) == _LONGEST_LINE:
            raise csv.Error(f"the line is longer than {_LONGEST_LINE:,} characters")
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
        line = rest = self._text.readline(_LONGEST_LINE)
        while len(rest) == _LONGEST_LINE and not rest.endswith("\n"):
            rest = self._text.readline(_LONGEST_LINE)
        return line


def _cells(lines: _Lines, names: list[str], separator: str) -> list[str]:
    """The cells of the next row, which may go over several lines where no input stands."""
    cells = next(csv.reader(lines, delimiter=separator, strict=True))
    if any(
        "\n" in cell or "\r" in cell
        for name, cell in zip(names, cells, strict=False)
        if name in KNOWN_COLUMNS
    ):
        raise csv.Error("a quotation mark is not closed")
    return cells


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
        found = dict(pairs)
        if len(found) < len(pairs):
            self._repeated = Counter(name for name, _ in pairs).most_common(1)[0][0]
        return found

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
