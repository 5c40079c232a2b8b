from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def inbox(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")


def unread(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")


def read_all(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")


def open_one(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")


def acknowledge_one(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "portal/base.html")
