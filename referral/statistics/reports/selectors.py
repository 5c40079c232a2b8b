"""The statistics that faces may ask for."""

from datetime import datetime

from accounts.models import User
from referral.statistics.reports import filters
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.overdue import overdue_now
from referral.statistics.reports.overview import Report, report
from referral.statistics.reports.privacy import hide_small


def statistics(user: User, report_filter: ReportFilter, *, now: datetime) -> Report:
    """The figures of the cases that the user may count; small numbers hidden from researchers."""
    cases = filters.cases(user, report_filter)
    figures = report(cases, report_filter.by, overdue=overdue_now(cases.rows, report_filter.by, now=now))
    return hide_small(figures) if report_filter.hides_small else figures
