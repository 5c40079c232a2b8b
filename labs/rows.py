"""Rows of a report, and the lines of results in them: a test, its number, unit, range and flag."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from labs.catalogue import LabTest
from labs.refusals import UnreadableReportError
from labs.tokens import Kind, Token, plain, says_nothing, tokens_of
from labs.words import Word
from scoring.units import spelling

LONGEST_LINE = 2_000
_GAP = re.compile(r" {2,}|[|｜]")
_TEST = re.compile(r"项目|名称|代号|\bitem|\btest", re.IGNORECASE)
_RESULT = re.compile(r"结果|测定值|检测值|本次|此次|\bresult|\bvalue|\bcurrent", re.IGNORECASE)
_PREVIOUS = re.compile(r"上次|前次|历史|既往|上一次|previous|last|history", re.IGNORECASE)
_HEADING = re.compile(
    r"项目|名称|结果|单位|参考|提示|标志|代号|缩写|item|test|result|unit|reference|range", re.IGNORECASE
)
_METHOD = re.compile(r".*(?:法|仪)")
_FLUID = re.compile(
    r"(?:尿|尿液|腹水|胸水|积液|引流液|脑脊液|胆汁|urine|urinary|ascites|ascitic|csf|fluid|effusion|bile)"
    r"(?:常规|生化|检查|化验)?$",
    re.IGNORECASE,
)
_SIGN = re.compile(r"(?:\([+-]+\)|[+-]+)$")
"""What hangs on the name of a test that says negative or positive."""
_LATER = re.compile(r"今|现|目前|复查|复测|再次|now|today|repeat", re.IGNORECASE)
"""Words between two results of a test, of which the second is then the newer one."""
_SAYS_NO_MORE = re.compile(r"serum|plasma|blood|count|level|concentration|result|value", re.IGNORECASE)
"""Words behind a name that do not make it another one."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of a row: its text, where its middle is across the sheet, and the word it was read from."""

    text: str
    middle: float
    word: Word | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a report as cells from left to right."""

    cells: Sequence[Cell]

    @property
    def text(self) -> str:
        return "  ".join(cell.text for cell in self.cells)


@dataclass(slots=True)
class Entry:
    """A line of results: the tests it names, and what stands behind them."""

    text: str
    tests: list[LabTest] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    number: Token | None = None
    unit: Token | None = None
    unit_of_name: bool = False
    range: Token | None = None
    flag: Token | None = None
    missing: bool = False
    answers: list[Token] = field(default_factory=list)
    unsure: bool = False
    roughly: bool = False
    unclear: bool = False
    other_fluid: bool = False
    others: list[Token] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    number_word: Word | None = None

    @property
    def is_settled(self) -> bool:
        """True where a further number is no longer a result of this test."""
        return self.range is not None or (self.unit is not None and not self.unit_of_name)


@dataclass(frozen=True, slots=True)
class _Piece:
    token: Token
    cell: Cell


def text_rows(text: str) -> Iterator[Row]:
    """The rows of pasted text; wide gaps, tabs and bars part cells. Raises UnreadableReportError."""
    for line in text.splitlines():
        if len(line) > LONGEST_LINE:
            raise UnreadableReportError("line_too_long", {"limit": LONGEST_LINE})
        if cells := list(_cells(line)):
            yield Row(cells)


def _cells(line: str) -> Iterator[Cell]:
    by_tab = "\t" in line
    for number, part in enumerate(line.split("\t")):
        place = 0
        for piece in _GAP.split(plain(part)):
            if piece.strip():
                yield Cell(piece.strip(), float(number if by_tab else place + len(piece) / 2))
            place += len(piece) + 2


def entries_of(rows: Sequence[Row]) -> Iterator[tuple[Row, list[Entry]]]:
    """Each row with its lines of results; names in one row with numbers in the next are one line each."""
    heads: dict[str, list[float]] = {}
    results_first = False
    above: list[_Piece] = []
    for row in rows:
        pieces = [_Piece(token, cell) for cell in row.cells for token in tokens_of(plain(cell.text))]
        if is_heading(row):
            heads, results_first = _heads(row), _has_results_first(row)
        if results_first:
            pieces.sort(key=lambda piece: piece.token.kind is not Kind.NAME)
        if paired := _paired(row, above, pieces):
            yield row, paired
            continue
        yield row, _entries(row, _without_previous(pieces, heads))
        above = pieces if _only_names(pieces) else []


def is_heading(row: Row) -> bool:
    """True for the headings of a table of results."""
    return sum(bool(_HEADING.search(cell.text)) for cell in row.cells) >= 2


def _heads(row: Row) -> dict[str, list[float]]:
    previous = [cell.middle for cell in row.cells if _PREVIOUS.search(cell.text)]
    results = [
        cell.middle for cell in row.cells if _RESULT.search(cell.text) and not _PREVIOUS.search(cell.text)
    ]
    return {"previous": previous, "results": results} if previous and results else {}


def _has_results_first(row: Row) -> bool:
    """True for the headings of a table that has the result before the name of its test."""
    tests = [cell.middle for cell in row.cells if _TEST.search(cell.text)]
    results = [cell.middle for cell in row.cells if _RESULT.search(cell.text)]
    return bool(tests and results) and min(results) < min(tests)


def _without_previous(pieces: list[_Piece], heads: dict[str, list[float]]) -> list[_Piece]:
    """The pieces without the numbers that stand under a heading of earlier results."""
    if not heads:
        return pieces
    return [
        piece
        for piece in pieces
        if piece.token.kind not in (Kind.NUMBER, Kind.FLAG, Kind.NOTHING)
        or _distance(piece, heads["results"]) <= _distance(piece, heads["previous"])
    ]


def _distance(piece: _Piece, middles: Iterable[float]) -> float:
    return min(abs(piece.cell.middle - middle) for middle in middles)


def _only_names(pieces: Sequence[_Piece]) -> bool:
    kinds = [piece.token.kind for piece in pieces]
    return kinds.count(Kind.NAME) >= 2 and not {Kind.NUMBER, Kind.NOTHING, Kind.RANGE} & set(kinds)


def _paired(row: Row, above: Sequence[_Piece], pieces: Sequence[_Piece]) -> list[Entry]:
    """Lines of a table that lies on its side: a name in one row, its number below it."""
    numbers = [piece for piece in pieces if piece.token.kind in (Kind.NUMBER, Kind.NOTHING)]
    if not above or any(piece.token.kind is Kind.NAME for piece in pieces):
        return []
    columns = list({id(piece.cell): piece.cell for piece in above}.values())
    if len(numbers) < 2 or len(row.cells) != len(columns):
        return []
    entries = []
    for head, cell in zip(columns, row.cells, strict=True):
        both = [piece for piece in above if piece.cell is head] + [
            piece for piece in pieces if piece.cell is cell
        ]
        entries += _entries(Row([head, cell]), both)
    return entries


def _entries(row: Row, pieces: Sequence[_Piece]) -> list[Entry]:
    reader = _RowReader(row.text)
    for number, piece in enumerate(pieces):
        following = pieces[number + 1].token if number + 1 < len(pieces) else None
        reader.take(piece, following)
    return reader.entries


class _RowReader:
    """Goes through the pieces of a row from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.entries: list[Entry] = []
        self.entry: Entry | None = None
        self.before: _Piece | None = None

    def take(self, piece: _Piece, following: Token | None) -> None:
        if piece.token.kind is Kind.NAME:
            self._name(piece)
        elif self.entry is not None:
            self._behind_a_name(self.entry, piece, following)
        self.before = piece

    def _name(self, piece: _Piece) -> None:
        token, entry = piece.token, self.entry
        if entry is None or entry.number is not None or entry.missing or token.test is None:
            entry = self.entry = Entry(self.text)
            self.entries.append(entry)
        if token.test is not None:
            entry.tests.append(token.test)
            entry.names.append(token.text)
        entry.unsure = entry.unsure or token.unsure or self._hangs_on_a_word(piece)
        entry.unclear = entry.unclear or token.misprinted
        entry.other_fluid = entry.other_fluid or self._is_of_fluid(piece)
        if token.test is not None and token.test.answers and (sign := _SIGN.search(token.text)):
            entry.answers.append(replace(token, kind=Kind.NOTHING, text=sign[0]))
            entry.missing = True
        self._keep_word(entry, piece)

    def _hangs_on_a_word(self, piece: _Piece) -> bool:
        """Whether unknown ideographs stand right before a Latin name: they may make it another one."""
        before = self.before
        if before is None or before.token.kind is not Kind.WORD or before.cell is not piece.cell:
            return False
        word = before.token.text
        return (
            piece.token.text[0].isascii()
            and not word.isascii()
            and before.token.start + len(word) == piece.token.start
            and not says_nothing(word)
        )

    def _is_of_fluid(self, piece: _Piece) -> bool:
        """Whether the word right before a name says another fluid than blood."""
        before = self.before
        if before is None or before.token.kind is not Kind.WORD or not _FLUID.search(before.token.text):
            return False
        end = before.token.start + len(before.token.text)
        between = plain(piece.cell.text)[end : piece.token.start]
        return before.cell is not piece.cell or not between.strip(" :")

    def _behind_a_name(self, entry: Entry, piece: _Piece, following: Token | None) -> None:
        token = piece.token
        if token.kind is Kind.NUMBER:
            self._number(entry, piece, following)
        elif token.kind is Kind.UNIT and entry.unit is None:
            entry.unit, entry.unit_of_name = token, _is_in_brackets(piece) and entry.number is None
            self._keep_word(entry, piece)
        elif token.kind is Kind.RANGE and entry.range is None:
            entry.range = token
            self._keep_word(entry, piece)
        elif token.kind is Kind.FLAG and entry.flag is None and token.high is not None:
            entry.flag = token
            self._keep_word(entry, piece)
        elif token.kind is Kind.NOTHING:
            self._nothing(entry, piece)
        elif token.kind is Kind.ROUGHLY:
            entry.roughly = True
        elif token.kind is Kind.WORD and entry.number is None:
            self._word(entry, token, following)

    def _nothing(self, entry: Entry, piece: _Piece) -> None:
        entry.answers.append(piece.token)
        entry.missing = entry.missing or entry.number is None
        self._keep_word(entry, piece)

    def _number(self, entry: Entry, piece: _Piece, following: Token | None) -> None:
        token = piece.token
        if entry.is_settled and following is not None and following.kind is Kind.NAME:
            return  # the running number of the next line of a sheet in two columns
        if entry.number is None and not entry.missing:
            entry.number, entry.number_word = token, piece.cell.word
            entry.unclear = entry.unclear or token.unsure
            self._keep_word(entry, piece)
        elif token.number is not None and token.number.bound and entry.range is None:
            entry.range = _open_range(token)
        elif self._is_another(entry, following):
            entry.others.append(token)

    def _is_another(self, entry: Entry, following: Token | None) -> bool:
        """Whether a further number may be a result of this test too: a later one, or one with its unit."""
        before = self.before.token if self.before else None
        if before is not None and before.kind is Kind.WORD and _LATER.search(before.text):
            return True
        if before is not None and before.kind is Kind.RANGE and before is not entry.range:
            return True  # what looks like ranges are the days of two results
        if following is not None and following.kind is Kind.RANGE and entry.range is not None:
            return True
        if following is not None and following.kind is Kind.UNIT and entry.unit is not None:
            return spelling(following.text) == spelling(entry.unit.text)
        return not entry.is_settled and (following is None or following.kind is not Kind.NAME)

    def _word(self, entry: Entry, token: Token, following: Token | None) -> None:
        """An unknown word between a name and its number: of the range that follows it, another test, or
        another name of this one.
        """
        of_range = following is not None and following.kind is Kind.RANGE
        if of_range or _METHOD.fullmatch(token.text) or _SAYS_NO_MORE.fullmatch(token.text):
            return
        if token.text[0].isascii():
            entry.unsure = True
        else:
            self.entry = None

    def _keep_word(self, entry: Entry, piece: _Piece) -> None:
        if piece.cell.word is not None and piece.cell.word not in entry.words:
            entry.words.append(piece.cell.word)


def _is_in_brackets(piece: _Piece) -> bool:
    """Whether a unit stands in brackets, as behind the name that it belongs to."""
    return plain(piece.cell.text)[: piece.token.start].rstrip().endswith(("(", "["))


def _open_range(token: Token) -> Token:
    """A bound behind a result is a reference range without its other end."""
    number = token.number
    assert number is not None  # noqa: S101 - of a token that is a number
    limits = (None, number.value) if number.bound == "<" else (number.value, None)
    return Token(Kind.RANGE, token.text, token.start, limits=limits)
