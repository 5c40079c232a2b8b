"""What the specialist ward has recorded on a case, and the grades computed while somebody types."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.verbs.submitting import Submission
from portal.pages.verbs.typed_inputs import typed_inputs
from portal.pages.verbs.views import passed_on
from portal.pages.ward_record import checklist_form, context, in_place
from portal.refusals import CONFLICT, with_status
from referral.models import Case
from referral.pathway.perform import usable_verbs
from referral.pathway.refusals import InputError, PathwayError
from referral.pathway.vocabulary import Verb
from referral.queries import cases
from referral.ward.organ_table import background_of, read_organs
from referral.ward.record import ward_record as ward_record_of


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
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def checklist(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The whole checklist on one page with one save; on the page of the records, in its place."""
    user, now = person(request), clock.now()
    try:
        case = cases.read_case(user, pk, now=now, part="ward_record")
    except Case.DoesNotExist:
        return passed_on(request, pk)
    if Verb.RECORD_TREATMENT not in usable_verbs(user, case):
        raise Http404
    items = [item for item in ward_record_of(case).checklist if item.verb != Verb.DECIDE_TRANSPLANT]
    if request.method != "POST":
        return _checklist(request, case, now, checklist_form.begun(items, case))
    form = checklist_form.typed(items, case, request.POST)
    try:
        sent = Submission.of(Verb.RECORD_TREATMENT, request.POST)
        count = checklist_form.save(form, sent, case=case, user=user, now=now)
    except InputError:
        return _checklist(request, case, now, form, status=422)
    except PathwayError as error:
        form.problems.append(error.message)
        return with_status(_checklist(request, case, now, form, status=CONFLICT), error)
    done = ngettext("%(count)s item recorded.", "%(count)s items recorded.", count) % {"count": count}
    if in_place.is_in_place(request):
        return in_place.saved(request, case, user, now, done)
    messages.success(request, done)
    return redirect("portal:ward_record", pk=pk)


def _checklist(
    request: HttpRequest,
    case: Case,
    now: datetime,
    form: checklist_form.ChecklistForm,
    *,
    status: int = 200,
) -> HttpResponse:
    values = {"case": case, "form": form, "progress": checklist_form.PROGRESS, "zone": case.hospital.zone}
    values |= {"reasons": checklist_form.REASONS, "now": now}
    if in_place.is_in_place(request):
        return render(request, "portal/ward/_checklist_form.html", values | {"in_place": True}, status=status)
    return render(request, "portal/ward/checklist.html", values, status=status)


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
