"""All scores side by side, for values that belong to nobody and are not kept."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import clock
from portal.access import person, signed_in
from portal.forms.calculator import CalculatorForm
from portal.pages.entry.views import UNPROCESSABLE
from portal.pages.reference import calculator_context as scores
from scoring.selectors import active_model


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def calculator(request: HttpRequest) -> HttpResponse:
    """Count every score from what was posted. Nothing is stored, logged or put into the address."""
    if not person(request).access.is_clinical:
        raise PermissionDenied
    form = CalculatorForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    status = 200
    if form.is_bound and form.is_valid() and form.reading is not None:
        model = active_model()
        context |= {
            "rows": [scores.model_row(form.reading, model), *scores.rows_of(form.reading)],
            "warnings": scores.warnings_of(form.reading, model),
            "values": scores.values_of(form.reading),
            "now": clock.now(),
        }
    elif form.is_bound:
        status = UNPROCESSABLE
    return render(request, "portal/calculator.html", context, status=status)
