"""What an input is called, its unit, and what is said about it, is read in the language of the reader."""

from typing import Any

import pytest
from django.utils import translation
from django.utils.functional import Promise

from referral.pathway.inputs import VERB_INPUTS
from referral.pathway.inputs.background import BACKGROUND
from referral.pathway.inputs.shapes import Shape, VerbInput

ROWS = {row.name: row for rows in (*VERB_INPUTS.values(), BACKGROUND) for row in rows}


def has_chinese(text: Any) -> bool:
    return any("一" <= sign <= "鿿" for sign in str(text))


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_text_about_an_input_is_not_fixed_when_the_product_starts(row: VerbInput) -> None:
    for text in (row.label, row.unit, row.hint):
        with translation.override("zh-hans"):
            assert not has_chinese(text) or isinstance(text, Promise)
            chinese = str(text)
        with translation.override("en"):
            assert not has_chinese(text)
            assert str(text) != chinese or not has_chinese(chinese)


@pytest.mark.parametrize(("length", "is_line"), [(79, True), (80, True), (81, False)])
def test_a_text_of_more_than_eighty_characters_is_asked_for_in_several_lines(
    length: int, is_line: bool
) -> None:
    assert VerbInput("bed", Shape.TEXT, "bed", max_length=length).is_line is is_line
