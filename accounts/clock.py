"""The one source of time: the database's clock.

Faces and process loops read it once per request or cycle and pass it down as `now`. Demo and tests may
move it forward by a stored offset; production has none and refuses to start with one.
"""

from datetime import UTC, datetime, timedelta
from typing import cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts.models import ClockOffset

PLAIN = "SELECT now()"
SHIFTED = "SELECT now() + coalesce((SELECT forward FROM accounts_clockoffset), interval '0')"


def now() -> datetime:
    """The current time, aware, in UTC; inside a transaction, the time the transaction began."""
    with connection.cursor() as cursor:
        cursor.execute(SHIFTED if settings.CLOCK_MAY_MOVE else PLAIN)
        return cast(datetime, cursor.fetchone()[0]).astimezone(UTC)


def wall() -> datetime:
    """This machine's own clock, aware, in UTC: for signatures that outsiders compare with theirs, and for
    commands that need no database.

    Never for the pathway, whose time is `now` and in a demo runs ahead.
    """
    return datetime.now(UTC)  # noqa: TID251


def forward(by: timedelta) -> timedelta:
    """Move the clock forward and return the whole offset. Demo and tests only.

    Raises ImproperlyConfigured in production and ValueError for a step that is not forward.
    """
    if not settings.CLOCK_MAY_MOVE:
        raise ImproperlyConfigured("The clock can be moved in the demo and in tests only.")
    if by <= timedelta(0):
        raise ValueError("The clock only moves forward.")
    offset, _ = ClockOffset.objects.select_for_update().get_or_create(pk=1)
    offset.forward += by
    offset.save()
    return offset.forward


def refuse_stored_offset() -> None:
    """Stop the start of a production process whose database carries a demo's moved clock."""
    if not settings.CLOCK_MAY_MOVE and ClockOffset.objects.exists():
        raise ImproperlyConfigured(
            "This database carries a moved clock (table accounts_clockoffset), so it belongs to a demo. "
            "Point DATABASE_URL at the production database."
        )
