"""Reads a report in whatever form it comes, into proposals."""

import re
from zoneinfo import ZoneInfo

from labs.fhir_file import NoResults, read_fhir
from labs.hl7 import NotHL7, read_message
from labs.hl7_report import Results
from labs.pages import Page, report_of
from labs.refusals import UnreadableReportError
from labs.report import Report
from labs.rows import text_rows
from scoring.encodings import UnreadableFileError, decoded, is_text

CHINA = ZoneInfo("Asia/Shanghai")
"""Whose clocks a message without a hospital means, where its times name an offset."""
LONGEST_TEXT = 20_000
LARGEST_FILE = 20_000_000
"""Bytes."""
_PICTURES = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF", b"BM", b"II*\0", b"MM\0*", b"GIF8")
_HL7 = re.compile(r"\s*(?:\x0b)?MSH\|")
_HL7_BYTES = re.compile(rb"\s*(?:\x0b)?MSH[^A-Za-z0-9\s]")
_FHIR = re.compile(r"\s*\{.*\"resourceType\"", re.DOTALL)


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
