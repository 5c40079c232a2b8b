"""Points in time as programs give them."""

from datetime import datetime, timedelta
from typing import Any

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
