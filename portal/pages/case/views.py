"""The page of one case, and the live part of it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.case import context
from portal.pages.verbs.views import passed_on
from referral.models import Case
from referral.queries import access_log, cases


@require_safe
@signed_in
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything about one visible case; the reading is audited."""
    now = clock.now()
    try:
        row = cases.read_case(person(request), pk, now=now)
    except Case.DoesNotExist:
        return passed_on(request, pk)
    return render(request, "portal/case/case.html", context.page(row, person(request), now))


@require_safe
@signed_in
def live(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The parts of an open case page that change."""
    now = clock.now()
    row = cases.with_entered(cases.cases(person(request))).filter(pk=pk).first()
    if row is None:
        raise Http404
    access_log.record_live(user=person(request), cases=[row], now=now)
    return render(request, "portal/case/_live.html", context.page(row, person(request), now))
