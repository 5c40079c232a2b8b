"""The sheet that a ward prepares an arrival by, and the live part of it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.arrival import context
from referral.models import Case
from referral.queries import access_log, cases
from referral.queries.hand_over_codes import case_of


@require_safe
@signed_in
def arrival(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sheet of a visible case that a ward has accepted; the case's page where none has."""
    user, now = person(request), clock.now()
    try:
        case = cases.read_case(user, pk, now=now, part="arrival")
    except Case.DoesNotExist as error:
        raise Http404 from error
    if not context.has_sheet(case):
        return redirect("portal:case", pk)
    return render(request, "portal/arrival/arrival.html", context.sheet(case, user, now))


@require_safe
@signed_in
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """What the code of a letter leads to: taking the patient over, or a sentence that says why not here."""
    user, now = person(request), clock.now()
    pk = case_of(code)
    if pk is None:
        return render(request, "portal/arrival/no_code.html", {"is_over": True}, status=404)
    try:
        case = cases.read_case(user, pk, now=now, part="hand_over")
    except Case.DoesNotExist:
        offers = list(cases.own_offers(user, pk))
        shown = {"offer": offers[-1] if offers else None, "has_wards": bool(user.access.wards)}
        return render(request, "portal/arrival/no_code.html", shown, status=404)
    return render(request, "portal/arrival/code.html", context.to_confirm(case, user, now))


@require_safe
@signed_in
def live(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What an open sheet draws again."""
    user, now = person(request), clock.now()
    case = cases.with_entered(cases.cases(user)).filter(pk=pk).first()
    if case is None or not context.has_sheet(case):
        raise Http404
    access_log.record_live(user=user, cases=[case], now=now)
    return render(request, "portal/arrival/_sheet.html", context.sheet(case, user, now))
