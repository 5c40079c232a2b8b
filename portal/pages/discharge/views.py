"""The trends of a case's values, and the letter that goes back with the patient."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.discharge import trends as trends_context
from portal.pages.letters import context as letter_context
from referral.models import Case
from referral.queries import cases


@require_safe
@signed_in
def trends(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every value of both sides over time; the reading is audited."""
    case = visible_case(request, pk)
    context = {"case": case, "now": clock.now(), "zone": case.hospital.zone, **trends_context.trends(case)}
    return render(request, "portal/case/trends.html", context)


@require_safe
@signed_in
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The printable letter of the way back, in the language that `lang` names; the reading is audited."""
    case = visible_case(request, pk)
    if cases.back_referral_of(case) is None:
        raise Http404
    return in_language(
        request, "portal/case/back_letter.html", lambda: letter_context.back_letter(case, clock.now())
    )


def visible_case(request: HttpRequest, pk: UUID) -> Case:
    try:
        return cases.read_case(person(request), pk, now=clock.now())
    except Case.DoesNotExist as error:
        raise Http404 from error


def in_language(request: HttpRequest, template: str, context: Callable[[], dict[str, Any]]) -> HttpResponse:
    """A page in the language that `lang` names, else the reader's; the links to the others beside it."""
    offered = dict(settings.LANGUAGES)
    language = request.GET.get("lang", "")
    with translation.override(language if language in offered else translation.get_language()):
        languages = [(code, str(name)) for code, name in offered.items()]
        return render(request, template, {**context(), "languages": languages})
