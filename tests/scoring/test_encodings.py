"""The bytes of files: what is certain is read and announced, what is not is refused by name."""

import io

import pytest

from scoring.encodings import UnreadableFileError, as_utf8, decoded
from scoring.sentences import Sentence

NAMES = "住院号,姓名,备注\n0012,张三,无\n0013,欧阳娜娜,呕血\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "gbk", "gb2312"])
def test_chinese_is_read_in_every_encoding_that_hospitals_write(encoding: str) -> None:
    text, name = decoded(NAMES.encode(encoding))
    assert text == NAMES
    assert (name == "UTF-8") == encoding.startswith("utf-8")


def test_another_encoding_than_utf_8_is_announced() -> None:
    announced: list[Sentence] = []
    assert as_utf8(io.BytesIO(NAMES.encode("gb18030")), announced.append).read().decode() == NAMES
    assert [*map(str, announced)] == ["The file is not UTF-8; it is read as GB18030."]


def test_utf_8_is_read_without_a_word() -> None:
    announced: list[Sentence] = []
    as_utf8(io.BytesIO(NAMES.encode()), announced.append).read()
    assert announced == []


def test_the_first_chinese_name_may_come_late_in_a_long_file() -> None:
    text = "id,inr\n" + "A,1.4\n" * 50_000 + "张三,1.5\n"
    assert decoded(text.encode("gb18030")) == (text, "GB18030")


@pytest.mark.parametrize("before", range(65_530, 65_538))
def test_a_character_may_lie_across_the_border_of_two_reads(before: int) -> None:
    text = "x" * before + "张三李四"
    assert decoded(text.encode("gb18030"))[0] == text
    assert decoded(text.encode())[0] == text


@pytest.mark.parametrize(
    ("text", "encoding", "code"),
    [
        ("id,備註\nA,王芳無\n", "big5", "encoding_unknown"),
        ("id,TBIL µmol/L\nA,2\n", "cp1252", "encoding_unknown"),
        ("id,备注\n1,一\n", "utf-16-le", "binary"),
        ("id,inr\n一,1.4\n", "gb18030", "encoding_ambiguous"),
    ],
)
def test_what_is_not_certain_is_refused_and_says_what_to_do(text: str, encoding: str, code: str) -> None:
    with pytest.raises(UnreadableFileError, match="CSV UTF-8") as refusal:
        decoded(text.encode(encoding))
    assert refusal.value.code == code


def test_greek_and_western_letters_in_utf_8_are_no_chinese() -> None:
    for text in ("TBIL(μmol/L)\n", "TBIL (µmol/L)\n", "Müller\n", "IFN-γ\n"):
        assert decoded(text.encode()) == (text, "UTF-8")
