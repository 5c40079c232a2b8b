"""What a person chooses for themselves, and whether alerts reach them."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.models import User
from accounts.preferences import choose_language
from notifications.channels.base import AddressError
from portal.access import person, signed_in
from portal.pages.account.contact_method_forms import contact_methods_of

COOKIE_SECONDS = 365 * 24 * 3600


@signed_in
@require_safe
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, look, sign-in, and how each contact method fares."""
    return preferences_page(request)


def preferences_page(
    request: HttpRequest, typed: Mapping[str, str] | None = None, error: AddressError | None = None
) -> HttpResponse:
    """The page; `typed` and `error` when a contact method could not be added."""
    user = person(request)
    context = {
        "languages": User.Language.choices,
        "memberships": user.memberships.select_related("hospital", "ward__hospital", "network"),
        "now": clock.now(),
        **contact_methods_of(user, typed or {}, error),
    }
    return render(request, "portal/preferences.html", context, status=422 if error else 200)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language: of the user for ever, of a browser that nobody is signed in to by a cookie."""
    chosen = request.POST.get("language", "")
    onward = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(onward, request.get_host(), require_https=request.is_secure())
    response = redirect(onward if safe and onward.startswith("/") else "/")
    if chosen not in User.Language.values:
        return response
    if isinstance(request.user, User):
        choose_language(user=request.user, language=chosen)
    with translation.override(chosen):
        messages.success(request, _("The language was changed."))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=COOKIE_SECONDS,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
