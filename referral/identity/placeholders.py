"""Entries that say that there is no name or number: they count as empty, for they are everybody's."""

import regex

from referral.identity.text import without_signs

SHORTEST_ID = 5
SHORTEST_RUN = 5
MASKS = "*＊×xX#•●"
ABSENT = regex.compile(r"不详|不明|不清|未知|未带|未提供|没有|暂无|暂缺|待补|待查|待定|丢失|遗失|^无(?!名氏)")
"""Words that say that there is no number, whatever digits somebody put behind them."""
NO_NAME = regex.compile(
    r"(姓名|名字|患者)?(无|空|不详|不明|不清|未知|未提供|没有|暂无|暂缺|待补|待查|待定)(姓名|名字|患者)?"
    r"|无名|NA|NIL|NONE|NULL|UNKNOWN|NONAME|([A-Z])\4+"
)
PATTERN = regex.compile(r"(.{1,3})\1+")
UP = "01234567890123456789012345678901234567890"


def is_no_name(text: str) -> bool:
    """Whether `text` is a placeholder where a name belongs: 无, 不详, N/A, xxx; 无名氏 is a name."""
    return bool(NO_NAME.fullmatch(without_signs(text)))


def is_no_national_id(text: str) -> bool:
    """Whether `text` is a placeholder where a national ID belongs: 不详, `/`, `N/A`, 000000, 123456."""
    plain = without_signs(text)
    if not _has_digit(plain) or len(plain) < SHORTEST_ID or _is_masked(text) or ABSENT.search(plain):
        return True
    return _is_filler(plain) or bool(PATTERN.fullmatch(plain))


def is_no_number(text: str) -> bool:
    """Whether `text` is a placeholder where a hospital's own number belongs.

    A hospital may have given number 7 or 1234: only zeros, and runs that nobody was given, are placeholders.
    """
    plain = without_signs(text)
    if not any(sign.isdecimal() and sign != "0" for sign in plain) or ABSENT.search(plain):
        return True
    return len(plain) > SHORTEST_RUN and _is_filler(plain)


def _has_digit(plain: str) -> bool:
    return any(sign.isdecimal() for sign in plain)


def _is_masked(text: str) -> bool:
    """Whether part of the number is hidden behind signs, such as 1101**********1234."""
    return any(sign * 3 in text for sign in MASKS)


def _is_filler(plain: str) -> bool:
    """One sign again and again, or digits that only count up or down."""
    digits = "".join(sign for sign in plain if sign.isdecimal())
    if len(set(plain)) == 1 or not digits.strip("0"):
        return True
    return digits == plain and (digits in UP or digits in UP[::-1])
