"""The statistics that faces may ask for."""

from datetime import datetime

from accounts.models import User
from referral.statistics.reports import filters
from referral.statistics.reports.filters import Wanted
from referral.statistics.reports.overdue import overdue_now
from referral.statistics.reports.overview import Report, report
from referral.statistics.reports.privacy import hide_small


def statistics(user: User, wanted: Wanted, *, now: datetime) -> Report:
    """The figures of the cases that the user may count; small numbers hidden from researchers."""
    cases = filters.cases(user, wanted)
    found = report(cases, wanted.by, overdue=overdue_now(cases.facts, wanted.by, now=now))
    return hide_small(found) if wanted.hides_small else found
