from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")
