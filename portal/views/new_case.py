from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def new_case(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")


def indicators(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")
