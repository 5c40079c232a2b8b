"""`read_labs` and `draw_lab_sheet`, as somebody calls them."""

import base64
import io
import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest
from PIL import Image

from labs.drawing import draw_sheet
from labs.pictures.files import jpeg
from tests.commands import run_apart, run_here

TEXT = "姓名：王小明\nTBIL 356.8 umol/L"


def result_of(done: CompletedProcess[str]) -> tuple[int, list[dict[str, Any]], str]:
    """Exit status, JSON lines and what was said beside them."""
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_each_file_is_one_line_and_one_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    good, empty = tmp_path / "good.txt", tmp_path / "empty.txt"
    good.write_text(TEXT)
    empty.write_text("")
    status, lines, _ = result_of(run_here("read_labs", str(tmp_path / "missing"), str(empty), str(good)))
    assert status == 1
    assert [line.get("error", {}).get("code") for line in lines] == ["not_opened", "empty", None]
    assert lines[2]["file"] == str(good)
    assert lines[2]["findings"][0]["value"] == 356.8


def test_text_comes_from_standard_input_too() -> None:
    status, lines, _ = result_of(run_apart("read_labs", "-", stdin=TEXT))
    assert (status, lines[0]["form"], lines[0]["patient"]) == (0, "text", {"name": "王小明"})


def test_beside_a_proposal_a_phone_shows_the_name_and_the_number_without_what_lies_between() -> None:
    from labs.pictures.reports import read_with_cutouts  # with what reads pictures, half a second to load

    page = np.ascontiguousarray(np.asarray(draw_sheet(3, "county", distort=False).picture)[:, :, ::-1])
    report, cutouts = read_with_cutouts([jpeg(page)], "photo")
    whole = {
        finding.name: finding.box[1][0] - finding.box[0][0] for finding in report.findings if finding.name
    }
    shown = {
        finding.name: Image.open(io.BytesIO(base64.b64decode(cutout.partition(",")[2]))).width
        for finding, cutout in zip(report.findings, cutouts, strict=True)
        if finding.name
    }
    assert shown["bilirubin"] < 0.8 * whole["bilirubin"]
    assert max(shown.values()) < 720


def test_a_drawn_sheet_is_read_as_it_was_drawn(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.jpg"
    drawing = run_apart("draw_lab_sheet", str(sheet), "--layout", "coagulation", "--seed", "3")
    _, (drawn,), _ = result_of(drawing)
    status, (line,), _ = result_of(run_here("read_labs", str(sheet)))
    assert (status, line["form"], line["patient"]) == (0, "photo", drawn["patient"])
    assert line["sampled_at"] == drawn["sampled_at"]
    proposed = [finding for finding in line["findings"] if finding["input"]]
    keys = ("input", "value", "comparator", "unit")
    assert [{key: finding[key] for key in keys} for finding in proposed] == drawn["findings"]
    assert all(len(finding["box"]) == 4 and 0 < finding["confidence"] <= 1 for finding in proposed)


@pytest.mark.parametrize("name", ["sheet.xyz", "no/such/folder/sheet.jpg"])
def test_a_sheet_that_cannot_be_written_is_a_sentence(tmp_path: Path, name: str) -> None:
    status, lines, said = result_of(run_here("draw_lab_sheet", str(tmp_path / name)))
    assert (status, lines) == (1, [])
    assert "cannot be written" in said
