"""Birth dates, which for many patients are a year or an age."""

import re
from dataclasses import dataclass
from datetime import date

ESTIMATE = 2
"""By how many years an estimated year may miss: ages are rounded, nominal ages are 1 or 2 higher."""
OLDEST_YEAR = 1850
HIGHEST_AGE = 130
ABOUT, ROUGHLY = r"(?:大?约|大概|[~～≈]|about)?\s*", r"\s*(?:左右)?"
YEAR = re.compile(rf"{ABOUT}(\d{{4}})\s*(?:年(?:出?生)?)?{ROUGHLY}", re.IGNORECASE)
AGE = re.compile(rf"{ABOUT}(\d{{1,3}})\s*(?:周?[岁歲]|years?|y)?{ROUGHLY}", re.IGNORECASE)
"""A year has four digits: 62年 would be 1962 to who wrote it, and somebody aged 62 to a machine."""


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
    if (year := YEAR.fullmatch(text.strip())) and OLDEST_YEAR <= int(year[1]) <= on.year:
        return BirthDate(int(year[1]))
    if (age := AGE.fullmatch(text.strip())) and int(age[1]) <= HIGHEST_AGE:
        return BirthDate.of_age(int(age[1]), on)
    raise ValueError(text)
