"""What was told to the people of a network, hospital or ward, and what became of it."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.models import User
from portal.access import signed_in
from portal.csv_files import csv_file
from portal.pages.statistics.notification_context import all_rows, page
from portal.pages.statistics.views import asked, counter, question, read_question
from referral.pathway.refusals import FactError
from referral.statistics.reports.filters import Wanted
from referral.statistics.reports.notification_report import may_read, messages
from referral.statistics.reports.table import CSV_HEADER


@signed_in
@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """The figures as charts and tables."""
    user, now = counter(request), clock.now()
    wanted, wrong = question(user, request.GET.dict(), now)
    _may(user, wanted)
    context = {
        **asked(user, wanted, wrong, request.GET.dict()),
        "page": page(messages(user, wanted), wanted),
    }
    return render(request, "portal/statistics/messages.html", context, status=422 if wrong else 200)


@signed_in
@require_safe
def told_csv(request: HttpRequest) -> HttpResponseBase:
    """The same figures as a file."""
    user, now = counter(request), clock.now()
    try:
        wanted = read_question(user, request.GET.dict(), now)
    except FactError as error:
        return HttpResponse(str(error.rows[0][2]), status=422, content_type="text/plain; charset=utf-8")
    _may(user, wanted)
    rows = (row.as_csv() for row in all_rows(messages(user, wanted), wanted))
    name = f"notifications-{wanted.since:%Y-%m}-{wanted.until:%Y-%m}-by-{wanted.by}.csv"
    return csv_file(request, name, CSV_HEADER, rows)


def _may(user: User, wanted: Wanted) -> None:
    if not may_read(user, wanted):
        raise Http404
