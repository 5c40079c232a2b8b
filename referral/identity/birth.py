"""Birth dates, which for many patients are a year or an age."""

import re
from dataclasses import dataclass
from datetime import date

ESTIMATE = 2
"""By how many years an estimated year may miss: ages are rounded, nominal ages are 1 or 2 higher."""
OLDEST_YEAR = 1850
HIGHEST_AGE = 130
NUMBER = re.compile(r"(?:大?约|大概|[~～≈]|about)?\s*(\d{1,4})\s*(?:年生?|周?岁|years?)?\s*(?:左右)?")


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A day, or a year alone where no day is known: then it is estimated.

    As text, ISO 8601 in either precision: `1962-05-03` or `1962`.
    """

    year: int
    day: date | None = None

    @classmethod
    def on(cls, day: date) -> "BirthDate":
        return cls(day.year, day)

    @classmethod
    def of_age(cls, age: int, on: date) -> "BirthDate":
        """The year that somebody `age` years old on a day was born in, which may be the one before."""
        return cls(on.year - age)

    @classmethod
    def parse(cls, text: str) -> "BirthDate":
        """The reverse of `str`. Raises ValueError for anything else, and for years too long ago."""
        is_year = len(text) == 4 and text.isascii() and text.isdecimal()
        born = cls(int(text)) if is_year else cls.on(date.fromisoformat(text))
        if born.year < OLDEST_YEAR:
            raise ValueError(text)
        return born

    def __str__(self) -> str:
        return self.day.isoformat() if self.day else f"{self.year:04}"

    @property
    def is_estimated(self) -> bool:
        return self.day is None

    @property
    def earliest(self) -> date:
        return self.day or date(self.year, 1, 1)

    def age_on(self, on: date) -> int:
        """Completed years; from an estimated year the difference of the years, which may be one too high."""
        if self.day is None:
            return on.year - self.year
        return on.year - self.year - ((on.month, on.day) < (self.day.month, self.day.day))

    def fits(self, other: "BirthDate") -> bool:
        """Whether both may be the birth date of one person."""
        if self.day and other.day:
            return self.day == other.day
        return abs(self.year - other.year) <= ESTIMATE


def read_estimate(text: str, on: date) -> BirthDate:
    """A year or an age on the day `on` as people write it: 1962, 约1962年, 64, 64岁. Raises ValueError."""
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    number = int(match[1])
    if number <= HIGHEST_AGE:
        return BirthDate.of_age(number, on)
    if not OLDEST_YEAR <= number <= on.year:
        raise ValueError(text)
    return BirthDate(number)
