"""A line of a report that was pasted into the field of one value."""

import re

from labs.reading import read_text
from labs.refusals import UnreadableReportError
from labs.report import Finding
from scoring import FIELD_LABELS
from scoring.inputs import ANY_INPUT
from scoring.numbers import read_number

LONGEST_LINE = 200
HARMLESS = frozenset({"no_unit", "bound", "impossible", "unusual"})
"""Doubts that the field itself asks about."""
_FIGURE = re.compile(r"\d")


def value_in(name: str, text: str) -> str:
    """The number and unit of the input `name` where `text` is a line of a report that says them without a
    doubt, as in `TBIL 356.8 umol/L ↑ 5-21`; else `text` as it is.

    What names another test, two numbers or none is left to be refused in words.
    """
    if not _is_line(name, text):
        return text
    finding = _finding(text, name) or _finding(f"{FIELD_LABELS[name]} {text}", name)
    if finding is None or finding.value is None:
        return text
    number = f"{finding.comparator or ''}{finding.value:.15g}"
    return f"{number} {finding.unit or ''}".strip()


def _is_line(name: str, text: str) -> bool:
    """Whether `text` is more than a number, and may be a line about the input."""
    if name not in ANY_INPUT or ANY_INPUT[name].kind != "number" or len(text) > LONGEST_LINE:
        return False
    printed = read_number(text)
    return bool(_FIGURE.search(text)) and (printed is None or " " in printed.unit)


def _finding(line: str, name: str) -> Finding | None:
    """The one finding of a line, if it is of the input and nothing about it is doubtful."""
    try:
        report = read_text(line)
    except UnreadableReportError:
        return None
    if len(report.findings) != 1 or report.findings[0].input != name:
        return None
    return None if set(report.findings[0].doubts) - HARMLESS else report.findings[0]
