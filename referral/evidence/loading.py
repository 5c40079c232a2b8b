"""From a CSV file to the rows of the evidence library."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.moments import YEARS
from accounts.text import INVISIBLE, UNREADABLE, read_lines
from referral.models import Evidence
from scoring.cells import is_footnote, is_missing, is_summary
from scoring.encodings import NOT_UTF8, Announce, UnreadableFileError, decoded, ignore
from scoring.headers import SEPARATOR_LINE
from scoring.sentences import Sentence

DATA = Path(__file__).with_name("data")
BUNDLED = tuple(
    DATA / f"{name}.csv" for name in ("aclf_therapies", "immunotherapies", "interleukin_2_trials")
)
"""What the product brings along."""

IN_BOTH = ("therapy", "mechanism", "design", "population", "outcome")
"""Columns that a file has as `…_en` and `…_zh`; a plain one is taken for the language it is written in."""

PLAIN = (
    *("therapy_class", "study", "year", "participants", "registry_number", "reference", "evidence_level"),
    "certainty",
)
OTHER_NAMES: Mapping[str, str] = {
    "class": "therapy_class",
    "target_or_mechanism": "mechanism",
    "author": "study",
    "n": "participants",
    "phase_or_design": "design",
    "type": "design",
    "pathogen": "population",
    "reported_outcome": "outcome",
    "observation": "outcome",
    "nct_id": "registry_number",
    "reference_number": "reference",
    "journal": "reference",
    **dict.fromkeys(("疗法", "治疗", "治疗方法", "药物"), "therapy"),
    **dict.fromkeys(("类别", "疗法类别"), "therapy_class"),
    **dict.fromkeys(("机制", "作用机制", "靶点"), "mechanism"),
    **dict.fromkeys(("研究", "作者", "研究名称"), "study"),
    **dict.fromkeys(("年份", "发表年份"), "year"),
    **dict.fromkeys(("例数", "样本量", "病例数"), "participants"),
    **dict.fromkeys(("设计", "研究设计", "研究类型"), "design"),
    **dict.fromkeys(("人群", "研究对象", "研究人群"), "population"),
    **dict.fromkeys(("结局", "结果", "主要结果"), "outcome"),
    **dict.fromkeys(("注册号", "临床试验注册号"), "registry_number"),
    **dict.fromkeys(("文献", "参考文献", "期刊", "来源"), "reference"),
    "证据等级": "evidence_level",
}
"""Other headings under which published tables have the same columns."""

KNOWN = frozenset(
    {*PLAIN, *IN_BOTH, *OTHER_NAMES, *(f"{name}_{tongue}" for name in IN_BOTH for tongue in ("en", "zh"))}
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LONGEST_COLLECTION = 60
SEPARATORS = (",", ";", "\t")


class EvidenceFileError(Exception):
    """A file that was refused; `line` is where its fault is."""

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(_("line %(line)s: %(fault)s") % {"line": line, "fault": fault})
        self.line = line


def load_bundled(*, now: datetime) -> int:
    """Load what the product brings along; return how many rows that is."""
    return sum(load_file(file, now=now) for file in BUNDLED)


def load_file(file: Path, *, now: datetime, therapy: str = "", announce: Announce = ignore) -> int:
    """Take every row of a CSV file in place of those loaded before from a file of that name.

    UTF-8 or, which `announce` then hears, another encoding that is certain. `therapy` names the therapy of a
    file without that column; the file's name does where nobody said. Returns how many rows. Raises
    EvidenceFileError, and nothing is changed, for the first line that is wrong.
    """
    collection = file.stem[:LONGEST_COLLECTION]
    rows = [
        _row(line, cells, collection, therapy or file.stem.replace("_", " "), now)
        for line, cells in _once(_lines(_text(file, announce)))
    ]
    if not rows:
        raise EvidenceFileError(1, _("The file has no rows."))
    with transaction.atomic():
        Evidence.objects.filter(collection=collection).delete()
        Evidence.objects.bulk_create(rows)
    return len(rows)


def _text(file: Path, announce: Announce) -> str:
    raw = file.read_bytes()
    fault = _("This is not UTF-8 text. Save the file as “CSV UTF-8”.")
    try:
        text, encoding = decoded(raw)
    except UnreadableFileError as error:
        raise EvidenceFileError(raw.partition(b"\0")[0].count(b"\n") + 1, fault) from error
    if encoding != "UTF-8":
        announce(Sentence(NOT_UTF8, {"encoding": encoding}))
    stray = next((at for at, character in enumerate(text) if "\ud800" <= character <= "\udfff"), None)
    if stray is not None:
        raise EvidenceFileError(text.count("\n", 0, stray) + 1, fault)
    return text


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows by heading, with the line on which each ends."""
    rows = list(io.StringIO(text, newline=""))
    separator, before = _separator(rows)
    reader = csv.reader(rows[before:], delimiter=separator, strict=True)
    try:
        headings = _without_trailing([heading.strip().lower() for heading in next(reader, [])])
        _check_headings(headings)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num + before, _cells(reader.line_num + before, cells, headings)
    except csv.Error as error:
        fault = _("This cannot be read (%(error)s). Check commas and quotation marks.")
        raise EvidenceFileError(reader.line_num + before, fault % {"error": error}) from error


def _once(rows: Iterable[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows as they come; one that says the same as an earlier one is refused."""
    earlier: dict[tuple[str, ...], int] = {}
    for line, cells in rows:
        first = earlier.setdefault(tuple(cells.values()), line)
        if first != line:
            fault = _("This row says the same as line %(first)s. Take one of them out.")
            raise EvidenceFileError(line, fault % {"first": first})
        yield line, cells


def _separator(rows: Sequence[str]) -> tuple[str, int]:
    """What parts the columns, and how many lines stand before the heading: one where `sep=;` says it."""
    first = rows[0].strip() if rows else ""
    if stated := SEPARATOR_LINE.fullmatch(first):
        return stated[1], 1
    return max(
        SEPARATORS, key=lambda mark: sum(name.strip().lower() in KNOWN for name in first.split(mark))
    ), 0


def _without_trailing(cells: list[str]) -> list[str]:
    """The cells up to the last that has content."""
    return cells[: max((number for number, cell in enumerate(cells, 1) if cell.strip()), default=0)]


def _cells(line: int, cells: list[str], headings: list[str]) -> dict[str, str]:
    """One row by heading; what says that nothing is known is left empty."""
    if is_summary(cells[0]):
        raise EvidenceFileError(line, _("This is a row of totals, not a study. Take it out."))
    if is_footnote(cells[0]) and not any(cell.strip() for cell in cells[1:]):
        raise EvidenceFileError(line, _("This is a remark, not a study. Take it out."))
    given = (
        cells
        if len(cells) < len(headings)
        else cells[: len(headings)] + _without_trailing(cells[len(headings) :])
    )
    if len(given) != len(headings):
        fault = _("%(found)s cells where the heading has %(wanted)s. Check commas and quotation marks.")
        raise EvidenceFileError(line, fault % {"found": len(given), "wanted": len(headings)})
    return {
        name: "" if is_missing(cell) else _plain(line, cell)
        for name, cell in zip(headings, given, strict=True)
    }


def _plain(line: int, cell: str) -> str:
    try:
        return INVISIBLE.sub("", read_lines(cell))
    except ValueError:
        raise EvidenceFileError(line, str(UNREADABLE)) from None


def _check_headings(headings: list[str]) -> None:
    if not headings:
        raise EvidenceFileError(1, _("The file is empty. Its first line has to name the columns."))
    unknown = [name for name in headings if name not in KNOWN]
    if unknown:
        fault = _("The heading has columns that are not known: %(names)s. Known are: %(known)s.")
        accepted = ", ".join((*IN_BOTH, *PLAIN))
        raise EvidenceFileError(1, fault % {"names": ", ".join(unknown), "known": accepted})
    columns = [OTHER_NAMES.get(name, name) for name in headings]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise EvidenceFileError(
            1, _("The heading has a column twice: %(names)s.") % {"names": ", ".join(twice)}
        )


def _row(line: int, cells: Mapping[str, str], collection: str, therapy: str, now: datetime) -> Evidence:
    """One row, checked against the limits of the table."""
    values = {"therapy": therapy} | {OTHER_NAMES.get(name, name): cell for name, cell in cells.items()}
    if "therapy_en" in cells or "therapy_zh" in cells:
        del values["therapy"]
    for name in IN_BOTH:
        plain = values.pop(name, "")
        if plain:
            values[f"{name}_zh" if CHINESE.search(plain) else f"{name}_en"] = plain
    row = Evidence(**_typed(line, values, now), collection=collection, line=line, loaded_at=now)
    row.search_text = " ".join(str(value) for value in values.values()).lower()
    if not (row.therapy_en or row.therapy_zh):
        raise EvidenceFileError(line, _("The therapy is not named."))
    try:
        row.clean_fields(exclude=["year"])
    except ValidationError as error:
        name, faults = next(iter(error.message_dict.items()))
        raise EvidenceFileError(line, f"{name}: {faults[0]}") from error
    return row


def _typed(line: int, values: Mapping[str, str], now: datetime) -> dict[str, Any]:
    year = unicodedata.normalize("NFKC", values.get("year", "")).removesuffix("年")
    if year and not (year.isascii() and year.isdecimal() and len(year) == 4 and int(year) in YEARS):
        raise EvidenceFileError(line, _("“%(year)s” is not a year.") % {"year": year})
    if year and int(year) > now.year + 1:
        raise EvidenceFileError(line, _("The year %(year)s lies in the future.") % {"year": year})
    return {**values, "year": int(year) if year else None}
