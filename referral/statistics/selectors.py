"""The statistics that faces may ask for."""

from datetime import datetime

from accounts.models import User
from referral.statistics import scope
from referral.statistics.overdue import overdue_now
from referral.statistics.privacy import hide_small
from referral.statistics.report import Report, report
from referral.statistics.scope import Wanted


def statistics(user: User, wanted: Wanted, *, now: datetime) -> Report:
    """The figures of the cases that the user may count; small numbers hidden from researchers."""
    cases = scope.cases(user, wanted)
    found = report(cases, wanted.by, overdue=overdue_now(cases.facts, wanted.by, now=now))
    return hide_small(found) if wanted.hides_small else found
