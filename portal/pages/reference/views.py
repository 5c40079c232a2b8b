"""Help, and what stands behind a risk."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.reference.risk_model_context import card_of
from portal.windows import LEVELS, OVER
from referral.queries import worklists
from scoring.selectors import active_model, find_version, to_model


@signed_in
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """How the pathway works, what the colours mean, whom to call."""
    user = person(request)
    levels = [(level, words) for _limit, level, words in LEVELS]
    context = {
        "levels": [*levels, OVER],
        "wards": worklists.wards_of_networks(user),
        "model": active_model().identifier,
        "now": clock.now(),
    }
    return render(request, "portal/about.html", context)


@signed_in
@require_safe
def model_card(request: HttpRequest, name: str) -> HttpResponse:
    """The card of an installed risk model, by name, by name and version, or by the checksum of its file."""
    version = find_version(name)
    if version is None:
        raise Http404
    return render(request, "portal/model_card.html", card_of(to_model(version)))
