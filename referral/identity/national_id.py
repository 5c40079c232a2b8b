"""Numbers of identity documents: the resident identity card of mainland China, and all others as they are.

A resident's number has 18 digits (GB 11643-1999): region, birth date, serial number whose last digit is odd
for men, and a check character by ISO 7064 MOD 11-2. Cards before 1999 had 15: a year of two digits, no check.
"""

from dataclasses import dataclass
from datetime import date

import regex

from referral.identity.text import without_signs

EIGHTEEN = regex.compile(r"[0-9]{17}[0-9X]")
FIFTEEN = regex.compile(r"[0-9]{15}")
SEEMS_RESIDENT = regex.compile(r"[0-9]{1,7}|[0-9]{9,}X?")
"""Digits only, and not the 8 that a permit for Taiwan residents has: a resident's number with a slip."""
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
CROSSES = str.maketrans({"×": "X", "✕": "X", "╳": "X", "Х": "X", "х": "X", "Χ": "X", "χ": "X"})
"""Signs that stand for the last X where a keyboard has none."""


@dataclass(frozen=True, slots=True)
class ResidentNumber:
    """A resident's number of 18 characters and what it says. `problem`: `check_digit`, `birth_date`, none."""

    number: str
    sex: str
    born: date | None
    problem: str = ""


def canonical(text: str) -> str:
    """A document's number as it is compared: `A123456(3)` is A1234563, 15 digits become the 18 of today."""
    plain = without_signs(text.translate(CROSSES))
    if FIFTEEN.fullmatch(plain):
        extended = f"{plain[:6]}19{plain[6:]}"
        return extended + check_character(extended) if _day(extended) else plain
    return plain


def resident_number(text: str) -> ResidentNumber | None:
    """What a resident's number says; None for another document, or digits of another length."""
    number = canonical(text)
    if not EIGHTEEN.fullmatch(number):
        return None
    born = _day(number)
    sex = "male" if int(number[16]) % 2 else "female"
    if born is None:
        return ResidentNumber(number, sex, None, "birth_date")
    return ResidentNumber(number, sex, born, "" if is_valid_check(number) else "check_digit")


def has_wrong_length(text: str) -> bool:
    """Whether `text` looks like a resident's number that lost or won a digit."""
    number = canonical(text)
    return bool(SEEMS_RESIDENT.fullmatch(number)) and not EIGHTEEN.fullmatch(number)


def check_character(seventeen: str) -> str:
    """The last character for the first 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, seventeen, strict=True))
    return CHECKS[total % 11]


def is_valid_check(number: str) -> bool:
    return check_character(number[:17]) == number[17]


def _day(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
