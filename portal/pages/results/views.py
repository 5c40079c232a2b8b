"""Results of laboratory systems: those without a patient, and what came of the others."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from integrations.models import ReceivedMessage
from portal.access import person, signed_in
from portal.pages.results.context import page_of
from referral.intake import results as services
from referral.models import Case


@require_safe
@never_cache
@signed_in
def results(request: HttpRequest) -> HttpResponse:
    """What the laboratory systems of the person's hospitals and wards sent."""
    return render(request, "portal/results/results.html", page_of(person(request), clock.now()))


@require_POST
@sensitive_post_parameters()
@never_cache
@signed_in
def assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose results on the case that a person names."""
    user, now = person(request), clock.now()
    try:
        case = services.assign(user=user, key=pk, chosen=request.POST.get("case", ""), now=now)
    except ValueError:
        trouble = _("Choose the case that these results are of.")
        context = page_of(user, now, trouble_at=pk, trouble=trouble)
        return render(request, "portal/results/results.html", context, status=422)
    except (ReceivedMessage.DoesNotExist, Case.DoesNotExist):
        raise Http404 from None
    words = _("The results wait on case %(number)s. Take there what is right.")
    messages.success(request, words % {"number": case.number})
    return redirect("portal:case", case.pk)


@require_POST
@never_cache
@signed_in
def set_aside(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Results that concern none of the cases here."""
    try:
        services.set_aside(user=person(request), key=pk, now=clock.now())
    except ReceivedMessage.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The results are set aside. They stay in the list until they are deleted."))
    return redirect("portal:results")
