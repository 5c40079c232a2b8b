"""Placeholders, and what a document's number says."""

from datetime import date

import pytest

from referral.identity.national_id import canonical, check_character, has_wrong_length, resident_number
from referral.identity.placeholders import is_no_national_id, is_no_number
from tests.world import resident

WORDS = [
    *(
        "不详",
        "无",
        "未知",
        "暂无",
        "待补",
        "待查",
        "没有",
        "未提供",
        "无身份证",
        "不详（昏迷）",
        "空",
        "无号",
    ),
    *("不详123", "未知 1234567", "无1", "暂缺123456", "待补2", "身份证丢失3", "A0000", "不清楚"),
    *("none", "NULL", "nil", "n/a", "N/A", "unknown", "Ｎ／Ａ", "xxx", "XXXXXX", "test"),
    *("?", "？", "-", "--", "——", "/", "\\", ".", "…", "*", "***", "\u200b", "0", "00", "000000", "０００"),
]


@pytest.mark.parametrize("text", ["", " ", *WORDS])
def test_what_says_that_there_is_no_number_is_no_number(text: str) -> None:
    assert is_no_national_id(text)
    assert is_no_number(text)


@pytest.mark.parametrize(
    "text",
    [
        *("111111", "123456", "123456789", "1234567890", "987654321", "999999999999999999", "1", "12345"),
        *("000000000000000000", "123456789012345678", "1101**********1234", "110101XXXXXXXX1234", "1 1 1 1"),
        *("123123", "121212", "110110110110"),
    ],
)
def test_digits_that_nobody_was_given_are_no_national_id(text: str) -> None:
    assert is_no_national_id(text)


@pytest.mark.parametrize("text", ["111111", "123456", "99999999", "000-000", "12345678"])
def test_runs_that_nobody_was_given_are_no_hospital_number(text: str) -> None:
    assert is_no_number(text)


@pytest.mark.parametrize(
    "text", ["7", "111", "1234", "A-1", "DEMO-0001", "MRN-7", "2026000012", "１２３９", "123123", "无名氏3"]
)
def test_a_short_number_of_a_hospital_is_one(text: str) -> None:
    assert not is_no_number(text)


@pytest.mark.parametrize(
    "text", [resident(), "A123456(3)", "E12345678", "H0123456701", "C12345678", "440524188001010014"]
)
def test_a_number_of_a_document_is_one(text: str) -> None:
    assert not is_no_national_id(text)


@pytest.mark.parametrize(
    ("number", "check"),
    [("11010519491231002", "X"), ("44052418800101001", "4"), ("34052419800101001", "X")],
)
def test_the_check_character_is_that_of_the_standard(number: str, check: str) -> None:
    """The first two examples are those of GB 11643-1999."""
    assert check_character(number) == check


def test_a_valid_number_says_sex_and_birth_date() -> None:
    number = resident_number("11010519491231002X")
    assert number is not None
    assert (number.sex, number.born, number.problem) == ("female", date(1949, 12, 31), "")


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002x",
        "110105 19491231 002X",
        "110105-19491231-002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105491231002",
    ],
)
def test_a_number_is_the_same_however_it_is_written(written: str) -> None:
    assert canonical(written) == "11010519491231002X"


def test_signs_that_stand_for_an_x_are_one() -> None:
    assert {canonical(f"11010519491231002{sign}") for sign in "×ХхΧ✕"} == {"11010519491231002X"}


def test_brackets_of_other_documents_do_not_matter() -> None:
    assert {canonical(text) for text in ("A123456(3)", "a123456（3）", "A1234563", "A 123456 3")} == {
        "A1234563"
    }


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("110105194912310021", "check_digit"),
        ("110105194913310020", "birth_date"),
        ("110105194902300028", "birth_date"),
    ],
)
def test_a_number_that_cannot_be_says_why(number: str, problem: str) -> None:
    parsed = resident_number(number)
    assert parsed is not None and parsed.problem == problem


@pytest.mark.parametrize(
    "text", ["1101051949123100", "11010519491231002", "1101051949123100200", "13800000000", "654987"]
)
def test_a_number_that_lost_or_won_a_digit_is_noticed(text: str) -> None:
    assert has_wrong_length(text)


@pytest.mark.parametrize(
    "text", ["11010519491231002X", "110105491231002", "E12345678", "12345678", "A1234563"]
)
def test_other_documents_are_not_taken_for_a_resident_number_with_a_slip(text: str) -> None:
    assert not has_wrong_length(text)
