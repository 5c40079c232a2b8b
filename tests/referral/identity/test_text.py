"""Names and numbers are kept as typed and compared as people read them."""

import pytest

from accounts.text import cleaned, has_unprintable
from referral.identity.text import folded_name, folded_number, has_letter

PLAIN = "阿卜杜拉·买买提"


@pytest.mark.parametrize("dot", "·•・‧．∙⋅᛫·･.․﹒ꞏㆍᆞᐧʼ|-–  ")
def test_the_dot_inside_a_name_may_be_any_dot_or_none(dot: str) -> None:
    for written in (f"阿卜杜拉{dot}买买提", f"阿卜杜拉 {dot} 买买提", "阿卜杜拉买买提"):
        assert folded_name(written) == folded_name(PLAIN)


@pytest.mark.parametrize(
    "unseen",
    [
        "\u200b",
        "\u200c",
        "\u200d",
        "\ufeff",
        "\u200e",
        "\u202b",
        "\u2066",
        "\u00ad",
        "\u034f",
        "\ufe0f",
        "\u3164",
    ],
)
def test_what_nobody_sees_is_not_kept(unseen: str) -> None:
    assert cleaned(f"{unseen}张{unseen}三{unseen}") == "张三"
    assert not has_letter(unseen * 3)
    assert folded_name(f"张{unseen}三") == folded_name("张三")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＬＩ Ｗｅｉ", "Li Wei"),
        ("LI WEI", "li  wei"),
        ("Jose\u0301", "José"),
        ("張\u3000三", "張三"),
        ("ﾑﾗﾀ", "ムラタ"),
    ],
)
def test_width_case_blanks_and_composition_do_not_matter(one: str, other: str) -> None:
    assert folded_name(one) == folded_name(other)


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [("張偉", "张伟"), ("陳鴻鈞", "陈鸿钧"), ("歐陽·娜娜", "欧阳娜娜"), ("峯裏", "峰里"), ("葉問", "叶问")],
)
def test_a_name_in_traditional_characters_is_the_one_in_simplified(traditional: str, simplified: str) -> None:
    assert folded_name(traditional) == folded_name(simplified)
    assert cleaned(traditional) == traditional


def test_other_names_stay_apart() -> None:
    names = ["张三", "张珊", "张三三", "José", "Jose", "阿卜杜拉", "\ue001三", "\ue002三"]
    assert len({folded_name(name) for name in names}) == len(names)


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "...", "·", "?", "—", "\u2800", "123", "\u0301", "！"])
def test_a_name_without_a_letter_is_none(name: str) -> None:
    assert not has_letter(name)


def test_a_rare_ideograph_of_a_private_area_is_a_letter() -> None:
    assert has_letter("\ue863")


@pytest.mark.parametrize("sign", ["\n", "\r", "\t", "\x00", "\x1b", "\x7f", "\x85", "\u2028", "\u2029"])
def test_control_characters_and_line_breaks_are_noticed(sign: str) -> None:
    assert has_unprintable(f"张{sign}三")


def test_a_hospital_number_is_compared_without_blanks_and_with_one_hyphen() -> None:
    assert {folded_number(text) for text in ("a-1024", "Ａ－1024", " A – 1024", "A‑1024")} == {"A-1024"}
    assert folded_number("A1024") != folded_number("A-1024")
