"""What the specialist ward has recorded on a case, and the grades computed while somebody types."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.verbs.typed_inputs import typed_inputs
from portal.pages.verbs.views import passed_on
from portal.pages.ward_record import context
from referral.models import Case
from referral.pathway.vocabulary import Verb
from referral.queries import cases
from referral.ward.organ_table import background_of, read_organs


@require_safe
@signed_in
def ward_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The records of one visible case; the reading is audited."""
    now = clock.now()
    try:
        row = cases.read_case(person(request), pk, now=now, part="ward_record")
    except Case.DoesNotExist:
        return passed_on(request, pk)
    return render(request, "portal/ward/record.html", context.page(row, person(request), now))


@sensitive_post_parameters()
@require_POST
@signed_in
def organ_preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The subscores and what every definition says of the form as it is now. Nothing is stored."""
    case = cases.cases(person(request)).filter(pk=pk).first()
    if case is None:
        raise Http404
    typed = typed_inputs(Verb.ASSESS_ORGAN_FAILURE, request.POST)
    background = background_of(case)
    organs = read_organs(typed, background)
    return render(
        request,
        "portal/ward/_organ_preview.html",
        context.preview(organs, background, case.policy.leading_definition),
    )
