"""Screens of a ward: their list, the link that sets one up, what one shows."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.duty import may_arrange
from accounts.models import User, Ward
from accounts.rota import wards_watched_by
from accounts.text import cleaned, has_unprintable
from portal.access import person, signed_in
from portal.models import WallScreen
from portal.pages.wall.context import wall as on_the_wall
from portal.pages.wall.screens import add_screen, end_screen, open_screen, screen_of, screen_to_open

COOKIE = "wall_screen"
COOKIE_SECONDS = 400 * 24 * 3600
"""As long as browsers keep one; each reading of the page renews it."""
LONGEST_NAME = 60


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def screens(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The screens of a ward; a new one is shown with its link, this once."""
    user, ward = person(request), _ward(person(request), pk)
    if request.method != "POST":
        return _page(request, ward)
    typed = request.POST.get("name", "").strip()
    if user.access.practises:
        return _page(request, ward, typed=typed, problem=_("In practice no screen is hung on a wall."))
    name = "" if has_unprintable(typed) else cleaned(typed)
    if not name or len(name) > LONGEST_NAME:
        return _page(request, ward, typed=typed, problem=_("Say in a few words where the screen hangs."))
    _screen, secret = add_screen(
        ward=ward, actor=user, name=name, shows_names=request.POST.get("names") == "whole", now=clock.now()
    )
    link = f"{settings.BASE_URL}{reverse('portal:open_wall', args=[secret])}"
    return _page(request, ward, link=link, added=name)


@require_POST
@signed_in
def end(request: HttpRequest, pk: UUID, screen: UUID) -> HttpResponse:
    """Switch a screen off."""
    user, ward = person(request), _ward(person(request), pk)
    row = WallScreen.objects.filter(ward=ward, pk=screen).select_related("ward__hospital").first()
    if row is None:
        raise Http404
    end_screen(screen=row, actor=user, now=clock.now())
    messages.success(request, _("The screen is switched off."))
    return redirect("portal:screens", ward.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def open_wall(request: HttpRequest, link: str) -> HttpResponse:
    """What a link opens, on the screen itself; a look at it does not use it up."""
    now = clock.now()
    if request.method == "POST" and (secret := open_screen(link, now)) is not None:
        return _remembering(redirect("portal:wall"), secret)
    screen = screen_to_open(link, now)
    status = 200 if screen else 404
    return render(request, "portal/wall/open.html", {"to_open": screen}, status=status)


@require_safe
@never_cache
def wall(request: HttpRequest) -> HttpResponse:
    """The board of the ward, for a screen that was set up."""
    return _shown(request, "portal/wall/wall.html")


@require_safe
@never_cache
def rows(request: HttpRequest) -> HttpResponse:
    """The part of the screen that is drawn again."""
    return _shown(request, "portal/wall/_parts.html")


def _shown(request: HttpRequest, template: str) -> HttpResponse:
    now, secret = clock.now(), request.COOKIES.get(COOKIE, "")
    screen = screen_of(secret, now)
    if screen is None:
        off = render(request, "portal/wall/off.html", status=403)
        if request.headers.get("HX-Request"):
            off["HX-Refresh"] = "true"
        return off
    with translation.override(screen.account.language):
        return _remembering(render(request, template, on_the_wall(screen, now)), secret)


def _remembering(response: HttpResponse, secret: str) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        secret,
        max_age=COOKIE_SECONDS,
        path=reverse("portal:wall"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _ward(user: User, pk: UUID) -> Ward:
    ward = wards_watched_by(user).filter(pk=pk).first()
    if ward is None or not may_arrange(user, ward):
        raise Http404
    return ward


def _page(request: HttpRequest, ward: Ward, **more: Any) -> HttpResponse:
    rows = ward.screens.filter(ended_at=None).select_related("added_by")
    context = {"ward": ward, "screens": rows, "now": clock.now(), "longest": LONGEST_NAME, **more}
    return render(request, "portal/wall/screens.html", context, status=422 if more.get("problem") else 200)
