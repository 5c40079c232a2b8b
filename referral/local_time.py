"""Instants in sentences: by the clock of the hospital that they are about."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext


def written(moment: datetime, zone: str) -> str:
    """Day and time of an instant in `zone`, as people there write them."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{date_format(local, gettext('j M Y'))} {local:%H:%M}"
