"""Which number a telephone dials for what people wrote as a phone number."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

EXTENSION = re.compile(r"转|轉|分机|分機|内线|內線|extension|ext|(?<![a-z])x(?![a-z])|#", re.IGNORECASE)
GROUPING = re.compile(r"[\s\-‐‑‒–—―.()\[\]]*")
"""What stands between the groups of one number; anything else begins another one."""
NATIONAL = re.compile(
    r"1[3-9]\d{9}"  # mobile
    r"|[48]00\d{7}"  # one number for the whole country
    r"|0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}"  # area code and subscriber
    r"|[2-9]\d{6,7}"  # subscriber
    r"|1[12]\d|1[012]\d{3}|9[56]\d{3,6}"  # emergency and service numbers
)
"""Whole numbers of the Chinese numbering plan."""
SHORTEST, LONGEST = 3, 15
"""Digits of a number: an internal one at least, ITU-T E.164 at most."""


@dataclass(slots=True)
class Number:
    """One number as it is being read: digits as written, and those of its extension."""

    digits: str = ""
    extension: str = ""
    is_international: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing by the Chinese numbering plan."""
        return NATIONAL.fullmatch(_national(self.digits, self.is_international)) is not None

    @property
    def can_be_dialled(self) -> bool:
        is_placeholder = set(self.digits) <= {"0"} or set(self.digits) <= {"1"}
        return SHORTEST <= len(self.digits) <= LONGEST and not is_placeholder and not self._is_mistyped

    @property
    def _is_mistyped(self) -> bool:
        """Whether it begins as mobile or area code does and has a digit too many or too few."""
        is_long = re.match(r"1\d{6}|0[1-9]\d{7}", self.digits) is not None
        return is_long and not self.is_international and not self.is_whole


def dial_address(written: str) -> str:
    """What a link dials for `written`: a `tel:` address with the extension as RFC 3966 has it.

    Of several numbers it is the first whole one. Empty where nothing can be dialled, such as for “无”.
    """
    numbers = [number for number in _numbers(_plain(written)) if number.can_be_dialled]
    number = next((number for number in numbers if number.is_whole), next(iter(numbers), None))
    if number is None:
        return ""
    extension = f";ext={number.extension}" if number.extension else ""
    return f"tel:{_dialled(number)}{extension}"


def _plain(written: str) -> str:
    """Full-width forms as plain ones, without what cannot be seen."""
    folded = unicodedata.normalize("NFKC", written)
    return "".join(character for character in folded if unicodedata.category(character) != "Cf")


def _numbers(text: str) -> Iterator[Number]:
    """The numbers in `text`, put together from their groups of digits."""
    number, end = Number(), 0
    for run in re.finditer(r"\d+", text):
        between, end = text[end : run.start()], run.end()
        if EXTENSION.search(between) and number.digits:
            number.extension = number.extension or run.group()
        elif _is_extension(number, between, run.group()):
            number.extension = run.group()
        elif _goes_on(number, between, run.group()):
            number.digits += run.group()
        else:
            yield number
            number = Number(run.group(), is_international=between.rstrip("( ").endswith("+"))
    yield number


def _is_extension(number: Number, between: str, run: str) -> bool:
    """In 0571-87236666-8001, a short group behind a whole number."""
    is_dash = re.fullmatch(r"\s*[-‐‑‒–—―]+\s*", between) is not None
    return is_dash and number.is_whole and not number.extension and len(run) <= 6


def _goes_on(number: Number, between: str, run: str) -> bool:
    """Whether `run` is the next group of `number`."""
    if not number.digits or number.extension or not GROUPING.fullmatch(between):
        return False
    if Number(number.digits + run, is_international=number.is_international).is_whole:
        return True
    begins_like_a_prefix = number.is_international or number.digits.startswith("0") or number.digits == "86"
    return not number.is_whole and (begins_like_a_prefix or not Number(run).is_whole)


def _national(digits: str, is_international: bool) -> str:
    """The digits as dialled inside the country, where they name China; else as they are."""
    if is_international and not digits.startswith("86"):
        return ""
    rest = digits.removeprefix("00") if digits.startswith("0086") else digits
    if not rest.startswith("86") or (not is_international and len(rest) < 11):
        return digits
    rest = rest.removeprefix("86")
    return rest if rest[:1] in ("0", "") or re.match(r"1[3-9]|[48]00", rest) else f"0{rest}"


def _dialled(number: Number) -> str:
    national = _national(number.digits, number.is_international)
    if number.digits.startswith("00") and national == number.digits:
        return f"+{number.digits[2:]}"
    if national not in ("", number.digits):
        return f"+86{national.removeprefix('0')}"
    return f"+{number.digits}" if number.is_international else number.digits
