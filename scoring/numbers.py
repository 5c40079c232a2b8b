"""Numbers as laboratories print them: full-width digits, flags, bounds, thousands, units behind."""

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import TypeGuard

_LONGEST = 60
_ARROWS = re.compile(r"[↑↓⬆⬇⇑⇓▲▼△▽]")
_EMPTY_BRACKETS = re.compile(r"[\[(【] ?[\])】]")
_FLAG_BEHIND = re.compile(r"(?<=[\d\s]) ?[\[(【]?(?:HH?|LL?|偏?[高低])[\])】]?$")
_FLAG_BEFORE = re.compile(r"^(?:HH?|LL?) ")
_BOUND = r"<=|>=|<|>|≤|≥|≦|≧|⩽|⩾|大于等于|小于等于|不低于|不高于|大于|小于|高于|低于|超过"
_DECIMAL_COMMA = r"(?P<comma>0,\d+|\d+,\d{1,2}|\d+,\d{4,})(?![\d,])"
_DIGITS = r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|\d{1,3}(?: \d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+"
_PRINTED = re.compile(
    rf"(?P<bound>{_BOUND})? ?(?P<number>[+-]?(?:{_DECIMAL_COMMA}|{_DIGITS})(?:[eE][+-]?\d+)?)"
    r" ?(?P<over>以上|以下)? ?(?P<unit>(?![:/]\s?\d)[^\s\d.,+\-].*)?"
)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_BELOW = frozenset({"<", "<=", "≤", "≦", "⩽", "小于", "小于等于", "不高于", "低于", "以下"})


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed number: its `value`, `bound` (`<`, `>` or nothing) and the `unit` behind it (or nothing).

    `ambiguous`: a comma may be a decimal sign or part a thousand; then the value means nothing.
    """

    value: float
    bound: str = ""
    unit: str = ""
    ambiguous: bool = False


def read_number(text: str) -> Printed | None:
    """What a laboratory printed; None if it is no number.

    A comma with other than three digits behind it is a decimal sign. A range (`342-350`), a fraction, a titre
    (`1:32`), an estimate in words, and what is larger than a computer's numbers are none.
    """
    if len(text) > _LONGEST:
        return None
    plain = _without_flags(unicodedata.normalize("NFKC", text).replace("。", "."))
    if _GROUPED.fullmatch(plain):
        return Printed(0, ambiguous=True)
    match = _PRINTED.fullmatch(plain)
    if match is None:
        return None
    bound = match["bound"] or match["over"] or ""
    value = float(match["number"].replace(",", "." if match["comma"] else "").replace(" ", ""))
    if not math.isfinite(value):
        return None
    return Printed(
        value=value,
        bound=("<" if bound in _BELOW else ">") if bound else "",
        unit=match["unit"] or "",
    )


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value of JSON is a number, and one that arithmetic here can hold."""
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        return False


def without_bound(text: str) -> str:
    """The number and unit of a text such as `>513 umol/L`, without what says that it is a limit."""
    printed = read_number(text)
    return f"{printed.value:.15g} {printed.unit}".strip() if printed else text


def _without_flags(text: str) -> str:
    """The text without the marks for high, low and abnormal, blanks made single."""
    plain = " ".join(_ARROWS.sub(" ", text).split()).strip("*! ")
    plain = _EMPTY_BRACKETS.sub("", plain).strip()
    return _FLAG_BEFORE.sub("", _FLAG_BEHIND.sub("", plain)).strip("*! ")
