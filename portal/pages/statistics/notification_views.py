"""Notifications to the people of a network, hospital or ward, and what became of them."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.models import User
from portal.access import signed_in
from portal.csv_files import csv_file
from portal.pages.statistics.notification_context import all_rows, page
from portal.pages.statistics.views import asked, counter, question, read_question
from referral.pathway.refusals import InputError
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.first_answers import first_answers
from referral.statistics.reports.notification_report import may_read, notification_report
from referral.statistics.reports.table import CSV_HEADER


@signed_in
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """The figures as charts and tables."""
    user, now = counter(request), clock.now()
    report_filter, wrong = question(user, request.GET.dict(), now)
    _may(user, report_filter)
    context = {
        **asked(user, report_filter, wrong, request.GET.dict()),
        "page": page(
            notification_report(user, report_filter), first_answers(user, report_filter), report_filter
        ),
    }
    return render(request, "portal/statistics/notifications.html", context, status=422 if wrong else 200)


@signed_in
@require_safe
def notifications_csv(request: HttpRequest) -> HttpResponseBase:
    """The figures of the page of notifications as a CSV file."""
    user, now = counter(request), clock.now()
    try:
        report_filter = read_question(user, request.GET.dict(), now)
    except InputError as error:
        return HttpResponse(str(error.rows[0][2]), status=422, content_type="text/plain; charset=utf-8")
    _may(user, report_filter)
    report, answers = notification_report(user, report_filter), first_answers(user, report_filter)
    rows = (row.as_csv() for row in all_rows(report, answers, report_filter))
    name = f"notifications-{report_filter.since:%Y-%m}-{report_filter.until:%Y-%m}-by-{report_filter.by}.csv"
    return csv_file(request, name, CSV_HEADER, rows)


def _may(user: User, report_filter: ReportFilter) -> None:
    if not may_read(user, report_filter):
        raise Http404
