import csv
import io
from typing import Any

import pytest
from django.test import RequestFactory

from config.embedded import ROOT
from portal.csv_files import csv_file, plain


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("https://elsewhere.example")',
        "+cmd",
        "-cmd",
        "@SUM(1)",
        "-1+1",
        "+1-1",
        "-2+3+cmd|' /C calc'!A0",
        "-1.5+A1",
        "1;=cmd",
        " =1+1",
        "\u3000=1+1",
        "\u200b=1+1",
        "\ufeff=1+1",
        "\x01=1+1",
        "＝1+1",
        "＋cmd",
        "－cmd",
        "＠SUM(1)",
        "−1+1",
        "﹦1+1",
        "﹢1+1",
        "\t=1",
        "\ttext",
        "\rtext",
        "\ntext",
        "\n=1+1",
        "first\n=1+1",
        "first\r\n  @SUM(1)",
        "-",
        "+86 138",
        "-1e5-1",
    ],
)
def test_what_a_spreadsheet_takes_for_a_formula_becomes_a_text(cell: str) -> None:
    assert plain(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["-1.5", "+0.2", "-.5", "3.", "-1e-05", "甲", "a=b", "a - b", "2026-05", "", "'=1", 3, -1.5, None]
)
def test_numbers_and_other_texts_stay_as_they_are(cell: Any) -> None:
    assert plain(cell) == cell


def test_a_file_is_read_back_cell_by_cell() -> None:
    rows = [("=1", "a\nb", "x,y", '"', -1.5)]
    answer = csv_file(RequestFactory().get("/"), "a.csv", ("one", "two", "three", "four", "five"), iter(rows))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    assert list(csv.reader(io.StringIO(text, newline="")))[1] == ["'=1", "a\nb", "x,y", '"', "-1.5"]


@pytest.mark.parametrize("name", ['a".csv', "a\r\nX: y.csv", "甲.csv"])
def test_the_name_of_a_file_is_only_a_name(name: str) -> None:
    header = csv_file(RequestFactory().get("/"), name, ("one",), iter(()))["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert "\n" not in header


def test_there_is_one_place_that_writes_tables() -> None:
    writers = [
        str(path.relative_to(ROOT))
        for folder in ("accounts", "api", "config", "notifications", "portal", "referral")
        for path in (ROOT / folder).rglob("*.py")
        if "csv.writer" in path.read_text() or "csv.DictWriter" in path.read_text()
    ]
    assert writers == ["portal/csv_files.py"]
