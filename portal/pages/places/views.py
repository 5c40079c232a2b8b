"""The strip of free beds on board and home page, and a ward stating its figure."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.models import User, Ward
from portal.access import person, signed_in
from portal.pages.places import context
from portal.refusals import with_status
from referral.intake.free_beds import state_beds
from referral.pathway.refusals import AccessError, InputError, PathwayError, Text

STRIP, PAGE = "portal/places/_strip.html", "portal/places/places.html"


@require_safe
@signed_in
def places(request: HttpRequest) -> HttpResponse:
    """How many beds each ward of the reader's networks can give, as a page."""
    return render(request, PAGE, context.places(_reader(request), clock.now()))


@require_safe
@signed_in
def live(request: HttpRequest) -> HttpResponse:
    """The strip alone, for a page that draws it again."""
    return render(request, STRIP, context.places(_reader(request), clock.now()))


@require_POST
@signed_in
def state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep the figure that somebody of the ward states; the answer is the strip, or the page."""
    user, now = person(request), clock.now()
    ward = Ward.objects.filter(pk=pk, pk__in=user.access.wards).select_related("hospital").first()
    if ward is None:
        raise Http404
    typed, seen = request.POST.get("free", ""), request.POST.get("seen", "")
    version = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None
    try:
        state_beds(ward=ward, actor=user, free=typed, now=now, seen=version)
    except AccessError as error:
        raise Http404 from error
    except InputError as error:
        return _again(request, ward, typed, error.rows[0][2], status=422)
    except PathwayError as error:
        return with_status(_again(request, ward, "", error.message, status=409), error)
    if request.headers.get("HX-Request"):
        return render(request, STRIP, context.places(user, now))
    return redirect("portal:board")


def _again(request: HttpRequest, ward: Ward, typed: str, problem: Text, *, status: int) -> HttpResponse:
    shown = context.places(person(request), clock.now(), refused=str(ward.pk), typed=typed, problem=problem)
    template = STRIP if request.headers.get("HX-Request") else PAGE
    return render(request, template, shown, status=status)


def _reader(request: HttpRequest) -> User:
    user = person(request)
    if not user.access.is_clinical:
        raise Http404
    return user
