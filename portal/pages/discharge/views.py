"""The trends of a case's values, and the letter that goes back with the patient."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import person, signed_in
from portal.pages.discharge import trends as trends_context
from portal.pages.letters import context as letter_context
from portal.pages.letters.files import BACK_LETTER, language_of, on_paper, pdf_file
from referral.models import Case
from referral.queries import cases


@require_safe
@signed_in
def trends(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every value of both sides over time; the reading is audited."""
    now = clock.now()
    case = visible_case(request, pk, now)
    context = {"case": case, "now": now, "zone": case.hospital.zone, **trends_context.trends(case)}
    return render(request, "portal/case/trends.html", context)


@require_safe
@signed_in
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The printable letter about a stay that has ended, in the language of `lang`; the reading is audited."""
    now = clock.now()
    case = left_case(request, pk, now)
    return on_paper(
        *(request, "portal/case/back_letter.html", lambda: letter_context.back_letter(case, now)),
        address=reverse("portal:back_letter_pdf", args=[pk]),
    )


@require_safe
@signed_in
def letter_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The letter about a stay that has ended as a PDF file; the reading is audited."""
    now = clock.now()
    return pdf_file(BACK_LETTER, left_case(request, pk, now), now, language_of(request))


def left_case(request: HttpRequest, pk: UUID, now: datetime) -> Case:
    """A visible case whose stay has ended; the letter reads its values with the record of the ward."""
    case = visible_case(request, pk, now, part="back_letter")
    if not cases.has_left_ward(case):
        raise Http404
    return case


def visible_case(request: HttpRequest, pk: UUID, now: datetime, *, part: str = "case") -> Case:
    try:
        return cases.read_case(person(request), pk, now=now, part=part)
    except Case.DoesNotExist as error:
        raise Http404 from error
