from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def about(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")


def model_card(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")
