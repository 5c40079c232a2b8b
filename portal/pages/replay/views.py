"""The page of a replay."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.replay.context import replay as replay_of
from referral.models import Case
from referral.queries import cases


@require_safe
@signed_in
def replay(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A visible case as a timed film, without names where that is asked for; the reading is audited."""
    try:
        case = cases.read_case(person(request), pk, now=clock.now(), part="replay")
    except Case.DoesNotExist as error:
        raise Http404 from error
    context = replay_of(case, nameless=request.GET.get("names") == "0")
    return render(request, "portal/replay/replay.html", context | {"zone": case.hospital.zone})
