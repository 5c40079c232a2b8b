"""The language of a signed-in person, whatever their browser asks for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.models import User

PROGRAMS = ("/api/", "/_allauth/", "/fhir/", "/cds-services", "/live", "/healthz", "/readyz", "/metrics")
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
