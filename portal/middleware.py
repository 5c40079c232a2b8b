"""What holds for every page: the language of who is signed in, and whose page it is."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from portal import drafts
from portal.page_owner import FIELD, browser_key, mark_in

PROGRAMS = (
    "/api/",
    "/_allauth/",
    "/fhir/",
    "/cds-services",
    "/live",
    "/reports/",
    "/healthz",
    "/readyz",
    "/metrics",
)
"""Faces that speak the language of each request."""


class LanguageOfUser:
    """People of a ward share computers: their choice travels with them and not with the browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PROGRAMS) and isinstance(request.user, User):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class PageOwner:
    """Nothing typed on one person's page is done in another's name, or lost because a sign-in has ended.

    It is kept for the page's owner as a draft instead. A cookie that only the browser reads tells pages of
    the same browser who is signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(PROGRAMS) or request.path == reverse("portal:save_draft"):
            return self.get_response(request)
        response = self._refusal(request) or self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            _name_owner(request, response)
        return response

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to a form of somebody who is not signed in now; None where all is well."""
        mark = mark_in(request) if request.method == "POST" else None
        leaves = request.path == reverse("account_logout")
        if mark is None or leaves or request.user.pk == mark.user_id:
            return None
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401)
        place = drafts.keep_posted(request, mark)
        if request.user.is_authenticated:
            return render(request, "portal/other_person.html", {"is_kept": place is not None}, status=409)
        return redirect(
            _sign_in(place.address if place else reverse("portal:home"), is_kept=place is not None)
        )


def _sign_in(back: str, *, is_kept: bool) -> str:
    """The page for signing in that leads `back`, and says that what was typed is kept."""
    return f"{reverse('account_login')}?{urlencode({'next': back, **({'kept': 1} if is_kept else {})})}"


def _name_owner(request: HttpRequest, response: HttpResponse) -> None:
    user = request.user
    key = browser_key(user) if isinstance(user, User) else ""
    if request.COOKIES.get(FIELD, "") == key:
        return
    if key:
        response.set_cookie(FIELD, key, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
    else:
        response.delete_cookie(FIELD, samesite="Lax")
