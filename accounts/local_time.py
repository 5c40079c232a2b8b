"""Instants in sentences: by the clock of the hospital that they are about."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext


def written(moment: datetime, zone: str, now: datetime) -> str:
    """Day and time of an instant in `zone`, as people there write them `now`: another year is said."""
    return f"{written_day(moment, zone, now)} {moment.astimezone(ZoneInfo(zone)):%H:%M}"


def in_brief(moment: datetime, zone: str) -> str:
    """Day and time without the year, for what is read soon after it was written."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{date_format(local, gettext('j M'))} {local:%H:%M}"


def in_full(moment: datetime, zone: str) -> str:
    """Day and time with the year."""
    return f"{day_in_full(moment, zone)} {moment.astimezone(ZoneInfo(zone)):%H:%M}"


def day_in_full(moment: datetime, zone: str) -> str:
    """The day with the year."""
    return str(date_format(moment.astimezone(ZoneInfo(zone)), gettext("j M Y")))


def written_day(moment: datetime, zone: str, now: datetime) -> str:
    """The day alone."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    day = gettext("j M") if local.year == today.year else gettext("j M Y")
    return str(date_format(local, day))
