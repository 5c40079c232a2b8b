"""Predicted risks against outcomes, for the model in force or another, and the models in shadow beside it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.predictions_page import figures_of, record
from portal.views.statistics import question
from referral.statistics import scope
from referral.statistics.predictions import performance, shadows
from scoring import DEFAULT_MODEL, texts
from scoring.selectors import active_model, installed_versions


@signed_in
@require_safe
def predictions(request: HttpRequest) -> HttpResponse:
    """For coordinators and researchers: one hospital's cases would say too little about a model."""
    user, now = person(request), clock.now()
    if not scope.may_count(user):
        raise Http404
    wanted, wrong = question(user, request.GET.dict(), now)
    if not scope.sees_all(user, wanted.network):
        raise Http404
    known = [DEFAULT_MODEL.identifier, *(str(version) for version in installed_versions())]
    active = active_model()
    asked = request.GET.get("model", active.identifier)
    name = asked if asked in known else active.identifier
    rows = scope.rows(user, wanted)
    found = performance(rows, name, hides_small=wanted.hides_small)
    context = {
        "sees_all": True,
        "wanted": wanted,
        "wrong": wrong,
        "networks": scope.networks(user),
        "models": list(dict.fromkeys(known)),
        "name": name,
        "active": active.identifier,
        "status": texts.MODEL_STATUS.get(active.status, active.status),
        "is_provisional": active.status == "provisional",
        "found": found,
        "record": record(found),
        "shadows": [
            (shadow, figures_of(shadow.active), figures_of(shadow.shadow))
            for shadow in shadows(rows, hides_small=wanted.hides_small)
        ],
    }
    return render(request, "portal/statistics/predictions.html", context, status=422 if wrong else 200)
