"""The OpenAPI file, and Swagger UI over it, from our own origin."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource

FILE = Path(__file__).parent.parent / "openapi.yaml"


@cache
def document() -> dict[str, Any]:
    """The committed file, which the checks keep equal to the code."""
    parsed: dict[str, Any] = yaml.load(FILE.read_text(), Loader=yaml.CSafeLoader)
    return parsed


@require_safe
@gzip_page
def schema(request: HttpRequest) -> HttpResponse:
    """YAML, or JSON for who asks for it."""
    if request.GET.get("format") == "json" or "json" in request.headers.get("Accept", ""):
        return JsonResponse(document())
    return HttpResponse(FILE.read_bytes(), content_type="application/yaml; charset=utf-8")


@require_safe
@ensure_csrf_cookie
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")


@extend_schema(exclude=True)
class NowhereView(Resource):
    """Every address under the API that does not exist: a problem, as from the others."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404

    def get(self, request: Request, **kwargs: Any) -> Response:
        raise Http404
