"""The evidence library: published trials and therapies, searched and paged."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.access import signed_in
from referral.evidence import search
from referral.evidence.searching import classes
from referral.evidence.terms import CERTAINTY, CLASSES, LEVELS, in_words, reference_of, told
from referral.models import Evidence

PER_PAGE = 20
LONGEST_QUESTION = 100
TOLD = ("therapy", "mechanism", "design", "population", "outcome")


@require_safe
@signed_in
def evidence(request: HttpRequest) -> HttpResponse:
    """The rows that hold the words that were asked for, page by page."""
    words = request.GET.get("q", "").replace("\x00", "")[:LONGEST_QUESTION]
    chosen = request.GET.get("therapy_class", "")
    known = classes()
    page = Paginator(search(words, chosen if chosen in known else ""), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "words": words,
        "chosen": chosen,
        "classes": [(code, in_words(code, CLASSES)) for code in known],
        "page": page,
        "rows": [_in_words(row) for row in page],
    }
    return render(request, "portal/evidence.html", context)


def _in_words(row: Evidence) -> dict[str, object]:
    return {
        "row": row,
        **{name: told(row, name) for name in TOLD},
        "reference": reference_of(row),
        "class": in_words(row.therapy_class, CLASSES),
        "level": in_words(row.evidence_level, LEVELS),
        "certainty": in_words(row.certainty, CERTAINTY),
    }
