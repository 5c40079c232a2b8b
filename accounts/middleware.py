"""What holds of every page: a sign-in that was used, a second factor, the clock of the administration."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from allauth.headless.contrib.rest_framework.authentication import authenticate_by_x_session_token
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import devices, problems, sign_ins
from accounts.models import User
from accounts.proof import FACTORS

WITHOUT_A_FACTOR = (
    *("/accounts/", "/_allauth/", "/i18n/", "/language/", "/healthz", "/readyz", "/metrics"),
    *("/api/v1/sessions/refresh", "/api/v1/me/sessions/current"),
    *("/api/v1/codes", "/api/v1/schema", "/api/v1/docs", "/api/v1/files/"),
)
"""What a person may use before there is a second factor: signing in and out, setting it up, the language; and
what is open to who has not signed in at all."""
ADMINISTRATION = "/admin/"
PROGRAMS = ("/api/", "/fhir/", "/cds-services", "/live")
"""Faces whose callers cannot follow a redirect to a form."""


class NoteSignIn:
    """Notes when a browser's sign-in was last used, and lets a new device be recognised next time.

    Too many tries are answered as such, whatever the form that was tried answers with.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        sign_ins.note_use(request.session, request)
        devices.keep(request, response)
        if seconds := getattr(request, "retry_after", None):
            response.status_code, response.headers["Retry-After"] = 429, str(seconds)
        return response


class AdministrationClock:
    """Writes the times of the administration as the clock on the wall does; a page may say another zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(ADMINISTRATION):
            return self.get_response(request)
        with timezone.override(ZoneInfo(settings.DEFAULT_DISPLAY_ZONE)):
            return self.get_response(request)


class RequireSecondFactor:
    """Leads whoever has signed in without a second factor to setting one up; programs get a 403."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.MFA_REQUIRED or request.path.startswith(WITHOUT_A_FACTOR):
            return self.get_response(request)
        if all(is_mfa_enabled(user, FACTORS) for user in signed_in(request)):
            return self.get_response(request)
        if request.path.startswith(PROGRAMS):
            return problems.second_factor_missing()
        messages.warning(request, _("Set up a second factor to go on: an app for codes, or a security key."))
        if request.headers.get("HX-Request"):
            return HttpResponse(status=403, headers={"HX-Redirect": reverse("mfa_index")})
        return HttpResponseRedirect(reverse("mfa_index"))


def signed_in(request: HttpRequest) -> list[User]:
    """Whom the request may speak for: of the app's session token, and of the browser's cookie.

    Both, because each face asks for its own: a token must not hide whose cookie opens the next page.
    """
    token = request.headers.get("X-Session-Token", "")
    users = [request.user]
    if token.isalnum() and request.path.startswith(PROGRAMS):
        users += (authenticate_by_x_session_token(token) or ())[:1]
    return [user for user in users if isinstance(user, User)]
