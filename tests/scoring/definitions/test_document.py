"""The tables of docs/definitions.md say what the code does."""

import re
from pathlib import Path

import pytest

from scoring.definitions import CARDS, NOT_READ
from tests.scoring.definitions.tables import graded

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "definitions.md"
_YES_NO = {"yes": True, "no": False}


def patients() -> list[list[str]]:
    section = DOCUMENT.read_text(encoding="utf-8").partition("## Where the definitions part")[2]
    rows = [line.strip("| \n").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return rows[1:]


@pytest.mark.parametrize("row", patients(), ids=lambda row: row[0])
def test_where_the_definitions_part_is_as_the_document_says(row: list[str]) -> None:
    _, bilirubin, inr, creatinine, encephalopathy, ascites, cirrhosis, cause, *answers = row
    grades = graded(
        bilirubin=float(bilirubin),
        inr=float(inr),
        creatinine=float(creatinine),
        encephalopathy_grade=int(encephalopathy),
        ascites=ascites,
        cirrhosis=_YES_NO[cirrhosis],
        cause=cause,
    ).answers
    names = ("china", "cossh", "easl_clif", "apasl", "by_number")
    assert [grades[name].value for name in names] == answers


def test_the_document_names_every_definition_and_its_source() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert len(patients()) >= 10
    for card in CARDS:
        place = re.search(r"\d{4};\d+:\d+", card.citation)
        assert card.doi in text or (place and place[0] in text), card.name
    assert "Chinese guideline for ACLF 2025" in text
    assert [card.name for card in NOT_READ] == ["china_2025"]
