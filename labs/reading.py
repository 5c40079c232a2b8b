"""Reads a report in whatever form it comes, into proposals."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from labs import doubts
from labs.answers import answer_of
from labs.catalogue import LabTest
from labs.fhir_file import NoResults, read_fhir
from labs.hl7 import NotHL7, read_message
from labs.hl7_report import Results
from labs.refusals import UnreadableReportError
from labs.report import Finding, Form, Report
from labs.rows import Entry, Row, entries_of, is_heading, text_rows
from labs.whose import Header, header_of
from scoring.encodings import UnreadableFileError, decoded, is_text

CHINA = ZoneInfo("Asia/Shanghai")
"""Whose clocks a message without a hospital means, where its times name an offset."""
LONGEST_TEXT = 20_000
LARGEST_FILE = 20_000_000
"""Bytes."""
_FIGURE = re.compile(r"\d")
_PICTURES = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF", b"BM", b"II*\0", b"MM\0*", b"GIF8")
_HL7 = re.compile(r"\s*(?:\x0b)?MSH\|")
_HL7_BYTES = re.compile(rb"\s*(?:\x0b)?MSH[^A-Za-z0-9\s]")
_FHIR = re.compile(r"\s*\{.*\"resourceType\"", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows; `look_again` reads the print of the numbers once more and doubts what differs."""

    rows: Sequence[Row]
    number: int = 0
    look_again: Callable[[Sequence[tuple[Entry, Finding]]], list[Finding]] | None = None


def read(content: bytes) -> Report:
    """A report from the bytes of a file: text, a picture or a PDF. Raises UnreadableReportError."""
    if len(content) > LARGEST_FILE:
        raise UnreadableReportError("file_too_large", {"limit": LARGEST_FILE // 1_000_000})
    if _HL7_BYTES.match(content):
        return _read_hl7(content)
    if content.startswith(_PICTURES) or content[:1024].lstrip().startswith(b"%PDF-"):
        return _read_picture(content)
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _read_picture(content)
    try:
        text, _ = decoded(content)
    except UnreadableFileError:
        raise UnreadableReportError("not_a_report") from None
    if not is_text(text):
        raise UnreadableReportError("not_text")
    if _FHIR.match(text):
        return _read_fhir(text)
    return read_text(text)


def read_text(text: str) -> Report:
    """A report from pasted lines of a laboratory system or of a chat. Raises UnreadableReportError."""
    if not text.strip():
        raise UnreadableReportError("empty")
    if len(text) > LONGEST_TEXT:
        raise UnreadableReportError("text_too_long", {"limit": LONGEST_TEXT})
    if _HL7.match(text):
        return _read_hl7(text.encode())
    if _FHIR.match(text):
        return _read_fhir(text)
    return report_of([Page(list(text_rows(text)))], "text")


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


def _read_hl7(content: bytes) -> Report:
    """A report from a message of results. Raises UnreadableReportError."""
    try:
        report = Results(read_message(content), CHINA).report()
    except NotHL7:
        raise UnreadableReportError("message_damaged") from None
    if not report.findings and not report.unread:
        raise UnreadableReportError("message_damaged")
    return report


def _read_fhir(text: str) -> Report:
    """A report from a resource of FHIR R4. Raises UnreadableReportError."""
    try:
        return read_fhir(text, CHINA)
    except NoResults:
        raise UnreadableReportError("fhir_damaged") from None


def _read_picture(content: bytes) -> Report:
    """A report from a picture; the extra `ocr` is loaded only here."""
    from labs.pictures import is_installed

    if not is_installed():
        raise UnreadableReportError("pictures_not_installed")
    from labs.pictures.reports import read_file

    return read_file(content)
