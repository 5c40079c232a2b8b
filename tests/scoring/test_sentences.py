"""What the commands say of a file, in the reader's language; a library without one says it in English."""

import io
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.translation import gettext

from scoring.catalogue import column_of
from scoring.issues import Issue
from scoring.sentences import Listed, Sentence

HAN = re.compile(r"[\u4e00-\u9fff]")
COHORT = "id,age_years,time_days,event\n"
FILES = {
    "units in a heading that the input cannot have": "id,TBIL(kg),年龄\n1,1,52\n",
    "a column that is easily taken for another": "住院号,年龄,消化道出血,直接胆红素\n1,52,否,20\n",
    "units in a line of their own, and a total": "id,TBIL,INR\n,umol/L,\n1,320,2\n合计,320,\n",
    "a title above": "ACLF 名单\n住院号,年龄,INR\n1,52,2\n",
    "two columns of one input": "年龄,age_years\n1,2\n",
    "no name that is known": "a,b\n1,2\n",
    "nothing": "",
    "names alone": "age_years,inr\n",
    "no workbook": "PK\x03\x04",
}


def said(command: str, file: Path, **options: object) -> list[str]:
    """The lines that a command prints beside its results."""
    out, errors = io.StringIO(), io.StringIO()
    try:
        call_command(command, str(file), language="zh-hans", stdout=out, stderr=errors, **options)
    except CommandError as refusal:
        errors.write(str(refusal))
    except SystemExit:
        pass
    return [line for line in errors.getvalue().splitlines() if line.strip()]


@pytest.mark.parametrize("text", FILES.values(), ids=list(FILES))
def test_every_sentence_about_a_file_can_be_read_in_chinese(tmp_path: Path, text: str) -> None:
    file = tmp_path / "file.csv"
    file.write_text(text, encoding="utf-8")
    lines = said("score", file)
    assert lines
    assert [line for line in lines if not HAN.search(line.replace("年龄", ""))] == []


@pytest.mark.parametrize(
    "rows", ["", "1,50,好转,1\n", "1,50,10,2\n2,51,9,1\n", "1,50,,1\n2,50,-3,0\n3,50,9,也许\n"]
)
def test_a_refused_cohort_is_refused_in_chinese(tmp_path: Path, rows: str) -> None:
    file = tmp_path / "cohort.csv"
    file.write_text(COHORT + rows, encoding="utf-8")
    [line] = said("fit_model", file, output=tmp_path / "model.json")
    assert HAN.search(line)
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", line)


def test_a_sentence_is_english_until_it_is_read_in_another_language() -> None:
    parts = Listed((Sentence("no unit"), 3), "; ")
    assert str(parts) == "no unit; 3"
    with translation.override("zh-hans"):
        assert str(parts) == "no unit; 3"
        assert parts.read(gettext) == "无单位；3"
        assert HAN.search(Issue("inr", "not_a_number", {"value": "x"}).read(gettext))
        fault = column_of("直接胆红素").fault
        assert fault is not None and fault.read(gettext) == "是直接胆红素，不是总胆红素"
