"""Local times of `datetime-local` fields and the instants they mean."""

from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.moments import YEARS

MINUTES = "%Y-%m-%dT%H:%M"
SHORTEST = len("2026-11-30T08:00")
RECENT_HOURS = (1, 3, 6)
"""Hours ago that a moment is set to by one tap."""


def local(moment: datetime, zone: str) -> str:
    """An instant as a `datetime-local` field of `zone` holds it."""
    return moment.astimezone(ZoneInfo(zone)).strftime(MINUTES)


def instant(typed: str, zone: str, now: datetime) -> datetime:
    """What a field of `zone` means. Raises ValueError for what is no local time, and for a date alone.

    The running minute means now, which no field can hold to the second.
    """
    moment = datetime.fromisoformat(typed)
    if moment.tzinfo is not None or moment.year not in YEARS or len(typed) < SHORTEST:
        raise ValueError(typed)
    return now if local(now, zone) == moment.strftime(MINUTES) else moment.replace(tzinfo=ZoneInfo(zone))
