"""A birth date is a day, a year, or an age; what is estimated is matched as such."""

from datetime import date

import pytest

from referral.identity.birth import BirthDate, read_estimate

TODAY = date(2026, 5, 17)


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("1962", 1962),
        ("约1962年", 1962),
        ("64", 1962),
        ("64岁", 1962),
        ("６４", 1962),
        ("~1962", 1962),
        ("0岁", 2026),
        (" 90 ", 1936),
        ("64歲", 1962),
        ("64 Years", 1962),
        ("1962年出生", 1962),
    ],
)
def test_a_year_or_an_age_is_read_as_people_write_it(typed: str, year: int) -> None:
    assert read_estimate(typed, TODAY) == BirthDate(year)


@pytest.mark.parametrize(
    "typed", ["", "old", "1849", "2027", "131", "1962-05", "-3x", "六十四", "196", "62年", "62年生", "1962岁"]
)
def test_what_is_neither_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        read_estimate(typed, TODAY)


def test_an_age_comes_back_as_it_was_typed_on_that_day() -> None:
    assert BirthDate.of_age(64, TODAY).age_on(TODAY) == 64
    assert BirthDate.on(date(1962, 5, 18)).age_on(TODAY) == 63


def test_both_precisions_survive_as_text() -> None:
    for text in ("1962-05-03", "1962"):
        assert str(BirthDate.parse(text)) == text
    for text in ("62", "1962-5-3", "1962-13-01", "１９６２", "19620503x", ""):
        with pytest.raises(ValueError):
            BirthDate.parse(text)


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        ("1962-05-03", "1962-05-03", True),
        ("1962-05-03", "1962-05-04", False),
        ("1962", "1964-12-31", True),
        ("1962", "1965-01-01", False),
        ("1962", "1960", True),
        ("1962", "1959", False),
    ],
)
def test_a_year_fits_a_date_within_two_years(one: str, other: str, fit: bool) -> None:
    first, second = BirthDate.parse(one), BirthDate.parse(other)
    assert first.fits(second) is fit
    assert second.fits(first) is fit
