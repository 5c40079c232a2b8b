"""Letters on a page that prints, and as PDF files, in either language."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from portal import pdf
from portal.pages.letters import context
from referral.models import Case

LETTER, BACK_LETTER = "letter", "back-letter"
TEMPLATES = {LETTER: "portal/case/letter.html", BACK_LETTER: "portal/case/back_letter.html"}
CONTEXTS: dict[str, Callable[[Case, datetime], dict[str, Any]]] = {
    LETTER: context.letter,
    BACK_LETTER: context.back_letter,
}


def language_of(request: HttpRequest) -> str:
    """The language that `lang` names, else the reader's."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or ""


def on_paper(
    request: HttpRequest, template: str, values: Callable[[], dict[str, Any]], *, address: str
) -> HttpResponse:
    """A page in the language of the request; links to the others and to its PDF file beside it."""
    language = language_of(request)
    with translation.override(language):
        languages = [(code, str(name)) for code, name in settings.LANGUAGES]
        beside = {
            "languages": languages,
            "pdf_address": f"{address}?lang={language}" if pdf.is_installed() else "",
        }
        return render(request, template, {**values(), **beside})


def letter_as_pdf(kind: str, case: Case, now: datetime, language: str) -> bytes:
    """A letter of a visible case, LETTER or BACK_LETTER, as PDF. Raises `portal.pdf.PdfUnavailable`."""
    with translation.override(language):
        return pdf.pdf_of(TEMPLATES[kind], CONTEXTS[kind](case, now))


def pdf_file(kind: str, case: Case, now: datetime, language: str) -> HttpResponse:
    """A letter to be kept as a file, which is named after the case; 503 where none can be made."""
    try:
        content = letter_as_pdf(kind, case, now, language)
    except pdf.PdfUnavailable as error:
        return HttpResponse(str(error.message), status=503, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{kind}-{case.number}.pdf"'
    return answer
