"""The evidence library: published trials and therapies, searched and paged."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.access import signed_in
from referral.evidence import classes, search
from referral.evidence.terms import CERTAINTY, CLASSES, LEVELS, in_words, reference_of, text_of
from referral.models import Evidence

PER_PAGE = 20
LONGEST_QUESTION = 100
TEXTS = ("therapy", "mechanism", "design", "population", "outcome")


@require_safe
@signed_in
def evidence(request: HttpRequest) -> HttpResponse:
    """The rows that hold the words that were asked for, page by page."""
    words = request.GET.get("q", "").replace("\x00", "")[:LONGEST_QUESTION]
    chosen = request.GET.get("therapy_class", "")
    available = classes()
    page = Paginator(search(words, chosen if chosen in available else ""), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "words": words,
        "chosen": chosen,
        "classes": [(code, in_words(code, CLASSES)) for code in available],
        "page": page,
        "rows": [_in_words(row) for row in page],
    }
    return render(request, "portal/evidence.html", context)


def _in_words(row: Evidence) -> dict[str, object]:
    return {
        "row": row,
        **{name: text_of(row, name) for name in TEXTS},
        "reference": reference_of(row),
        "class": in_words(row.therapy_class, CLASSES),
        "level": in_words(row.evidence_level, LEVELS),
        "certainty": in_words(row.certainty, CERTAINTY),
    }
