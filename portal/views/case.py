from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def case(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")


def letter(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")
