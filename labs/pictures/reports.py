"""Pictures and PDF files as pages of rows, with a second look at every number."""

import base64
from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from labs.geometry import rows_of
from labs.pages import Page, report_of
from labs.pictures.files import Picture, jpeg, pages_of
from labs.pictures.ocr import read_again, read_words
from labs.pictures.sheets import flattened
from labs.refusals import UnreadableReportError
from labs.report import Finding, Form, Report
from labs.second_look import Second, looked_again
from labs.words import Word

_AROUND = 8
_EDGE, _EDGE_GREY = 3, 128
"""What parts two pieces of a line between which something was left out: pixels wide, and how grey."""
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
    """The line as it stands on the picture without the stretches between its words, so that a phone shows the
    name and its number at once.
    """
    if finding.name is None or not finding.box:
        return ""
    down = [y for _, y in finding.box]
    top, bottom = max(int(min(down)) - _AROUND, 0), int(max(down)) + _AROUND
    pieces = [picture[top:bottom, left:right] for left, right in _stretches(finding, bottom - top)]
    edge = np.full((pieces[0].shape[0], _EDGE, 3), _EDGE_GREY, dtype=np.uint8)
    line = np.hstack([part for piece in pieces for part in (piece, edge)][:-1])
    if line.shape[1] > _WIDEST_CUTOUT:
        scale = _WIDEST_CUTOUT / line.shape[1]
        line = cv2.resize(line, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return "data:image/jpeg;base64," + base64.b64encode(jpeg(line)).decode()


def _stretches(finding: Finding, height: int) -> list[tuple[int, int]]:
    """From where to where across the picture there is print; a gap wider than the line is high parts two."""
    across = [x for x, _ in finding.box]
    merged: list[tuple[int, int]] = []
    for first, last in finding.spans or [(min(across), max(across))]:
        left, right = max(int(first) - _AROUND, 0), int(last) + _AROUND
        if merged and left - merged[-1][1] <= height:
            left, right = merged[-1][0], max(merged.pop()[1], right)
        merged.append((left, right))
    return merged
