"""How far the clock of a telephone or a ward's computer may be ahead of the server's."""

from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=2)


def without_skew(moment: datetime, now: datetime) -> datetime:
    """`moment` as it is kept: what a fast clock puts up to two minutes ahead of `now` is now.

    What lies further ahead stays as it is, for the caller to refuse where the future makes no sense. In the
    place of `now` can stand the latest moment that something may be put off to.
    """
    return now if now < moment <= now + TOLERANCE else moment
