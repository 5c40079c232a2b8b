"""Pages of rows become one report: whose it is, when it was sampled, and a proposal for each line."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labs import doubts
from labs.answers import answer_of
from labs.catalogue import LabTest
from labs.report import Finding, Form, Report
from labs.rows import Entry, Row, entries_of, is_heading
from labs.whose import Header, header_of

_FIGURE = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows; `look_again` reads the print of the numbers once more and doubts what differs."""

    rows: Sequence[Row]
    number: int = 0
    look_again: Callable[[Sequence[tuple[Entry, Finding]]], list[Finding]] | None = None


def report_of(pages: Sequence[Page], form: Form) -> Report:
    """The report that the pages are."""
    whole = header_of(row.text for page in pages for row in page.rows)
    findings: list[Finding] = []
    unread: list[str] = []
    for page in pages:
        on_page, left = _read_page(page, whole)
        findings += on_page
        unread += left
    general = whole.doubts()
    return Report(
        form=form,
        patient=whole.patient(),
        sampled_at=whole.sampled[0] if whole.sampled else None,
        reported_at=whole.reported[0] if whole.reported else None,
        findings=[finding.with_doubts(*general) for finding in doubts.repeated(findings)],
        unread=unread,
    )


def _read_page(page: Page, whole: Header) -> tuple[list[Finding], list[str]]:
    """The findings of a page, and its lines with numbers of which nothing was made."""
    header = Header()
    pairs: list[tuple[Entry, Finding]] = []
    unread: list[str] = []
    for row, entries in entries_of(page.rows):
        is_header = header.take(row.text)
        sampled = next(iter(header.sampled[-1:] or whole.sampled), None)
        made = [(entry, _finding(entry, header, sampled, page.number)) for entry in entries if _says(entry)]
        pairs += made
        if not made and not is_header and not is_heading(row) and (entries or _has_figures(row)):
            unread.append(row.text)
    findings = doubts.missing_flags(pairs)
    if page.look_again is not None:
        findings = page.look_again(list(zip((entry for entry, _ in pairs), findings, strict=True)))
    return findings, unread


def _has_figures(row: Row) -> bool:
    return bool(_FIGURE.search(row.text))


def _says(entry: Entry) -> bool:
    """Whether a line says something of its test: a number, or the answer of one that has answers."""
    test = _test_of(entry)
    return entry.number is not None or (test.answers and answer_of(entry, test)[0] is not None)


def _test_of(entry: Entry) -> LabTest:
    return next((test for test in entry.tests if test.input), entry.tests[0])


def _finding(entry: Entry, header: Header, sampled_at: str | None, page: int) -> Finding:
    test = _test_of(entry)
    if test.answers:
        return _answer(entry, test, header, sampled_at, page)
    unit, unit_doubts = doubts.unit_of(entry, test)
    number = doubts.settled_number(entry)
    codes = [*unit_doubts, *doubts.of_entry(entry, test, unit)]
    if not header.of_blood:
        codes.append("other_specimen")
    return Finding(
        test=test.code,
        input=test.input,
        routine=test.routine,
        value=None if number is None or number.ambiguous else number.value,
        comparator=(number.bound or None) if number else None,
        unit=unit,
        text=entry.text,
        sampled_at=sampled_at,
        doubts=tuple(dict.fromkeys(codes)),
        page=page,
    )


def _answer(entry: Entry, test: LabTest, header: Header, sampled_at: str | None, page: int) -> Finding:
    """The proposal of a test that says negative or positive; a number that decides nothing is none."""
    choice, codes = answer_of(entry, test)
    codes += doubts.of_names(entry)
    return Finding(
        test=test.code,
        input=None,
        routine=test.routine if choice else None,
        value=None,
        comparator=None,
        unit=None,
        choice=choice,
        text=entry.text,
        sampled_at=sampled_at,
        doubts=tuple(dict.fromkeys([*codes, *([] if header.of_blood else ["other_specimen"])])),
        page=page,
    )
