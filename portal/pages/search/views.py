"""Finding a case again. What was typed travels in the body, never in an address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import clock
from portal.access import person, signed_in
from portal.pages.home.views import rows_of
from portal.refusals import with_status
from referral.pathway.refusals import TooOften
from referral.queries import access_log
from referral.queries.search import LONGEST, search_cases

MOST = 50


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """The cases that a number, a name, a hospital number or a national ID finds."""
    user, now = person(request), clock.now()
    typed = request.POST.get("query", "").strip()[:LONGEST]
    context = {"typed": typed, "now": now, "longest": LONGEST, "most": MOST, "is_search": True}
    if not typed:
        return render(request, "portal/search.html", context)
    try:
        results = list(search_cases(user, typed, now=now)[: MOST + 1])
    except TooOften as refusal:
        return with_status(render(request, "portal/search.html", context | {"refusal": refusal}), refusal)
    shown = results[:MOST]
    access_log.record_live(user=user, cases=shown, now=now)
    context |= {"rows": rows_of(shown, user, now), "has_more": len(results) > MOST, "asked": True}
    return render(request, "portal/search.html", context)
