"""What became of the patients of a cohort, as registries write it: days, and a code or word for the end."""

import math
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from django.utils.translation import gettext, gettext_noop

from scoring.cells import is_missing

Ending = Literal["death", "transplantation", "none"]
"""How follow-up ended: with the end point in one of its forms, or without it."""


class UnusableOutcome(ValueError):
    """A row without a usable outcome; `code` is one of REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


REASONS: Mapping[str, str] = MappingProxyType(
    {
        "time_missing": gettext_noop("no time of follow-up"),
        "time_not_understood": gettext_noop(
            "time of follow-up not understood (a number of days is expected)"
        ),
        "time_negative": gettext_noop("time of follow-up below 0"),
        "time_too_long": gettext_noop("time of follow-up above 100 years"),
        "no_follow_up": gettext_noop("followed for 0 days without the end point"),
        "event_missing": gettext_noop("no word whether the end point was reached"),
        "event_not_understood": gettext_noop(
            "end point not understood (1 or 0, dead or alive, yes or no is expected)"
        ),
        "repeated_patient": gettext_noop("a later row of the same patient"),
        "repeated_row": gettext_noop("the same in every value as an earlier row"),
        "too_many_cells": gettext_noop("more cells than the header names"),
        "malformed_row": gettext_noop("the row cannot be read"),
        "not_utf8": gettext_noop("bytes that are no text"),
        "unit_contradicts_heading": gettext_noop("another unit than the heading states"),
    }
)
"""Why a row of a cohort is left out, by code."""


def reason_text(code: str) -> str:
    """Why rows are left out, in the current language."""
    return gettext(REASONS[code]) if code in REASONS else code


_TIME = re.compile(r"(?P<number>[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?) ?(?:d|days?|天|日)?")
_DECIMAL_ZEROS = re.compile(r"\.0*$")
LONGEST_DAYS = 36_525
"""What is above is a day as a spreadsheet counts it (46086), or a code for what is missing (99999)."""
_ENDINGS: Mapping[str, Ending] = MappingProxyType(
    {
        **dict.fromkeys(("1", "是", "有", "yes", "y", "true", "t", "真"), "death"),
        **dict.fromkeys(("死亡", "死", "已死亡", "病死", "病故", "去世", "院内死亡", "全因死亡"), "death"),
        **dict.fromkeys(("dead", "died", "death", "deceased", "死亡或移植"), "death"),
        **dict.fromkeys(("2", "移植", "肝移植", "已移植", "肝移植术", "lt", "olt"), "transplantation"),
        **dict.fromkeys(
            ("transplant", "transplanted", "transplantation", "livertransplant"), "transplantation"
        ),
        **dict.fromkeys(("0", "否", "无", "no", "n", "false", "f", "假"), "none"),
        **dict.fromkeys(("存活", "生存", "活", "健在", "未死亡", "alive", "living", "survived"), "none"),
        **dict.fromkeys(("survivor", "censored", "删失", "失访", "lost", "losttofollowup"), "none"),
    }
)


def days_of(raw: Any) -> float:
    """The days of follow-up, 0 or more. Raises UnusableOutcome."""
    text = _folded(raw)
    if is_missing(text):
        raise UnusableOutcome("time_missing")
    match = _TIME.fullmatch(text)
    days = float(match["number"]) if match else math.nan
    if not math.isfinite(days):
        raise UnusableOutcome("time_not_understood")
    if days < 0:
        raise UnusableOutcome("time_negative")
    if days > LONGEST_DAYS:
        raise UnusableOutcome("time_too_long")
    return days


def ending_of(raw: Any) -> Ending:
    """How follow-up ended. Raises UnusableOutcome."""
    text = _DECIMAL_ZEROS.sub("", "".join(_folded(raw).split()))
    if text in _ENDINGS:
        return _ENDINGS[text]
    raise UnusableOutcome("event_missing" if is_missing(text) else "event_not_understood")


def outcome_of(others: Mapping[str, Any]) -> tuple[float, Ending]:
    """Days and ending of the cells of a row. Raises UnusableOutcome."""
    days, ending = days_of(others.get("time_days", "")), ending_of(others.get("event", ""))
    if days == 0 and ending == "none":
        raise UnusableOutcome("no_follow_up")
    return days, ending


def _folded(raw: Any) -> str:
    return unicodedata.normalize("NFKC", str(raw)).strip().lower()
