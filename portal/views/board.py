from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def board(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")


def rows(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")
