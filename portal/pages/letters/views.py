"""The referral letter of a case, for paper."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import clock
from portal.access import signed_in
from portal.pages.discharge.views import visible_case
from portal.pages.letters import context
from portal.pages.letters.files import LETTER, language_of, on_paper, pdf_file


@require_safe
@signed_in
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A printable page with what the receiving ward has to know; the reading is audited."""
    now = clock.now()
    case = visible_case(request, pk, now)
    return on_paper(
        *(request, "portal/case/letter.html", lambda: context.letter(case, now)),
        address=reverse("portal:letter_pdf", args=[pk]),
    )


@require_safe
@signed_in
def letter_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The referral letter as a PDF file; the reading is audited."""
    now = clock.now()
    return pdf_file(LETTER, visible_case(request, pk, now), now, language_of(request))
