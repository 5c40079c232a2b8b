"""What an assessment says and what happens now."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.case import context as case_context
from referral.models import Case
from referral.pathway.vocabulary import BEFORE_ADMISSION, Party, State, Verb
from referral.queries import access_log, cases


def _read(request: HttpRequest, pk: UUID, now: datetime) -> Case:
    """A visible case, the reading of which is audited; drawing a part again is the same reading."""
    user = person(request)
    if not request.headers.get("HX-Request"):
        return cases.read_case(user, pk, now=now)
    case = cases.cases(user).get(pk=pk)
    access_log.record_live(user=user, cases=[case], now=now)
    return case


@signed_in
@require_safe
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The result of the latest assessment of a case, whom it was told to, and what can be done."""
    user, now = person(request), clock.now()
    try:
        case = _read(request, pk, now)
    except Case.DoesNotExist:
        raise Http404 from None
    page = case_context.page(case, user, now)
    by_verb = {form.verb: form for form in page["forms"]}
    context = page | {
        "may_enter": Party.ORIGIN in cases.sides(user, case) and case.state in BEFORE_ADMISSION,
        "is_own": Party.ORIGIN in cases.sides(user, case),
        "refer_form": by_verb.get(Verb.REFER),
        "is_offered": case.state == State.OFFERED,
        "is_watched": case.state == State.WATCHED,
    }
    part = request.headers.get("HX-Request")
    template = "portal/case/_situation_live.html" if part else "portal/result.html"
    return render(request, template, context)
