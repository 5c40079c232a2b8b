"""Predicted risks against outcomes, for the model in force or another, and the models in shadow beside it."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.models import User
from portal.access import signed_in
from portal.csv_files import csv_file
from portal.pages.statistics.files import PREDICTIONS_HEADER, prediction_lines
from portal.pages.statistics.predictions_context import figures_of, record
from portal.pages.statistics.views import asked, counter, question, read_question
from referral.pathway.refusals import InputError
from referral.statistics.reports import filters
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.predictions import Performance, Shadow, known_models, performance, shadows
from scoring import texts
from scoring.riskmodel import RiskModel
from scoring.selectors import active_model


@dataclass(frozen=True)
class Compared:
    """The models that one may ask about, the one asked about, and its record with those in shadow."""

    models: list[str]
    active: RiskModel
    performance: Performance
    shadows: list[Shadow]


@signed_in
@require_safe
def predictions(request: HttpRequest) -> HttpResponse:
    """For coordinators and researchers: one hospital's cases would say too little about a model."""
    user, now = counter(request), clock.now()
    report_filter, wrong = question(user, request.GET.dict(), now)
    made = _compared(request, user, report_filter, now)
    context = {
        **asked(user, report_filter, wrong, request.GET.dict()),
        "models": made.models,
        "name": made.performance.model,
        "active": made.active.identifier,
        "status": texts.MODEL_STATUS.get(made.active.status, made.active.status),
        "is_provisional": made.active.status == "provisional",
        "performance": made.performance,
        "record": record(made.performance),
        "shadows": [
            (shadow, figures_of(shadow.active), figures_of(shadow.shadow)) for shadow in made.shadows
        ],
    }
    return render(request, "portal/statistics/predictions.html", context, status=422 if wrong else 200)


@signed_in
@require_safe
def predictions_csv(request: HttpRequest) -> HttpResponseBase:
    """The numbers of the page of predictions as a CSV file."""
    user, now = counter(request), clock.now()
    try:
        report_filter = read_question(user, request.GET.dict(), now)
    except InputError as error:
        return HttpResponse(str(error.rows[0][2]), status=422, content_type="text/plain; charset=utf-8")
    made = _compared(request, user, report_filter, now)
    lines = prediction_lines(made.performance, made.shadows)
    return csv_file(request, f"predictions-{made.performance.model}.csv", PREDICTIONS_HEADER, lines)


def _compared(request: HttpRequest, user: User, report_filter: ReportFilter, now: datetime) -> Compared:
    if not filters.sees_all(user, report_filter.network):
        raise Http404
    active = active_model()
    models = known_models()
    name = request.GET.get("model", "")
    asked_for = name if name in models else active.identifier
    cases = filters.study(user, report_filter)
    return Compared(
        models=models,
        active=active,
        performance=performance(cases, asked_for, now=now, hides_small=report_filter.hides_small),
        shadows=shadows(cases, now=now, hides_small=report_filter.hides_small),
    )
