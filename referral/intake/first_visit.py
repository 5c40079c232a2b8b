"""When the first visit can have been."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.skew import without_skew
from referral.pathway.refusals import InputError

OLDEST_FIRST_VISIT = timedelta(days=30)


def check_first_visit(moment: datetime, now: datetime) -> datetime:
    """The moment as it is kept. Raises InputError for one in the future or more than 30 days ago."""
    moment = without_skew(moment, now)
    if moment > now:
        raise InputError(
            (
                "first_visit_at",
                "in_future",
                _("The first visit cannot be in the future. Check the date and time."),
            )
        )
    if now - moment > OLDEST_FIRST_VISIT:
        raise InputError(
            (
                "first_visit_at",
                "too_old",
                _("The first visit is more than 30 days ago. Register the present episode."),
            )
        )
    return moment
