"""What a second look at the print of a number makes of it."""

import pytest

from labs.pages import Page, report_of
from labs.rows import Cell, Row
from labs.second_look import Second, looked_again
from labs.words import Word

CORNERS = ((0.0, 0.0), (90.0, 0.0), (90.0, 20.0), (0.0, 20.0))


def doubts_of(text: str, again: str, confidence: float = 0.99) -> tuple[str, ...]:
    """The doubts about a line that was read as `text`, and a second time as `again`."""
    word = Word(text, 0, 0, 90, 20, confidence, CORNERS)
    second = Second(lambda words: [again for _ in words])
    page = Page([Row([Cell(text, 45, word)])], 0, lambda pairs: looked_again(pairs, second))
    (finding,) = report_of([page], "photo").findings
    return finding.doubts


def test_a_number_that_is_read_alike_twice_is_not_doubted() -> None:
    assert doubts_of("INR 2.31", "INR 2.31") == ()


@pytest.mark.parametrize(
    ("text", "again", "confidence"),
    [
        ("INR 2.31", "INR 2.81", 0.99),
        ("INR 2.31", "", 0.99),
        ("INR 2.31", "INR 2.31", 0.8),
        ("INR 2.", "INR 2.", 0.99),
        ("血钠 13。", "血钠 13。", 0.99),
    ],
)
def test_a_number_that_was_not_read_for_certain_is_doubted(text: str, again: str, confidence: float) -> None:
    assert "unclear_print" in doubts_of(text, again, confidence)
