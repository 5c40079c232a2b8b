"""Instants in sentences: by the clock of the hospital that they are about."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext


def written(moment: datetime, zone: str, now: datetime) -> str:
    """Day and time of an instant in `zone`, as people there write them `now`: another year is said."""
    local, present = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    day = gettext("j M") if local.year == present.year else gettext("j M Y")
    return f"{date_format(local, day)} {local:%H:%M}"
