"""What a test says that has an answer and no number: negative or positive."""

import re

from labs.catalogue import LabTest
from labs.rows import Entry
from scoring.numbers import Printed

_POSITIVE = re.compile(r"弱?阳性?|\(\+{1,4}\)|\+{1,4}|pos(?:itive)?|reactive", re.IGNORECASE)
_NEGATIVE = re.compile(r"阴性?|\(-\)|-|neg(?:ative)?|non-?reactive|not detected|未检出", re.IGNORECASE)
_WEAK = re.compile(r"弱阳性?|\(\+/-\)|±|\(±\)|可疑|灰区", re.IGNORECASE)


def answer_of(entry: Entry, test: LabTest) -> tuple[str | None, list[str]]:
    """`positive` or `negative` as a line says it, None where it says neither; and what is doubtful about it.

    A number is an answer by the range beside it, or by the limit that its unit has for this test.
    """
    said = [answer for token in entry.answers if (answer := _in_words(token.text))]
    if said[:1] == ["positive"]:
        said = said[:1]  # a negative behind it is what the laboratory expects
    by_number = _by_number(entry, test)
    answers = dict.fromkeys([*said, *([by_number] if by_number else [])])
    doubts = ["answers_contradict"] if len(answers) > 1 else []
    if any(_WEAK.fullmatch(token.text) for token in entry.answers):
        doubts.append("weakly_positive")
    return next(iter(answers), None), doubts


def _in_words(text: str) -> str | None:
    if _POSITIVE.fullmatch(text):
        return "positive"
    return "negative" if _NEGATIVE.fullmatch(text) else None


def _by_number(entry: Entry, test: LabTest) -> str | None:
    number = entry.number.number if entry.number else None
    if number is None or number.ambiguous:
        return None
    limit = _limit(entry, test)
    if limit is None or not _decides(number, limit):
        return None
    return "positive" if number.value >= limit else "negative"


def _decides(number: Printed, limit: float) -> bool:
    """A bound decides only where all that it allows lies on one side of the limit."""
    if number.bound == ">":
        return number.value >= limit
    return number.bound != "<" or number.value <= limit


def _limit(entry: Entry, test: LabTest) -> float | None:
    """From where on a number is positive: the upper end of its range, else what the unit says."""
    if entry.range is not None and entry.range.limits[1] is not None and test.positive_from:
        return entry.range.limits[1]
    return test.positive_from.get(entry.unit.text.replace(" ", "").lower()) if entry.unit else None
