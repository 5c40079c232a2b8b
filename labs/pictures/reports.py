"""Pictures and PDF files as pages of rows, with a second look at every number."""

import base64
from collections.abc import Iterable, Sequence

import cv2

from labs.geometry import rows_of
from labs.pictures.files import Picture, jpeg, pages_of
from labs.pictures.ocr import read_again, read_words
from labs.pictures.sheets import flattened
from labs.reading import Page, report_of
from labs.refusals import UnreadableReportError
from labs.report import Finding, Form, Report
from labs.second_look import Second, looked_again
from labs.words import Word

_AROUND = 8
_WIDEST_CUTOUT = 900


def read_file(content: bytes) -> Report:
    """The report in a picture or PDF file. Raises UnreadableReportError."""
    pages, _ = _read(pages_of(content))
    return report_of(pages, "pdf" if content[:1024].lstrip().startswith(b"%PDF-") else "photo")


def read_with_cutouts(contents: Sequence[bytes], form: Form) -> tuple[Report, list[str]]:
    """The report on pages that are a picture each. Raises UnreadableReportError.

    For each finding that is an input the piece of the picture it was read from, as a data: address; for the
    others an empty text.
    """
    pages, pictures = _read(page for content in contents for page in pages_of(content))
    report = report_of(pages, form)
    return report, [_cutout(pictures[finding.page], finding) for finding in report.findings]


def _read(photographed: Iterable[Picture]) -> tuple[list[Page], list[Picture]]:
    """The pages, and the pictures as they were read."""
    pages, pictures = [], []
    for number, photograph in enumerate(photographed):
        picture, words = read_words(flattened(photograph))
        pages.append(_page(picture, words, number))
        pictures.append(picture)
    if not any(page.rows for page in pages):
        raise UnreadableReportError("no_words")
    return pages, pictures


def _page(picture: Picture, words: Sequence[Word], number: int) -> Page:
    def look_again(numbers: Sequence[Word]) -> list[str]:
        return read_again(picture, numbers)

    second = Second(look_again)
    return Page(list(rows_of(words)), number, lambda pairs: looked_again(pairs, second))


def _cutout(picture: Picture, finding: Finding) -> str:
    """The line as it stands on the picture, never wider than a phone shows twice."""
    if finding.name is None or not finding.box:
        return ""
    across, down = [x for x, _ in finding.box], [y for _, y in finding.box]
    top, bottom = max(int(min(down)) - _AROUND, 0), int(max(down)) + _AROUND
    left, right = max(int(min(across)) - _AROUND, 0), int(max(across)) + _AROUND
    piece = picture[top:bottom, left:right]
    if piece.shape[1] > _WIDEST_CUTOUT:
        scale = _WIDEST_CUTOUT / piece.shape[1]
        piece = cv2.resize(piece, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return "data:image/jpeg;base64," + base64.b64encode(jpeg(piece)).decode()
