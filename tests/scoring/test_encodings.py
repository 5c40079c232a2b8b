"""The bytes of files: what is certain is read and announced, what is not is refused by name."""

import io

import pytest

from scoring.encodings import UnreadableFileError, as_utf8, decoded, is_text
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


def test_a_character_cut_at_the_end_of_the_file_is_shown_as_one_that_is_no_text() -> None:
    for encoding in ("gb18030", "utf-16"):
        text, _ = decoded((NAMES + "张").encode(encoding)[:-1])
        assert text == NAMES + "\ufffd"
        assert not is_text(text)


@pytest.mark.parametrize(
    ("cell", "is_one"), [("A1", True), ("张三", True), ("\ufffd", False), ("张\udcff", False)]
)
def test_a_cell_with_bytes_that_were_no_text_is_none(cell: str, is_one: bool) -> None:
    assert is_text(cell) is is_one


def test_another_encoding_is_named_in_the_refusal() -> None:
    with pytest.raises(UnreadableFileError, match=r"perhaps big5"):
        decoded("编号,備註\nA,王小明無異常\n".replace("编号", "id").encode("big5"))


def test_stray_bytes_below_a_first_line_of_utf_8_stay_where_they_are() -> None:
    raw = "编号,备注\nA,".encode() + b"\xff\n"
    assert decoded(raw) == ("编号,备注\nA,\udcff\n", "UTF-8")


@pytest.mark.parametrize(("signs", "is_refused"), [(1, True), (3, True), (4, False)])
def test_up_to_three_signs_that_may_be_chinese_by_chance_are_not_guessed(
    signs: int, is_refused: bool
) -> None:
    """Pairs of bytes that are letters of other scripts in UTF-8 and common characters in GB18030."""
    raw = b"id,inr\n" + b"\xd2\xbb\xd5\xb9\xd6\xb8\xd3\xb0"[: 2 * signs] + b",1.4\n"
    assert raw.decode("gb18030")[7:8] == "一"
    if is_refused:
        with pytest.raises(UnreadableFileError) as refusal:
            decoded(raw)
        assert refusal.value.code == "encoding_ambiguous"
    else:
        assert decoded(raw) == (raw.decode(), "UTF-8")


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
