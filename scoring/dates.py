"""Days and times as hospital systems and spreadsheets write them; what could be two days is refused."""

import re
import unicodedata
from datetime import datetime, timedelta, tzinfo

_EXCEL_DAY_0 = datetime(1899, 12, 30)
_EXCEL_YEARS = range(36_526, 73_051)
"""Serial numbers of the days from 2000-01-01 to 2099-12-31."""
_YEARS = range(1980, 2101)
"""What is beyond them is a mistyped year."""
_EVENING = 5
"""The first hour that 晚上 can mean before midnight."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.年])(?P<month>\d{1,2})(?:[-/.月])(?P<day>\d{1,2})日?")
_YEAR_LAST = re.compile(r"(?P<first>\d{1,2})[-/.](?P<second>\d{1,2})[-/.](?P<year>\d{4})")
_COMPACT = re.compile(r"(?P<year>20\d{2})(?P<month>\d{2})(?P<day>\d{2})(?P<clock>\d{4}(?:\d{2})?)?")
_NAMED = re.compile(r"(?P<day>\d{1,2})[- ](?P<month>[a-z]{3})[a-z]*[- ](?P<year>\d{4}|\d{2}(?!\d))")
_NAMED_FIRST = re.compile(r"(?P<month>[a-z]{3})[a-z]* (?P<day>\d{1,2}),? (?P<year>\d{4})")
_CLOCK = re.compile(
    r"(?P<half>上午|下午|晚上|凌晨|中午)? ?(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})?分?"
    r"(?::?(?P<second>\d{1,2}))?秒?(?:\.\d+)?(?: ?(?P<after>am|pm))?"
)


class AmbiguousDateError(ValueError):
    """The text can be two days."""


def read_time(text: str, zone: tzinfo) -> datetime:
    """The time, aware; a day alone is its beginning. Times without an offset are in `zone`.

    Understands ISO 8601, year first with `-`, `/`, `.` or 年月日, `20260305`, Excel's serial numbers,
    `5-Mar-2026`, `5-Mar-26` (of this century), `Mar 5, 2026`, and day and month in either order where one of
    them is above 12. Raises AmbiguousDateError for a text such as `03/04/2026`, ValueError for any other and
    for years that cannot be meant.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split()).lower()
    try:
        time = datetime.fromisoformat(plain.upper().replace(" +", "+"))
    except ValueError:
        time = _serial(plain) or _written(plain)
    if time.year not in _YEARS:
        raise ValueError(text)
    return time if time.tzinfo else time.replace(tzinfo=zone)


def _serial(plain: str) -> datetime | None:
    """A spreadsheet's number of days, with the part of the day behind the point."""
    if not re.fullmatch(r"\d{5}(?:\.\d+)?", plain) or int(plain[:5]) not in _EXCEL_YEARS:
        return None
    return _EXCEL_DAY_0 + timedelta(seconds=round(float(plain) * 86_400))


def _written(plain: str) -> datetime:
    day, rest = _day(plain)
    clock = rest.strip(" t,")
    return day + _since_midnight(clock) if clock else day


def _day(plain: str) -> tuple[datetime, str]:
    """The day at the beginning of a text, and what follows it."""
    for pattern, read in (
        (_YEAR_FIRST, _plain_day),
        (_YEAR_LAST, _year_last),
        (_NAMED, _named_month),
        (_NAMED_FIRST, _named_month),
    ):
        if match := pattern.match(plain):
            return read(match), plain[match.end() :]
    match = _COMPACT.fullmatch(plain) or re.match(_COMPACT.pattern + r"(?= )", plain)
    if match is None:
        raise ValueError(plain)
    clock = match["clock"] or ""
    return _plain_day(match), plain[match.end() :] or ":".join(re.findall("..", clock))


def _plain_day(match: re.Match[str]) -> datetime:
    return datetime(int(match["year"]), int(match["month"]), int(match["day"]))


def _named_month(match: re.Match[str]) -> datetime:
    year = int(match["year"])
    return datetime(year if year > 99 else 2000 + year, _MONTHS.index(match["month"]) + 1, int(match["day"]))


def _year_last(match: re.Match[str]) -> datetime:
    first, second = int(match["first"]), int(match["second"])
    if first <= 12 and second <= 12 and first != second:
        raise AmbiguousDateError(match[0])
    day, month = (first, second) if first > 12 else (second, first)
    return datetime(int(match["year"]), month, day)


def _since_midnight(clock: str) -> timedelta:
    match = _CLOCK.fullmatch(clock)
    if match is None:
        raise ValueError(clock)
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    hour = _on_24_hours(hour, match["half"] or match["after"] or "")
    if (hour, minute, second) != (24, 0, 0) and (hour > 23 or minute > 59 or second > 59):
        raise ValueError(clock)
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _on_24_hours(hour: int, half: str) -> int:
    """The hour of the day of an hour that is said to be before or after noon.

    Twelve at night is the end of the day. Raises ValueError for an hour of the night that comes after it: it
    may be of this day or of the next.
    """
    if half == "晚上" and hour == 12:
        return 24
    if half == "晚上" and hour < _EVENING:
        raise ValueError(f"{half}{hour}")
    if half in ("下午", "晚上", "pm") and hour < 12 or half == "中午" and hour < 3:
        return hour + 12
    return 0 if half in ("凌晨", "am") and hour == 12 else hour
