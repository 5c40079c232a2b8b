"""Forms of the ward that are filled in and saved on the page of its records, which never leaves."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from portal.pages.ward_record import context
from referral.models import Case
from referral.pathway.refusals import Text
from referral.queries import cases

TARGET = "ward-form"
"""The place of the page in which a form stands."""


def is_in_place(request: HttpRequest) -> bool:
    """Whether the page of the ward's records asks, and takes a part of itself as the answer."""
    return bool(request.headers.get("HX-Request")) and request.headers.get("HX-Target") == TARGET


def form(request: HttpRequest, values: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A verb's form for its place; `values` as for its own page."""
    return render(request, "portal/ward/_form_in_place.html", values, status=status)


def saved(request: HttpRequest, case: Case, user: User, now: datetime, done: Text) -> HttpResponse:
    """The records as they are now, and what was done; the script closes the form when it sees them."""
    row = cases.cases(user).get(pk=case.pk)
    answer = render(
        request, "portal/ward/_saved_in_place.html", context.page(row, user, now) | {"done": done}
    )
    answer["HX-Retarget"] = "#ward-record"
    answer["HX-Reswap"] = "innerHTML"
    return answer
