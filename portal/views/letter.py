"""The referral letter of a case, for paper."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts import clock
from portal import letters
from portal.access import person, signed_in
from portal.views.way_back import in_language
from referral import selectors
from referral.models import Case


@require_safe
@signed_in
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A printable page with what the receiving ward has to know; the reading is audited."""
    now = clock.now()
    try:
        case = selectors.read_case(person(request), pk, now=now)
    except Case.DoesNotExist as error:
        raise Http404 from error
    return in_language(request, "portal/case/letter.html", lambda: letters.letter(case, now))
