"""The page of a coordinator's morning."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.morning import context


@require_safe
@signed_in
def morning(request: HttpRequest) -> HttpResponse:
    """What a coordinator starts the day with; which cases it named is audited."""
    return _shown(request, "portal/morning/morning.html")


@require_safe
@signed_in
def live(request: HttpRequest) -> HttpResponse:
    """What an open page draws again."""
    return _shown(request, "portal/morning/_parts.html")


def _shown(request: HttpRequest, template: str) -> HttpResponse:
    user = person(request)
    if not user.access.coordinates:
        raise Http404
    return render(request, template, context.morning_of(user, clock.now()))
