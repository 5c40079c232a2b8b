"""Input that sign-in and administration, which are others' code, would stumble over: refused before or after.

Our own faces refuse it field by field; here a 400 is enough, because no form of a browser sends such things.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.defaults import bad_request

from api.parsing import read
from api.problems import MEDIA_TYPE, Refusal, problem
from config import bodies
from config.urls import closed
from fhir.outcomes import outcome
from referral.pathway.refusals import InputError

FACES = ("/_allauth/", "/accounts/", "/admin/")
PROGRAMS = "/_allauth/"
API = "/api/"
FHIR = "/fhir/"
BROKEN_OFF = _("The body did not arrive whole. Nothing was changed. Send it again.")
SECURITY_KEYS = "webauthn"
View = Callable[..., HttpResponse]
UNREADABLE = (KeyError, TypeError, ValueError, IndexError)


class RefuseUnreadable:
    """400 for a body that broke off, text that is none, and JSON too deep or otherwise beyond reading."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not bodies.is_broken(request):
            return self.get_response(request)
        if request.path.startswith(FHIR):
            said = outcome([("incomplete", "", BROKEN_OFF)])
            return JsonResponse(said, status=400, content_type="application/fhir+json")
        if not request.path.startswith(API):
            return bad_request(request, BadRequest())
        answer = problem(400, "malformed", BROKEN_OFF)
        return JsonResponse(answer.data, status=400, content_type=MEDIA_TYPE)

    def process_view(self, request: HttpRequest, view: View, *_args: Any) -> HttpResponse | None:
        """Before anything that exists is asked."""
        is_theirs = request.path.startswith(FACES) and view is not closed
        return HttpResponseBadRequest() if is_theirs and not is_readable(request) else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What a browser says of a security key is decoded by a library that fails in many ways."""
        is_said = request.path.startswith(FACES) and SECURITY_KEYS in request.path
        return HttpResponseBadRequest() if is_said and isinstance(error, UNREADABLE) else None


def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that Django itself will not read."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    return bad_request(request, exception)


def is_readable(request: HttpRequest) -> bool:
    """Whether every text in the address, and every JSON in the body, can be kept."""
    if any("\x00" in text for name, texts in request.GET.lists() for text in (name, *texts)):
        return False
    is_program = request.path.startswith(PROGRAMS)
    text = request.body if is_program else request.POST.get("credential", "").encode()
    try:
        return not text or read(text) is not None
    except (Refusal, InputError):
        return False
