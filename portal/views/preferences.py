from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def preferences(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")


def language(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")
