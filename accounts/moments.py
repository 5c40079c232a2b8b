"""Points in time as programs give them."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

YEARS = range(1900, 2200)
FURTHEST_OFFSET = timedelta(hours=14)
"""No clock on earth is further from UTC; the database takes less than sixteen hours."""


def read_moment(given: Any) -> datetime:
    """An aware datetime as it is, or the one that RFC 3339 text means.

    Raises TypeError or ValueError for anything else, for years that nobody means, and for offsets that no
    clock has.
    """
    moment = given if isinstance(given, datetime) else datetime.fromisoformat(given)
    offset = moment.utcoffset()
    if offset is None or abs(offset) > FURTHEST_OFFSET or offset % timedelta(minutes=1):
        raise ValueError(given)
    if moment.year not in YEARS:
        raise ValueError(given)
    return moment


def plausible(moment: date) -> None:
    """A validator of forms: refuses days and times in years that nobody means, and that cannot be kept."""
    if moment.year not in YEARS:
        raise ValidationError(_("Give a date between the years 1900 and 2199."), code="year")
