"""Numbers as hospitals and families write them, and what a telephone dials for each."""

import pytest

from accounts.phones import dial_address


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("13800000001", "tel:13800000001"),
        ("138-0000-0001", "tel:13800000001"),
        ("138 0000 0001", "tel:13800000001"),
        ("１３８０００００００１", "tel:13800000001"),
        ("13800000001\u200b", "tel:13800000001"),
        ("0571-87236666", "tel:057187236666"),
        ("0571 8723 6666", "tel:057187236666"),
        ("0571-8723-6666", "tel:057187236666"),
        ("(0571)87236666", "tel:057187236666"),
        ("（0571）8723 6666", "tel:057187236666"),
        ("０５７１－８７２３６６６６", "tel:057187236666"),
        ("0571—87236666", "tel:057187236666"),
        ("010-62551234", "tel:01062551234"),
        ("0731-8765432", "tel:07318765432"),
        ("87236666", "tel:87236666"),
        ("8723-6666", "tel:87236666"),
        ("400-820-8820", "tel:4008208820"),
        ("400 8208820", "tel:4008208820"),
        ("800-820-8820", "tel:8008208820"),
        ("95588", "tel:95588"),
        ("120", "tel:120"),
        ("8001", "tel:8001"),
        ("020-2000", "tel:0202000"),
    ],
)
def test_one_number_is_dialled_without_what_groups_it(written: str, dialled: str) -> None:
    assert dial_address(written) == dialled


@pytest.mark.parametrize(
    "written",
    [
        "0571-87236666转8001",
        "0571-87236666 转 8001",
        "0571-87236666轉8001",
        "0571-87236666转分机8001",
        "0571-87236666分机：8001",
        "0571-87236666（分机8001）",
        "（0571）87236666转８００１",
        "0571-87236666-8001",
        "0571-8723-6666-8001",
        "0571 87236666 ext 8001",
        "0571-87236666 Ext.8001",
        "0571-87236666ｅｘｔ８００１",
        "0571-87236666 extension 8001",
        "0571-87236666x8001",
        "0571-87236666#8001",
        "0571-87236666;ext=8001",
        "0571-87236666转8001/8002",
        "总机0571-87236666转肝病科8001",
        "电话：0571-87236666内线8001",
    ],
)
def test_an_extension_is_an_extension(written: str) -> None:
    assert dial_address(written) == "tel:057187236666;ext=8001"


@pytest.mark.parametrize(
    "separator", ["/", "／", "、", "，", ",", "；", ";", "或", " 或 ", " ", "　", "\n", "|"]
)
@pytest.mark.parametrize(
    ("first", "dialled"), [("13800000001", "13800000001"), ("0571-87236666", "057187236666")]
)
def test_of_several_numbers_the_first_is_dialled(separator: str, first: str, dialled: str) -> None:
    for second in ("13900000002", "0571-87236667", "87236667"):
        assert dial_address(f"{first}{separator}{second}") == f"tel:{dialled}"


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("87236666/67", "tel:87236666"),
        ("87236666、87236667转8001", "tel:87236666"),
        ("13800000001（本人）13900000002（女儿）", "tel:13800000001"),
        ("妻子13800000001，儿子13900000002", "tel:13800000001"),
        ("内线8001，外线0571-87236666", "tel:057187236666"),
        ("3楼护士站 87236666", "tel:87236666"),
        ("2 87236666", "tel:87236666"),
    ],
)
def test_a_whole_number_is_found_among_other_words_and_figures(written: str, dialled: str) -> None:
    assert dial_address(written) == dialled


@pytest.mark.parametrize(
    "written", ["1380000000", "138000000011", "12345678901", "057187236", "0571-872366661"]
)
def test_a_mistyped_number_is_no_link(written: str) -> None:
    assert dial_address(written) == ""


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("+86 571 8723 6666", "tel:+8657187236666"),
        ("+86-0571-87236666", "tel:+8657187236666"),
        ("+86 (0)571 87236666", "tel:+8657187236666"),
        ("（+86）571-87236666转8001", "tel:+8657187236666;ext=8001"),
        ("＋８６１３８０００００００１", "tel:+8613800000001"),
        ("+86 138 0000 0001", "tel:+8613800000001"),
        ("0086-13800000001", "tel:+8613800000001"),
        ("0086 571 87236666", "tel:+8657187236666"),
        ("8613800000001", "tel:+8613800000001"),
        ("86-571-87236666", "tel:+8657187236666"),
        ("+86 10 62551234-8001", "tel:+861062551234;ext=8001"),
        ("+852 2345 6789", "tel:+85223456789"),
        ("+49 30 1234567", "tel:+49301234567"),
        ("00852 23456789", "tel:+85223456789"),
    ],
)
def test_a_country_code_stays(written: str, dialled: str) -> None:
    assert dial_address(written) == dialled


@pytest.mark.parametrize(
    "written",
    ["", " ", "无", "不详", "未知", "/", "-", "—", "N/A", "none", "待补", "0", "000", "00000000000", "1"]
    + ["11111111111", "12", "1380000000113900000002", "家属无电话", "同上", "+", "转"],
)
def test_what_is_no_number_is_not_dialled(written: str) -> None:
    assert dial_address(written) == ""
