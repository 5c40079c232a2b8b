"""The kit's agreement with what came, and the de-identified export for researchers."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.models import User
from portal.access import signed_in
from portal.csv_files import csv_file
from portal.pages.statistics.files import KIT_HEADER, kit_lines
from portal.pages.statistics.predictions_context import estimate_text, share_text
from portal.pages.statistics.tables_file import tables_file
from portal.pages.statistics.views import asked, counter, question, read_question
from referral.pathway.refusals import AccessError, InputError
from referral.statistics.reports import filters
from referral.statistics.reports.export import HEADER, export, may_export
from referral.statistics.reports.export_columns import dictionary
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.journey import journey
from referral.statistics.reports.kit import KitRecord, kit_record, ward_names
from scoring.research.agreement import Agreement


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def research(request: HttpRequest) -> HttpResponseBase:
    """GET shows, POST downloads: taking the cohort out is an act that is kept on the audit trail."""
    user, now = _asker(request), clock.now()
    raw = request.POST if request.method == "POST" else request.GET
    report_filter, wrong = question(user, raw.dict(), now)
    if not filters.sees_all(user, report_filter.network):
        raise _refusal(request)
    status = 422 if wrong else 200
    if request.method == "POST" and not wrong:
        try:
            return _download(request, user, report_filter, now)
        except AccessError:
            status, wrong = 403, {"export": NOT_YOURS}
    context = asked(user, report_filter, wrong, raw.dict()) | _context(user, report_filter, now)
    return render(request, "portal/statistics/research.html", context, status=status)


def _download(
    request: HttpRequest, user: User, report_filter: ReportFilter, now: datetime
) -> HttpResponseBase:
    """All tables in one file where they are asked for, else the table of cases alone."""
    if request.POST.get("tables") is None:
        return csv_file(request, "cohort.csv", HEADER, export(user, report_filter, now=now))
    content = tables_file(journey(user, report_filter, now=now))
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="journey.zip"'
    return answer


def _asker(request: HttpRequest) -> User:
    try:
        return counter(request)
    except Http404 as error:
        raise _refusal(request) from error


def _refusal(request: HttpRequest) -> Exception:
    """There is no such page for others; who asks for the cohort all the same is told whose it is."""
    return PermissionDenied(NOT_YOURS) if request.method == "POST" else Http404()


@signed_in
@require_safe
def kit_csv(request: HttpRequest) -> HttpResponseBase:
    """The kit's tables as a file."""
    user, now = counter(request), clock.now()
    try:
        report_filter = read_question(user, request.GET.dict(), now)
    except InputError as error:
        return HttpResponse(str(error.rows[0][2]), status=422, content_type="text/plain; charset=utf-8")
    if not filters.sees_all(user, report_filter.network):
        raise Http404
    record = kit_record(
        filters.study(user, report_filter).rows, now=now, hides_small=report_filter.hides_small
    )
    return csv_file(request, "kit.csv", KIT_HEADER, kit_lines(_named(record, report_filter), record))


NOT_YOURS = gettext_lazy(
    "The export is for researchers of this network. Ask its administrator for that role."
)


def _context(user: User, report_filter: ReportFilter, now: datetime) -> dict[str, Any]:
    record = kit_record(
        filters.study(user, report_filter).rows, now=now, hides_small=report_filter.hides_small
    )
    return {
        "kit": [(name, _figures(table)) for _part, name, table in _named(record, report_filter)],
        "left_out": _left_out(record),
        "may_export": may_export(user, report_filter),
        "columns": list(dictionary()),
    }


def _named(record: KitRecord, report_filter: ReportFilter) -> list[tuple[str, str, Agreement | None]]:
    """The tables of all results, of each ward and of each lot, named; None where too few to be shown."""
    wards = ward_names(record, report_filter)
    return [
        ("all", _("all results"), record.whole),
        ("with_close", _("with failures within 24 h of sampling as failures"), record.with_close),
        *(("ward", wards[site.key], site.agreement) for site in record.wards),
        *(("lot", _("lot %(lot)s") % {"lot": site.key}, site.agreement) for site in record.lots),
    ]


def _figures(agreement: Agreement | None) -> list[str] | None:
    if agreement is None:
        return None
    cells = (
        agreement.true_positive,
        agreement.false_positive,
        agreement.false_negative,
        agreement.true_negative,
    )
    shares = (
        *(agreement.sensitivity, agreement.specificity),
        *(agreement.positive_predictive_value, agreement.negative_predictive_value),
    )
    return [*map(str, cells), *map(share_text, shares), estimate_text(agreement.kappa)]


def _left_out(record: KitRecord) -> list[tuple[str, int | None]]:
    return [
        (_("failure within 24 h of sampling: at sampling, or too close to tell"), record.too_close),
        (_("indeterminate"), record.indeterminate),
        (_("organ failure at sampling, beside the kit's purpose"), record.beside_purpose),
        (_("organ failure within 28 days not known, or not yet"), record.unknown),
    ]
